public import Base
import Models
import Serving

extension Batcher {
  /// Runs one step.
  ///
  /// - Throws: A problem of kind `interrupted` when stopped; nothing is lost by it.
  public func step(observer: Observer? = nil, shouldStop: () -> Bool = { false }) throws(Problem)
    -> BatchStep
  {
    guard !isStepping else {
      throw Problem(
        "the batch runs a step already: what looks inside one cannot start another",
        fix: "go on when the step is over")
    }
    isStepping = true
    defer { isStepping = false }
    let start = ContinuousClock.now
    var report = BatchStep()
    swap(&report.events, &unreported)
    // An observer is to see every token.
    state.isReusing = executor.observer == nil
    tidyNames()
    do throws(Problem) {
      if try makePlan(&report) { try run(&report, observer, shouldStop) }
    } catch {
      // A stop may come between the logits of two requests: the next step tells what the first got.
      unreported = report.events
      throw error
    }
    report.events.sort { $0.request < $1.request }
    report.seconds = start.duration(to: .now).seconds
    return report
  }

  /// Runs steps until nothing is left to do.
  public func run(
    shouldStop: () -> Bool = { false }, onStep: (BatchStep) throws(Problem) -> Void = { _ in }
  ) throws(Problem) {
    while !isIdle { try onStep(step(shouldStop: shouldStop)) }
  }

  // MARK: Obeying

  /// Begins a plan and takes the memory of those that it preempts.
  func beginPlan(_ report: inout BatchStep) {
    state.begin(plan)
    for index in 0..<plan.preempted.count {
      let slot = plan.preempted[index]
      let key = state.requestID(slot)
      guard let known = live[key] else { continue }
      if state.phase(slot) == .swapped {
        live[key]?.swapped = known.sequence.map(SwappedBlocks.init)
      }
      drop(key)
      requests[known.id]?.phase = .waiting
      requests[known.id]?.preemptions += 1
      report.preempted.append(known.id)
    }
  }

  private func run(
    _ report: inout BatchStep, _ observer: Observer?, _ shouldStop: () -> Bool
  ) throws(Problem) {
    beginPlan(&report)
    flights.removeAll(keepingCapacity: true)
    defer { flights.removeAll(keepingCapacity: true) }
    admit(&report)
    let items = makeItems()
    report.decoding = plan.decodes.count
    (report.heldBlocks, report.waiting) = (heldBlocks, waitingCount)
    report.prefills = plan.prefills.count
    report.prefillTokens = plan.shape.prefillTokens
    let start = ContinuousClock.now
    do throws(Problem) {
      try executor.run(items, observer: observer, shouldStop: shouldStop) { number, place, logits in
        take(logits, number, place, &report)
      }
    } catch {
      abandon(&report)
      throw error
    }
    report.computeSeconds = start.duration(to: .now).seconds
    complete(&report)
  }

  /// Gives memory to those that are let in and to those that grow.
  private func admit(_ report: inout BatchStep) {
    // What is found is held before memory is taken for anything new.
    for index in 0..<plan.prefills.count where plan.prefills[index].isAdmission {
      let item = plan.prefills[index]
      let key = state.requestID(item.slot)
      guard let known = live[key], let request = requests[known.id] else { continue }
      let sequence = KVSequence(
        executor.pool, variant: request.adapter?.id ?? 0, isLed: true)
      sequence.begin(with: request.tokens.prefix(Int(item.context)))
      live[key]?.sequence = sequence
      live[key]?.table = state.blockTable(item.slot)
      memory.extend(
        sequence, to: live[key]?.table ?? [], kept: Int(item.cached) / state.pool.blockSize)
      if request.generation.tokens.isEmpty {
        requests[known.id]?.answer.noteReuse(Int(item.cached))
      }
      requests[known.id]?.phase = .prefill
      report.admitted.append(known.id)
    }
    for index in 0..<plan.count {
      let slot = slot(index)
      let key = state.requestID(slot)
      guard let sequence = live[key]?.sequence else { continue }
      if state.blockCount(slot) != sequence.blocks.count {
        let table = state.blockTable(slot)
        live[key]?.table = table
        memory.fill(sequence, to: table)
      }
      live[key]?.swapped?.restore(to: sequence)
      live[key]?.swapped = nil
    }
  }

  /// The sequence at a place in the plan, its decodes first.
  private func slot(_ index: Int) -> Int32 {
    let decodes = plan.decodes.count
    return index < decodes ? plan.decodes[index] : plan.prefills[index - decodes].slot
  }

  private func makeItems() -> [StepItem] {
    var items: [StepItem] = []
    items.reserveCapacity(plan.count)
    for index in 0..<plan.count {
      let slot = slot(index)
      let key = state.requestID(slot)
      guard let known = live[key], let sequence = known.sequence, let request = requests[known.id]
      else { preconditionFailure("request \(key) is planned and has no sequence") }
      let isDecode = index < plan.decodes.count
      let start = sequence.count
      let end =
        isDecode
        ? request.tokens.count
        : start + Int(plan.prefills[index - plan.decodes.count].tokens)
      let drafts = isDecode ? drafts(for: request, slot) : []
      flights.append(
        Flight(id: known.id, key: key, slot: slot, known: request.tokens.count, drafts: drafts))
      let rows: LogitRows =
        drafts.isEmpty ? (end == request.tokens.count ? .last : .none) : .all
      // A copy: a slice would make the answer copy all of its tokens when it takes the next.
      let tokens = Array(request.tokens[start..<end]) + drafts.map(\.token)
      items.append(StepItem(sequence, tokens[...], logits: rows, adapter: request.adapter))
    }
    return items
  }

  /// Guesses for a decoding request, as many as the plan and its blocks have room for.
  private func drafts(for request: BatchRequest, _ slot: Int32) -> [Draft] {
    guard plan.draftTokens > 0 else { return [] }
    let progress = state.progress(slot)
    let room = min(
      plan.draftTokens, request.answer.tokensLeft - 1, Int(progress.room - progress.known))
    guard room > 0 else { return [] }
    let forced = request.answer.forcedTokens
    if !forced.isEmpty { return forced.prefix(room).map { Draft($0) } }
    // Who cannot guess goes on without.
    let guesses = try? request.answer.options.drafter?.draft(
      after: request.answer.tokens, atMost: room)
    let vocabulary = executor.engine.spec.vocabularySize
    return Array(
      (guesses ?? []).prefix(room).prefix { $0.token >= 0 && Int($0.token) < vocabulary })
  }

  // MARK: Taking

  private func take(
    _ logits: UnsafeMutableBufferPointer<Float>, _ number: Int, _ position: Int,
    _ report: inout BatchStep
  ) {
    let flight = flights[number]
    let (id, index) = (flight.id, position - flight.known + 1)
    // Rows behind a turned-down guess say nothing.
    guard index >= 0, index == flight.gained, !flight.isClosed,
      let phase = requests[id]?.phase, phase != .finished
    else { return }
    requests[id]?.phase = .decode
    if index == 0 { requests[id]?.answer.noteStep() }
    flights[number].gained += 1
    var token: GeneratedToken?
    do throws(Problem) {
      let draft = index < flight.drafts.count ? flight.drafts[index] : nil
      token = try requests[id]?.answer.take(logits, verifying: draft)
    } catch {
      // The others of the step go on.
      flights[number].isClosed = true
      return fail(id, error.description, &report.events)
    }
    if token?.isDraft ?? false {
      flights[number].accepted += 1
    } else {
      flights[number].isClosed = true
    }
    tell(id, token, &report.events)
  }

  private func tell(_ id: BatchRequest.ID, _ token: GeneratedToken?, _ events: inout [BatchEvent]) {
    let isFinished = requests[id]?.answer.isFinished ?? true
    let rest = isFinished ? close(id) : nil
    if let token {
      events.append(BatchEvent(request: id, token: token, isLast: isFinished && rest == nil))
    }
    if let rest { events.append(BatchEvent(request: id, token: rest, isLast: true)) }
    if token == nil, rest == nil {
      events.append(BatchEvent(request: id, token: nil, isLast: true))
    }
  }

  // MARK: Completing

  /// Tells the state what came of the step, and lets those go that have ended.
  private func complete(_ report: inout BatchStep) {
    noteFlights()
    if plan.draftTokens > 0 {
      let accepted = flights.prefix(plan.decodes.count).map { Int32(max(0, $0.gained - 1)) }
      state.complete(plan, accepted: accepted, into: outcome)
    } else {
      state.complete(plan, into: outcome)
    }
    settle(&report)
  }

  /// Tells the state how far a stopped step came.
  private func abandon(_ report: inout BatchStep) {
    noteFlights()
    let reached = flights.map { flight in
      StepReach(
        computed: Int32(live[flight.key]?.sequence?.count ?? 0), gained: Int32(flight.gained))
    }
    state.abandon(plan, reached, into: outcome)
    settle(&report)
  }

  /// Notes what the flights' answers have come to, before the state lets any of them go.
  private func noteFlights() {
    for flight in flights {
      nameBlocks(flight.key)
      if !flight.drafts.isEmpty, flight.gained > 0 {
        let (proposed, accepted) = (flight.drafts.count, flight.accepted)
        let isCut = requests[flight.id]?.phase == .finished && accepted == flight.gained
        requests[flight.id]?.answer.noteDrafts(
          proposed: proposed, accepted: accepted, isTurnedDown: accepted < proposed && !isCut)
      }
      if requests[flight.id]?.phase ?? .finished == .finished {
        state.shorten(flight.slot, after: Int32(max(1, flight.gained)))
      }
    }
  }

  /// Follows the state after a step: who ended has no memory, and nobody has more tokens than it says.
  private func settle(_ report: inout BatchStep) {
    for index in 0..<outcome.finished.count {
      let key = outcome.finished[index]
      guard let known = live[key] else { continue }
      drop(key)
      live[key] = nil
      if let request = requests[known.id], request.phase != .finished {
        fail(known.id, doesNotFit(request.tokens.count), &report.events)
      }
    }
    for flight in flights {
      guard let sequence = live[flight.key]?.sequence else { continue }
      if requests[flight.id]?.phase ?? .finished == .finished {
        // It was ended while a part of its prompt was read.
        leave(flight.key)
        continue
      }
      let computed = Int(state.progress(flight.slot).computed)
      if sequence.count > computed { sequence.truncate(to: computed) }
    }
    assert(agrees, "the engine's blocks are not those of the scheduler")
  }

  /// True when every sequence has the tokens and the blocks that the state says.
  private var agrees: Bool {
    live.values.allSatisfy { known in
      let phase = state.phase(known.slot)
      guard phase == .prefill || phase == .decode else { return known.sequence == nil }
      guard let sequence = known.sequence else { return false }
      return sequence.count == Int(state.progress(known.slot).computed)
        && memory.agrees(sequence, state.blockTable(known.slot))
    }
  }

  // MARK: Ending

  /// Ends a request that cannot go on.
  func fail(_ id: BatchRequest.ID, _ reason: String, _ events: inout [BatchEvent]) {
    requests[id]?.failure = reason
    requests[id]?.answer.end(.interrupted)
    events.append(BatchEvent(request: id, token: close(id), isLast: true))
  }

  /// Ends a request and gives what was held back of its text; its blocks go back at once, or with the
  /// step that runs it.
  func close(_ id: BatchRequest.ID) -> GeneratedToken? {
    requests[id]?.phase = .finished
    let key = Self.key(id)
    let isFlying = flights.contains { $0.id == id }
    if !isFlying { leave(key) }
    return requests[id]?.answer.finish()
  }

  /// Takes a request that is not in flight out of the state.
  private func leave(_ key: Int32) {
    guard let known = live[key] else { return }
    do throws(Problem) { try state.cancel(known.slot) } catch { preconditionFailure("\(error)") }
    drop(key)
    live[key] = nil
  }

  /// Lets a request's memory go, once the state has taken its blocks.
  private func drop(_ key: Int32) {
    let table = live[key]?.table ?? []
    live[key]?.sequence = nil
    live[key]?.table = []
    memory.release(table)
  }
}
