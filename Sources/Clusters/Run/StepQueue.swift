import Serving

/// When steps end, the earliest first; of equal times the lower replica first.
///
/// A binary heap over flat columns. Who is taken out mostly comes back at once with its next step, so the
/// root stays open until then, which takes one walk down instead of two walks.
struct StepQueue: ~Copyable {
  private var times = Column<Double>(capacity: 64)
  private var replicas = Column<Int32>(capacity: 64)
  private var hasHole = false

  init() {}

  private init(copying other: borrowing StepQueue) {
    times = other.times.copy()
    replicas = other.replicas.copy()
    hasHole = other.hasHole
  }

  borrowing func copy() -> StepQueue { StepQueue(copying: self) }

  /// When the next step ends; infinite when none is on its way.
  @inline(__always)
  mutating func nextTime() -> Double {
    if hasHole { closeHole() }
    return times.count > 0 ? times.base[0] : .infinity
  }

  /// Takes the replica out whose step ends next; there must be one.
  @inline(__always)
  mutating func pop() -> Int32 {
    if hasHole { closeHole() }
    hasHole = true
    return replicas[0]
  }

  @inline(__always)
  mutating func push(_ time: Double, _ replica: Int32) {
    if hasHole {
      hasHole = false
      sink(time, replica, count: times.count)
    } else {
      times.append(time)
      replicas.append(replica)
      rise(times.count - 1)
    }
  }

  private mutating func closeHole() {
    hasHole = false
    let (time, replica) = (times.removeLast(), replicas.removeLast())
    if times.count > 0 { sink(time, replica, count: times.count) }
  }

  /// Puts an entry where it belongs below the open root.
  private mutating func sink(_ time: Double, _ replica: Int32, count: Int) {
    let (times, replicas) = (times.base, replicas.base)
    var hole = 0
    while true {
      var child = hole * 2 + 1
      guard child < count else { break }
      if child + 1 < count,
        isBefore(times[child + 1], replicas[child + 1], times[child], replicas[child])
      {
        child += 1
      }
      guard isBefore(times[child], replicas[child], time, replica) else { break }
      times[hole] = times[child]
      replicas[hole] = replicas[child]
      hole = child
    }
    times[hole] = time
    replicas[hole] = replica
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard isBefore(times[place], replicas[place], times[parent], replicas[parent]) else { return }
      let (time, replica) = (times[place], replicas[place])
      times[place] = times[parent]
      replicas[place] = replicas[parent]
      times[parent] = time
      replicas[parent] = replica
      place = parent
    }
  }

  @inline(__always)
  private func isBefore(_ a: Double, _ first: Int32, _ b: Double, _ second: Int32) -> Bool {
    a < b || (a == b && first < second)
  }
}
