public import Base
import Serving
import Simulation

/// What an event of a cluster is, in the upper bits of its payload.
enum ClusterEvent: UInt64 {
  case stepEnd, arrival, replicaReady, autoscale

  func payload(_ index: Int) -> UInt64 { rawValue << 56 | UInt64(index) }

  @inline(__always)
  static func split(_ payload: UInt64) -> (kind: UInt64, index: Int) {
    (payload >> 56, Int(payload & 0xFF_FFFF_FFFF_FFFF))
  }
}

/// What steps are made by: taken from the cluster once per run, since taking it costs more than using it.
struct StepPolicies: ~Copyable {
  let scheduler: any Scheduler
  let cost: any CostModel
  let budget: StepBudget

  init(_ cluster: Cluster) {
    scheduler = cluster.scheduler
    cost = cluster.cost
    budget = cluster.budget
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
    var policies = StepPolicies(self)
    while let next = nextTime() {
      guard next <= limit else {
        time = max(time, limit)
        return .limit
      }
      advance(to: next, policies)
      if !breakpoints.isEmpty { policies = StepPolicies(self) }
      if !breakpoints.isEmpty, let hit = breakpoints.first(where: { $0.condition(self) }) {
        return .breakpoint(hit.name)
      }
      instants += 1
      if instants & 0xFFF == 0, shouldStop() { return .interrupted }
    }
    return .done
  }

  /// Handles the next instant; false when nothing is to come.
  @discardableResult
  public func step() -> Bool {
    guard let next = nextTime() else { return false }
    advance(to: next, StepPolicies(self))
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
    let event = events.nextTime()
    guard cursor < trace.count else { return event }
    let arrival = trace.arrivals[cursor]
    guard let event else { return arrival }
    return min(arrival, event)
  }

  /// Handles everything that happens at an instant: arrivals, then events, then new steps.
  private func advance(to instant: Double, _ policies: borrowing StepPolicies) {
    time = instant
    while cursor < trace.count, trace.arrivals[cursor] == instant {
      arrive(cursor)
      cursor += 1
      skipFollowing()
    }
    while let event = events.pop(notAfter: instant) { handle(event.payload) }
    for place in 0..<idle.count {
      places[Int(idle[place])]._withUnsafeGuaranteedRef { beginSteps($0, policies) }
    }
    idle.removeAll()
  }

  /// Goes past requests that follow others: they come by event.
  func skipFollowing() {
    guard !trace.follows.isEmpty else { return }
    while cursor < trace.count, trace.follows[cursor] >= 0 { cursor += 1 }
  }

  @inline(__always)
  private func handle(_ payload: UInt64) {
    totals.events += 1
    let (kind, index) = ClusterEvent.split(payload)
    if kind == ClusterEvent.stepEnd.rawValue {
      return places[index]._withUnsafeGuaranteedRef { endStep($0) }
    }
    switch ClusterEvent(rawValue: kind) {
    case .arrival: arrive(index)
    case .replicaReady: makeReady(replicas[index])
    case .autoscale: autoscale()
    default: preconditionFailure("an event of kind \(kind)")
    }
  }

  // MARK: Arrivals

  private func arrive(_ index: Int) {
    totals.events += 1
    arrivedCount += 1
    records[index].arrivedAt = time
    let request = trace.request(index, arrival: time, classes: options.classes)
    let views = ReplicaViews(replicas: ready)
    let place = router.pick(request, prefixes: trace.prefixes, among: views)
    precondition(place >= 0 && place < ready.count, "the router picked \(place) of \(ready.count)")
    let replica = ready[place]
    records[index].replica = Int32(replica.id)
    guard replica.state.submit(request) != nil else {
      records[index].isRejected = true
      records[index].finishedAt = time
      return follow(index)
    }
    openCount += 1
    replica.outstanding += 1
    replica.outstandingTokens += Int(request.promptTokens + request.outputTokens)
    if replica.hasFreeStage { idle.append(Int32(replica.id)) }
  }

  /// Lets those come that follow a request that has ended.
  private func follow(_ index: Int) {
    guard !followers.first.isEmpty else { return }
    var follower = followers.first[index]
    while follower >= 0 {
      let delay = trace.arrivals[Int(follower)]
      events.push(time: time + delay, payload: ClusterEvent.arrival.payload(Int(follower)))
      follower = followers.next[Int(follower)]
    }
  }

  // MARK: Steps

  /// Begins as many steps as stages are free.
  private func beginSteps(_ replica: Replica, _ policies: borrowing StepPolicies) {
    let state = replica.state
    while replica.hasFreeStage, state.running.count > 0 || state.waitingCount > 0 {
      let flight = replica.nextFlight
      let plan = flight.plan
      plan.removeAll()
      policies.scheduler.plan(state, policies.budget, into: plan)
      if plan.isEmpty, plan.preempted.count == 0 { return }
      noteBeginning(plan, state)
      state.begin(plan)
      // A plan may only make room; the next one uses it.
      if plan.isEmpty { continue }
      startFlight(flight, replica, policies)
    }
  }

  private func noteBeginning(_ plan: StepPlan, _ state: ServingState) {
    for index in 0..<plan.preempted.count {
      records[state.requestID(plan.preempted[index])].preemptions += 1
    }
    for index in 0..<plan.prefills.count where plan.prefills[index].isAdmission {
      let item = plan.prefills[index]
      let id = state.requestID(item.slot)
      guard records[id].scheduledAt.isNaN else { continue }
      records[id].scheduledAt = time
      records[id].cachedTokens = item.cached
    }
  }

  /// Sends a step through the stages: each begins when the one before it and the step before it are done.
  private func startFlight(
    _ flight: StepFlight, _ replica: Replica, _ policies: borrowing StepPolicies
  ) {
    let shape = flight.plan.shape
    let stages = options.stages
    var clock = time
    for stage in 0..<stages {
      let begin = max(clock, replica.stageFree[stage])
      let seconds = policies.cost.seconds(of: shape, stage: stage, of: stages)
      if stage == 0 {
        flight.startedAt = begin
        replica.busySeconds += seconds
      }
      clock = begin + seconds
      replica.stageFree[stage] = clock
    }
    flight.endsAt = clock
    replica.takeOff()
    events.push(time: clock, payload: ClusterEvent.stepEnd.payload(replica.id))
    note(flight, replica, shape)
  }

  private func note(_ flight: StepFlight, _ replica: Replica, _ shape: StepShape) {
    let used = replica.state.pool.usedCount
    let seconds = flight.endsAt - flight.startedAt
    totals.steps += 1
    totals.tokens += shape.tokens
    totals.prefillTokens += shape.prefillTokens
    totals.sequences += shape.decodes + shape.prefills
    totals.stepSeconds += seconds
    totals.blockSeconds += seconds * Double(used)
    guard options.keepsSteps else { return }
    steps.append(
      StepRecord(
        startedAt: flight.startedAt, endedAt: flight.endsAt, replica: Int32(replica.id),
        tokens: Int32(shape.tokens), decodes: Int32(shape.decodes),
        prefills: Int32(shape.prefills), usedBlocks: Int32(used),
        waiting: Int32(replica.state.waitingCount)))
  }

  private func endStep(_ replica: Replica) {
    let flight = replica.oldestFlight
    let (plan, state) = (flight.plan, replica.state)
    noteTokens(plan, replica)
    if plan.draftTokens > 0 {
      drawAccepted(plan, state)
      state.complete(plan, accepted: accepted.base, into: outcome)
    } else {
      state.complete(plan, into: outcome)
    }
    replica.land()
    totals.producedTokens += outcome.producedTokens
    for index in 0..<outcome.prefilled.count {
      let id = outcome.prefilled[index]
      if records[id].firstTokenAt.isNaN { records[id].firstTokenAt = time }
    }
    for index in 0..<outcome.finished.count { end(outcome.finished[index], replica) }
    if replica.phase == .draining, replica.state.isIdle { stop(replica) }
    idle.append(Int32(replica.id))
  }

  private func end(_ id: Int32, _ replica: Replica) {
    let index = Int(id)
    records[index].finishedAt = time
    openCount -= 1
    replica.outstanding -= 1
    replica.outstandingTokens -= Int(trace.promptTokens[index] + trace.outputTokens[index])
    follow(index)
  }

  /// Counts the time since the last token of everyone who gets one; mostly it is the same for all.
  private func noteTokens(_ plan: StepPlan, _ replica: Replica) {
    let state = replica.state
    replica.makeRoomForSlots(state.slotCount)
    let (last, slots, now) = (replica.lastToken.base, plan.decodes.base, time)
    var (gap, run) = (-1.0, 0)
    for index in 0..<plan.decodes.count {
      let slot = Int(slots[index])
      let since = now - last[slot]
      last[slot] = now
      if since != gap {
        if run > 0 { itl.add(gap, times: run) }
        (gap, run) = (since, 0)
      }
      run += 1
    }
    if run > 0 { itl.add(gap, times: run) }
    for index in 0..<plan.prefills.count {
      let item = plan.prefills[index]
      guard item.context + item.tokens == state.progress(item.slot).known else { continue }
      let isFirst = records[state.requestID(item.slot)].firstTokenAt.isNaN
      if !isFirst { itl.add(now - last[Int(item.slot)], times: 1) }
      last[Int(item.slot)] = now
    }
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
