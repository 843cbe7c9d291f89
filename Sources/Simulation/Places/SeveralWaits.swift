/// What a process waits for while it waits for the first, or for all, of several signals.
final class SeveralWaits: Place {
  let needsAll: Bool
  private(set) var values: [Int?]
  var completed: (([Int]) -> Void)?
  private let signals: [Signal]

  init(_ signals: [Signal], needsAll: Bool, in simulator: Simulator) {
    self.signals = signals
    self.needsAll = needsAll
    values = signals.map(\.latchedValue)
    let names = signals.map(\.name).joined(separator: needsAll ? " and " : " or ")
    super.init(names, in: simulator, isListed: false)
  }

  override var noun: String { needsAll ? "all of several" : "any of several" }

  /// True when what has come is enough.
  var isComplete: Bool {
    needsAll ? values.allSatisfy { $0 != nil } : values.contains { $0 != nil }
  }

  /// Lines the process up at every signal that has not come.
  func begin(_ process: ProcessID, timeout: Double?) {
    guard simulator.suspend(process, at: self, timeout: timeout) else { return }
    for (index, signal) in signals.enumerated() where values[index] == nil {
      var waiter = Waiter(
        slot: process.slot, ticket: simulator.rows[Int(process.slot)].ticket,
        since: simulator.now)
      waiter.value = index
      signal.waiters.insert(waiter)
    }
  }

  func arrived(_ waiter: Waiter, _ value: Int) {
    values[waiter.value] = value
    guard isComplete else { return }
    for (index, signal) in signals.enumerated() where values[index] == nil {
      signal.waiters.forgetOne()
    }
    completed?(values.compactMap(\.self))
    simulator.wake(
      slot: waiter.slot, Wake(.signalled, value: value, index: Int32(waiter.value)))
  }

  override func abandoned(by slot: UInt32) {
    for (index, signal) in signals.enumerated() where values[index] == nil {
      signal.abandoned(by: slot)
    }
  }
}

/// Where processes wait for conditions: there is no line to stand in.
final class ConditionWait: Place {
  override var noun: String { "condition" }
  override func abandoned(by slot: UInt32) {}
}

/// A process that waits for a condition.
struct ConditionWaiter {
  let slot: UInt32
  let ticket: UInt32
  let holds: () -> Bool
}

extension Simulator {
  /// Waits for the first of several signals: its position and value when one is latched already;
  /// otherwise the process waits for `signalled`, whose index tells which one came.
  public func waitAny(
    _ process: ProcessID, _ signals: [Signal], timeout: Double? = nil
  ) -> (index: Int, value: Int)? {
    for (index, signal) in signals.enumerated() {
      if let value = signal.latchedValue { return (index, value) }
    }
    SeveralWaits(signals, needsAll: false, in: self).begin(process, timeout: timeout)
    return nil
  }

  /// Waits for all of several signals: their values when all are latched already; otherwise the
  /// process waits for `signalled`, and `collected` has the values then.
  public func waitAll(
    _ process: ProcessID, _ signals: [Signal], timeout: Double? = nil,
    collected: @escaping ([Int]) -> Void = { _ in }
  ) -> [Int]? {
    let several = SeveralWaits(signals, needsAll: true, in: self)
    if several.isComplete { return several.values.compactMap(\.self) }
    several.completed = collected
    several.begin(process, timeout: timeout)
    return nil
  }

  /// A latched signal that comes after a number of seconds.
  public func timer(after seconds: Double) -> Signal {
    let signal = Signal("timer \(seconds) s", in: self)
    schedule(after: seconds) { signal.fire(latch: true) }
    return signal
  }

  /// The signal that a process's end will latch; nil when it has ended.
  public func endSignal(of process: ProcessID) -> Signal? {
    guard isAlive(process) else { return nil }
    let index = Int(process.slot)
    if let ended = details[index].ended { return ended }
    let ended = Signal("end of \(name(of: process))", in: self)
    details[index].ended = ended
    return ended
  }

  /// Waits until a condition holds: true when it does already, else the process waits.
  ///
  /// It is woken as `signalled`. The condition is asked after every event, so it must be cheap and change nothing.
  public func wait(
    _ process: ProcessID, timeout: Double? = nil, until holds: @escaping () -> Bool
  ) -> Bool {
    if holds() { return true }
    let place = ConditionWait("a condition", in: self, isListed: false)
    guard suspend(process, at: place, timeout: timeout) else { return false }
    let ticket = rows[Int(process.slot)].ticket
    conditions.append(ConditionWaiter(slot: process.slot, ticket: ticket, holds: holds))
    return false
  }

  func wakeConditions() {
    conditions.removeAll { waiter in
      guard rows[Int(waiter.slot)].ticket == waiter.ticket else { return true }
      guard waiter.holds() else { return false }
      wake(slot: waiter.slot, Wake(.signalled))
      return true
    }
  }
}
