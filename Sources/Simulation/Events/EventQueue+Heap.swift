extension EventQueue {
  @inlinable @inline(__always)
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

  @inlinable @inline(__always)
  mutating func release(_ slot: UInt32) {
    slots[Int(slot)].nextFree = firstFree
    firstFree = slot
  }

  @inlinable @inline(__always)
  mutating func take(_ first: Entry) -> Event {
    let index = Int(first.slot)
    slots[index].generation &+= 1
    let payload = slots[index].payload
    release(first.slot)
    return Event(time: first.time, payload: payload, sequence: first.order & 0xFFFF_FFFF_FFFF)
  }

  @inlinable @inline(__always)
  mutating func insert(_ entry: Entry) {
    if lane.accepts(entry) { return lane.append(entry) }
    if hasHole {
      hasHole = false
      siftDown(entry, from: 0)
    } else {
      heap.append(entry)
      siftUp(from: heap.count - 1)
    }
    if lane.isInTheWay { emptyLane() }
  }

  /// True when the lane has the next event; the queue is settled.
  @inlinable @inline(__always)
  var isLaneNext: Bool {
    guard lane.count > 0 else { return false }
    guard let first = heap.first else { return true }
    return lane.first.isBefore(first)
  }

  /// Closes the hole and lets go of cancelled events that are next.
  @inlinable @inline(__always)
  mutating func settle() {
    if hasHole {
      hasHole = false
      removeFirst()
    }
    if cancelled > 0 { dropCancelled() }
  }

  @usableFromInline
  mutating func dropCancelled() {
    while cancelled > 0 {
      let isInLane = isLaneNext
      guard let first = isInLane ? lane.first : heap.first, !isLive(first) else { return }
      release(first.slot)
      if isInLane { lane.dropFirst() } else { removeFirst() }
      cancelled -= 1
    }
  }

  @inlinable @inline(__always)
  func isLive(_ entry: Entry) -> Bool { slots[Int(entry.slot)].generation & 1 == 1 }

  /// Every entry that was not popped, in no order.
  var entries: [Entry] { Array(heap.dropFirst(hasHole ? 1 : 0)) + lane.entries }

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

  /// Moves the lane's entries into the heap, so that it can begin anew.
  @usableFromInline
  mutating func emptyLane() {
    for entry in lane.entries {
      heap.append(entry)
      siftUp(from: heap.count - 1)
    }
    lane.removeAll()
  }

  /// Rebuilds the queue from the events that are not cancelled; the order of events stays.
  @usableFromInline
  mutating func sweep() {
    var (kept, keptInLane): (ContiguousArray<Entry>, [Entry]) = ([], [])
    kept.reserveCapacity(count)
    for entry in heap.dropFirst(hasHole ? 1 : 0) {
      if isLive(entry) { kept.append(entry) } else { release(entry.slot) }
    }
    for entry in lane.entries {
      if isLive(entry) { keptInLane.append(entry) } else { release(entry.slot) }
    }
    heap = kept
    hasHole = false
    lane.removeAll()
    for entry in keptInLane { lane.append(entry) }
    cancelled = 0
    guard heap.count > 1 else { return }
    for index in stride(from: (heap.count - 2) >> 2, through: 0, by: -1) {
      siftDown(heap[index], from: index)
    }
  }

  /// Stops the program when entries are out of order or the counts disagree.
  func checkInvariants() {
    for index in heap.indices.dropFirst() {
      precondition(!heap[index].isBefore(heap[(index - 1) >> 2]), "heap order at \(index)")
    }
    for (first, second) in zip(lane.entries, lane.entries.dropFirst()) {
      precondition(first.isBefore(second), "lane order at \(second.time) s")
    }
    let dead = entries.count { !isLive($0) }
    precondition(dead == cancelled, "\(dead) cancelled entries, \(cancelled) counted")
  }
}

extension EventQueue {
  /// What was scheduled under a handle, while it is pending.
  public func payload(of handle: Handle) -> UInt64? {
    isPending(handle) ? slots[Int(handle.slot)].payload : nil
  }

  /// What the next event was scheduled with, or one further on, as far as that is known at no
  /// cost: a hint for those who fetch ahead what an event will need.
  @inlinable
  public func hint(_ distance: Int) -> UInt64? {
    if lane.count > distance { return slots[Int(lane[distance].slot)].payload }
    guard distance == 0, let first = firstInHeap else { return nil }
    return slots[Int(first.slot)].payload
  }

  @inlinable
  var firstInHeap: Entry? {
    guard hasHole else { return heap.first }
    guard heap.count > 1 else { return nil }
    return heap.withUnsafeBufferPointer { heap in
      heap[EventQueue.leastChild(UnsafeMutableBufferPointer(mutating: heap), 1)]
    }
  }
}
