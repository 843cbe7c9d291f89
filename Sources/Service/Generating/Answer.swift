import Base
import Inference

/// One answer under way.
struct Answer: Sendable {
  /// Its number within the request.
  let index: Int
  /// What is put before it.
  let echo: String
  /// Tokens of its prompt.
  let promptTokens: Int
  /// The text so far, without the echo.
  var text = ""
  /// Tokens so far.
  var tokenCount = 0
  /// Tokens of the prompt that were computed already.
  var cachedTokens = 0
  /// What is told of each token, where it was asked for.
  var logprobs: [TokenLogprob] = []
  /// Why it ended.
  var end: TextEvent.End?

  init(index: Int, echo: String, promptTokens: Int, promptScores: [TokenLogprob]) {
    self.index = index
    self.echo = echo
    self.promptTokens = promptTokens
    logprobs = promptScores
  }

  /// Takes what came.
  mutating func add(_ event: TextEvent, alternatives: Int?, _ model: any LanguageModel) {
    text += event.text
    if event.end != nil { end = event.end }
    cachedTokens = max(cachedTokens, event.cachedTokens)
    guard event.token != nil else { return }
    if let alternatives, let score = event.score {
      logprobs.append(TokenLogprob(score, alternatives, model))
    }
    tokenCount += 1
  }
}

/// A token with its probability and that of others in its place.
struct TokenLogprob: Sendable {
  struct Entry: Sendable {
    let bytes: [UInt8]
    let logProbability: Double

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  let chosen: Entry
  let alternatives: [Entry]

  init(_ score: TokenScore, _ count: Int, _ model: any LanguageModel) {
    chosen = Entry(bytes: model.bytes(of: score.token), logProbability: score.logProbability)
    alternatives = score.alternatives.prefix(count).map {
      Entry(bytes: model.bytes(of: $0.token), logProbability: $0.logProbability)
    }
  }
}

/// The tokens that a request took.
struct Usage {
  let promptTokens: Int
  let completionTokens: Int
  let cachedTokens: Int

  init(_ promptTokens: Int, _ answers: [Answer]) {
    self.promptTokens = promptTokens
    completionTokens = answers.reduce(0) { $0 + $1.tokenCount }
    // Each prompt counts once, however many answers it has.
    cachedTokens = min(promptTokens, answers.reduce(0) { max($0, $1.cachedTokens) })
  }

  var json: JSONValue {
    [
      "prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(completionTokens),
      "total_tokens": .integer(promptTokens + completionTokens),
      "prompt_tokens_details": ["cached_tokens": .integer(cachedTokens)],
    ]
  }
}
