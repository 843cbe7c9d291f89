/// Identical units that processes hold for a while: servers, seats, licences.
///
/// Whoever asks first is served first, or whoever is most urgent: a lower priority number goes
/// first. The first in line is never overtaken by a smaller request behind it. What a process still
/// holds when it ends is given back.
public final class Resource: Place {
  /// How a request is made.
  public struct Request: Sendable {
    /// How many units.
    public var amount: Int
    /// A lower number is served first.
    public var priority: Int
    /// The longest wait in seconds; nil waits for ever.
    public var timeout: Double?

    /// Creates a request.
    public init(amount: Int = 1, priority: Int = 0, timeout: Double? = nil) {
      self.amount = amount
      self.priority = priority
      self.timeout = timeout
    }
  }

  struct HoldRow {
    var process = ProcessID(slot: 0, generation: 0)
    var amount = 0
    var priority = 0
    var since = 0.0
    var order = 0
    /// The line it is drawn in, where a timeline is kept.
    var lane: Int?
  }

  /// How many units there are.
  public private(set) var capacity: Int
  /// True when a more urgent request takes units from less urgent holders.
  public let isPreemptive: Bool
  /// How many units are held now.
  public private(set) var inUse = 0
  /// How many units are held, over time.
  public private(set) var usage: TimeWeighted
  /// How long units were held, in seconds.
  public private(set) var holdTimes = Observations()
  /// How often a holder lost its units to a more urgent process.
  public private(set) var preemptedCount = 0

  private var holds: ContiguousArray<HoldRow> = []
  private var freeHolds: [Int] = []
  private var holdCount = 0
  private var freeLanes: [Int] = []
  private var laneCount = 0
  /// True while freed units belong to a request that preempts, not to the line.
  private var isMakingRoom = false

  /// Creates a resource whose units are all free.
  public init(
    _ name: String, in simulator: Simulator, capacity: Int = 1, isPreemptive: Bool = false
  ) {
    precondition(capacity > 0, "resource \(name) needs a capacity of 1 or more, got \(capacity)")
    self.capacity = capacity
    self.isPreemptive = isPreemptive
    usage = TimeWeighted(start: simulator.now)
    super.init(name, in: simulator)
    lineChanged = { [unowned self] in serveWaiters() }
  }

  /// "resource".
  public override var noun: String { "resource" }

  /// How many units are free; negative after the capacity was cut below what is held.
  public var free: Int { capacity - inUse }

  /// The mean share of the capacity that was held.
  public var utilization: Double { usage.mean(at: simulator.now) / Double(capacity) }

  /// One line about its present state.
  public override var status: String { "\(inUse)/\(capacity) in use, \(waitingCount) waiting" }

  /// Asks for units: true when they are held at once; otherwise the process waits for `granted`.
  public func acquire(_ process: ProcessID, _ request: Request = Request()) -> Bool {
    precondition(
      request.amount > 0 && request.amount <= capacity,
      "\(name) has \(capacity) units, \(request.amount) were asked for")
    let isFirst = firstWaiter().map { request.priority < $0.priority } ?? true
    if isFirst, request.amount <= free || makeRoom(for: request, by: process) {
      waits.add(0)
      hold(process, request.amount, request.priority)
      if isMakingRoom { endMakingRoom() }
      return true
    }
    _ = enqueue(
      process,
      { waiter in
        waiter.priority = request.priority
        waiter.amount = Double(request.amount)
      }, timeout: request.timeout)
    return false
  }

  /// Gives back what a process took last; false when it holds nothing here.
  @discardableResult
  public func release(_ process: ProcessID) -> Bool {
    guard simulator.isAlive(process) else { return false }
    let held = simulator.details[Int(process.slot)].holds
    guard let position = held.lastIndex(where: { $0.resource === self }) else { return false }
    return release(process, at: position)
  }

  /// The number of what a process took last here, to give just that back; nil when it holds nothing.
  public func lastHold(of process: ProcessID) -> Int? {
    guard simulator.isAlive(process) else { return nil }
    let held = simulator.details[Int(process.slot)].holds.last { $0.resource === self }
    return held.map { holds[$0.index].order }
  }

  /// Gives back one hold by its number; false when it was given back or taken away before.
  @discardableResult
  public func release(_ process: ProcessID, hold number: Int) -> Bool {
    guard let position = position(ofHold: number, by: process) else { return false }
    return release(process, at: position)
  }

  /// Tells whether a process still has one hold by its number.
  public func isHeld(by process: ProcessID, hold number: Int) -> Bool {
    position(ofHold: number, by: process) != nil
  }

  /// How many units a process holds.
  public func held(by process: ProcessID) -> Int {
    guard simulator.isAlive(process) else { return 0 }
    return simulator.details[Int(process.slot)].holds.reduce(0) { sum, hold in
      hold.resource === self ? sum + holds[hold.index].amount : sum
    }
  }

  /// The processes that hold units, in the order of their rows.
  public var holders: [ProcessID] { holds.filter { $0.amount > 0 }.map(\.process) }

  /// Changes how many units there are; holders keep what they have, whoever waits may go on.
  public func setCapacity(_ units: Int) {
    precondition(units > 0, "resource \(name) needs a capacity of 1 or more, got \(units)")
    capacity = units
    serveWaiters()
  }

  /// Forgets statistics gathered so far, as after a warm-up; the state stays.
  public override func resetStatistics() {
    super.resetStatistics()
    usage.reset(at: simulator.now)
    holdTimes = Observations()
    preemptedCount = 0
  }

  /// Frees a hold that is no longer in its process's list.
  func giveBack(_ index: Int) {
    let row = holds[index]
    holds[index].amount = 0
    freeHolds.append(index)
    inUse -= row.amount
    usage.set(Double(inUse), at: simulator.now)
    holdTimes.add(simulator.now - row.since)
    if let lane = row.lane { draw(row, lane) }
    serveWaiters()
  }
}

extension Resource {
  private func position(ofHold number: Int, by process: ProcessID) -> Int? {
    guard simulator.isAlive(process) else { return nil }
    return simulator.details[Int(process.slot)].holds.lastIndex { hold in
      hold.resource === self && holds[hold.index].order == number
    }
  }

  private func release(_ process: ProcessID, at position: Int) -> Bool {
    let hold = simulator.details[Int(process.slot)].holds.remove(at: position)
    simulator.trace(.release, process, name)
    giveBack(hold.index)
    return true
  }

  private func hold(_ process: ProcessID, _ amount: Int, _ priority: Int) {
    let index = freeHolds.popLast() ?? holds.count
    if index == holds.count { holds.append(HoldRow()) }
    holdCount += 1
    holds[index] = HoldRow(
      process: process, amount: amount, priority: priority, since: simulator.now,
      order: holdCount, lane: simulator.timeline == nil ? nil : takeLane())
    inUse += amount
    usage.set(Double(inUse), at: simulator.now)
    simulator.details[Int(process.slot)].holds.append(Hold(resource: self, index: index))
    simulator.trace(.acquire, process, name)
  }

  private func draw(_ row: HoldRow, _ lane: Int) {
    freeLanes.append(lane)
    simulator.timeline?.add(
      Timeline.Span(
        track: capacity == 1 ? name : "\(name) \(lane + 1)",
        label: simulator.name(of: row.process), kind: .hold, start: row.since,
        end: simulator.now))
  }

  /// The lowest lane that no hold is drawn in.
  private func takeLane() -> Int {
    guard let least = freeLanes.indices.min(by: { freeLanes[$0] < freeLanes[$1] }) else {
      laneCount += 1
      return laneCount - 1
    }
    return freeLanes.remove(at: least)
  }

  private func serveWaiters() {
    while !isMakingRoom, let first = firstWaiter() {
      let amount = Int(first.amount)
      guard amount <= free else { return }
      waiters.removeFirst()
      let generation = simulator.rows[Int(first.slot)].generation
      hold(ProcessID(slot: first.slot, generation: generation), amount, first.priority)
      serve(first, Wake(.granted))
    }
  }

  /// Takes units from less urgent holders; false when that would not be enough.
  private func makeRoom(for request: Request, by process: ProcessID) -> Bool {
    guard isPreemptive else { return false }
    let victims = holds.indices
      .filter { holds[$0].amount > 0 && holds[$0].priority > request.priority }
      .sorted { (holds[$0].priority, holds[$0].order) > (holds[$1].priority, holds[$1].order) }
    let takeable = victims.reduce(free) { $0 + holds[$1].amount }
    guard takeable >= request.amount else { return false }
    isMakingRoom = true
    for victim in victims where request.amount > free {
      preempt(victim, by: process)
    }
    return true
  }

  private func endMakingRoom() {
    isMakingRoom = false
    serveWaiters()
  }

  private func preempt(_ index: Int, by process: ProcessID) {
    let victim = holds[index].process
    simulator.details[Int(victim.slot)].holds.removeAll {
      $0.resource === self && $0.index == index
    }
    preemptedCount += 1
    giveBack(index)
    simulator.cutShort(victim, Wake(.preempted, value: Int(process.slot)))
  }
}
