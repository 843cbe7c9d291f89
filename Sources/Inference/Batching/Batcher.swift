public import Base
import Models
public import Serving

/// Serves many requests with one engine: a scheduler decides what each step does, and the engine does it
/// with tensors (continuous batching, Yu 2022, with paged keys and values, Kwon 2023).
///
/// The decisions are those of `Serving`, block by block, and the same that a simulated replica makes:
/// the state gives out its own block numbers, and each stands for one block of the engine's pool. What a
/// request gets depends neither on what runs beside it nor on whether it lost its blocks on the way. A
/// batcher belongs to one thread at a time.
public final class Batcher {
  /// How a batcher fills its steps.
  public struct Limits: Sendable {
    /// The most requests that run at once.
    public var running: Int
    /// The most rows of a step: decoding requests take one each, prompts take the rest.
    public var stepTokens: Int
    /// The most different adapters of a step; 0 takes any number.
    public var adapters: Int
    /// The most guesses that a decoding request verifies in a step; 0 takes one token at a time.
    public var draftTokens: Int

    /// Creates limits.
    public init(
      running: Int = 64, stepTokens: Int = 256, adapters: Int = 0, draftTokens: Int = 0
    ) {
      precondition(running >= 1 && stepTokens >= 1 && adapters >= 0 && draftTokens >= 0)
      self.running = running
      self.stepTokens = stepTokens
      self.adapters = adapters
      self.draftTokens = draftTokens
    }
  }

  /// What runs the steps.
  public let executor: StepExecutor
  /// How steps are filled.
  public var limits: Limits
  /// What decides the steps; can be changed between two of them.
  public var scheduler: any Scheduler { didSet { state.adopt(scheduler) } }
  /// What the decisions rest on, to be looked at.
  public let state: ServingState
  /// All requests by number, finished ones included until they are removed.
  public internal(set) var requests: [BatchRequest.ID: BatchRequest] = [:]

  let memory: BlockMemory
  let plan = StepPlan()
  let outcome = StepOutcome()
  /// Requests that are not finished, by the number that the state knows them by.
  var live: [Int32: LiveRequest] = [:]
  /// The requests of the step that runs, in the order of its items.
  var flights: [Flight] = []
  /// What happened in a step that was stopped, or before the first.
  var unreported: [BatchEvent] = []
  var isStepping = false
  private var names = BlockNames()
  private var epoch: Int
  private var count = 0
  private let start = ContinuousClock.now
  private var lastArrival = 0.0

  /// Creates a batcher over an executor's pool.
  ///
  /// - Parameters:
  ///   - executor: What runs the steps.
  ///   - limits: How steps are filled.
  ///   - scheduler: What decides the steps.
  ///   - isCaching: True to keep blocks for requests that begin alike.
  public init(
    _ executor: StepExecutor, limits: Limits = Limits(),
    scheduler: any Scheduler = VLLMScheduler(), isCaching: Bool = true
  ) {
    self.executor = executor
    self.limits = limits
    self.scheduler = scheduler
    let pool = executor.pool
    // Without a limit there are numbers enough for all that may run, and memory is taken as needed.
    let longest = executor.engine.spec.contextLength / pool.blockSize + 1
    let enough = max(longest, min(1 << 16, longest.multipliedFully(by: limits.running)))
    state = ServingState(
      blockCount: max(1, pool.limit ?? enough), blockSize: pool.blockSize, isCaching: isCaching,
      prefixes: PrefixIDs(tokensPerID: pool.blockSize), for: scheduler)
    state.keepsPrompts = true
    memory = BlockMemory(pool, state)
    epoch = pool.epoch
  }

  /// True when no request waits or runs, and everything was told.
  public var isIdle: Bool { state.isIdle && unreported.isEmpty }
  /// Requests that hold blocks.
  public var runningCount: Int { state.admittedCount }
  /// Requests that wait for blocks.
  public var waitingCount: Int { state.waitingCount }
  /// KV blocks that its requests hold.
  public var heldBlocks: Int { state.pool.usedCount - state.withheldCount }
  /// The sequence of a running request, to be looked at.
  public func sequence(of request: BatchRequest.ID) -> KVSequence? {
    live[Self.key(request)]?.sequence
  }

  /// The number by which the state knows a request.
  static func key(_ id: BatchRequest.ID) -> Int32 { Int32(truncatingIfNeeded: id - 1) }

  /// The most tokens that a sequence can hold.
  var capacity: Int { (state.pool.blockCount - state.reservedBlocks) * state.pool.blockSize }

  // MARK: Requests

  /// Takes a request.
  @discardableResult
  public func add(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(),
    adapter: Adapter? = nil, priority: Int32 = 0
  ) throws(Problem) -> BatchRequest.ID {
    add(try prepare(prompt, options: options, adapter: adapter, priority: priority))
  }

  /// Takes a request that was prepared for a batcher of the same engine and as many blocks.
  @discardableResult
  public func add(_ prepared: PreparedRequest) -> BatchRequest.ID {
    let id = insert(prepared.answer, prepared.adapter, prepared.priority)
    if requests[id]?.phase == .waiting { submit(id) }
    return id
  }

  /// Checks a request, on any thread.
  public func prepare(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(),
    adapter: Adapter? = nil, priority: Int32 = 0
  ) throws(Problem) -> PreparedRequest {
    guard options.drafter == nil || limits.draftTokens > 0 else {
      throw Problem(
        "requests of a batch are not drafted for",
        fix: "leave the drafter out, or allow the batch draft tokens")
    }
    try adapter?.check(fits: executor.engine)
    let answer = try Continuation(executor.engine, prompt, options)
    let (vocabulary, context) = (
      executor.engine.spec.vocabularySize, executor.engine.spec.contextLength
    )
    for token in prompt where token < 0 || Int(token) >= vocabulary {
      throw Problem("token \(token) is not in the vocabulary of \(vocabulary)")
    }
    guard prompt.count <= context else {
      throw Problem(
        "\(prompt.count) tokens do not fit into the context of \(context)",
        fix: "shorten the prompt", kind: .limit)
    }
    let (pool, size) = (executor.pool, executor.pool.blockSize)
    if let limit = pool.limit, prompt.count > limit * size {
      throw Problem(
        "\(prompt.count) tokens do not fit into the pool's \(limit) KV blocks of \(size) positions",
        fix: "shorten the prompt, or make the pool larger", kind: .limit)
    }
    return PreparedRequest(answer: answer, adapter: adapter, priority: priority)
  }

  /// Takes a request that goes on from where another stands, with another random stream; they share
  /// what is computed already.
  public func fork(_ id: BatchRequest.ID, seed: UInt64) throws(Problem) -> BatchRequest.ID {
    let parent = try request(id)
    guard parent.phase != .finished else {
      throw Problem("request \(id) is finished and cannot be forked")
    }
    let child = insert(parent.answer.forked(seed: seed), parent.adapter, parent.priority)
    // One that waits is computed from its tokens later, as its parent is.
    if !share(id, child) { submit(child) }
    return child
  }

  /// Ends a request; what it got is kept.
  public func cancel(_ id: BatchRequest.ID) throws(Problem) {
    _ = try request(id)
    end(id)
  }

  /// Takes a request's blocks; it waits and is computed again when its turn comes.
  public func preempt(_ id: BatchRequest.ID) throws(Problem) {
    guard try request(id).phase != .finished, !isStepping, let known = live[Self.key(id)],
      known.sequence != nil
    else { return }
    plan.removeAll()
    plan.preemption = .recompute
    plan.preempt(known.slot)
    var report = BatchStep()
    beginPlan(&report)
  }

  /// Forgets a finished request.
  public func remove(_ id: BatchRequest.ID) throws(Problem) {
    guard try request(id).phase == .finished else {
      throw Problem("request \(id) is not finished", fix: "cancel it first")
    }
    requests[id] = nil
  }

  /// Ends a request that is there and goes on; what it got is kept.
  func end(_ id: BatchRequest.ID) {
    guard let request = requests[id], request.phase != .finished else { return }
    requests[id]?.answer.end(.interrupted)
    _ = close(id)
  }

  /// Forgets a request that was ended.
  func forget(_ id: BatchRequest.ID) { requests[id] = nil }

  // MARK: Parts

  private func insert(
    _ answer: Continuation, _ adapter: Adapter?, _ priority: Int32
  ) -> BatchRequest.ID {
    count += 1
    requests[count] = BatchRequest(
      id: count, answer: answer, adapter: adapter, priority: priority)
    if answer.isFinished { requests[count]?.phase = .finished }
    return count
  }

  /// Lets the state decide about a request; one that can never have blocks fails with the next step.
  private func submit(_ id: BatchRequest.ID) {
    guard let request = requests[id] else { return }
    let prepared = PreparedRequest(
      answer: request.answer, adapter: request.adapter, priority: request.priority)
    var asked = prepared.request(id: Self.key(id))
    asked.rank = nextRank()
    // What goes on until the pool is full fails then, and not before.
    asked.outputTokens = max(1, min(asked.outputTokens, Int32(capacity + 1) - asked.promptTokens))
    guard let slot = state.submit(asked) else {
      return fail(id, doesNotFit(request.tokens.count), &unreported)
    }
    let names = state.pool.isCaching ? names(of: request) : []
    if state.pool.isCaching { state.setNames(slot, names) }
    live[Self.key(id)] = LiveRequest(id: id, slot: slot, names: names)
  }

  /// Lets a new request share the blocks of one that runs; false where it cannot.
  private func share(_ parent: BatchRequest.ID, _ child: BatchRequest.ID) -> Bool {
    guard let known = live[Self.key(parent)], let sequence = known.sequence,
      state.admittedCount < limits.running
    else { return false }
    withholdOthers()
    guard let slot = state.fork(known.slot, as: Self.key(child), rank: nextRank()) else {
      return false
    }
    var fork = LiveRequest(id: child, slot: slot, names: known.names)
    fork.table = state.blockTable(slot)
    let copy = KVSequence(executor.pool, variant: sequence.variant, isLed: true)
    copy.begin(with: sequence.tokens[...])
    memory.extend(copy, to: fork.table, kept: state.pool.blocks(for: sequence.count))
    memory.fill(copy, to: fork.table)
    fork.sequence = copy
    live[Self.key(child)] = fork
    if state.pool.isCaching { state.setNames(slot, known.names) }
    let phase = requests[parent]?.phase ?? .decode
    requests[child]?.phase = phase
    return true
  }

  /// The rank of a request that comes now: the bits of its time, as in a simulation, and no two alike.
  private func nextRank() -> Int64 {
    lastArrival = max(lastArrival.nextUp, start.duration(to: .now).seconds)
    return Int64(bitPattern: lastArrival.bitPattern)
  }

  func request(_ id: BatchRequest.ID) throws(Problem) -> BatchRequest {
    guard let request = requests[id] else {
      throw Problem("there is no request \(id)", fix: "it never was, or was removed")
    }
    return request
  }

  // MARK: Names

  private func root(_ request: BatchRequest) -> UInt64 {
    BlockNames.root(adapter: request.adapter?.id ?? 0, epoch: epoch)
  }

  private func names(of request: BatchRequest) -> [UInt64] {
    names.names(of: request.tokens, blockSize: state.pool.blockSize, root: root(request))
  }

  /// Names the blocks of a request that its tokens fill now.
  func nameBlocks(_ key: Int32) {
    guard state.pool.isCaching, let known = live[key],
      let tokens = requests[known.id]?.answer.tokens
    else { return }
    let size = state.pool.blockSize
    var count = known.names.count
    while (count + 1) * size <= tokens.count, let request = requests[known.id] {
      let parent = live[key]?.names.last ?? root(request)
      let name = names.name(after: parent, tokens[count * size..<(count + 1) * size])
      state.addName(known.slot, name)
      live[key]?.names.append(name)
      count += 1
    }
  }

  /// Names what waits anew where values in the layers have changed, and forgets names without use.
  func tidyNames() {
    guard state.pool.isCaching else { return }
    if executor.pool.epoch != epoch {
      epoch = executor.pool.epoch
      for (key, known) in live where known.sequence == nil {
        guard let request = requests[known.id] else { continue }
        let names = names(of: request)
        state.setNames(known.slot, names)
        live[key]?.names = names
      }
    }
    let used = live.values.reduce(0) { $0 + $1.names.count }
    guard names.count > 2 * (used + state.pool.namedCount) + 4096 else { return }
    let ours = Set(live.values.flatMap(\.names))
    names.keep { ours.contains($0) || state.pool.knows($0) }
  }
}

extension Int {
  /// The product, or the largest number where it is larger.
  fileprivate func multipliedFully(by other: Int) -> Int {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? .max : product
  }
}
