import Base
import Inference

/// What a completion is to go on from.
enum PromptInput: Equatable {
  case text(String)
  case tokens([TokenID])
}

/// The body of `POST /v1/completions`.
struct CompletionRequest {
  /// What it has in common with a chat.
  var sampling: SamplingFields
  /// What to go on from, each answered on its own.
  var prompts: [PromptInput]
  /// True to put the prompt before the answer.
  var echoes: Bool
  /// How many alternatives are told to each token; nil tells nothing.
  var logprobs: Int?

  /// The most prompts in a request.
  static let mostPrompts = 256

  init(_ body: JSONObject) throws(APIError) {
    let fields = FieldReader(body)
    sampling = try SamplingFields(fields)
    prompts = try Self.prompts(fields)
    sampling.maxTokens = sampling.maxTokens ?? 16
    echoes = try fields.boolean("echo") ?? false
    logprobs = try fields.integer("logprobs", in: 0...SamplingFields.mostAlternatives)
    if sampling.maxTokens == 0, !echoes {
      throw .expected("a whole number from 1 up", at: "max_tokens", found: 0)
    }
    if let logprobs { sampling.options.alternatives = max(1, logprobs) }
  }

  private static func prompts(_ fields: FieldReader) throws(APIError) -> [PromptInput] {
    let value = fields.value("prompt")
    if let text = value?.string { return [.text(text)] }
    guard let items = value?.array, !items.isEmpty else {
      throw .expected(
        "a string, an array of strings, of token numbers, or of arrays of token numbers",
        at: "prompt", found: value)
    }
    if case .integer = items[0] { return [.tokens(try tokens(items, path: "prompt"))] }
    guard items.count <= mostPrompts else {
      throw .expected("at most \(mostPrompts) prompts", at: "prompt", found: value)
    }
    var prompts: [PromptInput] = []
    for (index, item) in items.enumerated() {
      let path = "prompt[\(index)]"
      if let text = item.string {
        prompts.append(.text(text))
      } else if let numbers = item.array, !numbers.isEmpty {
        prompts.append(.tokens(try tokens(numbers, path: path)))
      } else {
        throw .expected("a string or an array of token numbers", at: path, found: item)
      }
    }
    return prompts
  }

  private static func tokens(_ items: [JSONValue], path: String) throws(APIError) -> [TokenID] {
    var tokens: [TokenID] = []
    tokens.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      guard let number = item.integer.flatMap({ TokenID(exactly: $0) }), number >= 0 else {
        throw .expected("a token number", at: "\(path)[\(index)]", found: item)
      }
      tokens.append(number)
    }
    return tokens
  }
}
