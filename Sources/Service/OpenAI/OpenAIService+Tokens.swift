import Base
import Inference

/// Texts as tokens and back, in vLLM's form.
extension OpenAIService {
  func tokenize(_ body: JSONObject, _ writer: any ResponseWriter) throws(APIError) {
    let fields = FieldReader(body)
    let addsMarks = try fields.boolean("add_special_tokens")
    let tellsTexts = try fields.boolean("return_token_strs") ?? false
    let cutter = try cutter(fields)
    let tokens: [TokenID]
    if fields.value("messages") != nil {
      try fields.refuse(
        "add_generation_prompt", unless: { $0 == true }, why: "only true is served")
      tokens = try cutter.chat(try ChatRequest.messages(fields))
    } else if let text = try fields.string("prompt") {
      tokens = cutter.cut(text, addsMarks ?? true)
    } else {
      throw .expected("a string, or \"messages\" in its place", at: "prompt", found: nil)
    }
    writer.respond(
      HTTPResponse(json: [
        "count": .integer(tokens.count), "max_model_len": .integer(cutter.mostTokens),
        "tokens": .array(tokens.map { .integer(Int($0)) }),
        "token_strs": tellsTexts ? .array(tokens.map { .string(cutter.spelling($0)) }) : .null,
      ]))
  }

  func detokenize(_ body: JSONObject, _ writer: any ResponseWriter) throws(APIError) {
    let fields = FieldReader(body)
    let cutter = try cutter(fields)
    guard let items = try fields.array("tokens") else {
      throw .expected("an array of token numbers", at: "tokens", found: nil)
    }
    let tokens = try PromptInput.tokens(items, path: "tokens")
    try tokens.check(below: cutter.vocabularySize, path: "tokens")
    writer.respond(HTTPResponse(json: ["prompt": .string(cutter.text(tokens))]))
  }

  /// What cuts texts for the model that is asked for, the language model where none is named.
  private func cutter(_ fields: FieldReader) throws(APIError) -> TextCutter {
    let name = try fields.string("model")
    if let model = embeddings?.model, name == model.name || name == nil && language == nil {
      return TextCutter(model)
    }
    guard let name = name ?? language?.name else {
      throw .expected("the name of a model", at: "model", found: nil)
    }
    return TextCutter(try language(named: name))
  }
}

/// What cuts texts into tokens, whatever the model is for.
private struct TextCutter {
  let mostTokens: Int
  let vocabularySize: Int
  let cut: (String, _ addsMarks: Bool) -> [TokenID]
  let chat: ([ChatTemplate.Message]) throws(APIError) -> [TokenID]
  let text: ([TokenID]) -> String
  let spelling: (TokenID) -> String

  init(_ model: any LanguageModel) {
    mostTokens = model.contextLength
    vocabularySize = model.vocabularySize
    cut = { model.tokens(of: $0, addsMarks: $1) }
    chat = { messages throws(APIError) in
      do throws(Problem) { return try model.prompt(of: messages) } catch {
        throw .invalid("messages", error)
      }
    }
    text = model.text
    spelling = { String(decoding: model.bytes(of: $0), as: UTF8.self) }
  }

  init(_ model: any EmbeddingModel) {
    mostTokens = model.maximumTokens
    vocabularySize = model.vocabularySize
    cut = { text, addsMarks in
      let tokens = model.tokens(of: text, most: .max)
      return addsMarks ? tokens : Array(tokens.dropFirst().dropLast())
    }
    chat = { _ throws(APIError) in
      throw .invalid("messages", "messages: model \"\(model.name)\" holds no conversations")
    }
    text = model.text
    spelling = model.spelling
  }
}
