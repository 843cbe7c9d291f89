/// Why a run came back.
public enum StopReason: String, Sendable, CaseIterable {
  /// Nothing is left to happen.
  case idle
  /// The time asked for is reached.
  case time
  /// The condition asked for holds.
  case condition
  /// As many events have happened as were asked for.
  case count
  /// Something asked for a pause.
  case paused
  /// A breakpoint holds.
  case breakpoint
  /// A process failed, or an interrupt came.
  case halted
}

/// How far a run goes; without any limit it goes on until nothing is left to happen.
public struct RunLimit {
  /// The time at which it stops; events at this very time still happen.
  public var time: Double?
  /// How many events happen at most.
  public var events: Int?
  /// Asked after every event; true stops.
  public var condition: (() -> Bool)?

  /// Creates a limit.
  public init(time: Double? = nil, events: Int? = nil, condition: (() -> Bool)? = nil) {
    self.time = time
    self.events = events
    self.condition = condition
  }
}

struct Breakpoint {
  let number: Int
  let holds: () -> Bool
}

extension Simulator {
  static let actionFlag: UInt64 = 1 << 63

  /// Lets events happen until a limit, a pause or the end; it can be called again to go on.
  @discardableResult
  public func run(_ limit: RunLimit = RunLimit()) -> StopReason {
    var run = begin(limit)
    // Read once: a closure that is read for every event is counted up and down every time.
    let handler = resumeProcess
    while let turn = next(&run) {
      handler?(turn.process, turn.wake)
      if isRunning(turn.process) { end(turn.process, value: 0) }
    }
    return finish(run)
  }

  /// Lets exactly one event happen; false when there was none.
  @discardableResult
  public func step() -> Bool { run(RunLimit(events: 1)) != .idle }

  /// Makes the run that is under way return after the present event.
  public func pause() { stopRequest = stopRequest ?? .paused }

  /// Makes the run return as failed after the present event.
  public func halt() { stopRequest = .halted }

  /// Stops runs whenever a condition holds after an event; returns a number to remove it by.
  @discardableResult
  public func addBreakpoint(_ holds: @escaping () -> Bool) -> Int {
    breakpointCount += 1
    breakpoints.append(Breakpoint(number: breakpointCount, holds: holds))
    return breakpointCount
  }

  /// Removes a breakpoint; false when there is none of that number.
  @discardableResult
  public func removeBreakpoint(_ number: Int) -> Bool {
    let before = breakpoints.count
    breakpoints.removeAll { $0.number == number }
    return breakpoints.count < before
  }

  /// Calls a function at a time that has not passed yet.
  @discardableResult
  public func schedule(
    at time: Double, priority: Int16 = 0, _ action: @escaping () -> Void
  ) -> EventQueue.Handle {
    precondition(time >= now, "an event at \(time) lies before the present \(now)")
    let index: UInt32
    if let free = freeActions.popLast() {
      index = free
      actions[Int(free)] = action
    } else {
      index = UInt32(actions.count)
      actions.append(action)
    }
    return queue.push(
      time: time, payload: Simulator.actionFlag | UInt64(index), priority: priority)
  }

  /// Calls a function after a number of seconds.
  @discardableResult
  public func schedule(
    after seconds: Double, priority: Int16 = 0, _ action: @escaping () -> Void
  ) -> EventQueue.Handle {
    schedule(at: now + seconds, priority: priority, action)
  }

  /// Takes back an event that was scheduled by a function; false when it has happened.
  @discardableResult
  public func cancel(_ handle: EventQueue.Handle) -> Bool {
    guard let payload = queue.payload(of: handle), payload & Simulator.actionFlag != 0
    else { return false }
    forget(action: payload)
    return queue.cancel(handle)
  }

  /// Forgets every event: processes that sleep or wait for a time will not go on.
  public func forgetEvents() {
    queue.removeAll()
    actions = []
    freeActions = []
    conditions = []
  }

  @discardableResult
  func forget(action payload: UInt64) -> (() -> Void)? {
    let index = UInt32(truncatingIfNeeded: payload)
    defer {
      actions[Int(index)] = nil
      freeActions.append(index)
    }
    return actions[Int(index)]
  }
}
