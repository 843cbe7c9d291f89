import Base
import LuaBridge
import Testing

@Suite struct ExportedTests {
  let lua = LuaState()

  init() throws { try lua.register(Geometry.module) }

  @Test(
    "an expression gives what it should",
    arguments: [
      ("geometry.add(1, 2.5)", 3.5), ("geometry.rectangle(3, 4).width", 3),
      ("geometry.tau", 2 * Double.pi), ("#geometry.rectangle(3, 4)", 4),
      ("geometry.rectangle(3, 4)(2)", 24), ("geometry.rectangle(3, 4)()", 12),
      ("geometry.rectangle(3, 4) + 1", 4), ("1 + geometry.rectangle(3, 4)", 4),
      ("geometry.area{ width = 3 }", 3), ("geometry.area{ width = 3, height = 5 }", 15),
      ("geometry.sum()", 0), ("geometry.sum(1, 2, 3)", 6), ("geometry(5).height", 5),
      ("geometry.half(4)", 2), ("geometry.half(4.0)", 2), ("geometry.shade 'light'", 5),
      ("geometry.seven(1, 2, 3, 4, 5, 6)", 28), ("geometry.palette().red", 0xff0000),
      ("geometry.palette().count", 1), ("geometry.widths{ geometry(2), geometry(3) }[2]", 3),
      ("select('#', geometry.rectangle(1, 1):flatten())", 0),
      ("geometry.used(2) > geometry.used() and 1", 1),
    ] as [(String, Double)])
  func value(code: String, expected: Double) throws {
    #expect(try lua.run("return " + code).first?.number == expected)
  }

  @Test(
    "a wrong call says what is wrong",
    arguments: [
      (
        "geometry.rectangle(1, 1):split('x')",
        "bad argument #1 'share' to 'split' (number from 0 to 1 expected, got string)"
      ),
      (
        "geometry.rectangle(1, 1):split(3)",
        "bad argument #1 'share' to 'split' (number from 0 to 1 expected, got 3)"
      ),
      (
        "geometry.add(1, {})", "bad argument #2 'b' to 'add' (number expected, got table)"
      ),
      ("geometry.add(1)", "bad argument #2 'b' to 'add' (number expected, got no value)"),
      ("geometry.half(1.5)", "bad argument #1 'n' to 'half' (integer expected, got 1.5)"),
      ("geometry.half('2')", "bad argument #1 'n' to 'half' (integer expected, got string)"),
      (
        "geometry.area{ widht = 3 }", "unknown option \"widht\": did you mean \"width\"?"
      ),
      (
        "geometry.area{ width = -1 }",
        "bad argument 'width' to 'area' (number, at least 0, expected, got -1)"
      ),
      (
        "geometry.area{}",
        "bad argument 'width' to 'area' (number, at least 0, expected, got nothing)"
      ),
      (
        "geometry.shade 'lihgt'",
        "bad argument #1 'shade' to 'shade' (\"light\", \"dark\" or \"medium\" expected, got \"lihgt\": did you mean \"light\"?)"
      ),
      (
        "geometry.mode 'fats'",
        "bad argument #1 'mode' to 'mode' (\"fast\" or \"slow\" expected, got \"fats\": did you mean \"fast\"?)"
      ),
      (
        "geometry.rectangle(1, 1).widht",
        "unknown member 'widht' of geometry.Rectangle: did you mean 'width'?"
      ),
      ("geometry.aera", "unknown member 'aera' of module 'geometry': did you mean 'area'?"),
      (
        "geometry.widths{ geometry(2), 7 }",
        "bad argument #1 'rectangles' to 'widths' (geometry.Rectangle[] expected, got table with number at [2])"
      ),
      ("geometry.fail 'no luck'", "no luck: do not call it"),
      (
        "geometry.rectangle(1, 1).scaled(2)",
        "calling 'scaled' on a bad object (geometry.Rectangle expected, got number; write a colon, as in x:name())"
      ),
    ])
  func fault(code: String, message: String) throws {
    let error = try #require(throws: LuaError.self) {
      try lua.run("return " + code, chunkName: "t")
    }
    #expect(error.message == message)
    #expect(error.position == LuaError.Position(chunk: "t", line: 1))
  }

  @Test(
    "a wrong assignment says what is wrong",
    arguments: [
      ("width = 2", "'width' of geometry.Rectangle is read-only"),
      ("height = 'x'", "bad value for 'geometry.Rectangle.height' (number expected, got string)"),
      ("height = -1", "a side cannot be negative, got -1.0"),
      ("scaled = 1", "'scaled' of geometry.Rectangle is a method, which cannot be replaced"),
      ("hight = 1", "unknown property 'hight' of geometry.Rectangle: did you mean 'height'?"),
    ])
  func assignment(code: String, message: String) throws {
    let error = try #require(throws: LuaError.self) {
      try lua.run("local r = geometry.rectangle(1, 1); r.\(code)", chunkName: "t")
    }
    #expect(error.message == message)
  }
}
