public import Base
import Models

/// Serves many requests with one engine: every step decodes a token for each running request and reads
/// a piece of the prompts that wait beside them (continuous batching with chunked prefill, Yu 2022,
/// Agrawal 2023).
///
/// First come, first served. Where blocks run out, the request that came last gives its blocks back and
/// is computed again later; what it gets does not change by that. A batcher belongs to one thread at a
/// time.
public final class Batcher {
  /// How a batcher fills its steps.
  public struct Limits: Sendable {
    /// The most requests that run at once.
    public var running: Int
    /// The most rows of a step: decoding requests take one each, prompts take the rest.
    public var stepTokens: Int

    /// Creates limits.
    public init(running: Int = 64, stepTokens: Int = 256) {
      precondition(running >= 1 && stepTokens >= 1)
      self.running = running
      self.stepTokens = stepTokens
    }
  }

  /// What runs the steps.
  public let executor: StepExecutor
  /// How steps are filled.
  public var limits: Limits
  /// All requests by number, finished ones included until they are removed.
  public private(set) var requests: [BatchRequest.ID: BatchRequest] = [:]

  private var sequences: [BatchRequest.ID: KVSequence] = [:]
  /// Requests that are not finished, in the order of arrival.
  private var order: [BatchRequest.ID] = []
  private var count = 0
  /// What happened in a step that was stopped.
  private var unreported: [BatchEvent] = []

  /// Creates a batcher over an executor's pool.
  public init(_ executor: StepExecutor, limits: Limits = Limits()) {
    self.executor = executor
    self.limits = limits
  }

  /// True when no request waits or runs.
  public var isIdle: Bool { order.isEmpty }
  /// Requests that hold blocks.
  public var runningCount: Int { sequences.count }
  /// Requests that wait for blocks.
  public var waitingCount: Int { order.count - sequences.count }
  /// The sequence of a running request, to be looked at.
  public func sequence(of request: BatchRequest.ID) -> KVSequence? { sequences[request] }

  // MARK: Requests

  /// Takes a request.
  @discardableResult
  public func add(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(), adapter: Adapter? = nil
  ) throws(Problem) -> BatchRequest.ID {
    add(try prepare(prompt, options: options, adapter: adapter))
  }

  /// Takes a request that was prepared for a batcher of the same engine and as many blocks.
  @discardableResult
  public func add(_ prepared: PreparedRequest) -> BatchRequest.ID {
    insert(prepared.answer, prepared.adapter)
  }

  /// Checks a request, on any thread.
  public func prepare(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(),
    adapter: Adapter? = nil, priority: Int32 = 0
  ) throws(Problem) -> PreparedRequest {
    guard options.drafter == nil else {
      throw Problem("requests of a batch are not drafted for", fix: "leave the drafter out")
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
    let child = insert(parent.answer.forked(seed: seed), parent.adapter)
    // One that waits is computed from its tokens later, as its parent is.
    if let sequence = sequences[id], sequences.count < limits.running {
      sequences[child] = sequence.fork()
      requests[child]?.phase = parent.phase
    }
    return child
  }

  /// Ends a request; what it got is kept.
  public func cancel(_ id: BatchRequest.ID) throws(Problem) {
    _ = try request(id)
    end(id)
  }

  /// Ends a request that is there and goes on; what it got is kept.
  func end(_ id: BatchRequest.ID) {
    guard let request = requests[id], request.phase != .finished else { return }
    requests[id]?.answer.end(.interrupted)
    _ = close(id)
  }

  /// Forgets a request that was ended.
  func forget(_ id: BatchRequest.ID) { requests[id] = nil }

  /// Takes a request's blocks; it waits and is computed again when its turn comes.
  public func preempt(_ id: BatchRequest.ID) throws(Problem) {
    guard try request(id).phase != .finished, sequences[id] != nil else { return }
    sequences[id] = nil
    requests[id]?.phase = .waiting
    requests[id]?.preemptions += 1
  }

  /// Forgets a finished request.
  public func remove(_ id: BatchRequest.ID) throws(Problem) {
    guard try request(id).phase == .finished else {
      throw Problem("request \(id) is not finished", fix: "cancel it first")
    }
    requests[id] = nil
  }

  // MARK: Steps

  /// Runs one step.
  ///
  /// - Throws: A problem of kind `interrupted` when stopped; nothing is lost by it.
  public func step(observer: Observer? = nil, shouldStop: () -> Bool = { false }) throws(Problem)
    -> BatchStep
  {
    let start = ContinuousClock.now
    var report = BatchStep()
    swap(&report.events, &unreported)
    let plan = plan(&report)
    do throws(Problem) {
      try executor.run(plan.map(\.item), observer: observer, shouldStop: shouldStop) {
        number, _, logits in
        take(logits, for: plan[number].id, &report)
      }
    } catch {
      // A stop may come between the logits of two requests: the next step tells what the first got.
      unreported = report.events
      throw error
    }
    report.seconds = start.duration(to: .now).seconds
    return report
  }

  /// Runs steps until nothing is left to do.
  public func run(
    shouldStop: () -> Bool = { false }, onStep: (BatchStep) throws(Problem) -> Void = { _ in }
  ) throws(Problem) {
    while !isIdle { try onStep(step(shouldStop: shouldStop)) }
  }

  /// Decides which tokens of which requests run next, and sees to it that their blocks are there.
  private func plan(_ report: inout BatchStep) -> [(id: BatchRequest.ID, item: StepItem)] {
    var rows = limits.stepTokens
    var wanted: [(id: BatchRequest.ID, tokens: ArraySlice<TokenID>, isWhole: Bool)] = []
    var blocks = 0
    // Requests are served in the order of arrival; decoding ones before any prompt is read.
    for id in running(.decode) + running(.prefill) + waiting() where rows > 0 {
      guard let request = requests[id] else { continue }
      if sequences[id] == nil {
        guard sequences.count < limits.running else { break }
        admit(id, request)
        report.admitted.append(id)
      }
      guard let sequence = sequences[id] else { continue }
      // A stop between keys and logits leaves nothing to run: the last token runs once more.
      if sequence.count == request.tokens.count { sequence.truncate(to: sequence.count - 1) }
      let pending = request.tokens[sequence.count...]
      let tokens = pending.prefix(rows)
      let needed = sequence.blocksNeeded(for: tokens.count)
      guard makeRoom(blocks + needed, for: id, besides: wanted.map(\.id), &report) else {
        giveUpOrWait(id, &report, isAlone: wanted.isEmpty)
        break
      }
      blocks += needed
      rows -= tokens.count
      wanted.append((id, tokens, tokens.count == pending.count))
    }
    return wanted.map { id, tokens, isWhole in
      let isDecode = requests[id]?.phase == .decode
      if isDecode { report.decoding += 1 } else { report.prefillTokens += tokens.count }
      guard let sequence = sequences[id] else { preconditionFailure("\(id) has no sequence") }
      let item = StepItem(
        sequence, tokens, logits: isWhole ? .last : .none, adapter: requests[id]?.adapter)
      return (id, item)
    }
  }

  private func running(_ phase: BatchRequest.Phase) -> [BatchRequest.ID] {
    order.filter { requests[$0]?.phase == phase }
  }

  private func waiting() -> [BatchRequest.ID] { running(.waiting) }

  /// Gives a request a sequence, with what the pool still knows of its tokens.
  private func admit(_ id: BatchRequest.ID, _ request: BatchRequest) {
    let sequence = KVSequence(executor.pool, variant: request.adapter?.id ?? 0)
    // An observer is to see every token.
    let reused = executor.observer == nil ? sequence.adopt(beginningOf: request.tokens) : 0
    if request.generation.tokens.isEmpty { requests[id]?.answer.noteReuse(reused) }
    sequences[id] = sequence
    requests[id]?.phase = .prefill
  }

  /// Sees to it that so many blocks can be had, by preempting requests that came later and are not part
  /// of the step yet.
  private func makeRoom(
    _ needed: Int, for id: BatchRequest.ID, besides planned: [BatchRequest.ID],
    _ report: inout BatchStep
  ) -> Bool {
    while let available = executor.pool.availableBlocks, available < needed {
      let others = order.last { $0 > id && sequences[$0] != nil && !planned.contains($0) }
      guard let other = others else { return false }
      sequences[other] = nil
      requests[other]?.phase = .waiting
      requests[other]?.preemptions += 1
      report.preempted.append(other)
    }
    return true
  }

  /// A request that does not fit beside the others waits without blocks; one that does not fit alone
  /// never will.
  private func giveUpOrWait(_ id: BatchRequest.ID, _ report: inout BatchStep, isAlone: Bool) {
    guard let sequence = sequences[id] else { return }
    if isAlone, sequences.count == 1 {
      let (count, pool) = (requests[id]?.tokens.count ?? 0, executor.pool)
      let (had, limit) = (sequence.blocks.count + (pool.availableBlocks ?? 0), pool.limit ?? 0)
      fail(
        id,
        "its \(count) tokens do not fit into \(had) KV blocks of \(pool.blockSize) positions"
          + (had < limit ? "; \(limit - had) more are held outside of the batch" : ""), &report)
      return
    }
    // It keeps what it has while it runs; a new one gives back what it adopted.
    if sequence.count == 0 || requests[id]?.phase == .prefill {
      sequences[id] = nil
      requests[id]?.phase = .waiting
    } else if isAlone {
      sequences[id] = nil
      requests[id]?.phase = .waiting
      requests[id]?.preemptions += 1
      report.preempted.append(id)
    }
  }

  private func take(
    _ logits: UnsafeMutableBufferPointer<Float>, for id: BatchRequest.ID,
    _ report: inout BatchStep
  ) {
    requests[id]?.phase = .decode
    requests[id]?.answer.noteStep()
    var token: GeneratedToken?
    do throws(Problem) { token = try requests[id]?.answer.take(logits) } catch {
      // The others of the step go on.
      return fail(id, error.description, &report)
    }
    let isFinished = requests[id]?.answer.isFinished ?? true
    let rest = isFinished ? close(id) : nil
    if let token {
      report.events.append(
        BatchEvent(request: id, token: token, isLast: isFinished && rest == nil))
    }
    if let rest { report.events.append(BatchEvent(request: id, token: rest, isLast: true)) }
    if token == nil, rest == nil {
      report.events.append(BatchEvent(request: id, token: nil, isLast: true))
    }
  }

  // MARK: Parts

  /// Ends a request that cannot go on.
  private func fail(_ id: BatchRequest.ID, _ reason: String, _ report: inout BatchStep) {
    requests[id]?.failure = reason
    requests[id]?.answer.end(.interrupted)
    report.events.append(BatchEvent(request: id, token: close(id), isLast: true))
  }

  private func insert(_ answer: Continuation, _ adapter: Adapter?) -> BatchRequest.ID {
    count += 1
    requests[count] = BatchRequest(id: count, answer: answer, adapter: adapter)
    if answer.isFinished {
      requests[count]?.phase = .finished
    } else {
      order.append(count)
    }
    return count
  }

  private func request(_ id: BatchRequest.ID) throws(Problem) -> BatchRequest {
    guard let request = requests[id] else {
      throw Problem("there is no request \(id)", fix: "it never was, or was removed")
    }
    return request
  }

  /// Gives a request's blocks back and what was held back of its text out.
  private func close(_ id: BatchRequest.ID) -> GeneratedToken? {
    sequences[id] = nil
    order.removeAll { $0 == id }
    requests[id]?.phase = .finished
    return requests[id]?.answer.finish()
  }
}
