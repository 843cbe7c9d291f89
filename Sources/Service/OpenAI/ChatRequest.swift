import Base
import Inference

/// The body of `POST /v1/chat/completions`.
struct ChatRequest {
  /// What it has in common with a completion.
  var sampling: SamplingFields
  /// What was said so far.
  var messages: [ChatTemplate.Message]
  /// How many alternatives are told to each token; nil tells nothing.
  var logprobs: Int?

  /// The most messages in a conversation.
  static let mostMessages = 2048

  init(_ body: JSONObject) throws(APIError) {
    let fields = FieldReader(body)
    sampling = try SamplingFields(fields)
    messages = try Self.messages(fields)
    let limit = try fields.integer("max_completion_tokens", in: 1...Int.max)
    if sampling.maxTokens == 0 {
      throw .expected("a whole number from 1 up", at: "max_tokens", found: 0)
    }
    sampling.maxTokens = limit ?? sampling.maxTokens
    try readLogprobs(fields)
  }

  private mutating func readLogprobs(_ fields: FieldReader) throws(APIError) {
    let top = try fields.integer("top_logprobs", in: 0...SamplingFields.mostAlternatives)
    guard try fields.boolean("logprobs") ?? false else {
      if let top, top > 0 {
        throw .invalid("top_logprobs", "top_logprobs: only allowed when logprobs is true")
      }
      return
    }
    logprobs = top ?? 0
    sampling.options.alternatives = max(1, top ?? 0)
  }

  /// The conversation so far.
  static func messages(_ fields: FieldReader) throws(APIError) -> [ChatTemplate.Message] {
    guard let items = try fields.array("messages"), !items.isEmpty, items.count <= mostMessages
    else {
      throw .expected(
        "an array of 1 to \(mostMessages) messages", at: "messages",
        found: fields.value("messages"))
    }
    var messages: [ChatTemplate.Message] = []
    for (index, item) in items.enumerated() {
      guard let object = item.object else {
        throw .expected("an object", at: "messages[\(index)]", found: item)
      }
      messages.append(try message(FieldReader(object, path: "messages[\(index)]")))
    }
    return messages
  }

  private static func message(_ fields: FieldReader) throws(APIError) -> ChatTemplate.Message {
    let roles = ["system", "developer", "user", "assistant"]
    guard let role = try fields.string("role"), roles.contains(role) else {
      throw .expected(
        "\"system\", \"developer\", \"user\" or \"assistant\"", at: fields.name("role"),
        found: fields.value("role"))
    }
    try fields.refuse(
      "tool_calls", unless: { $0.array?.isEmpty ?? false }, why: "tool calls are not served")
    // Templates know a developer by the older name.
    return ChatTemplate.Message(
      role: role == "developer" ? "system" : role, content: try content(fields))
  }

  /// The text of a message: a string, or parts of which all are text.
  private static func content(_ fields: FieldReader) throws(APIError) -> String {
    let value = fields.value("content")
    if let text = value?.string { return text }
    guard let parts = value?.array else {
      throw .expected("a string or an array of parts", at: fields.name("content"), found: value)
    }
    var text = ""
    for (index, part) in parts.enumerated() {
      let path = "\(fields.name("content"))[\(index)]"
      guard let object = part.object else { throw .expected("an object", at: path, found: part) }
      let reader = FieldReader(object, path: path)
      guard try reader.string("type") == "text" else {
        throw .expected("\"text\"", at: reader.name("type"), found: reader.value("type"))
      }
      guard let piece = try reader.string("text") else {
        throw .expected("a string", at: reader.name("text"), found: nil)
      }
      text += (text.isEmpty ? "" : "\n") + piece
    }
    return text
  }
}
