import Base
import Inference

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
    prompts = try PromptInput.list(fields, "prompt", most: Self.mostPrompts)
    sampling.maxTokens = sampling.maxTokens ?? 16
    echoes = try fields.boolean("echo") ?? false
    logprobs = try fields.integer("logprobs", in: 0...SamplingFields.mostAlternatives)
    if sampling.maxTokens == 0, !echoes {
      throw .expected("a whole number from 1 up", at: "max_tokens", found: 0)
    }
    if let logprobs { sampling.options.alternatives = max(1, logprobs) }
  }
}
