/// One process in line.
struct Waiter {
  let slot: UInt32
  /// The process's ticket when it lined up; another one there now means that it has left.
  let ticket: UInt32
  let since: Double
  var priority = 0
  var amount = 0.0
  /// What it brings: an item for a store, or which of several awaited things this is.
  var value = 0
  /// What it takes, where it is choosy.
  var filter: ((Int) -> Bool)?

  init(slot: UInt32, ticket: UInt32, since: Double) {
    self.slot = slot
    self.ticket = ticket
    self.since = since
  }
}

/// A line of waiting processes by priority, then by arrival; those who left are skipped lazily.
struct WaitQueue {
  private var storage: ContiguousArray<Waiter> = []
  private var head = 0
  /// How many are really waiting.
  private(set) var count = 0

  /// All entries, stale ones included, first in line first.
  var entries: ArraySlice<Waiter> { Array(storage)[head...] }

  var first: Waiter? { head < storage.count ? storage[head] : nil }

  var isMostlyStale: Bool { storage.count - head > 64 && count * 2 < storage.count - head }

  mutating func insert(_ waiter: Waiter) {
    count += 1
    guard let last = storage.last, head < storage.count, waiter.priority < last.priority else {
      return storage.append(waiter)
    }
    var low = head
    var high = storage.count
    while low < high {
      let middle = (low + high) / 2
      if storage[middle].priority <= waiter.priority { low = middle + 1 } else { high = middle }
    }
    storage.insert(waiter, at: low)
  }

  mutating func removeFirst() {
    count -= 1
    dropStale()
  }

  /// Removes the first entry, whose process has left and was counted out already.
  mutating func dropStale() {
    head += 1
    guard head > 64, head * 2 > storage.count else { return }
    storage.removeFirst(head)
    head = 0
  }

  /// Counts out a process that left; its entry stays until it comes to the front.
  mutating func forgetOne() { count -= 1 }

  mutating func sweep(keeping isCurrent: (Waiter) -> Bool) {
    storage = ContiguousArray(storage[head...].filter(isCurrent))
    head = 0
    count = storage.count
  }

  /// Takes out every waiter, those who left included.
  mutating func removeAll() -> ContiguousArray<Waiter> {
    let all = head == 0 ? storage : ContiguousArray(storage[head...])
    storage = []
    head = 0
    count = 0
    return all
  }

  /// Walks the line; the ones for whom the function returns true are served and leave.
  mutating func removeAll(where isServed: (Waiter) -> Bool) {
    var kept: ContiguousArray<Waiter> = []
    for waiter in storage[head...] {
      if isServed(waiter) { count -= 1 } else { kept.append(waiter) }
    }
    storage = kept
    head = 0
  }
}
