import Base
import Inference
import LuaBridge

/// The options of `generate` and `chat`, in the order of their declaration.
typealias GenerateOptions = Named<
  Int, Double, Int, Double, Double, Double, Int, Either<String, [String]>?, LuaFunction?, Bool
>

extension LanguageModel {
  /// Declares the options of `generate` and `chat`.
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
        "repetition_penalty", "weakens tokens that stand among the last 64; 1 is off", default: 1,
        range: 0.01...100.0),
      .integer("seed", "fixes the random stream", default: 0),
      .optional(
        .value(
          "stop", "a text, or several, that end the generation",
          of: Either<String, [String]>.self)),
      .optional(
        .function(
          "on_token", "called with each text and token id; returning false ends the generation",
          signature: "fun(text: string, id: integer): boolean?")),
      .boolean("stream", "write the text as it comes", default: false))
  }

  /// Continues a prompt as the options say and remembers what came.
  func generate(_ prompt: [TokenID], _ options: GenerateOptions, _ state: LuaState) throws
    -> Generation
  {
    let (
      maxTokens, temperature, topK, topP, minP, penalty, seed, stop, onToken, stream
    ) = options.values
    let wanted = GenerationOptions(
      maxTokens: maxTokens,
      sampling: SamplingOptions(
        temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: penalty,
        seed: UInt64(bitPattern: Int64(seed))),
      stops: texts(stop))
    var isEnded = false
    var failure: LuaError?
    let asked = state.stopQuestion
    var result = try session.generate(
      prompt, options: wanted, shouldStop: { isEnded || asked() },
      onToken: { token in
        do throws(LuaError) {
          if stream, !token.text.isEmpty { state.write(token.text) }
          guard let onToken else { return }
          let answer = try onToken.call([.text(token.text), .integer(Int(token.id))])
          if answer.first == .boolean(false) { isEnded = true }
        } catch {
          failure = error
          isEnded = true
        }
      })
    result.isStreamed = stream
    last = result
    if let failure { throw failure }
    if stream, !result.text.hasSuffix("\n") { state.write("\n") }
    return result
  }

  /// Writes a conversation down for the model and continues it.
  func chat(
    _ messages: Either<String, [LuaTable]>, _ options: GenerateOptions, _ state: LuaState
  ) throws -> Generation {
    let text = try chatPrompt(messages)
    return try generate(engine.tokenizer.encode(text), options, state)
  }

  /// Writes a conversation down for the model.
  func chatPrompt(_ messages: Either<String, [LuaTable]>, asksForReply: Bool = true)
    throws(Problem) -> String
  {
    guard let template = engine.chatTemplate else {
      throw Problem(
        "model \(name) has no chat template", fix: "use generate and write the prompt yourself")
    }
    let vocabulary = engine.tokenizer.vocabulary
    return try template.render(
      conversation(messages), asksForReply: asksForReply,
      begin: vocabulary.begin.map { vocabulary.spelling(of: $0) } ?? "",
      end: vocabulary.end.map { vocabulary.spelling(of: $0) } ?? "")
  }

  private func conversation(_ messages: Either<String, [LuaTable]>) throws(Problem)
    -> [ChatTemplate.Message]
  {
    switch messages {
    case .first(let text): return [ChatTemplate.Message(role: "user", content: text)]
    case .second(let tables):
      if tables.isEmpty { throw Problem("the conversation has no messages") }
      return try tables.enumerated().map { index, table throws(Problem) in
        guard let role = table["role"].text, let content = table["content"].text else {
          throw Problem(
            "message \(index + 1) needs role and content",
            fix: "write { role = \"user\", content = \"…\" }")
        }
        return ChatTemplate.Message(role: role, content: content)
      }
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
