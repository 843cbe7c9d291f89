/// News that wakes everyone who waits for it.
///
/// A signal is fired for those who wait now, or latched: then it stays, and later waits pass at
/// once until it is reset.
public final class Signal: Place {
  /// The value it is latched with.
  public private(set) var latchedValue: Int?
  /// How often it was fired.
  public private(set) var firedCount = 0

  /// Creates a signal.
  public init(_ name: String, in simulator: Simulator) {
    super.init(name, in: simulator, isListed: false)
  }

  /// "signal".
  public override var noun: String { "signal" }

  /// True while it is latched.
  public var isLatched: Bool { latchedValue != nil }

  /// One line about its present state.
  public override var status: String {
    "\(isLatched ? "latched" : "fired \(firedCount) times"), \(waitingCount) waiting"
  }

  /// Waits for the signal: its value when it is latched; otherwise the process waits for
  /// `signalled`.
  public func wait(_ process: ProcessID, timeout: Double? = nil) -> Int? {
    if let latchedValue { return latchedValue }
    _ = enqueue(process, { _ in }, timeout: timeout)
    return nil
  }

  /// Wakes everyone who waits and returns how many that were; latched, it stays.
  @discardableResult
  public func fire(_ value: Int = 0, latch: Bool = false) -> Int {
    firedCount += 1
    if latch { latchedValue = value }
    guard waiters.first != nil else { return 0 }
    simulator.trace(.fire, simulator.current, name)
    let all = waiters.removeAll()
    queueLength.set(0, at: simulator.now)
    var woken = 0
    for waiter in all where isCurrent(waiter) {
      woken += 1
      arrive(waiter, value)
    }
    return woken
  }

  /// Takes a latched signal back; later waits wait again.
  public func reset() { latchedValue = nil }

  private func arrive(_ waiter: Waiter, _ value: Int) {
    let place = simulator.details[Int(waiter.slot)].place
    if let several = place as? SeveralWaits {
      several.arrived(waiter, value)
    } else {
      serve(waiter, Wake(.signalled, value: value))
    }
  }
}
