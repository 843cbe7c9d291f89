/// What is seen of a simulator at one moment.
public struct Inspection: Hashable, Sendable {
  /// A process as people see it.
  public struct Process: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What it is doing.
    public let state: ProcessState
    /// What it waits at; empty when it does not wait at a place.
    public let place: String
    /// When it will go on at the latest; infinite when nothing is set.
    public let until: Double
  }

  /// The virtual time in seconds.
  public let time: Double
  /// How many events have happened.
  public let eventCount: Int
  /// How many are pending.
  public let pendingCount: Int
  /// When the next one is due.
  public let nextEventTime: Double?
  /// How many processes have not ended.
  public let processCount: Int
  /// Those processes, at most as many as asked for, in the order of their rows.
  public let processes: [Process]
  /// The resources, stores and levels.
  public let places: [PlaceSnapshot]
}

extension Simulator {
  /// Looks at clock, queue, processes and places without changing anything.
  public func inspect(processLimit: Int = 100) -> Inspection {
    Inspection(
      time: now, eventCount: eventCount, pendingCount: queue.count,
      nextEventTime: queue.nextTime(), processCount: processCount,
      processes: processes().prefix(processLimit).map(describe), places: places.map(\.snapshot))
  }

  /// The processes that have not ended, in the order of their rows.
  public func processes() -> [ProcessID] {
    (0..<rowCount).filter { rows[$0].state != .ended }.map { index in
      ProcessID(slot: UInt32(index), generation: rows[index].generation)
    }
  }

  /// The processes that wait for something that no event in the queue brings about by itself.
  public func stuckProcesses() -> [ProcessID] {
    guard queue.isEmpty else { return [] }
    return processes().filter { state(of: $0) == .waiting }
  }

  /// Forgets the statistics of all places, as after a warm-up.
  public func resetStatistics() {
    for place in places { place.resetStatistics() }
  }

  private func describe(_ process: ProcessID) -> Inspection.Process {
    let row = rows[Int(process.slot)]
    let isTimed = row.state == .sleeping || row.state == .waiting
    return Inspection.Process(
      name: name(of: process), state: row.state, place: place(of: process)?.name ?? "",
      until: isTimed ? row.deadline : now)
  }
}
