import Base
import TestSupport
import Testing

@testable import Inference

/// Masks over the vocabulary of the real model.
@Suite struct ConstrainingTokenizerTests {
  static let path = try? ModelStore().find("smollm2-135m-instruct")

  static func tokenizer() throws -> Tokenizer {
    try Tokenizer(GGUFFile(path: #require(path)))
  }

  static let schema = """
    {"type": "object", "required": ["name", "tags", "size"], "additionalProperties": false,
     "properties": {"name": {"type": "string", "maxLength": 100}, "note": {"type": "string"},
     "tags": {"type": "array", "items": {"type": "string"}}, "size": {"type": "number"}}}
    """

  @Test(.tags(.model), .enabled(if: path != nil, "the model is not here"))
  func `masks over the real vocabulary hold what a matcher takes`() throws {
    let tokenizer = try Self.tokenizer()
    let constraint = try Constraint.json(schema: JSONValue(parsing: Self.schema))
    let text = #"{"name": "größe 水 of \"things\"", "tags": ["a", "b c"], "size": 12.5}"#
    #expect(constraint.matches(text))
    var state = constraint.start(tokenizer.trie)
    var matcher = GrammarMatcher(constraint.compiled)
    for (step, token) in tokenizer.encode(text, parsesSpecials: false).enumerated() {
      var mask = state.emptyMask
      state.fill(&mask)
      #expect(mask.contains(token))
      if step == 4 || step == 13 {
        for id in 0..<TokenID(tokenizer.vocabulary.count) {
          let bytes = tokenizer.trie.text(of: id)
          var copy = matcher
          let isAllowed = !bytes.isEmpty && copy.accept(bytes)
          if mask.contains(id) != isAllowed { Issue.record("token \(id) at step \(step)") }
        }
      }
      state.accept(token)
      _ = matcher.accept(tokenizer.trie.text(of: token))
    }
    #expect(state.isFinished && matcher.isComplete)
  }
}
