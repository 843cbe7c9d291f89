public import Base
import Serving
import Simulation

/// What an event of a cluster is, in the upper bits of its payload.
enum ClusterEvent: UInt64 {
  case arrival, replicaReady, autoscale, plan, price, handover

  func payload(_ index: Int) -> UInt64 { rawValue << 56 | UInt64(index) }

  @inline(__always)
  static func split(_ payload: UInt64) -> (kind: UInt64, index: Int) {
    (payload >> 56, Int(payload & 0xFF_FFFF_FFFF_FFFF))
  }
}

extension Cluster {
  /// Why a run stopped.
  public enum Stop: Hashable, Sendable {
    /// Every request has ended, and nothing is to come.
    case done
    /// The next instant lies behind the limit.
    case limit
    /// A breakpoint's condition holds.
    case breakpoint(String)
    /// The caller asked for it.
    case interrupted
    /// A policy or a condition paused it.
    case paused
    /// A policy could not decide; it is asked again when the run goes on.
    case undecided
  }

  /// Runs until everything is done, a time is reached, or a breakpoint holds.
  ///
  /// - Parameters:
  ///   - limit: No instant behind it is handled, in seconds.
  ///   - shouldStop: Asked every few thousand instants.
  /// - Returns: Why it stopped.
  @discardableResult
  public func run(until limit: Double = .infinity, shouldStop: () -> Bool = { false }) -> Stop {
    var instants = 0
    (isUndecided, isPausing, needsAttention) = (false, false, false)
    var policies = StepPolicies.of(self)
    while let next = nextTime() {
      guard next <= limit else {
        time = max(time, limit)
        return .limit
      }
      advance(to: next, policies)
      if needsAttention || !breakpoints.isEmpty {
        if let stop = attend() { return stop }
        policies = StepPolicies.of(self)
      }
      instants += 1
      if instants & 0xFFF == 0, shouldStop() { return .interrupted }
    }
    time = max(time, min(lastDelivery, limit))
    return .done
  }

  /// Sees to what came up at an instant: a policy that could not decide, a pause, a condition.
  private func attend() -> Stop? {
    needsAttention = false
    if isUndecided { return .undecided }
    if isPausing { return .paused }
    for breakpoint in breakpoints where breakpoint.condition(self) {
      return .breakpoint(breakpoint.name)
    }
    return isPausing ? .paused : nil
  }

  /// Handles the next instant; false when nothing is to come.
  @discardableResult
  public func step() -> Bool {
    guard let next = nextTime() else {
      time = max(time, lastDelivery)
      return false
    }
    isUndecided = false
    advance(to: next, StepPolicies.of(self))
    return true
  }

  /// Adds a condition that stops runs.
  public func addBreakpoint(_ breakpoint: Breakpoint) { breakpoints.append(breakpoint) }

  /// Takes a condition away.
  public func removeBreakpoint(_ name: String) throws(Problem) {
    guard let index = breakpoints.firstIndex(where: { $0.name == name }) else {
      throw .unknown("breakpoint", name, among: breakpoints.map(\.name))
    }
    breakpoints.remove(at: index)
  }

  /// When something happens next; nothing when nothing will.
  @inline(__always)
  func nextTime() -> Double? {
    var next = min(stepEnds.nextTime(), nextEvent)
    if cursor < trace.count { next = min(next, trace.arrivals[cursor]) }
    return next < .infinity ? next : nil
  }

  /// Handles everything that happens at an instant: arrivals, events, ends of steps, then new steps.
  private func advance(to instant: Double, _ policies: StepPolicies) {
    time = instant
    while cursor < trace.count, trace.arrivals[cursor] == instant, !isUndecided {
      arrive(cursor)
      cursor += 1
      skipFollowing()
    }
    while nextEvent == instant, !isUndecided, let event = events.pop(notAfter: instant) {
      inHand = event.payload
      handle(event.payload, policies)
      inHand = nil
      nextEvent = events.nextTime() ?? .infinity
    }
    while stepEnds.nextTime() == instant {
      totals.events += 1
      places[Int(stepEnds.pop())]._withUnsafeGuaranteedRef { endStep($0) }
    }
    for place in 0..<idle.count {
      places[Int(idle[place])]._withUnsafeGuaranteedRef { beginSteps($0, policies) }
    }
    idle.removeAll()
  }

  /// Schedules an event that is not the end of a step.
  func schedule(_ event: ClusterEvent, _ index: Int, at time: Double) {
    events.push(time: time, payload: event.payload(index))
    nextEvent = min(nextEvent, time)
  }

  /// Goes past requests that follow others: they come by event.
  func skipFollowing() {
    guard !trace.follows.isEmpty else { return }
    while cursor < trace.count, trace.follows[cursor] >= 0 { cursor += 1 }
  }

  private func handle(_ payload: UInt64, _ policies: StepPolicies) {
    totals.events += 1
    let (kind, index) = ClusterEvent.split(payload)
    switch ClusterEvent(rawValue: kind) {
    case .arrival: arrive(index)
    case .handover: handOver(index)
    case .replicaReady: makeReady(replicas[index])
    case .autoscale: autoscale()
    case .plan: idle.append(Int32(index))
    case .price: price(replicas[index], policies)
    case nil: preconditionFailure("an event of kind \(kind)")
    }
  }

  // MARK: Arrivals

  private func arrive(_ index: Int) {
    let request = trace.request(index, arrival: time, classes: options.classes)
    let takers = options.disaggregation == nil ? ready : readyForPrompts
    let views = ReplicaViews(replicas: takers)
    let place =
      outsideRouter?.ask(request, prefixes: trace.prefixes, among: views)
      ?? ownRouter.pick(request, prefixes: trace.prefixes, among: views)
    guard place >= 0 else { return askAgain(.arrival, index) }
    precondition(place < takers.count, "the router picked \(place) of \(takers.count)")
    totals.events += 1
    arrivedCount += 1
    records[index].arrivedAt = time
    openCount += 1
    let replica = takers[place]
    give(replica.isForPrompts ? request.withOneToken : request, to: replica) {
      $0.submit($1) != nil
    }
  }

  /// Gives a request to a replica; one that would never fit there ends at once.
  func give(
    _ request: Request, to replica: Replica, _ submit: (ServingState, Request) -> Bool
  ) {
    let index = Int(request.id)
    records[index].replica = Int32(replica.id)
    guard submit(replica.state, request) else {
      records[index].isRejected = true
      records[index].finishedAt = time
      openCount -= 1
      return follow(index)
    }
    replica.outstanding += 1
    replica.outstandingTokens += Int(request.promptTokens + request.outputTokens)
    if replica.hasFreeStage { idle.append(Int32(replica.id)) }
  }

  /// Stops the run here; what a policy could not decide happens when it goes on.
  func askAgain(_ event: ClusterEvent, _ index: Int) {
    (isUndecided, needsAttention) = (true, true)
    schedule(event, index, at: time)
  }

  /// Lets those come that follow a request that has ended.
  ///
  /// Their times count from the end of its last step: with `requestSeconds` between them, which was fitted
  /// to users who send one request after the other, loads come out too low.
  func follow(_ index: Int) {
    guard !followers.first.isEmpty else { return }
    var follower = followers.first[index]
    while follower >= 0 {
      schedule(.arrival, Int(follower), at: time + trace.arrivals[Int(follower)])
      follower = followers.next[Int(follower)]
    }
  }

  // MARK: Steps

  /// Begins as many steps as stages are free.
  private func beginSteps(_ replica: Replica, _ policies: StepPolicies) {
    var goesOn = true
    while goesOn, replica.hasFreeStage {
      goesOn = replica.withNextPlan { state, plan in
        guard state.running.count > 0 || state.waitingCount > 0 else { return false }
        plan.removeAll()
        policies.plan(replica, state, into: plan)
        if plan.isGivenUp {
          askAgain(.plan, replica.id)
          return false
        }
        if plan.isEmpty, plan.preempted.count == 0 { return false }
        // Priced before its blocks move: the long chain of a price's arithmetic overlaps with that.
        state.countSwaps(of: plan)
        let passing = plan.isEmpty ? nil : pass(plan.shape, through: replica, policies)
        noteBeginning(plan, replica, state)
        state.begin(plan)
        // A plan may only make room: the next one uses it, which is made when a step in flight ends.
        if plan.isEmpty { return replica.stepsInFlight == 0 }
        return start(plan, replica, state, passing)
      }
    }
  }

  private func noteBeginning(_ plan: StepPlan, _ replica: Replica, _ state: ServingState) {
    for index in 0..<plan.preempted.count {
      records[state.requestID(plan.preempted[index])].preemptions += 1
      replica.noteLeaving(plan.preempted[index])
    }
    for index in 0..<plan.prefills.count where plan.prefills[index].isAdmission {
      let item = plan.prefills[index]
      let id = state.requestID(item.slot)
      guard records[id].scheduledAt.isNaN else { continue }
      records[id].scheduledAt = time
      records[id].cachedTokens = item.cached
    }
  }

  /// Takes note of a step that has begun.
  ///
  /// - Returns: False when the cost model does not know how long it takes.
  private func start(
    _ plan: StepPlan, _ replica: Replica, _ state: ServingState,
    _ passing: (beginning: Double, end: Double)?
  ) -> Bool {
    guard let (beginning, end) = passing else {
      replica.isUnpriced = true
      askAgain(.price, replica.id)
      return false
    }
    replica.isUnpriced = false
    replica.takeOff(at: beginning)
    stepEnds.push(end, Int32(replica.id))
    note(plan, from: beginning, to: end, replica.id, state)
    return true
  }

  /// Sends a step through the stages: each begins when the one before it and the step before it are done.
  ///
  /// - Returns: When the first begins and when the last is done; nothing where the cost model does not
  ///   know.
  private func pass(_ shape: StepShape, through replica: Replica, _ policies: StepPolicies)
    -> (beginning: Double, end: Double)?
  {
    let stages = options.stages
    guard stages > 1 else {
      // Mostly there is one stage, and it is free.
      let seconds = policies.seconds(of: shape, replica, stage: 0, of: 1)
      guard seconds >= 0 else { return nil }
      let beginning = max(time, replica.stageFree[0])
      replica.busySeconds += seconds
      replica.stageFree[0] = beginning + seconds
      return (beginning, beginning + seconds)
    }
    for stage in 0..<stages {
      let seconds = policies.seconds(of: shape, replica, stage: stage, of: stages)
      guard seconds >= 0 else { return nil }
      replica.stageSeconds[stage] = seconds
    }
    let beginning = max(time, replica.stageFree[0])
    var clock = time
    for stage in 0..<stages {
      clock = max(clock, replica.stageFree[stage]) + replica.stageSeconds[stage]
      replica.stageFree[stage] = clock
    }
    replica.busySeconds += replica.stageSeconds[0]
    return (beginning, clock)
  }

  /// Asks again how long a step takes that has begun.
  private func price(_ replica: Replica, _ policies: StepPolicies) {
    guard replica.isUnpriced else { return }
    replica.withNextPlan { state, plan in
      let passing = pass(plan.shape, through: replica, policies)
      if start(plan, replica, state, passing) { idle.append(Int32(replica.id)) }
    }
  }

  private func note(
    _ plan: StepPlan, from begin: Double, to end: Double, _ replica: Int, _ state: ServingState
  ) {
    let used = state.pool.usedCount
    totals.steps += 1
    totals.tokens += plan.shape.tokens
    totals.prefillTokens += plan.shape.prefillTokens
    totals.sequences += plan.shape.decodes + plan.shape.prefills
    totals.stepSeconds += end - begin
    totals.blockSeconds += (end - begin) * Double(used)
    guard stepStride == 1 || totals.steps % stepStride == 1 else { return }
    if steps.count >= options.keptSteps, !thinSteps() { return }
    steps.append(
      StepRecord(
        startedAt: begin, endedAt: end, replica: Int32(replica), tokens: Int32(plan.shape.tokens),
        decodes: Int32(plan.shape.decodes), prefills: Int32(plan.shape.prefills),
        usedBlocks: Int32(used),
        waiting: Int32(state.waitingCount)))
  }

  /// Forgets every second step; false when none are kept.
  private func thinSteps() -> Bool {
    guard options.keptSteps > 1 else { return false }
    let kept = (steps.count + 1) / 2
    for index in 0..<kept { steps[index] = steps[index * 2] }
    steps.truncate(to: kept)
    stepStride *= 2
    return totals.steps % stepStride == 1
  }

  private func endStep(_ replica: Replica) {
    replica.withOldestPlan { state, plan in
      replica.noteTokens(plan, at: time, records, &itl)
      if plan.draftTokens > 0 {
        drawAccepted(plan, state)
        state.complete(plan, accepted: accepted.base, into: outcome)
      } else {
        state.complete(plan, into: outcome)
      }
    }
    replica.land()
    totals.producedTokens += outcome.producedTokens
    for index in 0..<outcome.prefilled.count {
      let id = outcome.prefilled[index]
      if records[id].firstTokenAt.isNaN { records[id].firstTokenAt = time + requestSeconds }
    }
    for index in 0..<outcome.finished.count { end(outcome.finished[index], replica) }
    if replica.phase == .draining, replica.state.isIdle { stop(replica) }
    idle.append(Int32(replica.id))
  }

  func end(_ id: Int32, _ replica: Replica) {
    let index = Int(id)
    replica.outstanding -= 1
    let output = replica.isForPrompts ? 1 : trace.outputTokens[index]
    replica.outstandingTokens -= Int(trace.promptTokens[index] + output)
    if replica.isForPrompts, trace.outputTokens[index] > 1, !records[index].isCancelled {
      return transfer(index)
    }
    let ended = records[index].isCancelled ? time : time + requestSeconds
    records[index].finishedAt = ended
    lastDelivery = max(lastDelivery, ended)
    openCount -= 1
    follow(index)
  }

  /// Draws how many guesses hold: for each request and place in it the same, whenever it is asked.
  private func drawAccepted(_ plan: StepPlan, _ state: ServingState) {
    accepted.removeAll()
    let drafts = plan.draftTokens
    for index in 0..<plan.decodes.count {
      let slot = plan.decodes[index]
      let key =
        UInt64(UInt32(state.requestID(slot))) << 32
        | UInt64(UInt32(state.progress(slot).known))
      var bits = PrefixIDs.mixed(options.seed ^ PrefixIDs.mixed(key))
      var held: Int32 = 0
      while held < drafts, Double(bits >> 11) * 0x1p-53 < options.draftAcceptance {
        held += 1
        bits = PrefixIDs.mixed(bits)
      }
      accepted.append(held)
    }
  }
}
