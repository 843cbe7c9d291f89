public import Base
public import Clusters

/// How a trace is sent to an endpoint.
public struct ReplayOptions: Sendable {
  /// How prompts are made up.
  public var form = PromptForm.tokens
  /// The seed of their tokens; without one they differ in every run, so that a server's prefix cache
  /// does not know them.
  public var seed: UInt64?
  /// The most requests at once; more wait here.
  public var concurrency = 1024
  /// Seconds that a request may take.
  public var timeoutSeconds = 600.0
  /// Seconds in which nothing comes of a request.
  public var silenceSeconds = 60.0

  /// Creates the usual options.
  public init() {}

  /// The seed, or one that no run had before: the clock numbers them.
  var freshSeed: UInt64 { seed ?? UInt64(bitPattern: Int64(monotonicSeconds() * 1e6)) }
}

/// What came of a trace that was sent to an endpoint.
public struct EndpointRun: Sendable {
  /// What the trace and the model are called.
  public let name: String
  /// What became of each request.
  public let records: [EndpointRecord]
  /// Seconds between the pieces of answers, over all of them.
  public let gaps: [Double]

  /// Takes what was recorded.
  public init(name: String, records: [EndpointRecord], gaps: [Double]) {
    self.name = name
    self.records = records
    self.gaps = gaps
  }

  /// The requests whose answers came to their end.
  public var finished: [EndpointRecord] { records.filter { $0.failure == nil } }
  /// How many did not.
  public var failedCount: Int { records.count { $0.failure != nil } }
  /// Seconds to the end of the last answer.
  public var makespanSeconds: Double { finished.map(\.finishedAt).max() ?? 0 }
  /// What went wrong, with how often it did.
  public var failures: [(reason: String, count: Int)] {
    Dictionary(grouping: records.compactMap(\.failure), by: \.self)
      .map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }
}

extension Endpoint {
  /// Sends the requests of a trace at their times and notes what comes back.
  ///
  /// Requests that fail are noted and the others go on; a request that follows another is sent its time
  /// after that one ended, in whatever way.
  /// - Throws: A problem of kind `interrupted` when stopped.
  public func replay(
    _ trace: Trace, _ options: ReplayOptions = ReplayOptions(),
    onProgress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
  ) throws(Problem) -> EndpointRun {
    let model = try resolvedModel(shouldStop: shouldStop)
    var run = try ReplayLoop(self, trace, options, model: model)
    while !run.isDone {
      let ended = try run.step(shouldStop)
      if ended > 0 { onProgress(run.endedCount, trace.count) }
    }
    return run.result
  }
}

/// A trace under way.
private struct ReplayLoop {
  private let endpoint: Endpoint
  private let trace: Trace
  private let options: ReplayOptions
  private let model: String
  private let maker: PromptMaker
  private let loop: TransferLoop
  private let start = monotonicSeconds()
  private var running: [Int: CompletionTransfer] = [:]
  private var records: [EndpointRecord]
  private var gaps: [Double] = []
  /// Requests whose time is known, the next one last.
  private var due: [(at: Double, index: Int)]
  private(set) var endedCount = 0

  init(_ endpoint: Endpoint, _ trace: Trace, _ options: ReplayOptions, model: String)
    throws(Problem)
  {
    self.endpoint = endpoint
    self.trace = trace
    self.options = options
    self.model = model
    maker = PromptMaker(form: options.form, seed: options.freshSeed)
    loop = try TransferLoop()
    records = Array(repeating: EndpointRecord(), count: trace.count)
    due = (0..<trace.count).filter { !trace.isFollowing($0) }.map { (trace.arrivals[$0], $0) }
      .reversed()
  }

  var isDone: Bool { endedCount == trace.count }

  var result: EndpointRun {
    EndpointRun(name: "\(trace.name) at \(model)", records: records, gaps: gaps)
  }

  /// Sends what is due, moves bytes, and gives how many requests ended.
  mutating func step(_ shouldStop: () -> Bool) throws(Problem) -> Int {
    var now = monotonicSeconds() - start
    while let next = due.last, next.at <= now, running.count < options.concurrency {
      due.removeLast()
      try send(next.index, at: next.at)
      now = monotonicSeconds() - start
    }
    let isFull = running.count >= options.concurrency
    let wait = isFull ? 0.1 : min(0.1, max(0, (due.last?.at ?? .infinity) - now))
    try loop.run(seconds: wait, shouldStop: shouldStop)
    let ended = running.filter { $0.value.transfer.isDone }.keys.sorted()
    for index in ended { take(index) }
    return ended.count
  }

  private mutating func send(_ index: Int, at time: Double) throws(Problem) {
    let order = CompletionTransfer.Order(
      model: model, prompt: maker.prompt(of: trace, index),
      maxTokens: Int(trace.outputTokens[index]))
    let request = try CompletionTransfer(
      order, endpoint, arrivedAt: time, start: start,
      limits: TransferLimits(
        timeoutSeconds: options.timeoutSeconds, silenceSeconds: options.silenceSeconds))
    try loop.add(request.transfer)
    running[index] = request
  }

  private mutating func take(_ index: Int) {
    guard let request = running.removeValue(forKey: index) else { return }
    records[index] = request.record
    gaps += request.gaps
    endedCount += 1
    guard !trace.follows.isEmpty else { return }
    let now = monotonicSeconds() - start
    for follower in 0..<trace.count where trace.follows[follower] == Int32(index) {
      let entry = (at: now + trace.arrivals[follower], index: follower)
      due.insert(entry, at: due.firstIndex { $0.at <= entry.at } ?? due.endIndex)
    }
  }
}
