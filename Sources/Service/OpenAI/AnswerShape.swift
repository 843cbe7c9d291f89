import Base
import Inference

/// What every piece of an answer begins with.
struct AnswerHead: Sendable {
  let id: String
  let created: Int
  let model: String
}

/// The two forms that answers have: those of completions and those of chats.
enum AnswerShape: Sendable {
  case completion
  case chat

  /// The whole answer.
  func whole(
    _ answers: [Answer], _ plan: AnswerJob.Plan, _ usage: Usage, _ model: any LanguageModel
  ) -> JSONValue {
    let choices = answers.map { answer -> JSONValue in
      let offset = plan.promptScores.isEmpty ? answer.echo.unicodeScalars.count : 0
      let told = logprobs(plan.logprobs.map { _ in answer.logprobs }, offset: offset)
      let finish = reason(answer.end)
      switch self {
      case .completion:
        return [
          "index": .integer(answer.index), "text": .string(answer.echo + answer.text),
          "logprobs": told, "finish_reason": finish,
        ]
      case .chat:
        return [
          "index": .integer(answer.index),
          "message": [
            "role": "assistant", "content": .string(answer.text), "refusal": nil,
          ],
          "logprobs": told, "finish_reason": finish,
        ]
      }
    }
    let object = self == .chat ? "chat.completion" : "text_completion"
    return piece(object, plan.head, choices, usage: usage)
  }

  /// The pieces that a stream begins with.
  func opening(_ answer: Answer, _ plan: AnswerJob.Plan) -> [JSONValue] {
    switch self {
    case .completion:
      answer.echo.isEmpty
        ? []
        : [
          streamed(
            answer, plan, text: answer.echo,
            plan.promptScores.isEmpty ? nil : plan.promptScores[answer.index / plan.n], nil,
            offset: 0)
        ]
    case .chat:
      [
        piece(
          "chat.completion.chunk", plan.head,
          [
            [
              "index": .integer(answer.index), "delta": ["role": "assistant", "content": ""],
              "logprobs": nil, "finish_reason": nil,
            ]
          ], usage: plan.repeatsUsage ? Usage(answer.promptTokens, []) : nil)
      ]
    }
  }

  /// The piece that tells of an event; nil where there is nothing to tell.
  func piece(
    _ event: TextEvent, _ answer: Answer, _ plan: AnswerJob.Plan, _ model: any LanguageModel
  ) -> JSONValue? {
    var told: [TokenLogprob]?
    if plan.logprobs != nil, event.token != nil { told = answer.logprobs.suffix(1) }
    let finish = event.end.flatMap(Self.word)
    // A token whose text is held back is told too, so that clients can count and time tokens.
    if event.text.isEmpty, event.token == nil, finish == nil { return nil }
    return streamed(answer, plan, text: event.text, told, finish)
  }

  /// The last piece of a stream whose client asked for the usage.
  func usagePiece(_ plan: AnswerJob.Plan, _ usage: Usage) -> JSONValue {
    piece(chunkName, plan.head, [], usage: usage)
  }

  private var chunkName: String { self == .chat ? "chat.completion.chunk" : "text_completion" }

  private func streamed(
    _ answer: Answer, _ plan: AnswerJob.Plan, text: String, _ told: [TokenLogprob]?,
    _ finish: String?, offset: Int? = nil
  ) -> JSONValue {
    let before = answer.echo.unicodeScalars.count + answer.text.unicodeScalars.count
    let offset = offset ?? before - text.unicodeScalars.count
    var choice: JSONObject = ["index": .integer(answer.index)]
    if self == .completion {
      choice["text"] = .string(text)
    } else {
      choice["delta"] = text.isEmpty && finish != nil ? [:] : ["content": .string(text)]
    }
    choice["logprobs"] = logprobs(told, offset: max(0, offset))
    choice["finish_reason"] = finish.map { .string($0) } ?? .null
    return piece(
      chunkName, plan.head, [.object(choice)],
      usage: plan.repeatsUsage ? Usage(answer.promptTokens, [answer]) : nil)
  }

  private func piece(_ object: String, _ head: AnswerHead, _ choices: [JSONValue], usage: Usage?)
    -> JSONValue
  {
    var piece: JSONObject = [
      "id": .string(head.id), "object": .string(object), "created": .integer(head.created),
      "model": .string(head.model), "choices": .array(choices),
    ]
    piece["usage"] = usage?.json
    return .object(piece)
  }

  private func reason(_ end: TextEvent.End?) -> JSONValue {
    end.flatMap(Self.word).map { .string($0) } ?? .null
  }

  /// The word for an end; nil for one that is told as an error.
  static func word(_ end: TextEvent.End) -> String? {
    switch end {
    case .stop: "stop"
    case .length: "length"
    case .cancelled, .failed: nil
    }
  }

  // MARK: Probabilities

  private func logprobs(_ told: [TokenLogprob]?, offset: Int) -> JSONValue {
    guard let told else { return .null }
    return self == .chat ? chatLogprobs(told) : completionLogprobs(told, offset: offset)
  }

  private func chatLogprobs(_ told: [TokenLogprob]) -> JSONValue {
    let entry = { (entry: TokenLogprob.Entry) -> JSONObject in
      [
        "token": .string(entry.text), "logprob": .number(entry.logProbability),
        "bytes": .array(entry.bytes.map { .integer(Int($0)) }),
      ]
    }
    let content = told.map { token -> JSONValue in
      var object = entry(token.chosen)
      object["top_logprobs"] = .array(token.alternatives.map { .object(entry($0)) })
      return .object(object)
    }
    return ["content": .array(content), "refusal": nil]
  }

  private func completionLogprobs(_ told: [TokenLogprob], offset: Int) -> JSONValue {
    var offsets: [JSONValue] = []
    var place = offset
    for token in told {
      offsets.append(.integer(place))
      place += token.chosen.text.unicodeScalars.count
    }
    return [
      "text_offset": .array(offsets),
      "token_logprobs": .array(told.map { .number($0.chosen.logProbability) }),
      "tokens": .array(told.map { .string($0.chosen.text) }),
      "top_logprobs": .array(
        told.map { token in
          var object = JSONObject()
          for entry in token.alternatives { object[entry.text] = .number(entry.logProbability) }
          // Nothing stands before the first token of a text, so nothing is known of it.
          return token.chosen.logProbability.isNaN ? .null : .object(object)
        }),
    ]
  }
}

/// The lines of a stream of server-sent events.
enum SSE {
  /// One event.
  static func data(_ value: JSONValue) -> [UInt8] {
    Array("data: \(value.formatted())\n\n".utf8)
  }

  /// The event that ends every stream of this interface.
  static let done = Array("data: [DONE]\n\n".utf8)
}
