/// What is read and written at every switch, apart from the rest so that rows stay small.
struct ProcessRow {
  var generation: UInt32 = 0
  // Counts wake-ups: an entry in a wait queue with an older ticket is stale.
  var ticket: UInt32 = 0
  var event = EventQueue.Handle.none
  var deadline = 0.0
  var wake = Wake(.started)
  var state = ProcessState.ended
  var hasPendingInterrupt = false
  var hasBody = false
}

/// The rows of all processes, each in a cache line of its own.
///
/// By hand, because an array is asked for its bounds and its owner at each of the ten accesses of a
/// switch.
struct ProcessTable {
  private(set) var count = 0
  /// The first row; it moves when the table grows.
  private(set) var first: UnsafeMutablePointer<ProcessRow>
  private var capacity = 8

  init() { first = Self.room(for: 8) }

  /// Adds a row for a process that has not begun.
  mutating func append() {
    if count == capacity { grow() }
    (first + count).initialize(to: ProcessRow())
    count += 1
  }

  /// Gives the memory back; rows are plain values.
  func deallocate() { first.deallocate() }

  private mutating func grow() {
    let wider = Self.room(for: capacity * 2)
    wider.moveInitialize(from: first, count: count)
    first.deallocate()
    first = wider
    capacity *= 2
  }

  private static func room(for count: Int) -> UnsafeMutablePointer<ProcessRow> {
    UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<ProcessRow>.stride, alignment: 64
    ).bindMemory(to: ProcessRow.self, capacity: count)
  }
}
