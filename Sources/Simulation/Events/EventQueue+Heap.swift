extension EventQueue {
  @inlinable
  mutating func takeSlot(_ payload: UInt64) -> UInt32 {
    guard firstFree != .max else {
      slots.append(Slot(payload: payload, generation: 1, nextFree: .max))
      return UInt32(slots.count - 1)
    }
    let index = firstFree
    firstFree = slots[Int(index)].nextFree
    slots[Int(index)].payload = payload
    slots[Int(index)].generation &+= 1
    return index
  }

  @inlinable
  mutating func release(_ slot: UInt32) {
    slots[Int(slot)].nextFree = firstFree
    firstFree = slot
  }

  @inlinable
  mutating func take(_ first: Entry) -> Event {
    let index = Int(first.slot)
    slots[index].generation &+= 1
    let payload = slots[index].payload
    release(first.slot)
    removeFirst()
    return Event(time: first.time, payload: payload, sequence: first.order & 0xFFFF_FFFF_FFFF)
  }

  @inlinable
  mutating func dropCancelled() {
    while cancelled > 0, let first = heap.first, slots[Int(first.slot)].generation & 1 == 0 {
      release(first.slot)
      removeFirst()
      cancelled -= 1
    }
  }

  @inlinable
  mutating func removeFirst() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    siftDown(last, from: 0)
  }

  @inlinable
  mutating func siftUp(from start: Int) {
    // One exclusivity and bounds check for the whole path instead of one per level.
    heap.withUnsafeMutableBufferPointer { heap in
      let entry = heap[start]
      var hole = start
      while hole > 0 {
        let parent = (hole - 1) >> 2
        guard entry.isBefore(heap[parent]) else { break }
        heap[hole] = heap[parent]
        hole = parent
      }
      heap[hole] = entry
    }
  }

  @inlinable
  mutating func siftDown(_ entry: Entry, from start: Int) {
    // As above: one check for the whole path.
    heap.withUnsafeMutableBufferPointer { heap in
      let count = heap.count
      let rank = entry.rank
      var hole = start
      while true {
        let first = hole * 4 + 1
        guard first < count else { break }
        let least = EventQueue.leastChild(heap, first)
        guard heap[least].rank < rank else { break }
        heap[hole] = heap[least]
        hole = least
      }
      heap[hole] = entry
    }
  }

  /// The position of the earliest among up to four neighbours.
  ///
  /// Two pairs, then their winners: sums of comparisons instead of branches, which would be
  /// mispredicted half of the time.
  @inlinable @inline(__always)
  static func leastChild(_ heap: UnsafeMutableBufferPointer<Entry>, _ first: Int) -> Int {
    guard first + 3 < heap.count else {
      return (first..<heap.count).reduce(first) { heap[$1].isBefore(heap[$0]) ? $1 : $0 }
    }
    let left = first + (heap[first + 1].isBefore(heap[first]) ? 1 : 0)
    let right = first + 2 + (heap[first + 3].isBefore(heap[first + 2]) ? 1 : 0)
    return left + (right - left) * (heap[right].isBefore(heap[left]) ? 1 : 0)
  }

  /// Rebuilds the heap from the events that are not cancelled; the order of events stays.
  @usableFromInline
  mutating func sweep() {
    var kept: ContiguousArray<Entry> = []
    kept.reserveCapacity(count)
    for entry in heap {
      if slots[Int(entry.slot)].generation & 1 == 1 {
        kept.append(entry)
      } else {
        release(entry.slot)
      }
    }
    heap = kept
    cancelled = 0
    guard heap.count > 1 else { return }
    for index in stride(from: (heap.count - 2) >> 2, through: 0, by: -1) {
      siftDown(heap[index], from: index)
    }
  }

  /// Stops the program when parent and child are out of order or the counts disagree.
  func checkInvariants() {
    for index in heap.indices.dropFirst() {
      precondition(!heap[index].isBefore(heap[(index - 1) >> 2]), "heap order at \(index)")
    }
    let dead = heap.count { slots[Int($0.slot)].generation & 1 == 0 }
    precondition(dead == cancelled, "\(dead) cancelled entries, \(cancelled) counted")
  }
}

extension EventQueue {
  /// What was scheduled under a handle, while it is pending.
  public func payload(of handle: Handle) -> UInt64? {
    isPending(handle) ? slots[Int(handle.slot)].payload : nil
  }
}
