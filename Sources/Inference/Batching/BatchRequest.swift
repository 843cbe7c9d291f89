import Serving

/// What a batcher knows of one request.
public struct BatchRequest: Sendable {
  /// Tells a request apart from all others of its batcher.
  public typealias ID = Int

  /// Where a request stands.
  public enum Phase: String, Sendable {
    /// It came, or was preempted, and holds no blocks.
    case waiting
    /// Its prompt, or what it lost by preemption, is being read.
    case prefill
    /// It gets a token with every step.
    case decode
    /// Nothing more will come.
    case finished
  }

  /// Its number, in the order of arrival.
  public let id: ID
  /// Where it stands.
  public internal(set) var phase = Phase.waiting
  /// What came of it so far.
  public var generation: Generation { answer.result }
  /// The tokens of its prompt and its answer.
  public var tokens: [TokenID] { answer.tokens }
  /// How often it lost its blocks.
  public internal(set) var preemptions = 0
  /// Why it failed; nil for what ended well or goes on.
  public internal(set) var failure: String?

  var answer: Continuation
  let adapter: Adapter?
  let priority: Int32
}

/// A request whose prompt and options were checked, ready for a batcher; made on any thread.
public struct PreparedRequest: Sendable {
  let answer: Continuation
  let adapter: Adapter?
  /// More urgent is smaller.
  public let priority: Int32

  /// Tokens of the prompt and of the longest answer.
  public var mostTokens: Int { answer.tokens.count + answer.tokensLeft }

  /// The request as routers and schedulers see it.
  func request(id: Int32, prefix: PrefixRange = PrefixRange()) -> Request {
    Request(
      id: id, promptTokens: Int32(answer.tokens.count),
      outputTokens: Int32(max(1, answer.tokensLeft)), rank: Int64(id), priority: priority,
      adapter: Int32(truncatingIfNeeded: adapter?.id ?? 0), prefix: prefix)
  }
}

/// What happened to a request in a step.
public struct BatchEvent: Sendable {
  /// The request.
  public let request: BatchRequest.ID
  /// A token that it got; nil for an end without one.
  public let token: GeneratedToken?
  /// True when nothing more will come.
  public let isLast: Bool
}

/// What a step did.
public struct BatchStep: Sendable {
  /// Requests that got a token each.
  public var decoding = 0
  /// Requests of which a part of the prompt was read, or of what they lost by preemption.
  public var prefills = 0
  /// Tokens of prompts that were read.
  public var prefillTokens = 0
  /// KV blocks that were held while it ran.
  public var heldBlocks = 0
  /// Requests that waited for blocks while it ran.
  public var waiting = 0
  /// Requests that got blocks, for the first time or again.
  public var admitted: [BatchRequest.ID] = []
  /// Requests that lost their blocks to others.
  public var preempted: [BatchRequest.ID] = []
  /// How long it took, in seconds.
  public var seconds = 0.0
  /// How long the tensors and the drawing of tokens took of it, in seconds; the rest went into deciding
  /// what runs and into keeping blocks and requests in order.
  public var computeSeconds = 0.0
  /// Tokens and ends, in the order of the requests' numbers.
  public var events: [BatchEvent] = []
}
