/// Names one process of a simulator; it goes stale when the process ends.
@frozen
public struct ProcessID: Hashable, Sendable {
  /// The row of the process table, from 0; rows are used again.
  public let slot: UInt32
  /// Which user of the row is meant.
  public let generation: UInt32

  @usableFromInline
  init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }
}

/// Why a process goes on, and what it is handed.
@frozen
public struct Wake: Hashable, Sendable {
  /// What ended the wait.
  public enum Reason: UInt8, Sendable {
    /// It begins.
    case started
    /// Its sleep is over.
    case slept
    /// A resource or a level gave what was asked.
    case granted
    /// A store took the item.
    case stored
    /// A store gives an item: the value.
    case delivered
    /// A signal came with the value, or the awaited condition holds.
    case signalled
    /// The process joined has ended with the value.
    case joined
    /// The time allowed for the wait is over.
    case timedOut
    /// Another process interrupted it; the value is the reason's token.
    case interrupted
    /// A more urgent process took its resource; the value is that process's slot.
    case preempted
  }

  /// What ended the wait.
  public let reason: Reason
  /// Which of several awaited things came, from 0.
  public let index: Int32
  /// A token that the owner gives meaning to.
  public let value: Int

  /// Creates a wake-up.
  public init(_ reason: Reason, value: Int = 0, index: Int32 = 0) {
    self.reason = reason
    self.value = value
    self.index = index
  }

  /// True when the wait was cut short by an interrupt or by preemption.
  public var isInterruption: Bool { reason == .interrupted || reason == .preempted }
}

/// What a process is doing.
public enum ProcessState: String, Sendable, CaseIterable {
  /// It will go on at the present time.
  case ready
  /// It is the one that runs now.
  case running
  /// It sleeps.
  case sleeping
  /// It waits at a resource, a store, a level, a signal or a condition.
  case waiting
  /// It has ended.
  case ended
}

/// The rest of what is known of a process.
struct ProcessDetail {
  var name: String?
  var body: ((ProcessID, Wake) -> Void)?
  var place: Place?
  var ended: Signal?
  var holds: [Hold] = []
  var pendingInterrupt = Wake(.interrupted)
  var remainingSeconds = 0.0
  var waitingSince = 0.0
  var waitLabel = ""
  var startedAt = 0.0
}

/// A part of a resource that a process holds.
struct Hold {
  let resource: Resource
  let index: Int
}
