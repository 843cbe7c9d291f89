extension EventQueue {
  /// Entries that were scheduled in the order in which they will come: a ring, first in, first out.
  ///
  /// Processes that sleep equally long, and time limits of one length, keep to it by themselves.
  @frozen @usableFromInline
  struct Lane: Sendable {
    // As many as a power of two, so that a position wraps around by a mask.
    @usableFromInline var ring: ContiguousArray<Entry> = []
    @usableFromInline var head = 0
    @usableFromInline var count = 0
    // How many entries in a row came before the last one and had to go elsewhere.
    @usableFromInline var refused = 0

    @inlinable
    init() {}

    /// The earliest entry; there must be one.
    @inlinable @inline(__always)
    var first: Entry { ring[head] }

    /// The entry so many places behind the first; there must be one.
    @inlinable @inline(__always)
    subscript(distance: Int) -> Entry { ring[(head &+ distance) & (ring.count &- 1)] }

    /// The entries in their order.
    @usableFromInline
    var entries: [Entry] { (0..<count).map { self[$0] } }

    /// True when the refusals show that the entries here only stand in the way, as one event in the
    /// far future does.
    @inlinable @inline(__always)
    var isInTheWay: Bool { refused > 16 &* count &+ 16 }

    /// Tells whether an entry may stand last.
    @inlinable @inline(__always)
    mutating func accepts(_ entry: Entry) -> Bool {
      guard count == 0 || self[count &- 1].isBefore(entry) else {
        refused &+= 1
        return false
      }
      return true
    }

    /// Puts an entry last that was accepted.
    @inlinable @inline(__always)
    mutating func append(_ entry: Entry) {
      if count == ring.count { grow() }
      ring[(head &+ count) & (ring.count &- 1)] = entry
      count &+= 1
      refused = 0
    }

    @inlinable @inline(__always)
    mutating func dropFirst() {
      head = (head &+ 1) & (ring.count &- 1)
      count &-= 1
    }

    mutating func removeAll() {
      head = 0
      count = 0
      refused = 0
    }

    @usableFromInline
    mutating func grow() {
      let entries = entries
      let filler = Entry(time: 0, order: 0, slot: 0)
      ring = ContiguousArray(entries)
      let room = max(16, count * 2) - count
      ring.append(contentsOf: repeatElement(filler, count: room))
      head = 0
    }
  }
}
