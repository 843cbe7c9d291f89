extension Simulator {
  /// Starts a process at the present time, after what is already due; without a body,
  /// `resumeProcess` resumes it.
  @discardableResult
  public func spawn(
    _ name: String? = nil, after seconds: Double = 0, body: ((ProcessID, Wake) -> Void)? = nil
  ) -> ProcessID {
    precondition(seconds >= 0, "a process cannot start \(seconds) s from now")
    let slot: UInt32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = UInt32(rowCount)
      core.pointee.rows.append()
      details.append(ProcessDetail())
    }
    let index = Int(slot)
    processCount += 1
    rows[index].state = .ready
    rows[index].wake = Wake(.started)
    rows[index].event = queue.push(time: now + seconds, payload: UInt64(slot))
    details[index].name = name
    details[index].body = body
    rows[index].hasBody = body != nil
    details[index].startedAt = now + seconds
    return ProcessID(slot: slot, generation: rows[index].generation)
  }

  /// Tells whether a process has not ended.
  public func isAlive(_ process: ProcessID) -> Bool {
    Int(process.slot) < rowCount && rows[Int(process.slot)].generation == process.generation
      && rows[Int(process.slot)].state != .ended
  }

  /// What a process is doing.
  public func state(of process: ProcessID) -> ProcessState {
    isAlive(process) ? rows[Int(process.slot)].state : .ended
  }

  /// Tells whether a process is the one that runs now and has not asked to wait.
  public func isRunning(_ process: ProcessID) -> Bool {
    guard Int(process.slot) < rowCount else { return false }
    let row = rows + Int(process.slot)
    return row.pointee.generation == process.generation && row.pointee.state == .running
  }

  /// The name given, or "process" and a number.
  public func name(of process: ProcessID) -> String {
    guard isAlive(process) else { return "process \(process.slot + 1)" }
    return details[Int(process.slot)].name ?? "process \(process.slot + 1)"
  }

  /// Renames a process that has not ended.
  public func rename(_ process: ProcessID, _ name: String) {
    if isAlive(process) { details[Int(process.slot)].name = name }
  }

  /// Where a process waits, when it waits at a place.
  public func place(of process: ProcessID) -> Place? {
    isAlive(process) ? details[Int(process.slot)].place : nil
  }

  /// How many seconds were left of the wait that the last interrupt cut short.
  public func remainingSeconds(of process: ProcessID) -> Double {
    isAlive(process) ? details[Int(process.slot)].remainingSeconds : 0
  }

  /// Lets the running process sleep.
  public func sleep(_ process: ProcessID, _ seconds: Double) {
    let sleeps = sleepIfRunning(process, seconds)
    precondition(sleeps, "only the running process can wait")
  }

  /// Lets a process sleep; false, with nothing done, when it is not the one that runs.
  public func sleepIfRunning(_ process: ProcessID, _ seconds: Double) -> Bool {
    precondition(seconds >= 0, "a process cannot sleep \(seconds) s")
    guard isRunning(process) else { return false }
    // Rows do not move here, and nothing else runs: one pointer serves for all.
    let (core, row) = (core, rows + Int(process.slot))
    if row.pointee.hasPendingInterrupt {
      deliverPendingInterrupt(Int(process.slot))
      return true
    }
    let time = core.pointee.now + seconds
    row.pointee.state = .sleeping
    row.pointee.wake = Wake(.slept)
    row.pointee.deadline = time
    row.pointee.event = core.pointee.queue.push(time: time, payload: UInt64(process.slot))
    if core.pointee.isWatched { noteSleep(process, seconds) }
    return true
  }

  /// Cuts a wait or a sleep short; a process that is not waiting is interrupted when it next waits.
  ///
  /// False when the process has ended.
  @discardableResult
  public func interrupt(_ process: ProcessID, reason token: Int = 0) -> Bool {
    cutShort(process, Wake(.interrupted, value: token))
  }

  /// Ends a process where it stands and gives back what it holds.
  ///
  /// False when it had ended.
  @discardableResult
  public func kill(_ process: ProcessID) -> Bool {
    guard isAlive(process) else { return false }
    let index = Int(process.slot)
    trace(.kill, process)
    leavePlace(index)
    queue.cancel(rows[index].event)
    end(process, value: 0)
    return true
  }

  /// Ends the running process with a value for those who join it.
  public func finish(_ process: ProcessID, value: Int = 0) {
    _ = running(process)
    end(process, value: value)
  }
}

extension Simulator {
  func running(_ process: ProcessID) -> Int {
    precondition(isRunning(process), "only the running process can wait")
    return Int(process.slot)
  }

  /// Makes a waiting process go on at the present time; its other entries in queues go stale.
  func wake(slot: UInt32, _ wake: Wake) {
    let index = Int(slot)
    queue.cancel(rows[index].event)
    details[index].place = nil
    rows[index].ticket &+= 1
    rows[index].state = .ready
    rows[index].wake = wake
    rows[index].event = queue.push(time: now, payload: UInt64(slot))
  }

  /// Puts the running process to wait at a place, for a time at most; false when an interrupt that
  /// was pending comes first.
  func suspend(_ process: ProcessID, at place: Place, timeout: Double?) -> Bool {
    let index = running(process)
    if rows[index].hasPendingInterrupt {
      deliverPendingInterrupt(index)
      return false
    }
    rows[index].state = .waiting
    details[index].place = place
    details[index].waitingSince = now
    if core.pointee.isWatched { noteWait(index, "waits for \(place.name)") }
    if let timeout {
      rows[index].deadline = now + timeout
      rows[index].wake = Wake(.timedOut)
      rows[index].event = queue.push(time: now + timeout, payload: UInt64(process.slot))
    } else {
      rows[index].deadline = .infinity
      rows[index].event = .none
    }
    if core.pointee.isWatched { trace(.wait, process, place.name) }
    return true
  }

  @discardableResult
  func cutShort(_ process: ProcessID, _ wake: Wake) -> Bool {
    guard isAlive(process) else { return false }
    let index = Int(process.slot)
    trace(wake.reason == .preempted ? .preempt : .interrupt, process)
    switch rows[index].state {
    case .sleeping, .waiting:
      let left = rows[index].deadline - now
      details[index].remainingSeconds = left.isFinite ? left : 0
      leavePlace(index)
      self.wake(slot: process.slot, wake)
    case .ready, .running:
      rows[index].hasPendingInterrupt = true
      details[index].pendingInterrupt = wake
    case .ended: return false
    }
    return true
  }

  private func deliverPendingInterrupt(_ index: Int) {
    rows[index].hasPendingInterrupt = false
    details[index].remainingSeconds = 0
    wake(slot: UInt32(index), details[index].pendingInterrupt)
  }

  func leavePlace(_ index: Int) {
    guard let place = details[index].place else { return }
    details[index].place = nil
    rows[index].ticket &+= 1
    place.abandoned(by: UInt32(index))
  }

  func end(_ process: ProcessID, value: Int) {
    let index = Int(process.slot)
    for hold in details[index].holds.reversed() { hold.resource.giveBack(hold.index) }
    trace(.end, process)
    let ended = details[index].ended
    processEnded?(process)
    rows[index].state = .ended
    rows[index].generation &+= 1
    rows[index].ticket &+= 1
    rows[index].event = .none
    rows[index].hasPendingInterrupt = false
    details[index] = ProcessDetail()
    freeSlots.append(process.slot)
    processCount -= 1
    ended?.fire(value, latch: true)
  }

  private func noteSleep(_ process: ProcessID, _ seconds: Double) {
    noteWait(Int(process.slot), "sleeps")
    trace(.sleep, process, "\(seconds) s")
  }

  func noteWake(_ process: ProcessID, _ wake: Wake) {
    recordWait(process, Int(process.slot))
    trace(wake.reason == .started ? .start : .wake, process)
  }

  private func noteWait(_ index: Int, _ label: String) {
    guard timeline != nil else { return }
    details[index].waitingSince = now
    details[index].waitLabel = label
  }

  private func recordWait(_ process: ProcessID, _ index: Int) {
    let label = details[index].waitLabel
    guard let timeline, !label.isEmpty else { return }
    details[index].waitLabel = ""
    timeline.add(
      Timeline.Span(
        track: name(of: process), label: label, kind: label.hasPrefix("wait") ? .wait : .sleep,
        start: details[index].waitingSince, end: now))
  }
}
