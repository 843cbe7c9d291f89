import Base
import Inference

/// `greedy.json`: continuations by the most probable token, identical on the float32 path.
struct LLMGreedyReference: ReferenceFile {
  let folder = "llm"
  let name = "greedy.json"
  let model: ReferenceModel

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    let engine = try model.engine(for: document)
    var tally = ReferenceTally()
    for row in try document.list("rows") {
      let title = excerpt(try row.text("prompt"))
      let expected = try row.tokens("f32_ids")
      let options = GenerationOptions(maxTokens: expected.count, ignoresEnd: true)
      let result = try engine.makeSession().generate(row.tokens("prompt_ids"), options: options)
      let step = zip(result.tokens, expected).prefix { $0 == $1 }.count
      let margins = try row.numbers("f32_top1_minus_top2")
      let margin = margins.indices.contains(step) ? "\(margins[step])" : "?"
      tally.count(
        result.tokens == expected,
        "\(title): token \(step + 1) differs, where the margin is \(margin)")
    }
    return tally
  }
}
