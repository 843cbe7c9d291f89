import Base
import Serving

/// One replica of a service: an engine's sequences in KV blocks of their own, on a thread of their own.
// @unchecked: the batcher and what stands beside it are used on the replica's thread only, once it runs.
final class EngineReplica: @unchecked Sendable {
  typealias RequestID = EngineService.RequestID
  typealias OnEvent = @Sendable (ServiceEvent) -> Void

  let id: Int
  private let batcher: Batcher
  private let start: ContinuousClock.Instant
  private let shared: Monitor<Shared>
  private let onStep: (@Sendable (ServedStep) -> Void)?
  private let isDriven: Bool
  /// Requests that have not ended, by their numbers in the batch and in the service.
  private var open: [BatchRequest.ID: OpenRequest] = [:]
  private var batchIDs: [RequestID: BatchRequest.ID] = [:]

  /// What the replica's thread shares with others.
  private struct Shared {
    var commands: [Command] = []
    var load: ServiceStatistics.Replica
    var statistics = ServiceStatistics()
    var ending: EngineService.Shutdown?
    var thread: SystemThread?
    var hasStopped = false
  }

  private enum Command {
    case add(PreparedRequest, RequestID, Place, OnEvent)
    case cancel(RequestID)
  }

  /// Where a request came to stand in the queue.
  private struct Place {
    let arrivedAt: Double
    /// True where another request stands in the queue for it.
    let isShared: Bool
  }

  private struct OpenRequest {
    let id: RequestID
    let place: Place
    let tokens: Int
    let onEvent: OnEvent
    var startedAt = Double.nan
    var firstTokenAt = Double.nan
    var lastTokenAt = Double.nan
  }

  init(
    _ id: Int, _ engine: Engine, _ options: EngineService.Options,
    _ start: ContinuousClock.Instant
  ) throws(Problem) {
    self.id = id
    self.start = start
    let pool = try engine.makePool(
      format: options.format, blockSize: options.blockSize, limit: options.blocks)
    batcher = Batcher(
      StepExecutor(engine, pool), limits: options.limits, scheduler: options.scheduler,
      isCaching: options.isCaching)
    (onStep, isDriven) = (options.onStep, options.isDriven)
    var load = ServiceStatistics.Replica()
    load.blockLimit = options.blocks
    load.mostRunning = options.limits.running
    shared = Monitor(Shared(load: load))
  }

  /// Starts the thread; false when the system has none left.
  func begin() -> Bool {
    guard let thread = SystemThread({ self.run() }) else {
      shared.change { $0.hasStopped = true }
      return false
    }
    shared.note { $0.thread = thread }
    return true
  }

  // MARK: From any thread

  /// Checks a request; what the answer depends on but the pool is the same on every replica.
  func prepare(
    _ prompt: [TokenID], _ options: GenerationOptions, _ adapter: Adapter?, _ priority: Int32
  ) throws(Problem) -> PreparedRequest {
    try batcher.prepare(prompt, options: options, adapter: adapter, priority: priority)
  }

  /// What it has to do, as far as is known without asking its thread.
  var load: ServiceStatistics.Replica { shared.read(\.load) }

  func add(
    _ prepared: PreparedRequest, _ id: RequestID, sharesPlace: Bool, _ onEvent: @escaping OnEvent
  ) {
    let place = Place(arrivedAt: seconds, isShared: sharesPlace)
    shared.change {
      $0.load.take(prepared, sharesPlace: sharesPlace)
      $0.commands.append(.add(prepared, id, place, onEvent))
    }
  }

  func cancel(_ id: RequestID) { shared.change { $0.commands.append(.cancel(id)) } }

  func stop(_ mode: EngineService.Shutdown) { shared.change { $0.ending = mode } }

  /// Waits for the thread's end, and no longer for answers than the mode says.
  func awaitEnd(_ mode: EngineService.Shutdown) {
    if isDriven {
      if case .finish = mode { while turn() {} }
      return finishAll()
    }
    if case .finish(let seconds) = mode, seconds < .infinity {
      let isDone = shared.wait(seconds: seconds) { $0.hasStopped ? true : nil }
      if isDone == nil { stop(.fail) }
    }
    let thread = shared.wait { state -> SystemThread?? in
      guard state.hasStopped else { return nil }
      defer { state.thread = nil }
      return .some(state.thread)
    }
    thread?.join()
  }

  func addStatistics(to sum: inout ServiceStatistics) {
    let (load, own) = shared.read { ($0.load, $0.statistics) }
    sum.add(own)
    sum.replicas.append(load)
  }

  private var seconds: Double { start.duration(to: .now).seconds }

  // MARK: On the replica's thread

  private func run() {
    while let commands = nextCommands() { work(commands) }
    finishAll()
    shared.change { $0.hasStopped = true }
  }

  /// Does what was asked for and runs a step, on the thread of whoever drives the replica; false when
  /// there is nothing to do.
  func turn() -> Bool {
    let commands = takeCommands()
    guard !commands.isEmpty || !batcher.isIdle else { return false }
    work(commands)
    return true
  }

  private func work(_ commands: [Command]) {
    for command in commands { obey(command) }
    if !batcher.isIdle { step() }
  }

  /// Lets nobody wait for an answer any more.
  private func finishAll() {
    failAll("the service was shut down")
    for case .add(let prepared, let id, let place, let onEvent) in takeCommands() {
      obey(.add(prepared, id, place, onEvent))
    }
    failAll("the service was shut down")
  }

  /// Waits for something to do; nothing when the thread is to end.
  private func nextCommands() -> [Command]? {
    let isIdle = batcher.isIdle
    return shared.wait { state -> [Command]?? in
      if case .fail = state.ending { return .some(nil) }
      if isIdle, state.commands.isEmpty {
        return state.ending == nil ? nil : .some(nil)
      }
      defer { state.commands = [] }
      return state.commands
    }
  }

  private func obey(_ command: Command) {
    switch command {
    case .add(let prepared, let id, let place, let onEvent):
      let number = batcher.add(prepared)
      batchIDs[id] = number
      open[number] = OpenRequest(
        id: id, place: place, tokens: prepared.mostTokens, onEvent: onEvent)
      // One that asks for no token has ended already.
      if batcher.requests[number]?.phase == .finished { end(number, .finished) }
    case .cancel(let id):
      guard let number = batchIDs[id] else { return }
      batcher.end(number)
      end(number, .cancelled)
    }
    publishLoad()
  }

  private func step() {
    let began = seconds
    let report: BatchStep
    do throws(Problem) {
      report = try batcher.step(shouldStop: { [shared] in
        shared.read { if case .fail = $0.ending { true } else { false } }
      })
    } catch {
      if error.kind != .interrupted { failAll(error.description) }
      return
    }
    let now = seconds
    for number in report.admitted {
      guard let request = open[number], request.startedAt.isNaN else { continue }
      open[number]?.startedAt = began
      let answer = batcher.requests[number]?.generation
      shared.note {
        if !request.place.isShared { $0.load.queued -= 1 }
        $0.statistics.counts.promptTokens += answer?.promptTokens ?? 0
        $0.statistics.counts.cachedTokens += answer?.reusedTokens ?? 0
      }
    }
    shared.note {
      $0.statistics.counts.steps += 1
      $0.statistics.counts.preemptions += report.preempted.count
      $0.statistics.stepTokens.add(Double(report.decoding + report.prefillTokens))
    }
    for event in report.events { tell(event, now) }
    onStep?(
      ServedStep(
        replica: id, startedAt: began, endedAt: now, decoding: report.decoding,
        prefills: report.prefills, prefillTokens: report.prefillTokens,
        heldBlocks: report.heldBlocks, waiting: report.waiting))
    publishLoad()
  }

  private func tell(_ event: BatchEvent, _ now: Double) {
    guard let request = open[event.request] else { return }
    if let token = event.token {
      if !token.isRest { noteToken(event.request, now) }
      request.onEvent(.token(token))
    }
    guard event.isLast else { return }
    let failure = batcher.requests[event.request]?.failure
    end(event.request, failure.map { .failed($0) } ?? .finished)
  }

  private func noteToken(_ number: BatchRequest.ID, _ now: Double) {
    guard let request = open[number] else { return }
    shared.note {
      $0.statistics.counts.generatedTokens += 1
      if request.firstTokenAt.isNaN {
        $0.statistics.ttft.add(now - request.place.arrivedAt)
      } else {
        $0.statistics.interToken.add(now - request.lastTokenAt)
      }
    }
    if request.firstTokenAt.isNaN { open[number]?.firstTokenAt = now }
    open[number]?.lastTokenAt = now
  }

  private func end(_ number: BatchRequest.ID, _ outcome: ServedRequest.Outcome) {
    guard let request = open.removeValue(forKey: number),
      let known = batcher.requests[number]
    else { return }
    batchIDs[request.id] = nil
    let served = ServedRequest(
      id: request.id, replica: id, outcome: outcome, generation: known.generation,
      arrivedAt: request.place.arrivedAt, startedAt: request.startedAt,
      firstTokenAt: request.firstTokenAt, endedAt: seconds, preemptions: known.preemptions)
    batcher.forget(number)
    shared.note {
      $0.statistics.note(served)
      if request.startedAt.isNaN, !request.place.isShared { $0.load.queued -= 1 }
      $0.load.outstanding -= 1
      $0.load.outstandingTokens -= request.tokens
    }
    request.onEvent(.end(served))
  }

  private func failAll(_ reason: String) {
    for number in open.keys.sorted() {
      batcher.end(number)
      end(number, .failed(reason))
    }
    publishLoad()
  }

  private func takeCommands() -> [Command] {
    shared.note { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  private func publishLoad() {
    let (running, held, counts) = (
      batcher.runningCount, batcher.heldBlocks, batcher.state.counts
    )
    shared.note {
      $0.load.decisions = counts
      $0.load.running = running
      $0.load.heldBlocks = held
      $0.load.waiting = $0.load.outstanding - running
    }
  }
}
