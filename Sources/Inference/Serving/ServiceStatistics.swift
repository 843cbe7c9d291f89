public import Serving

/// What a service did so far, and what it does now.
public struct ServiceStatistics: Sendable {
  /// What one replica does now.
  public struct Replica: Sendable {
    /// Requests that hold KV blocks.
    public var running = 0
    /// Requests that were given to it and hold none yet.
    public var waiting = 0
    /// Requests that were given to it and have not begun; further answers to a prompt are not counted.
    public var queued = 0
    /// KV blocks that sequences hold.
    public var heldBlocks = 0
    /// The most KV blocks; nothing where only memory sets an end.
    public var blockLimit: Int?
    /// Requests that were given to it and have not ended.
    public var outstanding = 0
    /// Tokens of those requests, prompts and the longest answers.
    public var outstandingTokens = 0

    /// What its scheduler's decisions came to.
    public var decisions = ServingCounts()
    /// The most requests that run at once.
    public var mostRunning = 1

    /// Creates the numbers of an idle replica.
    public init() {}

    /// Counts a request that is given to it.
    mutating func take(_ request: PreparedRequest, sharesPlace: Bool) {
      waiting += 1
      queued += sharesPlace ? 0 : 1
      outstanding += 1
      outstandingTokens += request.mostTokens
    }

    /// True when a request that comes now would not have to wait for others to end.
    public var isFree: Bool { outstanding < mostRunning }
    /// The share of its blocks that are held; 0 without a limit.
    public var occupancy: Double { blockLimit.map { Double(heldBlocks) / Double($0) } ?? 0 }
  }

  /// What was counted since the service began.
  public struct Counts: Sendable {
    /// Requests that were taken.
    public var submitted = 0
    /// Requests that were turned away because too many waited.
    public var refused = 0
    /// Requests that ended by a stop token or text.
    public var stopped = 0
    /// Requests that ended by their length.
    public var ended = 0
    /// Requests that nobody wanted any more.
    public var cancelled = 0
    /// Requests that could not go on.
    public var failed = 0
    /// Tokens of prompts of requests that began.
    public var promptTokens = 0
    /// Those of them that were found in the prefix cache.
    public var cachedTokens = 0
    /// Tokens that were produced.
    public var generatedTokens = 0
    /// Times that a request lost its blocks.
    public var preemptions = 0
    /// Steps.
    public var steps = 0
    /// Guesses that were verified, and those that held.
    public var draftedTokens = 0, acceptedTokens = 0

    mutating func add(_ other: Counts) {
      submitted += other.submitted
      refused += other.refused
      stopped += other.stopped
      ended += other.ended
      cancelled += other.cancelled
      failed += other.failed
      promptTokens += other.promptTokens
      cachedTokens += other.cachedTokens
      generatedTokens += other.generatedTokens
      preemptions += other.preemptions
      steps += other.steps
      draftedTokens += other.draftedTokens
      acceptedTokens += other.acceptedTokens
    }
  }

  /// What each replica does now.
  public var replicas: [Replica] = []
  /// What was counted over all replicas.
  public var counts = Counts()
  /// Seconds from arrival to the first token.
  public internal(set) var ttft = BoundedHistogram(BoundedHistogram.firstTokenSeconds)
  /// Seconds from token to token.
  public internal(set) var interToken = BoundedHistogram(BoundedHistogram.tokenSeconds)
  /// Seconds per token behind the first, by request.
  public internal(set) var tpot = BoundedHistogram(BoundedHistogram.tokenSeconds)
  /// Seconds from arrival to the end.
  public internal(set) var e2e = BoundedHistogram(BoundedHistogram.requestSeconds)
  /// Seconds from arrival to the beginning of the first step.
  public internal(set) var queueing = BoundedHistogram(BoundedHistogram.requestSeconds)
  /// Seconds from the beginning of the first step to the first token.
  public internal(set) var prefill = BoundedHistogram(BoundedHistogram.requestSeconds)
  /// Seconds from the first token to the end.
  public internal(set) var decode = BoundedHistogram(BoundedHistogram.requestSeconds)
  /// Tokens of prompts, by request.
  public internal(set) var promptTokens = BoundedHistogram(BoundedHistogram.requestTokens)
  /// Tokens of answers, by request.
  public internal(set) var answerTokens = BoundedHistogram(BoundedHistogram.requestTokens)
  /// Tokens that run through the layers, by step.
  public internal(set) var stepTokens = BoundedHistogram(BoundedHistogram.powersOfTwo)

  /// Requests that hold KV blocks.
  public var running: Int { replicas.reduce(0) { $0 + $1.running } }
  /// Requests that hold none yet.
  public var waiting: Int { replicas.reduce(0) { $0 + $1.waiting } }
  /// The share of all replicas' blocks that are held; 0 without a limit.
  public var occupancy: Double {
    replicas.isEmpty ? 0 : replicas.reduce(0) { $0 + $1.occupancy } / Double(replicas.count)
  }

  /// Creates the numbers of a service that did nothing yet.
  public init() {}

  /// Adds what another replica counted.
  mutating func add(_ other: ServiceStatistics) {
    replicas += other.replicas
    counts.add(other.counts)
    for histogram in Self.histograms { self[keyPath: histogram].add(other[keyPath: histogram]) }
  }

  private static var histograms: [WritableKeyPath<ServiceStatistics, BoundedHistogram>] {
    [
      \.ttft, \.interToken, \.tpot, \.e2e, \.queueing, \.prefill, \.decode, \.promptTokens,
      \.answerTokens, \.stepTokens,
    ]
  }

  /// Counts a request that asked for vectors and has them.
  public mutating func noteEmbedding(tokens: Int, seconds: Double) {
    counts.stopped += 1
    counts.promptTokens += tokens
    promptTokens.add(Double(tokens))
    e2e.add(seconds)
  }

  /// Counts a run of so many tokens through the layers.
  public mutating func noteStep(tokens: Int) {
    counts.steps += 1
    stepTokens.add(Double(tokens))
  }

  mutating func note(_ request: ServedRequest) {
    let answer = request.generation
    switch request.outcome {
    case .cancelled: counts.cancelled += 1
    case .failed: counts.failed += 1
    case .finished:
      if answer.finishReason == .stop { counts.stopped += 1 } else { counts.ended += 1 }
    }
    counts.draftedTokens += answer.draftedTokens
    counts.acceptedTokens += answer.acceptedTokens
    guard request.outcome == .finished else { return }
    promptTokens.add(Double(answer.promptTokens))
    answerTokens.add(Double(answer.tokens.count))
    e2e.add(request.e2e)
    if !request.startedAt.isNaN { queueing.add(request.queueing) }
    guard !request.firstTokenAt.isNaN else { return }
    prefill.add(request.firstTokenAt - request.startedAt)
    decode.add(request.endedAt - request.firstTokenAt)
    if answer.tokens.count > 1 { tpot.add(request.tpot) }
  }
}

/// How often values fell under fixed bounds, as Prometheus counts them.
public struct BoundedHistogram: Sendable {
  /// Upper bounds, ascending; values above all of them are only in `count`.
  public let bounds: [Double]
  /// Values at or below each bound and above the one before it.
  public private(set) var counts: [Int]
  /// How many values there were.
  public private(set) var count = 0
  /// Their sum.
  public private(set) var sum = 0.0

  /// Creates an empty histogram.
  public init(_ bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count)
  }

  /// Counts a value.
  public mutating func add(_ value: Double) {
    count += 1
    sum += value
    if let place = bounds.firstIndex(where: { value <= $0 }) { counts[place] += 1 }
  }

  /// Counts the values of another one of the same bounds.
  public mutating func add(_ other: BoundedHistogram) {
    precondition(bounds == other.bounds, "histograms of \(bounds) and \(other.bounds)")
    for place in counts.indices { counts[place] += other.counts[place] }
    count += other.count
    sum += other.sum
  }

  // The bounds are those of vLLM (v1/metrics/loggers.py), so that its dashboards fit.

  static let firstTokenSeconds: [Double] = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560,
  ]
  static let tokenSeconds: [Double] = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ]
  static let requestSeconds: [Double] = [
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
  ]
  static let requestTokens: [Double] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
  ]
  static let powersOfTwo: [Double] = [
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384,
  ]
}
