public import Base
public import Clusters
public import Inference
import Models
import Serving
import Synchronization

/// Serves a trace with the engine of this process on the wall clock: the same replicas, scheduler, router
/// and limits as in a simulation, with real tensors instead of a cost model.
///
/// A trace has lengths, not words: prompts are made of tokens by lot, the same where the trace says that
/// requests begin alike, and answers go on to the length that the trace says.
public struct EngineReplay {
  /// How the engine is run.
  public struct Settings: Sendable {
    /// How keys and values are kept.
    public var format = KVFormat.f16
    /// True for replicas with a thread each; false runs their steps here, one after the other, as
    /// policies must that belong to this thread.
    public var isThreaded = true

    /// Creates the defaults.
    public init() {}
  }

  private let engine: Engine
  private let options: ClusterOptions
  private let trace: Trace
  private let settings: Settings

  /// Checks that the engine can do what is asked for.
  public init(
    _ engine: Engine, _ options: ClusterOptions, trace: Trace, settings: Settings = Settings()
  ) throws(Problem) {
    (self.engine, self.options, self.trace, self.settings) = (engine, options, trace, settings)
    guard options.stages == 1, options.autoscaler == nil, options.disaggregation == nil else {
      throw Problem(
        "the engine of this process has no pipeline stages, no autoscaler and no replicas for prompts",
        fix: "take a service without them")
    }
    guard trace.adapters.allSatisfy({ $0 == 0 }) else {
      throw Problem("the trace asks for LoRA adapters, and the engine has none of their numbers")
    }
    let context = engine.spec.contextLength
    for index in 0..<trace.count {
      let total = Int(trace.promptTokens[index] + trace.outputTokens[index])
      guard total <= context else {
        throw Problem(
          "request \(index + 1) has \(total) tokens, the model's context is \(context)",
          fix: "scale the trace's tokens, or leave the request out", kind: .limit)
      }
    }
  }

  /// Serves the trace to its end.
  ///
  /// - Parameter shouldStop: Asked all the time; true ends the run.
  /// - Returns: A cluster with the results.
  /// - Throws: A problem of a request, or of kind `interrupted` when stopped.
  public func run(shouldStop: () -> Bool = { false }) throws(Problem) -> Cluster {
    let board = ReplayBoard(trace, replicas: options.replicas)
    let service = try makeService(board)
    defer { service.shutdown(.fail) }
    var arrivals = Arrivals(trace)
    while !board.isDone {
      if shouldStop() { throw Problem("the replay was stopped", kind: .interrupted) }
      let now = board.seconds
      arrivals.add(board.takeEnded(), trace)
      while let (index, time) = arrivals.next(notAfter: now) {
        try submit(index, time, service, board)
      }
      if settings.isThreaded || !service.turn() { Pause.briefly() }
    }
    board.finish(service)
    return try .served(board.run, options, trace: trace)
  }

  private func makeService(_ board: ReplayBoard) throws(Problem) -> EngineService {
    var made = EngineService.Options()
    made.replicas = options.replicas
    (made.blocks, made.blockSize) = (options.blockCount, options.blockSize)
    (made.format, made.isCaching) = (settings.format, options.isCaching)
    made.limits = Batcher.Limits(
      running: min(options.budget.sequences, options.budget.admitted),
      stepTokens: options.budget.tokens, adapters: options.budget.adapters,
      draftTokens: options.budget.draftTokens)
    (made.scheduler, made.mostWaiting) = (options.scheduler, .max)
    (made.isDriven, made.routesByPrefix) = (!settings.isThreaded, !trace.prefixRanges.isEmpty)
    made.start = board.start
    made.onStep = { board.note($0) }
    let router = Mutex(options.router)
    made.route = { request, names, replicas in
      var request = request
      // Routers know requests by their place in the trace, and when they came by their rank.
      let (index, arrival) = board.arriving
      (request.id, request.rank) = (Int32(index), Int64(bitPattern: arrival.bitPattern))
      let loads = replicas.enumerated().map { id, load in
        ReplicaLoad(
          id: id, waiting: load.waiting, outstanding: load.outstanding,
          outstandingTokens: load.outstandingTokens, occupancy: load.occupancy)
      }
      return router.withLock {
        $0.pick(request, prefixes: names, among: ReplicaViews(loads))
      }
    }
    return try EngineService(engine, made)
  }

  private func submit(
    _ index: Int, _ time: Double, _ service: EngineService, _ board: ReplayBoard
  ) throws(Problem) {
    board.arrive(index, time)
    let (prompt, output) = (Int(trace.promptTokens[index]), Int(trace.outputTokens[index]))
    let blocks = (prompt + output - 2) / options.blockSize + 1
    let reserved = options.scheduler.reservedBlocks(of: options.blockCount)
    guard blocks <= options.blockCount - reserved else { return board.reject(index) }
    var asked = GenerationOptions(maxTokens: output, ignoresEnd: true)
    if options.budget.draftTokens > 0 { asked.drafter = PromptLookup() }
    let priority = trace.request(index, arrival: time, classes: options.classes).priority
    try service.submit(
      tokens(of: index), options: asked, priority: priority
    ) { event in board.note(event, index) }
  }

  // MARK: Tokens

  /// A prompt by lot: what a name of the trace stands for is the same in every request.
  private func tokens(of index: Int) -> [TokenID] {
    let count = Int(trace.promptTokens[index])
    var tokens: [TokenID] = []
    tokens.reserveCapacity(count)
    if index < trace.prefixRanges.count {
      let (range, size) = (trace.prefixRanges[index], trace.prefixes.tokensPerID)
      for name in 0..<(Int(range.tokens) + size - 1) / size where tokens.count < count {
        let id = trace.prefixes.ids[Int(range.start) + name]
        append(min(size, count - tokens.count, Int(range.tokens) - name * size), id, to: &tokens)
      }
    }
    append(count - tokens.count, PrefixIDs.mixed(options.seed ^ UInt64(index) << 20), to: &tokens)
    return tokens
  }

  private func append(_ count: Int, _ seed: UInt64, to tokens: inout [TokenID]) {
    var random = SeededRandom(seed: seed, named: "replayed tokens")
    for _ in 0..<max(0, count) {
      tokens.append(TokenID(random.nextInteger(below: engine.spec.vocabularySize)))
    }
  }
}
