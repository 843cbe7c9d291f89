import Base
import Testing

@Suite struct YAMLDocumentTests {
  private func parse(_ text: String) throws -> JSONValue {
    try YAMLDocument.parse(Array(text.utf8), file: "p.yaml")
  }

  @Test(
    "what YAML says is what JSON says",
    arguments: [
      ("", "null"), ("a: 1\nb: [x, 2.5, true, ~]", #"{"a":1,"b":["x",2.5,true,null]}"#),
      ("a:\n  b: 'it''s'\n  c: \"x\\ty\"", #"{"a":{"b":"it's","c":"x\ty"}}"#),
      ("- 0x1F\n- 0o17\n- -3\n- 1e3\n- .5", "[31,15,-3,1000.0,0.5]"),
      ("- \"5\"\n- !!str 5\n- '~'", #"["5","5","~"]"#),
      ("a: |\n  one\n  two\nb: >\n  one\n  two\n", #"{"a":"one\ntwo\n","b":"one two\n"}"#),
      ("a: &x [1, 2]\nb: *x", #"{"a":[1,2],"b":[1,2]}"#),
      ("时间: 2026-11-26", #"{"时间":"2026-11-26"}"#),
      ("# only\n---\na: 1.2.3 # a version", #"{"a":"1.2.3"}"#),
      ("{a: {}, b: []}", #"{"a":{},"b":[]}"#),
      ("a:", #"{"a":null}"#), ("big: 9223372036854775807", #"{"big":9223372036854775807}"#),
    ])
  func values(text: String, expected: String) throws {
    #expect(try parse(text) == JSONValue(parsing: expected))
  }

  @Test(
    "what two readers would take differently is refused, with its line",
    arguments: [
      ("a: 1\nb: yes", "line 2: yes is a truth value"), ("a: 010", "line 1: 010 is octal"),
      ("a: 1\n---\nb: 2", "line 2: a second document"),
      ("a: 1\nb: 2\na: 3", "line 3: the key \"a\""),
      ("1: x", "line 1: a key must be text"), ("[a]: x", "line 1: a key must be text"),
      ("b: &b {x: 1}\na:\n  <<: *b", "line 3: merge keys"), ("a: !!binary YQ==", "line 1: the tag"),
      ("a: *no", "line 1: *no stands for nothing"), ("a: [1", "did not find expected"),
      ("a: b: c", "line 1: mapping values are not allowed"), ("a:\n\t- 1", "line 2: "),
      ("a: 9223372036854775808", "line 1: 9223372036854775808 takes more"),
    ])
  func faults(text: String, part: String) throws {
    let problem = #expect(throws: Problem.self) { try parse(text) }
    let message = try #require(problem).description
    #expect(message.hasPrefix("p.yaml: line ") && message.contains(part), "\(message)")
  }

  @Test func `aliases that multiply and nesting without end are stopped`() throws {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...20 {
      let many = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(many)]\n"
    }
    #expect(throws: Problem.self) { try parse(bomb) }
    #expect(throws: Problem.self) { try parse(String(repeating: "[", count: 200)) }
  }

  @Test func `damaged text gives an error or a value`() throws {
    let good = Array(
      "a: &x [1, 'two', \"th\\u00e9\"]\nb: {c: *x, d: |\n    text\n  }\n- !!str 5\n".utf8)
    var random = SeededRandom(seed: 3)
    for _ in 0..<1000 {
      var bytes = good
      for _ in 0...random.nextInteger(below: 4) {
        bytes[random.nextInteger(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      do throws(Problem) { _ = try YAMLDocument.parse(bytes, file: "bad") } catch {
        #expect(error.message.hasPrefix("bad: line "))
      }
    }
  }
}
