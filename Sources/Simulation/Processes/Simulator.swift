/// A virtual clock with processes, and the events that move it.
///
/// The simulator knows no language: a process is a row in a table that is *resumed* with the reason
/// why it goes on, asks for one thing to wait for (`sleep`, `acquire`, …) and returns. A process
/// that returns without having asked for anything has ended. Everything that happens goes through
/// one queue, so time never goes back, and equal times keep the order of their causes: the same
/// seed gives the same run.
public final class Simulator {
  /// The seed that all random streams derive from.
  public let seed: UInt64
  /// Hears of every process that ended, before its row is used again.
  public var processEnded: ((ProcessID) -> Void)?
  /// Asked every 4,096 events whether to stop: how a long run notices an interrupt.
  public var shouldStop: (() -> Bool)?
  /// The resources, stores and levels in the order they were made.
  public internal(set) var places: [Place] = []

  var breakpointCount = 0
  private var streams: [String: RandomStream] = [:]
  /// The state of the loop lies behind a pointer of its own, because each access to a variable of a
  /// class is checked for exclusivity at run time, which took half of a process switch.
  let core: UnsafeMutablePointer<SimulatorCore>

  /// Creates a simulator at time 0.
  public init(seed: UInt64 = 0) {
    self.seed = seed
    core = .allocate(capacity: 1)
    core.initialize(to: SimulatorCore())
  }

  deinit {
    core.pointee.rows.deallocate()
    core.deinitialize(count: 1)
    core.deallocate()
  }

  /// The random stream of a name: the same object each time, independent of all other names.
  public func stream(_ name: String) -> RandomStream {
    if let stream = streams[name] { return stream }
    let stream = RandomStream(seed: seed, name: name)
    streams[name] = stream
    return stream
  }

  /// How many events are pending.
  public var pendingCount: Int { queue.count }

  /// The time of the next event, or nothing when nothing is left to happen.
  public var nextEventTime: Double? { queue.nextTime() }

  func trace(_ kind: TraceRecord.Kind, _ process: ProcessID?, _ subject: String = "") {
    guard let tracer else { return }
    tracer(
      TraceRecord(
        time: now, kind: kind, process: process.map { name(of: $0) } ?? "", subject: subject))
  }
}

/// One thing that happened, for people who follow a run.
public struct TraceRecord: Hashable, Sendable, CustomStringConvertible {
  /// What sort of thing.
  public enum Kind: String, Sendable, CaseIterable {
    case start, sleep, wait, wake, end, acquire, release, preempt, interrupt, put, get, fire, kill
  }

  /// When, in virtual seconds.
  public let time: Double
  /// What sort of thing.
  public let kind: Kind
  /// The process it happened to; empty for an event outside of processes.
  public let process: String
  /// The resource, store or signal, or what else it was about.
  public let subject: String

  /// One line, as in "1.5 acquire alice: server".
  public var description: String {
    let about = subject.isEmpty ? "" : ": \(subject)"
    return "\(time) \(kind.rawValue) \(process)\(about)"
  }
}
