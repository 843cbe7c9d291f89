import Base
import LuaBridge
import Testing

@testable import Host

@Suite struct LuaPrinterTests {
  @Test(
    "a value prints on one line where it fits",
    arguments: [
      ("nil", "nil"), ("3", "3"), ("3.0", "3.0"), ("-0.0", "-0.0"), ("1/0", "inf"),
      ("1e100", "1e+100"),
      ("true", "true"), (#""a\"b\n\t\0""#, #""a\"b\n\t\x00""#), (#""你好 😀""#, #""你好 😀""#),
      (#""\xff\xe4\xbd""#, #""\xFF\xE4\xBD""#), ("{}", "{}"),
      ("{1, 2.0, 'x'}", #"{ 1, 2.0, "x" }"#),
      (
        "{x = 1, [1] = 5, ['end'] = 2, ['a b'] = 3, [1.5] = 4, [true] = 6, a10 = 1, a9 = 2}",
        #"{ 5, [1.5] = 4, ["a b"] = 3, a9 = 2, a10 = 1, ["end"] = 2, x = 1, [true] = 6 }"#
      ),
      ("{1, nil, 3}", "{ 1, nil, 3 }"), ("{[3] = 1}", "{ [3] = 1 }"),
      ("print", "<function print, built in>"),
      ("string.format", "<function string.format, built in>"),
      ("{string, m = math}", "{ <library string>, m = <library math> }"),
      ("function() end", "<function, test:1>"),
      ("coroutine.create(print)", "<coroutine: suspended>"),
      ("setmetatable({1}, {__name = 'Point'})", "Point { 1 }"),
      ("setmetatable({}, {__tostring = function() return 'P(1)' end})", "P(1)"),
      (
        "setmetatable({}, {__tostring = function() error('no', 0) end})",
        "<table whose __tostring failed: no>"
      ),
      (
        "setmetatable({}, {__tostring = function() return {} end})",
        "<table whose __tostring failed: '__tostring' must return a string>"
      ),
    ] as [(String, String)])
  func prints(_ code: String, _ expected: String) throws {
    let printed = try text(code)
    #expect(printed == expected)
  }

  @Test func `cycles and sharing are marks, and only what is met again has a number`() throws {
    #expect(
      try text("(function() local t = {} t.self = t return t end)()") == "<1> { self = <cycle 1> }")
    #expect(
      try text("(function() local s = {1} return {a = s, b = s, c = {1}} end)()")
        == "{ a = <1> { 1 }, b = <same as 1>, c = { 1 } }")
  }

  @Test func `what does not fit opens, and fields that fit stay closed`() throws {
    let printed = try text(
      "{name = 'a long enough name', list = {1, 2, 3}, more = {deep = {deeper = 'some text here'}}}",
      width: 42)
    #expect(
      printed == """
        {
          list = { 1, 2, 3 },
          more = {
            deep = { deeper = "some text here" },
          },
          name = "a long enough name",
        }
        """)
  }

  @Test func `a long sequence of numbers stands in columns`() throws {
    let printed = try text(
      "(function() local t = {} for i = 1, 23 do t[i] = i * i end return t end)()",
      width: 60)
    #expect(
      printed == """
        {
            1,   4,   9,  16,  25,  36,  49,  64,  81, 100,
          121, 144, 169, 196, 225, 256, 289, 324, 361, 400,
          441, 484, 529,
        }
        """)
  }

  @Test func `like records become a table`() throws {
    let printed = try text(
      "{{name = 'Ann', share = 0.25, n = 1}, {name = '你好', share = 10.5, n = 20}, "
        + "{name = 'Bob', share = 3, n = 300}}",
      width: 50)
    #expect(
      printed == """
        #    n  name    share
        1    1  "Ann"    0.25
        2   20  "你好"   10.5
        3  300  "Bob"       3
        """)
  }

  @Test func `large tables are cut with a count`() throws {
    let hundred = try text(
      "(function() local t = {} for i = 1, 137 do t[i] = {i} end return t end)()")
    #expect(hundred.hasSuffix("… 37 more\n}"))
    let keys = try text(
      "(function() local t = {} for i = 1, 20000 do t['k' .. i] = 'v' end return t end)()")
    #expect(keys.contains("… 19900 more"))
    let million = try text(
      "(function() local t = {} for i = 1, 1000000 do t[i] = 0 end return t end)()")
    #expect(million.contains("… 999900 more"))
  }

  @Test func `deep tables are cut with a count`() throws {
    let printed = try text(
      "(function() local t = {1, 2} for i = 1, 20 do t = {t} end return t end)()")
    #expect(printed == "{ { { { { { { { { … 1 more } } } } } } } } }")
  }

  @Test func `a long string is cut inside a table`() throws {
    #expect(try text("{('x'):rep(300)}", width: 300).hasSuffix("x\"… 100 more bytes }"))
  }

  @Test func `pairs are asked where a table brings its own, and their error is shown`() throws {
    #expect(
      try text("setmetatable({}, {__pairs = function() return next, {a = 1} end})") == "{ a = 1 }")
    #expect(
      try text("setmetatable({}, {__pairs = function() error('stop', 0) end})")
        == "{ <__pairs failed: stop> }")
  }

  @Test func `a text of several lines keeps its shape below its key`() throws {
    let printed = try text(
      "{t = setmetatable({}, {__tostring = function() return 'a b\\nc d' end})}")
    #expect(printed == "{\n  t =\n    a b\n    c d\n}")
  }

  @Test func `no line is wider than the screen when each value fits`() throws {
    let lua = LuaState()
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      let value = try #require(lua.run("return \(code(&random, depth: 4))").first)
      for width in [40, 60, 100] {
        var options = LuaPrinterOptions()
        options.width = width
        for line in LuaPrinter(lua, options: options).text(of: value).split(separator: "\n") {
          #expect(String(line).displayWidth <= width, "\(line)")
        }
      }
    }
  }

  @Test func `what is printed reads back as the same value`() throws {
    let lua = LuaState()
    var random = SeededRandom(seed: 9)
    for _ in 0..<200 {
      let source = code(&random, depth: 3)
      let value = try #require(lua.run("return \(source)").first)
      var options = LuaPrinterOptions()
      options.width = 20
      let printed = LuaPrinter(lua, options: options).text(of: value)
      if printed.hasPrefix("#") || printed.contains("\n#") || printed.contains(" #") { continue }
      let again = try #require(lua.run("return \(printed)").first)
      let printedAgain = LuaPrinter(lua, options: options).text(of: again)
      #expect(printedAgain == printed)
    }
  }

  @Test func `a summary is one line`() throws {
    let lua = LuaState()
    let value = try #require(lua.run("return {1, {2, {3, {4}}}, name = ('x'):rep(100)}").first)
    let summary = LuaPrinter(lua).summary(of: value, columns: 30)
    #expect(summary.displayWidth <= 30)
    #expect(!summary.contains("\n"))
  }

  private func text(_ code: String, width: Int = 80) throws -> String {
    let lua = LuaState()
    let value = try lua.run("return \(code)", chunkName: "test").first ?? .nil
    var options = LuaPrinterOptions()
    options.width = width
    return LuaPrinter(lua, options: options).text(of: value)
  }

  /// A random value as Lua code, with short leaves.
  private func code(_ random: inout SeededRandom, depth: Int) -> String {
    let leaves = ["1", "-2.5", "\"你好\"", "true", "\"a\\\\b\"", "3.0", "\"x\\ny\""]
    if depth == 0 || random.next() % 3 == 0 { return leaves[Int(random.next() % 7)] }
    let items = (0..<random.next() % 7).map { index -> String in
      let value = code(&random, depth: depth - 1)
      return random.next() % 2 == 0 ? value : "k\(index) = \(value)"
    }
    return "{ \(items.joined(separator: ", ")) }"
  }
}
