import Base
import Inference

/// `logits.json`: next-token logits of prompts, log probabilities of their tokens, and the perplexity
/// of longer texts, against the float32 reference.
struct LLMLogitsReference: ReferenceFile {
  let folder = "llm"
  let name = "logits.json"
  let model: ReferenceModel

  /// The README's tolerances for float32 activations; the files' rounding to 1e-4 is inside them.
  private static let logitTolerance = 2e-3
  private static let perplexityTolerance = 1e-4
  /// The README's tolerances for 8-bit activations with a scale for each 32 values.
  private static let meanDivergence = 6e-3
  private static let mostDivergence = 0.25
  private static let fastPerplexityTolerance = 1e-2
  private static let leastAgreement = 0.955

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    let engine = try model.engine(for: document)
    var tally = ReferenceTally()
    for prompt in try document["prompts"] == nil ? [] : document.list("prompts") {
      try check(prompt: prompt, engine, &tally)
    }
    for text in try document["texts"] == nil ? [] : document.list("texts") {
      try check(text: text, engine, &tally)
      try check(text: text, fast: model.engine(for: document, .fast), engine, &tally)
    }
    return tally
  }

  private func check(prompt: JSONValue, _ engine: Engine, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    let title = excerpt(try prompt.text("prompt"))
    let ids = try prompt.tokens("ids")
    guard let expected = prompt["f32"] else { throw Problem("\(title) has no \"f32\"") }
    let logits = try engine.makeSession().logits(after: ids)
    var worst = 0.0
    for pair in try expected.list("top20") {
      guard let token = pair.array?.first?.integer, let value = pair.array?.last?.double,
        logits.indices.contains(token)
      else { throw Problem("\(title): \"top20\" should hold pairs of a token and a logit") }
      worst = max(worst, abs(Double(logits[token]) - value))
    }
    tally.count(
      worst <= Self.logitTolerance,
      "\(title): a logit is off by \(worst), \(Self.logitTolerance) is allowed")
    let sum = abs(logSumExp(logits) - (try expected.number("logsumexp")))
    tally.count(sum <= Self.logitTolerance, "\(title): logsumexp is off by \(sum)")
    let probabilities = try engine.makeSession().logProbabilities(of: ids)
    let off = distance(probabilities, try expected.numbers("prompt_logprobs"))
    tally.count(
      off <= 2 * Self.logitTolerance, "\(title): a prompt token's log probability is off by \(off)")
  }

  private func check(text: JSONValue, _ engine: Engine, _ tally: inout ReferenceTally)
    throws(Problem)
  {
    let title = try text.text("name")
    let probabilities = try engine.makeSession().logProbabilities(of: text.tokens("ids"))
    let expected = try text.number("ppl_f32")
    let ours = perplexity(probabilities)
    tally.count(
      abs(ours - expected) <= Self.perplexityTolerance * expected,
      "\(title): perplexity \(ours), expected \(expected)")
    let off = distance(probabilities, try text.numbers("logprobs_f32"))
    tally.count(
      off <= 2 * Self.logitTolerance, "\(title): a token's log probability is off by \(off)")
  }

  /// The fast path against the exact one, which the checks above hold against the reference.
  private func check(
    text: JSONValue, fast: Engine, _ exact: Engine, _ tally: inout ReferenceTally
  ) throws(Problem) {
    let title = "\(try text.text("name")), fast path"
    let found = try Divergence(text.tokens("ids"), of: fast, from: exact)
    tally.count(
      found.mean <= Self.meanDivergence, "\(title): mean divergence \(found.mean) nats")
    tally.count(found.most <= Self.mostDivergence, "\(title): a divergence of \(found.most) nats")
    tally.count(
      found.agreement >= Self.leastAgreement, "\(title): top-1 agreement \(found.agreement)")
    let ours = perplexity(found.logProbabilities)
    let expected = try text.number("ppl_f32")
    tally.count(
      abs(ours - expected) <= Self.fastPerplexityTolerance * expected,
      "\(title): perplexity \(ours), expected \(expected)")
  }

  /// The largest difference of two lists; infinite when their lengths differ or one is no number.
  private func distance(_ ours: [Double], _ expected: [Double]) -> Double {
    guard ours.count == expected.count else { return .infinity }
    return zip(ours, expected).reduce(0) { worst, pair in
      let off = abs(pair.0 - pair.1)
      return off.isNaN ? .infinity : max(worst, off)
    }
  }
}
