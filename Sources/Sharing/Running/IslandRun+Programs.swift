import Base
import Devices

/// What the tenants' programs do: launches, pauses, memory and faults.
extension IslandRun {
  /// Asks every program whose time has come what it does next, until each waits for something.
  mutating func wakeUp() throws {
    for index in states.indices {
      if states[index].phase == .held, states[index].wake <= view.now { launch(index) }
      if states[index].phase == .waiting, states[index].wake <= view.now {
        states[index].phase = .ready
      }
      var asked = 0
      while states[index].phase == .ready {
        try act(index)
        asked += 1
        if asked > Self.stuckLimit {
          throw Problem("\(states[index].report.name) does nothing that takes time")
        }
      }
    }
  }

  private mutating func act(_ index: Int) throws {
    let moment = TenantMoment(
      now: view.now, latency: states[index].lastLatency, wasRefused: states[index].wasRefused)
    states[index].wasRefused = false
    switch try states[index].workload.next(moment) {
    case .launch(let kernel, let endsRequest, let submitted):
      states[index].kernel = kernel
      states[index].endsRequest = endsRequest
      if states[index].requestStart == nil { states[index].requestStart = submitted ?? view.now }
      launch(index)
    case .wait(let seconds):
      guard seconds > 0 else { return }
      states[index].wake = view.now + seconds
      states[index].phase = .waiting
    case .allocate(let bytes): allocate(bytes, index)
    case .free(let bytes): states[index].memory = max(0, states[index].memory - bytes)
    case .fault(let kind): fail(kind, index)
    case .end:
      states[index].phase = .done
      openCount -= 1
    }
  }

  private mutating func launch(_ index: Int) {
    let kernel = states[index].kernel
    if let again = scheduler.delay(launch: kernel, by: index, at: view.now) {
      if again - view.now > 1e-4 { states[index].report.heldSeconds += again - view.now }
      states[index].wake = again
      states[index].phase = .held
      return
    }
    states[index].phase = .running
    states[index].remaining = 1
    view.isRunnable[index] = true
    view.hasBegun[index] = false
    view.useful[index] = kernel.usefulMultiprocessors
    isStale = true
  }

  // MARK: Memory and faults

  private mutating func allocate(_ bytes: Int, _ index: Int) {
    let mine = states[index].memory + bytes
    let used = states.reduce(0) { $0 + $1.memory }
    let capacity = island.device.memory.size.value.count
    if let limit = island.memoryLimits[index], mine > limit {
      states[index].report.refusals += 1
      states[index].wasRefused = true
    } else if used + bytes > capacity {
      states[index].report.refusals += 1
      states[index].wasRefused = true
      let part = capacity / states.count
      if mine <= part { noteDenied(index, part) }
    } else {
      states[index].memory = mine
      states[index].report.peakBytes = max(states[index].report.peakBytes, mine)
    }
  }

  /// Somebody within an equal part found no memory: those beyond theirs took it.
  private mutating func noteDenied(_ index: Int, _ part: Int) {
    let culprits = states.filter { $0.memory > part }.map(\.report.name)
    report.violations.append(
      IsolationViolation(
        seconds: view.now, kind: .memory, culprit: culprits.joined(separator: ", "),
        victim: states[index].report.name))
  }

  private mutating func fail(_ kind: FaultKind, _ index: Int) {
    stop(index)
    guard island.faultReach[kind] == .island else { return }
    for other in states.indices where other != index && states[other].phase != .done {
      stop(other)
      report.violations.append(
        IsolationViolation(
          seconds: view.now, kind: .fault, culprit: states[index].report.name,
          victim: states[other].report.name))
    }
  }

  private mutating func stop(_ index: Int) {
    states[index].phase = .done
    openCount -= 1
    states[index].memory = 0
    states[index].report.stoppedAt = view.now
    view.isRunnable[index] = false
    view.hasBegun[index] = false
    isStale = true
  }
}
