import Base
import Inference
import LuaBridge

extension LanguageModel {
  /// Continues a prompt as the options say and remembers what came.
  func generate(_ prompt: [TokenID], _ options: GenerateOptions, _ state: LuaState) throws
    -> Generation
  {
    let wanted = try wanted(options)
    let (onToken, stream) = Self.listener(options)
    var isEnded = false
    var failure: LuaError?
    let asked = state.stopQuestion
    var result = try session(for: adapter(options)).generate(
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
    ngrams.learn(prompt.suffix(ngrams.order) + result.tokens)
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
}
