public import Base
import Glibc
public import Inference
import Models
import Synchronization

/// The engine of this program as the service needs it.
public struct EngineModel: LanguageModel {
  /// The name that requests ask for.
  public let name: String
  private let service: EngineService
  private let engine: Engine
  /// One text is scored at a time: each takes memory for its keys and values.
  private let scoring = Turn()

  private final class Turn: Sendable { let lock = Mutex(()) }

  /// Serves a running engine service under a name.
  public init(_ service: EngineService, name: String) {
    self.service = service
    self.name = name
    engine = service.engine
  }

  /// The most tokens of a prompt and its answer together.
  public var contextLength: Int { engine.spec.contextLength }
  /// Tokens are numbered from 0 up to this.
  public var vocabularySize: Int { engine.spec.vocabularySize }
  /// What a text that is empty begins with.
  public var beginToken: TokenID? { engine.tokenizer.vocabulary.begin }

  /// Cuts a text into tokens, with the marks that the model expects around it or without.
  public func tokens(of text: String, addsMarks: Bool) -> [TokenID] {
    engine.tokenizer.encode(text, addsMarks: addsMarks)
  }

  /// The text of tokens.
  public func text(of tokens: [TokenID]) -> String { engine.tokenizer.text(of: tokens) }

  /// The bytes of a token.
  public func bytes(of token: TokenID) -> [UInt8] { engine.tokenizer.bytes(of: token) }

  /// The prompt that asks for the next turn of a conversation.
  public func prompt(of messages: [ChatTemplate.Message]) throws(Problem) -> [TokenID] {
    guard let template = engine.chatTemplate else {
      throw Problem("the model's file has no chat template", fix: "use /v1/completions")
    }
    let tokenizer = engine.tokenizer
    let spelling = { (token: TokenID?) in token.map { tokenizer.text(of: [$0]) } ?? "" }
    let text = try template.render(
      messages, begin: spelling(tokenizer.vocabulary.begin), end: spelling(tokenizer.vocabulary.end)
    )
    return tokenizer.encode(text)
  }

  /// How probable each token of a text is given those before it.
  public func scores(
    of tokens: [TokenID], alternatives: Int, shouldStop: @escaping @Sendable () -> Bool
  ) throws(Problem) -> [TokenScore] {
    try scoring.lock.withLock { _ throws(Problem) in
      var scores: [TokenScore] = []
      try engine.makeSession(format: .f16).run(tokens, logits: .all, shouldStop: shouldStop) {
        position, logits in
        guard position + 1 < tokens.count else { return }
        let token = tokens[position + 1]
        let best = Sampler.top(alternatives, of: logits)
        let own = Double(logits[Int(token)]) - logSumExp(Array(logits))
        scores.append(
          TokenScore(
            token, logProbability: own, alternatives: best.map { ($0.token, log($0.probability)) }))
      }
      return scores
    }
  }

  /// Takes all parts of a request, or none.
  public func submit(_ parts: [TextPart]) throws(SubmitFailure) -> [TextTicket] {
    let submissions = parts.map { part in
      var submission = EngineService.Submission(part.prompt) { part.onEvent(TextEvent($0)) }
      submission.options = part.options
      submission.sharesPlace = part.isFurther
      return submission
    }
    do throws(Problem) {
      return try service.submit(together: submissions).map { TextTicket($0) }
    } catch {
      switch error.kind {
      case .busy: throw .overloaded(error.message)
      case .interrupted: throw .stopping
      default: throw .invalid(error)
      }
    }
  }

  /// Ends a request that nobody waits for.
  public func cancel(_ ticket: TextTicket) { service.cancel(ticket.number) }

  /// What each replica did so far and does now.
  public var statistics: [ServiceStatistics] { service.statisticsByReplica }
}

extension TextEvent {
  /// What the engine tells, in the service's words.
  fileprivate init(_ event: ServiceEvent) {
    switch event {
    case .token(let token):
      self.init(token: token.isRest ? nil : token.id, text: token.text)
      score = token.modelProbability.map { probability in
        TokenScore(
          token.id, logProbability: log(probability),
          alternatives: token.alternatives.map { ($0.token, log($0.probability)) })
      }
    case .end(let request):
      self.init(end: Self.end(of: request))
      cachedTokens = request.generation.reusedTokens
    }
  }

  private static func end(of request: ServedRequest) -> End {
    switch request.outcome {
    case .finished: request.generation.finishReason == .length ? .length : .stop
    case .cancelled: .cancelled
    case .failed(let reason): .failed(reason)
    }
  }
}
