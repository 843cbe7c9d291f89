/// Sequences that wait, in the order in which they will be served: a ring that grows.
struct SlotQueue: ~Copyable {
  private var ring: Column<Int32>
  private var first = 0
  private(set) var count = 0

  init() {
    ring = Column(repeating: -1, count: 16)
  }

  private init(copying other: borrowing SlotQueue) {
    ring = other.ring.copy()
    first = other.first
    count = other.count
  }

  borrowing func copy() -> SlotQueue { SlotQueue(copying: self) }

  @inline(__always)
  private func place(_ index: Int) -> Int { (first + index) & (ring.count - 1) }

  subscript(index: Int) -> Int32 {
    @inline(__always) get { ring[place(index)] }
  }

  mutating func append(_ slot: Int32) {
    growIfFull()
    ring[place(count)] = slot
    count += 1
  }

  mutating func prepend(_ slot: Int32) {
    growIfFull()
    first = (first - 1) & (ring.count - 1)
    ring[first] = slot
    count += 1
  }

  /// Puts a slot behind the last of those that go before it.
  mutating func insert(_ slot: Int32, behind goesBefore: (Int32) -> Bool) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if goesBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    append(slot)
    var index = count - 1
    while index > low {
      ring[place(index)] = self[index - 1]
      index -= 1
    }
    ring[place(low)] = slot
  }

  /// Takes a slot out, wherever it is; at the front that costs nothing.
  mutating func remove(_ slot: Int32) -> Bool {
    var index = 0
    while index < count, self[index] != slot { index += 1 }
    guard index < count else { return false }
    while index > 0 {
      ring[place(index)] = self[index - 1]
      index -= 1
    }
    first = (first + 1) & (ring.count - 1)
    count -= 1
    return true
  }

  private mutating func growIfFull() {
    guard count == ring.count else { return }
    var larger = Column<Int32>(repeating: -1, count: ring.count * 2)
    for index in 0..<count { larger[index] = self[index] }
    ring = larger
    first = 0
  }
}
