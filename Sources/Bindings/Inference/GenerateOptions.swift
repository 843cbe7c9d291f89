import Base
import Inference
import LuaBridge

/// The options that say how much is produced and how tokens are drawn, in the order of their
/// declaration; shared by everything that generates.
typealias GenerateOptions = Named<
  Int, Double, Int, Double, Double, Double, Double, Double, Double, [Int: Double]?, Double?, Double,
  Int,
  Either<String, [String]>?, Constraint?, Int, Either<LanguageModel, String>?, Int, Adapter?,
  LuaFunction?, Bool
>

extension LanguageModel {
  /// Declares the options of `generate`, `chat` and a batch's `add`.
  static var generateOptions: Argument<GenerateOptions> {
    .named(
      .integer("max_tokens", "the most tokens to produce", default: 128, range: 0...1_000_000),
      .number(
        "temperature", "divides the logits; 0 always takes the most probable token", default: 0,
        range: 0...100, tradeOff: "higher is more varied and less faithful"),
      .integer(
        "top_k", "keep only the k most probable tokens; 0 keeps all", default: 0, range: 0...),
      .number(
        "top_p", "keep the most probable tokens that together reach this", default: 1,
        range: 0...1, tradeOff: "lower cuts the tail of unlikely tokens"),
      .number(
        "min_p", "keep tokens of at least this share of the best one's probability", default: 0,
        range: 0...1),
      .number(
        "typical_p", "keep the tokens whose surprise is nearest to the expected one, up to this",
        default: 1, range: 0...1),
      .number(
        "repetition_penalty", "weakens tokens that stand among the last 64; 1 is off", default: 1,
        range: 0.01...100.0),
      .number(
        "frequency_penalty", "taken from a logit for each time the token stands there", default: 0,
        range: -100...100),
      .number(
        "presence_penalty", "taken from the logit of every token that stands there", default: 0,
        range: -100...100),
      .optional(
        .value(
          "logit_bias", "what is added to the logits of single tokens, as { [id] = -5 }",
          of: [Int: Double].self)),
      .optional(
        .number(
          "mirostat_bits", "hold the surprise of the text at so many bits; 5 is usual",
          range: 0.01...30)),
      .number("mirostat_rate", "how fast mirostat follows", default: 0.1, range: 0.001...1),
      .integer("seed", "fixes the random stream", default: 0),
      .optional(
        .value(
          "stop", "a text, or several, that end the generation",
          of: Either<String, [String]>.self)),
      .optional(
        .value(
          "constraint", "the form that the text must have, as from llm.json_schema",
          of: Constraint.self)),
      .integer(
        "alternatives", "note so many of the most probable tokens at each step", default: 0,
        range: 0...1000),
      .optional(
        .value(
          "draft",
          "what guesses tokens ahead: \"prompt-lookup\", \"n-gram\", or a cheaper model of the same"
            + " vocabulary; the text stays the same",
          of: Either<LanguageModel, String>.self)),
      .integer("draft_tokens", "guesses verified in one step", default: 4, range: 1...64),
      .optional(
        .value("adapter", "what is added to the model's matrices", of: Adapter.self)),
      .optional(
        .function(
          "on_token", "called with each text and token id; returning false ends the generation",
          signature: "fun(text: string, id: integer): boolean?")),
      .boolean("stream", "write the text as it comes", default: false))
  }

  /// What the options ask of the engine.
  func wanted(_ options: GenerateOptions) throws(Problem) -> GenerationOptions {
    let (
      maxTokens, temperature, topK, topP, minP, typicalP, repetition, frequency, presence, bias,
      mirostatBits, mirostatRate, seed, stop, constraint, alternatives, draft, draftTokens, _, _, _
    ) = options.values
    var sampling = SamplingOptions(
      temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repetition,
      seed: UInt64(bitPattern: Int64(seed)))
    sampling.typicalP = typicalP
    sampling.frequencyPenalty = frequency
    sampling.presencePenalty = presence
    sampling.mirostat = mirostatBits.map { .init(target: $0, rate: mirostatRate) }
    for (id, value) in bias ?? [:] { sampling.logitBias[try token(id)] = Float(value) }
    var wanted = GenerationOptions(maxTokens: maxTokens, sampling: sampling, stops: texts(stop))
    wanted.constraint = constraint
    wanted.alternatives = alternatives
    if let draft { wanted.drafter = try drafter(draft, draftTokens, sampling) }
    return wanted
  }

  /// The function that wants each token, and whether the text is written as it comes.
  static func listener(_ options: GenerateOptions) -> (onToken: LuaFunction?, stream: Bool) {
    let values = options.values
    return (values.19, values.20)
  }

  /// What is added to the model's matrices; it must be for this model.
  func adapter(_ options: GenerateOptions) throws(Problem) -> Adapter? {
    let adapter = options.values.18
    try adapter?.check(fits: engine)
    return adapter
  }

  private func drafter(
    _ draft: Either<LanguageModel, String>, _ count: Int, _ sampling: SamplingOptions
  ) throws(Problem) -> any Drafter {
    switch draft {
    case .first(let other):
      let (ours, theirs) = (engine.tokenizer.vocabulary, other.engine.tokenizer.vocabulary)
      guard ours.count == theirs.count else {
        throw Problem(
          "\(other.name) has \(theirs.count) tokens, \(name) has \(ours.count)",
          fix: "a draft model must have the same vocabulary")
      }
      return DraftModel(other.freshSession(), sampling: sampling, drafts: count)
    case .second("prompt-lookup"): return PromptLookup(drafts: count)
    case .second("n-gram"): return LimitedDrafter(ngrams, drafts: count)
    case .second(let other):
      throw Problem(
        "draft \"\(other)\" is unknown", fix: "there are \"prompt-lookup\", \"n-gram\", or a model")
    }
  }

  private func texts(_ stop: Either<String, [String]>?) -> [String] {
    switch stop {
    case .first(let text)?: [text]
    case .second(let texts)?: texts
    case nil: []
    }
  }
}
