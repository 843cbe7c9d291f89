/// A process that goes on, and why.
@frozen
public struct Turn: Sendable {
  /// The process to resume.
  public let process: ProcessID
  /// Why it goes on.
  public let wake: Wake
}

/// A run that is under way.
public struct Run {
  let limit: RunLimit
  let endTime: Double
  let lastEvent: Int
  var reason: StopReason?
  // True from the moment that an event has happened until the stops were looked at.
  var hasStepped = false
}

/// The run turned inside out, for owners who resume processes in a loop of their own:
///
/// ```swift
/// var run = simulator.begin(limit)
/// while let turn = simulator.next(&run) {
///   resume(turn.process)
///   if simulator.isRunning(turn.process) { simulator.finish(turn.process) }
/// }
/// return simulator.finish(run)
/// ```
///
/// Coroutines want it so: a yield jumps past all frames down to the one that resumed, and every
/// frame between that one and the loop then costs a mispredicted return, about 8 ns.
extension Simulator {
  /// Begins a run.
  public func begin(_ limit: RunLimit = RunLimit()) -> Run {
    precondition(current == nil, "run was called from inside a process")
    stopRequest = nil
    return Run(
      limit: limit, endTime: limit.time ?? .infinity,
      lastEvent: limit.events.map { eventCount + $0 } ?? .max)
  }

  /// Lets events happen until one makes a process without a body go on; nil when the run is over.
  ///
  /// A process that is still running when it comes back asked for nothing to wait for: it has ended.
  public func next(_ run: inout Run) -> Turn? {
    let core = core
    while true {
      core.pointee.current = nil
      if run.hasStepped, let reason = stop(run) {
        run.reason = reason
        return nil
      }
      guard core.pointee.eventCount < run.lastEvent else {
        run.reason = .count
        return nil
      }
      guard let event = core.pointee.queue.pop(notAfter: run.endTime) else {
        run.reason = queue.isEmpty && run.limit.time == nil ? .idle : .time
        return nil
      }
      core.pointee.now = event.time
      core.pointee.eventCount += 1
      run.hasStepped = true
      if event.payload & Simulator.actionFlag == 0 {
        let turn = wakeUp(Int(event.payload))
        if !core.pointee.rows.first[Int(event.payload)].hasBody { return turn }
        details[Int(event.payload)].body?(turn.process, turn.wake)
        if isRunning(turn.process) { end(turn.process, value: 0) }
      } else {
        forget(action: event.payload)?()
      }
    }
  }

  /// Ends a run and tells why it came back.
  public func finish(_ run: Run) -> StopReason {
    let reason = run.reason ?? .paused
    if reason == .time, let time = run.limit.time, time.isFinite { now = max(now, time) }
    return reason
  }

  /// The slot of the process that goes on next, or one further on, where the queue knows it at no
  /// cost: a hint for those who fetch ahead what a process will need.
  public func hint(_ distance: Int) -> Int? {
    guard let payload = core.pointee.queue.hint(distance), payload & Simulator.actionFlag == 0
    else { return nil }
    return Int(payload)
  }

  /// What is looked at after every event.
  @inline(__always)
  private func stop(_ run: Run) -> StopReason? {
    let core = core
    if !core.pointee.conditions.isEmpty { wakeConditions() }
    if let stopRequest = core.pointee.stopRequest { return stopRequest }
    if let condition = run.limit.condition, condition() { return .condition }
    if !core.pointee.breakpoints.isEmpty, breakpoints.contains(where: { $0.holds() }) {
      return .breakpoint
    }
    if core.pointee.eventCount & 4095 == 0, let shouldStop, shouldStop() { return .halted }
    return nil
  }

  @inline(__always)
  private func wakeUp(_ index: Int) -> Turn {
    let core = core
    let row = rows + index
    let process = ProcessID(slot: UInt32(index), generation: row.pointee.generation)
    let wake = row.pointee.wake
    if row.pointee.state == .waiting { leavePlace(index) }
    row.pointee.state = .running
    row.pointee.ticket &+= 1
    if core.pointee.isWatched { noteWake(process, wake) }
    core.pointee.current = process
    return Turn(process: process, wake: wake)
  }
}
