import Base
import Inference

/// `greedy.json`: continuations by the most probable token, identical on the float32 path; on the fast
/// path they may differ from a step on where the two best tokens were close.
struct LLMGreedyReference: ReferenceFile {
  let folder = "llm"
  let name = "greedy.json"
  let model: ReferenceModel

  /// The README's margin below which 8-bit activations may take the other token.
  private static let closeMargin = 0.4

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for row in try document.list("rows") {
      for arithmetic in Arithmetic.allCases {
        try check(row, model.engine(for: document, arithmetic), &tally)
      }
    }
    return tally
  }

  private func check(_ row: JSONValue, _ engine: Engine, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    let title = "\(excerpt(try row.text("prompt"))), \(engine.arithmetic.rawValue) path"
    let expected = try row.tokens("f32_ids")
    let options = GenerationOptions(maxTokens: expected.count, ignoresEnd: true)
    let session = engine.makeSession(format: engine.arithmetic == .exact ? .f32 : .f16)
    let result = try session.generate(row.tokens("prompt_ids"), options: options)
    let step = zip(result.tokens, expected).prefix { $0 == $1 }.count
    let margins = try row.numbers("f32_top1_minus_top2")
    let margin = margins.indices.contains(step) ? margins[step] : .infinity
    let mayDiffer = engine.arithmetic == .fast && margin < Self.closeMargin
    tally.count(
      result.tokens == expected || mayDiffer,
      "\(title): token \(step + 1) differs, where the margin is \(margin)")
  }
}
