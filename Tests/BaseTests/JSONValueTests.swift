import Base
import Testing

@Suite struct JSONValueTests {
  @Test(
    "text that comes back byte for byte",
    arguments: [
      "null", "true", "[]", "{}", "0", "-7", "9007199254740993", "1.5", "1e-07", "1e+16",
      #""a\"b\\c\n\t\u0001""#, #""中文🚀""#, #"{"b":1,"a":[1,2.0,"x",null]}"#, #"["a\u0000b"]"#,
    ])
  func roundTrip(text: String) throws {
    #expect(try JSONValue(parsing: text).formatted() == text)
  }

  @Test func `indented text is what Python's json.dumps writes`() throws {
    let value = try JSONValue(parsing: #"{"b": [], "a": {"x": [1, 2]}, "c": {}}"#)
    #expect(
      value.formatted(.indented(1), sortKeys: true) == """
        {
         "a": {
          "x": [
           1,
           2
          ]
         },
         "b": [],
         "c": {}
        }
        """)
  }

  @Test(
    "faults name the file and the byte",
    arguments: [
      ("", "empty"), ("[1,", "byte 3"), ("{\"a\" 1}", "byte 6"), ("[1] x", "byte 5"),
      ("\"\u{1}\"", "byte"), ("nul", "byte 3"), ("1e999", "byte"),
    ])
  func faults(text: String, part: String) throws {
    let problem = #expect(throws: Problem.self) { try JSONValue(parsing: text, file: "f.json") }
    let message = try #require(problem).message
    #expect(message.hasPrefix("f.json: ") && message.contains(part), "\(message)")
  }

  @Test func `nesting without end is refused, not followed`() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(throws: Problem.self) { try JSONValue(parsing: deep) }
  }

  @Test func `mutated documents never crash and what parses prints and parses again`() throws {
    let original = Array(#"{"cells":[{"id":"a1","source":["x = 1\n"],"n":-1.25e3}],"u":"é🚀"}"#.utf8)
    var random = SeededRandom(seed: 11)
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0...random.nextInteger(below: 3) {
        let at = random.nextInteger(below: bytes.count)
        switch random.nextInteger(below: 3) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(at...)
        default: bytes.insert(contentsOf: bytes[..<at], at: at)
        }
        if bytes.isEmpty { break }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect(try JSONValue(parsing: value.formatted(.indented(2))) == value)
    }
  }

  @Test(
    "numbers that Swift cannot hold come back as they stand",
    arguments: [
      "NaN", "[NaN,Infinity,-Infinity,1]", "123456789012345678901234567890", "-9223372036854775809",
      "[1.50,1E5,-0,0.1000000000000000055511151231257827,1e400,-1e-400]", #"{"NaN":NaN,"b":"NaN"}"#,
      #"["\u0001",NaN,"\u00010","\u0001\u00010"]"#, #"{"\u00010":1.50,"\u0001\u00010":2}"#,
      #"["\"NaN, 1.50\\",1.50]"#, "[9223372036854775807,-9223372036854775808,1.5,1e-07]",
    ])
  func keptNumbers(text: String) throws {
    let value = try JSONValue(keepingNumbersOf: Array(text.utf8))
    #expect(value.formatted() == text)
    #expect(try JSONValue(keepingNumbersOf: Array(value.formatted(.indented(3)).utf8)) == value)
  }

  @Test func `a kept number counts as the number it is`() throws {
    let value = try JSONValue(keepingNumbersOf: Array("[NaN, -Infinity, 1.50, 1e30]".utf8))
    let numbers = try #require(value.array).map(\.double)
    #expect(numbers[0]?.isNaN == true && numbers[1...] == [-.infinity, 1.5, 1e30])
    #expect(try JSONValue(keepingNumbersOf: Array("[1, 2.5]".utf8)) == [1, 2.5])
  }

  @Test(
    "what is no number is refused as before",
    arguments: [
      "[nan]", "[+1]", "[01.50]", "[1.]", "[.5]", "[-]", "[NaNs]", "[Infinit]", "[1e+, NaN]",
    ])
  func notNumbers(text: String) {
    #expect(throws: Problem.self) { try JSONValue(keepingNumbersOf: Array(text.utf8)) }
  }

  @Test func `a fault is told at its byte, whatever numbers stand before it`() throws {
    let problem = #expect(throws: Problem.self) {
      try JSONValue(keepingNumbersOf: Array("[NaN, 1.50, -Infinity, x]".utf8), file: "f")
    }
    #expect(try #require(problem).message.hasPrefix("f: byte 24 "))
  }

  @Test func `damaged documents with odd numbers give an error or come back`() throws {
    let original = Array(
      #"{"a":[NaN,-Infinity,1.50,123456789012345678901],"\u0001b":"\u00017","c":1e999}"#.utf8)
    var random = SeededRandom(seed: 5)
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0...random.nextInteger(below: 3) {
        let at = random.nextInteger(below: bytes.count)
        switch random.nextInteger(below: 3) {
        case 0: bytes[at] = original[random.nextInteger(below: original.count)]
        case 1: bytes.remove(at: at)
        default: bytes.insert(original[random.nextInteger(below: original.count)], at: at)
        }
      }
      guard let value = try? JSONValue(keepingNumbersOf: bytes) else { continue }
      #expect(try JSONValue(keepingNumbersOf: Array(value.formatted().utf8)) == value)
    }
  }

  @Test func `a new key goes where the alphabet wants it`() {
    var object: JSONObject = ["a": 1, "c": 3]
    object.insertSorted("b", 2)
    object.insertSorted("d", 4)
    object.insertSorted("a", 0)
    #expect(object.keys == ["a", "b", "c", "d"])
    object["b"] = nil
    #expect(object.keys == ["a", "c", "d"] && object["a"] == 0)
  }
}
