/// An amount that processes fill and drain: fuel, budget, bytes of memory.
///
/// Takers and givers are served in their own order; the first in line is never overtaken.
public final class Level: Place {
  /// The most that fits.
  public let capacity: Double
  /// What is there now.
  public private(set) var amount: Double
  /// What was there, over time.
  public private(set) var history: TimeWeighted

  private let givers: Place

  /// Creates a level.
  public init(
    _ name: String, in simulator: Simulator, capacity: Double = .infinity, initial: Double = 0
  ) {
    precondition(
      initial >= 0 && initial <= capacity,
      "level \(name) starts between 0 and \(capacity), got \(initial)")
    self.capacity = capacity
    amount = initial
    history = TimeWeighted(start: simulator.now, value: initial)
    givers = Place(name, in: simulator, isListed: false)
    super.init(name, in: simulator)
    lineChanged = { [unowned self] in serveAll() }
    givers.lineChanged = lineChanged
  }

  /// "level".
  public override var noun: String { "level" }

  /// One line about its present state.
  public override var status: String {
    "\(amount) of \(capacity), \(waitingCount) waiting to take, \(givers.waitingCount) to give"
  }

  /// How many processes wait to put something in.
  public var givingCount: Int { givers.waitingCount }

  /// Takes an amount: true when it was there at once; otherwise the process waits for `granted`.
  public func take(
    _ process: ProcessID, _ wanted: Double, priority: Int = 0, timeout: Double? = nil
  ) -> Bool {
    precondition(
      wanted >= 0 && wanted <= capacity, "level \(name) holds \(capacity), asked for \(wanted)")
    if firstWaiter().map({ priority < $0.priority }) ?? true, wanted <= amount {
      waits.add(0)
      change(by: -wanted)
      serveAll()
      return true
    }
    return line(up: process, self, wanted, priority, timeout)
  }

  /// Puts an amount in: true when it fitted at once; otherwise the process waits for `stored`.
  public func give(
    _ process: ProcessID, _ brought: Double, priority: Int = 0, timeout: Double? = nil
  ) -> Bool {
    precondition(
      brought >= 0 && brought <= capacity, "level \(name) holds \(capacity), given \(brought)")
    if givers.firstWaiter().map({ priority < $0.priority }) ?? true, amount + brought <= capacity {
      change(by: brought)
      serveAll()
      return true
    }
    return line(up: process, givers, brought, priority, timeout)
  }

  /// Adds what fits from outside of any process and returns how much that was.
  @discardableResult
  public func fill(_ brought: Double) -> Double {
    let fitting = min(brought, capacity - amount)
    change(by: fitting)
    serveAll()
    return fitting
  }

  private func line(
    up process: ProcessID, _ place: Place, _ amount: Double, _ priority: Int, _ timeout: Double?
  ) -> Bool {
    _ = place.enqueue(
      process,
      { waiter in
        waiter.amount = amount
        waiter.priority = priority
      }, timeout: timeout)
    return false
  }

  private func change(by difference: Double) {
    amount += difference
    history.set(amount, at: simulator.now)
  }

  private func serveAll() {
    var isMoving = true
    while isMoving {
      isMoving = false
      while let taker = firstWaiter(), taker.amount <= amount {
        waiters.removeFirst()
        change(by: -taker.amount)
        serve(taker, Wake(.granted))
        isMoving = true
      }
      while let giver = givers.firstWaiter(), amount + giver.amount <= capacity {
        givers.waiters.removeFirst()
        change(by: giver.amount)
        givers.serve(giver, Wake(.stored))
        isMoving = true
      }
    }
  }
}
