/// What a user asked for, as far as deciding needs it: lengths, rank and what it shares with others.
public struct Request: Hashable, Sendable, BitwiseCopyable {
  /// The number the owner knows it by.
  public var id: Int32
  /// Tokens of the prompt, at least 1.
  public var promptTokens: Int32
  /// Tokens to produce, at least 1; a real engine may stop earlier.
  public var outputTokens: Int32
  /// Earlier is smaller; simulations use the bits of the arrival time.
  public var rank: Int64
  /// More urgent is smaller, as in vLLM.
  public var priority: Int32
  /// Which LoRA adapter it runs with; 0 is none.
  public var adapter: Int32
  /// Which of the owner's classes of service it belongs to.
  public var slaClass: Int32
  /// Which part of the beginnings it starts with, for the prefix cache.
  public var prefix: PrefixRange

  /// Creates a request.
  public init(
    id: Int32, promptTokens: Int32, outputTokens: Int32, rank: Int64, priority: Int32 = 0,
    adapter: Int32 = 0, slaClass: Int32 = 0, prefix: PrefixRange = PrefixRange()
  ) {
    precondition(
      promptTokens >= 1 && outputTokens >= 1,
      "a request has a prompt and an answer, got \(promptTokens) and \(outputTokens) tokens")
    self.id = id
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.rank = rank
    self.priority = priority
    self.adapter = adapter
    self.slaClass = slaClass
    self.prefix = prefix
  }
}

/// Which entries of `PrefixIDs` name a request's tokens.
public struct PrefixRange: Hashable, Sendable, BitwiseCopyable {
  /// The first entry.
  public var start: Int32
  /// How many leading tokens are named; blocks behind them are never shared.
  public var tokens: Int32

  /// Creates a range; the default names nothing.
  public init(start: Int32 = 0, tokens: Int32 = 0) {
    self.start = start
    self.tokens = tokens
  }
}

/// Names of beginnings: the k-th name of a request stands for its first (k+1) · `tokensPerID` tokens, so
/// two requests with an equal name have an equal beginning up to there (a hash chain).
public struct PrefixIDs: Hashable, Sendable {
  /// The names of all requests, one after the other.
  public var ids: ContiguousArray<UInt64>
  /// How many tokens one name adds.
  public var tokensPerID: Int

  /// Creates names.
  public init(ids: ContiguousArray<UInt64> = [], tokensPerID: Int = 16) {
    precondition(tokensPerID >= 1, "a name stands for at least one token, got \(tokensPerID)")
    self.ids = ids
    self.tokensPerID = tokensPerID
  }

  /// The name of a beginning that goes on from another with some content.
  public static func chain(_ parent: UInt64, _ content: UInt64) -> UInt64 {
    mixed(parent &* 0x9E37_79B9_7F4A_7C15 &+ content)
  }

  /// Spreads the bits of a number (the finaliser of SplitMix64).
  @inlinable
  public static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A class of service: what its users were promised.
public struct SLAClass: Hashable, Sendable {
  /// What the only class is called where nobody named it; reports leave that out.
  public static let unnamed = "SLO"

  /// What it is called, as in "interactive".
  public var name: String
  /// The priority its requests have; more urgent is smaller.
  public var priority: Int32
  /// The latest first token, in seconds.
  public var ttftSeconds: Double
  /// The most seconds from token to token, on average over an answer.
  public var tpotSeconds: Double

  /// Creates a class; without limits everything keeps the promise.
  public init(
    _ name: String, priority: Int32 = 0, ttftSeconds: Double = .infinity,
    tpotSeconds: Double = .infinity
  ) {
    self.name = name
    self.priority = priority
    self.ttftSeconds = ttftSeconds
    self.tpotSeconds = tpotSeconds
  }
}
