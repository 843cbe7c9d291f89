import Base
import Inference

/// The fields that completions and chats have in common.
struct SamplingFields {
  /// The model that was asked for.
  var model: String
  /// How tokens are drawn, when the text ends and what form it has.
  var options: GenerationOptions
  /// The most tokens; nil where nothing was said.
  var maxTokens: Int?
  /// Answers to each prompt.
  var n: Int
  /// True to send each token as it comes.
  var streams: Bool
  /// True to send the usage behind the last piece of a stream.
  var includesUsage: Bool
  /// True to send the usage with every piece of a stream.
  var repeatsUsage: Bool

  /// The most answers to a prompt.
  static let mostAnswers = 128
  /// The most alternatives to each token.
  static let mostAlternatives = 20

  init(_ fields: FieldReader) throws(APIError) {
    guard let model = try fields.string("model") else {
      throw APIError.expected("the name of a model", at: "model", found: fields.value("model"))
    }
    self.model = model
    n = try fields.integer("n", in: 1...Self.mostAnswers) ?? 1
    streams = try fields.boolean("stream") ?? false
    let stream = try fields.object("stream_options")
    if stream != nil, !streams {
      throw .invalid("stream_options", "stream_options: only allowed when stream is true")
    }
    includesUsage = try stream?.boolean("include_usage") ?? false
    repeatsUsage = try stream?.boolean("continuous_usage_stats") ?? false
    maxTokens = try fields.integer("max_tokens", in: 0...Int.max)
    options = GenerationOptions(
      sampling: try Self.sampling(fields), stops: try Self.stops(fields),
      ignoresEnd: try fields.boolean("ignore_eos") ?? false)
    options.minTokens = try fields.integer("min_tokens", in: 0...Int.max) ?? 0
    options.constraint = try FormFields.constraint(fields)
    try Self.refuse(fields)
  }

  private static func sampling(_ fields: FieldReader) throws(APIError) -> SamplingOptions {
    var options = SamplingOptions(
      temperature: try fields.number("temperature", in: 0...2) ?? 1,
      topK: max(0, try fields.integer("top_k", in: -1...Int(Int32.max)) ?? 0),
      topP: try fields.number("top_p", in: 0...1) ?? 1,
      minP: try fields.number("min_p", in: 0...1) ?? 0,
      repetitionPenalty: try fields.number("repetition_penalty", in: 0.01...100) ?? 1,
      // The penalties of this interface look at the whole text.
      penaltyWindow: Int.max,
      seed: try fields.integer("seed", in: Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) }
        ?? UInt64.random(in: 0...UInt64.max))
    options.typicalP = try fields.number("typical_p", in: 0...1) ?? 1
    // All of no probability leaves only the best token.
    if options.topP == 0 { options.topK = 1 }
    options.topP = options.topP == 0 ? 1 : options.topP
    options.typicalP = options.typicalP == 0 ? 1 : options.typicalP
    options.presencePenalty = try fields.number("presence_penalty", in: -2...2) ?? 0
    options.frequencyPenalty = try fields.number("frequency_penalty", in: -2...2) ?? 0
    options.logitBias = try bias(fields)
    return options
  }

  private static func bias(_ fields: FieldReader) throws(APIError) -> [TokenID: Float] {
    guard let entries = try fields.object("logit_bias") else { return [:] }
    var bias: [TokenID: Float] = [:]
    for (key, _) in entries.object {
      guard let token = TokenID(key), token >= 0 else {
        throw .invalid("logit_bias", "logit_bias: expected token numbers as keys, got \"\(key)\"")
      }
      bias[token] = try entries.number(key, in: -100...100).map { Float($0) }
    }
    return bias
  }

  private static func stops(_ fields: FieldReader) throws(APIError) -> [String] {
    guard let value = fields.value("stop") else { return [] }
    if let text = value.string { return text.isEmpty ? [] : [text] }
    let texts = value.array?.map(\.string)
    guard let texts, texts.count <= 16, !texts.contains(nil) else {
      throw APIError.expected("a string or at most 16 strings", at: "stop", found: value)
    }
    return texts.compactMap { $0 }.filter { !$0.isEmpty }
  }

  /// Fields that ask for what is not served; what only steers billing or storage is ignored.
  private static func refuse(_ fields: FieldReader) throws(APIError) {
    let isEmpty = { (value: JSONValue) in value.array?.isEmpty ?? false }
    try fields.refuse("tools", unless: isEmpty, why: "tool calls are not served")
    try fields.refuse("functions", unless: isEmpty, why: "function calls are not served")
    try fields.refuse("audio", why: "audio is not served")
    try fields.refuse("modalities", unless: { $0 == ["text"] }, why: "only \"text\" is served")
    try fields.refuse("best_of", unless: { $0 == 1 }, why: "only 1 is served")
    try fields.refuse("suffix", unless: { $0 == "" }, why: "text is only written behind a prompt")
    try fields.refuse("use_beam_search", unless: { $0 == false }, why: "beams are not served")
  }
}
