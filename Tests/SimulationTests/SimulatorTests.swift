import Testing

@testable import Simulation

/// A process body that runs its steps one after the other: one per resumption.
func steps(_ steps: [(ProcessID, Wake) -> Void]) -> (ProcessID, Wake) -> Void {
  var next = 0
  return { process, wake in
    guard next < steps.count else { return }
    next += 1
    steps[next - 1](process, wake)
  }
}

@Suite struct SimulatorTests {
  @Test func `a sleeping process goes on when its time has come`() {
    let sim = Simulator()
    var times: [Double] = []
    sim.spawn(
      "sleeper",
      body: steps([
        { process, _ in sim.sleep(process, 1.5) },
        { process, _ in
          times.append(sim.now)
          sim.sleep(process, 0)
        },
        { _, _ in times.append(sim.now) },
      ]))
    #expect(sim.run() == .idle)
    #expect(times == [1.5, 1.5])
    #expect(sim.processCount == 0)
  }

  @Test func `a run to a time stops there and goes on from there`() {
    let sim = Simulator()
    var fired: [Double] = []
    for time in [1.0, 2, 3] { sim.schedule(at: time) { fired.append(sim.now) } }
    #expect(sim.run(RunLimit(time: 2)) == .time)
    #expect(fired == [1, 2])
    #expect(sim.run(RunLimit(time: 2.5)) == .time)
    #expect(sim.now == 2.5)
    #expect(sim.run() == .idle)
    #expect(fired == [1, 2, 3])
  }

  @Test func `a run stops after a number of events, at a condition, a breakpoint and a pause`() {
    let sim = Simulator()
    for time in 1...9 { sim.schedule(at: Double(time)) { if time == 8 { sim.pause() } } }
    #expect(sim.run(RunLimit(events: 2)) == .count)
    #expect(sim.now == 2)
    #expect(sim.run(RunLimit(condition: { sim.now >= 4 })) == .condition)
    let number = sim.addBreakpoint { sim.now == 6 }
    #expect(sim.run() == .breakpoint)
    #expect(sim.now == 6)
    #expect(sim.removeBreakpoint(number))
    #expect(!sim.removeBreakpoint(number))
    #expect(sim.step())
    #expect(sim.now == 7)
    #expect(sim.run() == .paused)
    #expect(sim.now == 8)
    #expect(sim.run() == .idle)
    #expect(!sim.step())
  }

  @Test func `a cancelled event does not happen`() {
    let sim = Simulator()
    var fired = 0
    let handle = sim.schedule(after: 1) { fired += 1 }
    sim.schedule(after: 2) { fired += 10 }
    #expect(sim.cancel(handle))
    #expect(!sim.cancel(handle))
    sim.run()
    #expect(fired == 10)
  }

  @Test func `an interrupt cuts a sleep short and tells what was left`() {
    let sim = Simulator()
    var wake: Wake?
    let sleeper = sim.spawn(
      body: steps([
        { process, _ in sim.sleep(process, 10) },
        { _, given in wake = given },
      ]))
    sim.schedule(at: 4) {
      sim.interrupt(sleeper, reason: 42)
      #expect(sim.remainingSeconds(of: sleeper) == 6)
    }
    sim.run()
    #expect(wake == Wake(.interrupted, value: 42))
    #expect(sim.now == 4)
  }

  @Test func `an interrupt of a process that is not waiting comes at its next wait`() {
    let sim = Simulator()
    var wakes: [Wake.Reason] = []
    let process = sim.spawn(
      body: steps([
        { process, wake in
          wakes.append(wake.reason)
          sim.sleep(process, 5)
        },
        { process, wake in
          wakes.append(wake.reason)
          sim.sleep(process, 1)
        },
        { _, wake in wakes.append(wake.reason) },
      ]))
    sim.interrupt(process)
    sim.run()
    #expect(wakes == [.started, .interrupted, .slept])
    #expect(sim.now == 1)
  }

  @Test func `joining waits for the end and gets its value`() {
    let sim = Simulator()
    var joined: Wake?
    let worker = sim.spawn(
      body: steps([
        { process, _ in sim.sleep(process, 3) },
        { process, _ in sim.finish(process, value: 9) },
      ]))
    sim.spawn(
      body: steps([
        { process, _ in #expect(sim.endSignal(of: worker)?.wait(process) == nil) },
        { _, wake in joined = wake },
      ]))
    sim.run()
    #expect(joined == Wake(.signalled, value: 9))
    #expect(sim.now == 3)
    #expect(sim.endSignal(of: worker) == nil)
  }

  @Test func `a killed process never goes on and gives back what it held`() {
    let sim = Simulator()
    let server = Resource("server", in: sim)
    var ended: [ProcessID] = []
    sim.processEnded = { ended.append($0) }
    let victim = sim.spawn(
      body: steps([
        { process, _ in
          #expect(server.acquire(process))
          sim.sleep(process, 10)
        },
        { _, _ in Issue.record("resumed after it was killed") },
      ]))
    sim.schedule(at: 1) {
      #expect(sim.kill(victim))
      #expect(!sim.kill(victim))
    }
    sim.run()
    #expect(server.inUse == 0 && ended == [victim] && sim.state(of: victim) == .ended)
    #expect(sim.now == 1)
  }

  @Test func `a row used again does not answer to its old name`() {
    let sim = Simulator()
    let first = sim.spawn("first") { _, _ in }
    sim.run()
    let second = sim.spawn("second") { _, _ in }
    #expect(first.slot == second.slot)
    #expect(!sim.isAlive(first) && sim.isAlive(second))
    #expect(!sim.interrupt(first))
  }

  @Test func `an inspection shows clock, queue, processes and places`() {
    let sim = Simulator()
    let server = Resource("server", in: sim, capacity: 1)
    for name in ["a", "b"] {
      sim.spawn(
        name,
        body: steps([
          { process, _ in if server.acquire(process) { sim.sleep(process, 5) } },
          { process, _ in if sim.now < 5 { sim.sleep(process, 1) } },
        ]))
    }
    sim.run(RunLimit(time: 2))
    let seen = sim.inspect()
    #expect(seen.time == 2 && seen.pendingCount == 1 && seen.nextEventTime == 5)
    #expect(seen.processes.map(\.state) == [.sleeping, .waiting])
    #expect(seen.processes.map(\.place) == ["", "server"])
    #expect(seen.places.map(\.status) == ["1/1 in use, 1 waiting"])
  }

  @Test func `processes that nothing will wake are named`() {
    let sim = Simulator()
    let never = Signal("never", in: sim)
    let stuck = sim.spawn(body: steps([{ process, _ in _ = never.wait(process) }]))
    #expect(sim.run() == .idle)
    #expect(sim.stuckProcesses() == [stuck])
  }

  @Test func `a run notices that it should stop`() {
    let sim = Simulator()
    sim.spawn { process, _ in sim.sleep(process, 1) }
    sim.shouldStop = { true }
    #expect(sim.run() == .halted)
    #expect(sim.eventCount == 4096)
  }
}
