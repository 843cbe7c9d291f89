import Testing

@testable import Simulation

@Suite struct SignalTests {
  @Test func `firing wakes everyone who waits, in the order they came, and nobody later`() {
    let sim = Simulator()
    let bell = Signal("bell", in: sim)
    var woken: [Int] = []
    for number in 0..<3 {
      sim.spawn(
        after: Double(number),
        body: steps([
          { process, _ in #expect(bell.wait(process, timeout: 10) == nil) },
          { _, wake in if wake.reason == .signalled { woken.append(number * 100 + wake.value) } },
        ]))
    }
    sim.schedule(at: 1.5) { #expect(bell.fire(7) == 2) }
    sim.run()
    #expect(woken == [7, 107])
    #expect(bell.abandonedCount == 1)
  }

  @Test func `a latched signal lets later waits pass until it is reset`() {
    let sim = Simulator()
    let done = Signal("done", in: sim)
    done.fire(5, latch: true)
    sim.spawn { process, _ in #expect(done.wait(process) == 5) }
    sim.run()
    done.reset()
    sim.spawn(body: steps([{ process, _ in #expect(done.wait(process) == nil) }]))
    sim.run()
    #expect(done.waitingCount == 1)
  }

  @Test func `waiting for any ends with the first and leaves no trace at the others`() {
    let sim = Simulator()
    let signals = ["a", "b", "c"].map { Signal($0, in: sim) }
    var wake: Wake?
    sim.spawn(
      body: steps([
        { process, _ in #expect(sim.waitAny(process, signals) == nil) },
        { _, given in wake = given },
      ]))
    sim.schedule(at: 1) { #expect(signals[1].fire(8) == 1) }
    sim.schedule(at: 2) { #expect(signals[0].fire() == 0) }
    sim.run()
    #expect(wake == Wake(.signalled, value: 8, index: 1))
    #expect(signals.map(\.waitingCount) == [0, 0, 0])
  }

  @Test func `waiting for all ends with the last and has every value`() {
    let sim = Simulator()
    let signals = ["a", "b", "c"].map { Signal($0, in: sim) }
    signals[2].fire(30, latch: true)
    var values: [Int] = []
    var end: Double?
    sim.spawn(
      body: steps([
        { process, _ in
          #expect(sim.waitAll(process, signals, collected: { values = $0 }) == nil)
        },
        { _, _ in end = sim.now },
      ]))
    sim.schedule(at: 3) { signals[0].fire(10) }
    sim.schedule(at: 1) { signals[1].fire(20) }
    sim.run()
    #expect(values == [10, 20, 30] && end == 3)
  }

  @Test func `waiting for several can time out and leaves no trace`() {
    let sim = Simulator()
    let signals = [Signal("a", in: sim), sim.timer(after: 10)]
    var wake: Wake?
    sim.spawn(
      body: steps([
        { process, _ in _ = sim.waitAll(process, signals, timeout: 2) },
        { _, given in wake = given },
      ]))
    sim.run(RunLimit(time: 5))
    #expect(wake?.reason == .timedOut)
    #expect(signals.map(\.waitingCount) == [0, 0])
  }

  @Test func `a condition is noticed at the event that brings it about`() {
    let sim = Simulator()
    var level = 0
    var seen: Double?
    sim.spawn(
      body: steps([
        { process, _ in #expect(!sim.wait(process, until: { level >= 3 })) },
        { _, _ in seen = sim.now },
      ]))
    for time in 1...5 { sim.schedule(at: Double(time)) { level += 1 } }
    sim.run()
    #expect(seen == 3)
    #expect(sim.conditions.isEmpty)
  }

  @Test func `a condition can time out`() {
    let sim = Simulator()
    var reason: Wake.Reason?
    sim.spawn(
      body: steps([
        { process, _ in _ = sim.wait(process, timeout: 2, until: { false }) },
        { _, wake in reason = wake.reason },
      ]))
    sim.schedule(at: 9) {}
    sim.run()
    #expect(reason == .timedOut && sim.conditions.isEmpty)
  }
}
