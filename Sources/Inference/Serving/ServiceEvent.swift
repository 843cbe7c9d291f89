/// What a service tells about a request: its tokens as they come, then once how it ended.
public enum ServiceEvent: Sendable {
  /// A token, or text that was held back for a stop text that did not come.
  case token(GeneratedToken)
  /// Nothing more will come.
  case end(ServedRequest)
}

/// How a request of a service ended; times in seconds since the service began.
public struct ServedRequest: Sendable {
  /// How a request can end.
  public enum Outcome: Hashable, Sendable {
    /// It has its answer; the generation says whether by its length or by a stop.
    case finished
    /// Whoever asked does not want it any more.
    case cancelled
    /// It cannot go on.
    case failed(String)
  }

  /// Its number.
  public let id: EngineService.RequestID
  /// The replica that it ran on.
  public let replica: Int
  /// How it ended.
  public let outcome: Outcome
  /// What came of it.
  public let generation: Generation
  /// When it was submitted.
  public let arrivedAt: Double
  /// When its first step began; NaN where none did.
  public let startedAt: Double
  /// When it had its first token; NaN where it had none.
  public let firstTokenAt: Double
  /// When it ended.
  public let endedAt: Double
  /// How often it lost its blocks.
  public let preemptions: Int

  /// Seconds from its arrival to its first token.
  public var ttft: Double { firstTokenAt - arrivedAt }
  /// Seconds from its arrival to its end.
  public var e2e: Double { endedAt - arrivedAt }
  /// Seconds from its arrival to the beginning of its first step.
  public var queueing: Double { startedAt - arrivedAt }
  /// Seconds per token behind the first; NaN for fewer than two.
  public var tpot: Double {
    let count = generation.tokens.count
    return count > 1 ? (endedAt - firstTokenAt) / Double(count - 1) : .nan
  }
}

/// One step of a service's replica; times in seconds since the service began.
public struct ServedStep: Sendable {
  /// The replica.
  public let replica: Int
  /// When it began.
  public let startedAt: Double
  /// When it was over.
  public let endedAt: Double
  /// Requests that got a token each, or more by guesses.
  public let decoding: Int
  /// Requests of which a part of the prompt was read.
  public let prefills: Int
  /// Tokens of prompts that were read.
  public let prefillTokens: Int
  /// KV blocks that were held behind it.
  public let heldBlocks: Int
  /// Requests that waited for blocks.
  public let waiting: Int
}
