/// A buffer of items between processes: a queue, a mailbox, a shelf.
///
/// Items are tokens that the owner gives meaning to. Those who get are served in their order; one
/// with a filter waits for an item that suits and does not hold up those behind it.
public final class Store: Place {
  /// Which item goes out first.
  public enum Order: String, Sendable, CaseIterable {
    /// The oldest.
    case fifo
    /// The newest.
    case lifo
    /// The one of the lowest priority number, then the oldest.
    case priority
  }

  /// The most items that it holds.
  public let capacity: Int
  /// Which item goes out first.
  public let order: Order
  /// How many items were there, over time.
  public private(set) var occupancy: TimeWeighted
  /// How many items have come in.
  public private(set) var putCount = 0
  /// How many items have gone out.
  public private(set) var takenCount = 0

  private var storage: [(item: Int, priority: Int)] = []
  private var head = 0
  private let putters: Place

  /// Creates an empty store.
  public init(
    _ name: String, in simulator: Simulator, capacity: Int = .max, order: Order = .fifo
  ) {
    precondition(capacity > 0, "store \(name) needs a capacity of 1 or more, got \(capacity)")
    self.capacity = capacity
    self.order = order
    occupancy = TimeWeighted(start: simulator.now)
    putters = Place(name, in: simulator, isListed: false)
    super.init(name, in: simulator)
    lineChanged = { [unowned self] in serveAll() }
    putters.lineChanged = lineChanged
  }

  /// "store".
  public override var noun: String { "store" }

  /// How many items are there.
  public var count: Int { storage.count - head }

  /// The items, the next to go out first.
  public var items: [Int] {
    let held = storage[head...].map(\.item)
    return order == .lifo ? held.reversed() : held
  }

  /// How many processes wait to put.
  public var puttingCount: Int { putters.waitingCount }

  /// The items that waiting processes hold out, which are not yet in the store.
  public var offeredItems: [Int] { putters.waiters.entries.filter(putters.isCurrent).map(\.value) }

  /// One line about its present state.
  public override var status: String {
    let bound = capacity == .max ? "" : "/\(capacity)"
    return "\(count)\(bound) items, \(waitingCount) waiting to get, \(puttingCount) to put"
  }

  /// Puts an item: true when there was room at once; otherwise the process waits for `stored`.
  public func put(
    _ process: ProcessID, _ item: Int, priority: Int = 0, timeout: Double? = nil
  ) -> Bool {
    simulator.trace(.put, process, name)
    if offer(item, priority: priority) { return true }
    _ = putters.enqueue(
      process,
      { waiter in
        waiter.value = item
        waiter.priority = priority
      }, timeout: timeout)
    return false
  }

  /// Puts an item from outside of any process; false when there is no room.
  public func offer(_ item: Int, priority: Int = 0) -> Bool {
    guard putters.firstWaiter() == nil, count < capacity else { return false }
    insert(item, priority)
    serveAll()
    return true
  }

  /// Gets an item: it is returned when it was there at once; otherwise the process waits for
  /// `delivered`.
  public func get(
    _ process: ProcessID, timeout: Double? = nil, where filter: ((Int) -> Bool)? = nil
  ) -> Int? {
    simulator.trace(.get, process, name)
    if filter != nil || firstWaiter() == nil, let item = poll(where: filter) {
      waits.add(0)
      return item
    }
    _ = enqueue(process, { $0.filter = filter }, timeout: timeout)
    return nil
  }

  /// Takes an item that is there without waiting.
  public func poll(where filter: ((Int) -> Bool)? = nil) -> Int? {
    guard let item = takeOut(where: filter) else { return nil }
    serveAll()
    return item
  }

  private func insert(_ item: Int, _ priority: Int) {
    var position = storage.count
    if order == .priority {
      while position > head, storage[position - 1].priority > priority { position -= 1 }
    }
    storage.insert((item, priority), at: position)
    putCount += 1
    occupancy.set(Double(count), at: simulator.now)
  }

  private func takeOut(where filter: ((Int) -> Bool)?) -> Int? {
    guard count > 0 else { return nil }
    let position: Int?
    switch (filter, order) {
    case (nil, .lifo): position = storage.count - 1
    case (nil, _): position = head
    case (let filter?, .lifo): position = storage[head...].lastIndex { filter($0.item) }
    case (let filter?, _): position = storage[head...].firstIndex { filter($0.item) }
    }
    guard let position else { return nil }
    let item = storage[position].item
    if position == head { dropHead() } else { storage.remove(at: position) }
    takenCount += 1
    occupancy.set(Double(count), at: simulator.now)
    return item
  }

  private func dropHead() {
    head += 1
    guard head > 64, head * 2 > storage.count else { return }
    storage.removeFirst(head)
    head = 0
  }

  private func serveAll() {
    var isMoving = true
    while isMoving {
      isMoving = admitPutters()
      if serveGetters() { isMoving = true }
    }
  }

  private func admitPutters() -> Bool {
    var isMoving = false
    while count < capacity, let putter = putters.firstWaiter() {
      putters.waiters.removeFirst()
      insert(putter.value, putter.priority)
      putters.serve(putter, Wake(.stored))
      isMoving = true
    }
    return isMoving
  }

  private func serveGetters() -> Bool {
    guard count > 0, firstWaiter() != nil else { return false }
    var served: [(Waiter, Int)] = []
    waiters.removeAll { waiter in
      guard count > 0, isCurrent(waiter), let item = takeOut(where: waiter.filter) else {
        return false
      }
      served.append((waiter, item))
      return true
    }
    for (waiter, item) in served { serve(waiter, Wake(.delivered, value: item)) }
    return !served.isEmpty
  }
}
