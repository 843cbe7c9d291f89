/// Future events in order of time, then priority, then the order in which they were scheduled.
///
/// A 4-ary heap over flat arrays, and beside it a lane for events that are scheduled in the order
/// in which they will come, as those after one and the same delay are: they cost no sifting. An
/// event is a time and a payload of 64 bits that the owner gives meaning to, so neither scheduling
/// nor popping allocates. Cancelling is lazy: it frees nothing at once, but the queue is swept when
/// more than half of it is cancelled.
public struct EventQueue: Sendable {
  /// Stands for one scheduled event; it goes stale when the event is popped or cancelled.
  @frozen
  public struct Handle: Hashable, Sendable {
    @usableFromInline let slot: UInt32
    @usableFromInline let generation: UInt32

    @inlinable
    init(slot: UInt32, generation: UInt32) {
      self.slot = slot
      self.generation = generation
    }

    /// A handle of no event.
    public static let none = Handle(slot: .max, generation: 0)
  }

  /// An event that has come.
  @frozen
  public struct Event: Hashable, Sendable {
    /// When it happens, in seconds.
    public let time: Double
    /// What the owner scheduled.
    public let payload: UInt64
    /// How many events were scheduled before it.
    public let sequence: UInt64

    @inlinable
    init(time: Double, payload: UInt64, sequence: UInt64) {
      self.time = time
      self.payload = payload
      self.sequence = sequence
    }
  }

  @frozen @usableFromInline
  struct Entry: Sendable {
    // The time's bits, turned so that they order like the time.
    @usableFromInline var key: UInt64
    // Priority in the top 16 bits, sequence below.
    @usableFromInline var order: UInt64
    @usableFromInline var slot: UInt32

    @inlinable
    init(time: Double, order: UInt64, slot: UInt32) {
      // Adding zero makes -0 and 0 the same time.
      let bits = (time + 0).bitPattern
      key = bits ^ (bits >> 63 == 0 ? 1 << 63 : .max)
      self.order = order
      self.slot = slot
    }

    @inlinable
    var time: Double { Double(bitPattern: key ^ (key >> 63 == 1 ? 1 << 63 : .max)) }

    // One comparison of 128 bits: which child is least is a coin toss that a branch would lose.
    @inlinable @inline(__always)
    var rank: UInt128 { UInt128(key) << 64 | UInt128(order) }

    @inlinable @inline(__always)
    func isBefore(_ other: Entry) -> Bool { rank < other.rank }
  }

  @frozen @usableFromInline
  struct Slot: Sendable {
    @usableFromInline var payload: UInt64
    // Odd while the slot's event is pending.
    @usableFromInline var generation: UInt32
    @usableFromInline var nextFree: UInt32

    @inlinable
    init(payload: UInt64, generation: UInt32, nextFree: UInt32) {
      self.payload = payload
      self.generation = generation
      self.nextFree = nextFree
    }
  }

  @usableFromInline var heap: ContiguousArray<Entry> = []
  // True when the heap's first entry was popped and its place waits for the next push: whoever is
  // resumed mostly schedules itself again, which then takes one walk down instead of two walks.
  @usableFromInline var hasHole = false
  @usableFromInline var lane = Lane()
  @usableFromInline var slots: ContiguousArray<Slot> = []
  @usableFromInline var firstFree = UInt32.max
  @usableFromInline var cancelled = 0
  @usableFromInline var scheduled: UInt64 = 0

  /// Creates an empty queue.
  public init() {}

  /// How many events are pending.
  @inlinable public var count: Int { heap.count + lane.count - cancelled - (hasHole ? 1 : 0) }

  /// True when no event is pending.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// How many events have ever been scheduled.
  public var scheduledCount: UInt64 { scheduled }

  /// Schedules an event; a lower priority number goes first among events of one time.
  @inlinable @discardableResult
  public mutating func push(time: Double, payload: UInt64, priority: Int16 = 0) -> Handle {
    precondition(!time.isNaN, "an event needs a time, got NaN")
    let slot = takeSlot(payload)
    let rank = UInt64(UInt16(bitPattern: priority) ^ 0x8000)
    insert(Entry(time: time, order: rank &<< 48 | scheduled, slot: slot))
    scheduled &+= 1
    return Handle(slot: slot, generation: slots[Int(slot)].generation)
  }

  /// The time of the next event, or nothing when none is pending.
  @inlinable
  public mutating func nextTime() -> Double? {
    settle()
    return isLaneNext ? lane.first.time : heap.first?.time
  }

  /// Takes out the next event.
  @inlinable
  public mutating func pop() -> Event? { pop(notAfter: .infinity) }

  /// Takes out the next event if it happens at a time or before.
  @inlinable
  public mutating func pop(notAfter limit: Double) -> Event? {
    settle()
    if isLaneNext {
      let first = lane.first
      guard first.time <= limit else { return nil }
      lane.dropFirst()
      return take(first)
    }
    guard let first = heap.first, first.time <= limit else { return nil }
    hasHole = true
    return take(first)
  }

  /// Tells whether an event is still to come.
  @inlinable
  public func isPending(_ handle: Handle) -> Bool {
    handle.slot < slots.count && slots[Int(handle.slot)].generation == handle.generation
  }

  /// Takes back an event; false when it has already happened or was cancelled.
  @inlinable @discardableResult
  public mutating func cancel(_ handle: Handle) -> Bool {
    guard isPending(handle) else { return false }
    slots[Int(handle.slot)].generation &+= 1
    cancelled += 1
    if cancelled > 64, cancelled * 2 > heap.count + lane.count { sweep() }
    return true
  }

  /// Forgets every event; all handles go stale.
  public mutating func removeAll() {
    let entries = entries
    for entry in entries where isLive(entry) { slots[Int(entry.slot)].generation &+= 1 }
    for entry in entries { release(entry.slot) }
    heap.removeAll(keepingCapacity: true)
    lane = Lane()
    hasHole = false
    cancelled = 0
  }

  /// The pending events in the order they will come; costs a sort, for people who look inside.
  public func pending(limit: Int = .max) -> [Event] {
    entries.filter(isLive).sorted { $0.isBefore($1) }.prefix(limit).map { entry in
      Event(
        time: entry.time, payload: slots[Int(entry.slot)].payload,
        sequence: entry.order & 0xFFFF_FFFF_FFFF)
    }
  }
}
