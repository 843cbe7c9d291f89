/// Something that processes wait at: the common part of resources, stores, levels and signals.
///
/// The simulator keeps its listed places; a place does not keep its simulator and must not be used
/// after it.
public class Place {
  /// The name people see.
  public let name: String
  /// The simulator whose clock it follows.
  ///
  /// Unsafe: counting references here took half of the time of a queue's run.
  public unowned(unsafe) let simulator: Simulator
  /// How many processes wait, over time.
  public internal(set) var queueLength: TimeWeighted
  /// How long those that were served had waited, zeros included, in seconds.
  public internal(set) var waits = Observations()
  /// How many gave up waiting: timed out, interrupted or killed.
  public internal(set) var abandonedCount = 0

  var waiters = WaitQueue()
  /// Called after someone left the line, which may let those behind go on.
  var lineChanged: (() -> Void)?

  init(_ name: String, in simulator: Simulator, isListed: Bool = true) {
    self.name = name
    self.simulator = simulator
    queueLength = TimeWeighted(start: simulator.now)
    if isListed { simulator.places.append(self) }
  }

  /// What it is called in messages, as in "resource".
  public var noun: String { "place" }

  /// How many processes wait now.
  public var waitingCount: Int { waiters.count }

  /// The processes that wait, first in line first.
  public var waitingProcesses: [ProcessID] {
    waiters.entries.filter(isCurrent).map { waiter in
      ProcessID(
        slot: waiter.slot, generation: simulator.rows[Int(waiter.slot)].generation)
    }
  }

  /// One line about its present state.
  public var status: String { "\(waitingCount) waiting" }

  /// What an inspection of the simulator shows of it.
  public var snapshot: PlaceSnapshot {
    PlaceSnapshot(
      name: name, noun: noun, status: status, waitingCount: waitingCount,
      meanQueueLength: queueLength.mean(at: simulator.now), meanWaitSeconds: waits.mean,
      servedCount: waits.count, abandonedCount: abandonedCount)
  }

  /// Forgets statistics gathered so far, as after a warm-up; the state stays.
  public func resetStatistics() {
    queueLength.reset(at: simulator.now)
    waits = Observations()
    abandonedCount = 0
  }

  func isCurrent(_ waiter: Waiter) -> Bool {
    simulator.rows[Int(waiter.slot)].ticket == waiter.ticket
  }

  /// Called when a waiting process leaves without having been served.
  func abandoned(by slot: UInt32) {
    waiters.forgetOne()
    abandonedCount += 1
    queueLength.set(Double(waiters.count), at: simulator.now)
    if waiters.isMostlyStale { waiters.sweep(keeping: isCurrent) }
    lineChanged?()
  }

  func enqueue(_ process: ProcessID, _ fill: (inout Waiter) -> Void, timeout: Double?) -> Bool {
    guard simulator.suspend(process, at: self, timeout: timeout) else { return false }
    var waiter = Waiter(
      slot: process.slot, ticket: simulator.rows[Int(process.slot)].ticket, since: simulator.now)
    fill(&waiter)
    waiters.insert(waiter)
    queueLength.set(Double(waiters.count), at: simulator.now)
    return true
  }

  func firstWaiter() -> Waiter? {
    while let first = waiters.first {
      if isCurrent(first) { return first }
      waiters.dropStale()
    }
    return nil
  }

  func serve(_ waiter: Waiter, _ wake: Wake) {
    waits.add(simulator.now - waiter.since)
    queueLength.set(Double(waiters.count), at: simulator.now)
    simulator.wake(slot: waiter.slot, wake)
  }
}

/// What is seen of a place at one moment.
public struct PlaceSnapshot: Hashable, Sendable {
  /// The name people see.
  public let name: String
  /// What it is: "resource", "store", "level".
  public let noun: String
  /// One line about its present state.
  public let status: String
  /// How many processes wait now.
  public let waitingCount: Int
  /// How many waited on average over time.
  public let meanQueueLength: Double
  /// How long those that were served had waited on average.
  public let meanWaitSeconds: Double
  /// How many were served.
  public let servedCount: Int
  /// How many gave up.
  public let abandonedCount: Int
}
