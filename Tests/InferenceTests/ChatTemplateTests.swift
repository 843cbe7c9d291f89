import Base
import Testing

@testable import Inference

@Suite struct ChatTemplateTests {
  private static func golden() throws -> JSONValue {
    let folder = FileIO.directory(of: #filePath)
    let bytes = try FileIO.read(folder + "/Golden/chat_templates.json")
    return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
  }

  private static func messages(_ list: JSONValue?) throws -> [ChatTemplate.Message] {
    try #require(list?.array).map {
      ChatTemplate.Message(
        role: try #require($0["role"]?.string), content: try #require($0["content"]?.string))
    }
  }

  /// The texts were made by Jinja2 itself from the templates of the model families.
  @Test func `the templates of the families give what Jinja gives`() throws {
    let golden = try Self.golden()
    for entry in try #require(golden["cases"]?.array) {
      let name = try #require(entry["template"]?.string)
      let conversation = try #require(entry["conversation"]?.string)
      let template = ChatTemplate(try #require(golden["templates"]?[name]?.string))
      let text = try template.render(
        Self.messages(golden["conversations"]?[conversation]),
        asksForReply: conversation == "user" || name != "gemma", begin: "<s>", end: "</s>")
      #expect(text == entry["text"]?.string, "\(name), \(conversation)")
    }
  }

  @Test(
    "what is not understood is named with its line",
    arguments: [
      ("a\n{% macro f() %}{% endmacro %}", "line 2: statement \"macro\" is not supported"),
      ("{{ x | frobnicate }}", "line 1: filter \"frobnicate\" is not supported"),
      ("{{ x is prime }}", "test \"prime\" is not supported"),
      ("{{ f(1) }}", "function \"f\" is not supported"),
      ("{{ 'a'.encode() }}", "method \"encode\" of a string is not supported"),
      ("{% if x %}", "\"endif\" is missing"), ("{% for x y %}{% endfor %}", "\"in\" is missing"),
      ("{{ 'abc }}", "a string is not closed"), ("{{ 1 + }}", "an expression is missing"),
      ("{{ (1 }}", "\")\" is missing"), ("{% set = 1 %}", "a name is missing"),
      ("{{ 1 + 'a' }}", "a number + a string has no meaning"),
      ("{# never", "comment is not closed"),
      ("{{ 1 // 0 }}", "division of 1 by 0"), ("{{ raise_exception('no') }}", "refuses"),
      ("{{ 9223372036854775807 + 1 }}", "too large"), ("{{ x[1 }}", "an expression is missing"),
      (
        "{% for a in range(1000) %}{% for b in range(1000) %}{{ a }}{% endfor %}{% endfor %}", "end"
      ),
      ("{{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1 }}", "deep"),
    ])
  func refusals(template: String, says: String) {
    let problem = #expect(throws: Problem.self) {
      try ChatTemplate(template).render([ChatTemplate.Message(role: "user", content: "x")])
    }
    #expect(problem?.description.contains(says) == true, "\(problem?.description ?? "no error")")
  }

  @Test func `broken templates give errors and nothing worse`() throws {
    let golden = try Self.golden()
    var random = SeededRandom(seed: 12)
    for name in ["features", "gemma", "qwen-2.5"] {
      let good = Array(try #require(golden["templates"]?[name]?.string).utf8)
      for _ in 0..<300 {
        var bytes = good
        for _ in 0..<1 + random.nextInteger(below: 4) {
          let place = random.nextInteger(below: bytes.count)
          switch random.nextInteger(below: 3) {
          case 0: bytes.remove(at: place)
          case 1: bytes[place] = Array("{}%|()[]'\".-0azx ".utf8)[random.nextInteger(below: 17)]
          default: bytes.removeLast(min(bytes.count - 1, random.nextInteger(below: 40)))
          }
        }
        let template = ChatTemplate(String(decoding: bytes, as: UTF8.self))
        _ = try? template.render([ChatTemplate.Message(role: "user", content: "x")])
      }
    }
  }
}
