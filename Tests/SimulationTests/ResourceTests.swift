import Base
import Testing

@testable import Simulation

@Suite struct ResourceTests {
  /// A process that takes units, keeps them for a time and says when it got them.
  static func user(
    _ sim: Simulator, _ resource: Resource, at time: Double, hold: Double,
    _ request: Resource.Request = .init(),
    log: @escaping (Wake.Reason, Double) -> Void = { _, _ in }
  ) -> ProcessID {
    var holding = false
    return sim.spawn("user", after: time) { process, wake in
      if !holding, wake.reason == .started || wake.reason == .granted {
        holding = wake.reason == .granted || resource.acquire(process, request)
        if holding {
          log(.granted, sim.now)
          sim.sleep(process, hold)
        }
      } else {
        log(wake.reason, sim.now)
        if wake.reason == .slept { resource.release(process) }
      }
    }
  }

  @Test func `whoever asks first is served first`() {
    let sim = Simulator()
    let server = Resource("server", in: sim)
    var order: [Int] = []
    for number in 0..<5 {
      _ = Self.user(sim, server, at: Double(number) * 0.1, hold: 1) { reason, _ in
        if reason == .granted { order.append(number) }
      }
    }
    sim.run()
    #expect(order == [0, 1, 2, 3, 4])
    #expect(sim.now == 5)
    #expect(server.waits.count == 5)
    #expect(server.utilization == 1)
  }

  @Test func `the more urgent go first, the first of equals before the second`() {
    let sim = Simulator()
    let server = Resource("server", in: sim)
    var order: [Int] = []
    for (number, priority) in [0, 5, 1, 5, 1].enumerated() {
      _ = Self.user(
        sim, server, at: Double(number) * 0.1, hold: 1, .init(priority: priority)
      ) { reason, _ in
        if reason == .granted { order.append(number) }
      }
    }
    sim.run()
    #expect(order == [0, 2, 4, 1, 3])
  }

  @Test func `a small request does not overtake a large one`() {
    let sim = Simulator()
    let pool = Resource("pool", in: sim, capacity: 3)
    var granted: [Int: Double] = [:]
    for (number, amount) in [2, 3, 1].enumerated() {
      _ = Self.user(sim, pool, at: Double(number) * 0.1, hold: 1, .init(amount: amount)) {
        if $0 == .granted { granted[number] = $1 }
      }
    }
    sim.run()
    #expect(granted == [0: 0, 1: 1, 2: 2])
  }

  @Test func `whoever waits too long gives up and lets the next one pass`() {
    let sim = Simulator()
    let pool = Resource("pool", in: sim, capacity: 2)
    var log: [String] = []
    _ = Self.user(sim, pool, at: 0, hold: 10)
    _ = Self.user(sim, pool, at: 1, hold: 1, .init(amount: 2, timeout: 2)) { reason, time in
      log.append("big \(reason) \(time)")
    }
    _ = Self.user(sim, pool, at: 2, hold: 1) { reason, time in
      log.append("small \(reason) \(time)")
    }
    sim.run()
    #expect(log == ["big timedOut 3.0", "small granted 3.0", "small slept 4.0"])
    #expect(pool.abandonedCount == 1)
  }

  @Test func `a more urgent request takes the unit of the least urgent holder`() {
    let sim = Simulator()
    let server = Resource("server", in: sim, capacity: 2, isPreemptive: true)
    var log: [String] = []
    for (number, priority) in [3, 5, 1].enumerated() {
      _ = Self.user(
        sim, server, at: Double(number), hold: 10, .init(priority: priority)
      ) { reason, time in
        log.append("\(number) \(reason) \(time)")
      }
    }
    // Waits in line, and must not get the unit that is taken for number 2.
    _ = Self.user(sim, server, at: 1.5, hold: 1, .init(priority: 5)) { reason, time in
      log.append("3 \(reason) \(time)")
    }
    sim.run()
    #expect(
      log == [
        "0 granted 0.0", "1 granted 1.0", "2 granted 2.0", "1 preempted 2.0", "0 slept 10.0",
        "3 granted 10.0", "3 slept 11.0", "2 slept 12.0",
      ])
    #expect(server.preemptedCount == 1)
    #expect(server.inUse == 0)
  }

  @Test func `more capacity lets those who wait go on`() {
    let sim = Simulator()
    let server = Resource("server", in: sim)
    var second: Double?
    _ = Self.user(sim, server, at: 0, hold: 10)
    _ = Self.user(sim, server, at: 0, hold: 1) { if $0 == .granted { second = $1 } }
    sim.schedule(at: 4) { server.setCapacity(2) }
    sim.run()
    #expect(second == 4)
  }

  @Test("units are conserved whatever happens", arguments: [1, 2, 3, 4, 5, 6])
  func conservation(seed: UInt64) {
    let sim = Simulator(seed: seed)
    let random = sim.stream("all")
    let pool = Resource("pool", in: sim, capacity: 5, isPreemptive: seed % 2 == 0)
    var users: [ProcessID] = []
    for _ in 0..<400 {
      let request = Resource.Request(
        amount: random.integer(1, 5), priority: random.integer(0, 3),
        timeout: random.chance(0.3) ? random.exponential(mean: 3) : nil)
      users.append(
        Self.user(sim, pool, at: random.uniform(0, 200), hold: random.exponential(mean: 2), request)
      )
    }
    for user in users where random.chance(0.2) {
      sim.schedule(at: random.uniform(0, 200)) {
        if random.chance(0.5) { sim.kill(user) } else { sim.interrupt(user) }
      }
    }
    sim.addBreakpoint {
      let held = Set(pool.holders).reduce(0) { $0 + pool.held(by: $1) }
      if held != pool.inUse || pool.inUse > pool.capacity {
        Issue.record("\(held) held, \(pool.inUse) counted, at \(sim.now)")
      }
      return false
    }
    #expect(sim.run() == .idle)
    #expect(pool.inUse == 0 && pool.waitingCount == 0 && sim.processCount == 0)
    #expect(pool.waitingProcesses.isEmpty)
  }
}
