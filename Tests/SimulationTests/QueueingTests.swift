import Testing

@testable import Simulation

@Suite struct QueueingTests {
  /// A finished run; the simulator is kept because places do not keep it.
  struct Outcome {
    let sim: Simulator
    let server: Resource
    let response: Observations
  }

  /// Customers that come at random, wait for one of some servers and are served.
  static func simulate(
    seed: UInt64, servers: Int, arrivals: Double, service: any Distribution, customers: Int
  ) -> Outcome {
    let sim = Simulator(seed: seed)
    let server = Resource("server", in: sim, capacity: servers)
    let (gaps, sizes) = (sim.stream("arrivals"), sim.stream("service"))
    var response = Observations()
    func customer() {
      let arrived = sim.now
      let size = sizes.draw(service)
      var isServed = false
      sim.spawn { process, wake in
        if wake.reason == .slept {
          server.release(process)
          response.add(sim.now - arrived)
        } else if !isServed {
          isServed = wake.reason == .granted || server.acquire(process)
          if isServed { sim.sleep(process, size) }
        }
      }
    }
    var left = customers
    sim.spawn("source") { process, _ in
      if left < customers { customer() }
      left -= 1
      if left >= 0 { sim.sleep(process, gaps.exponential(mean: 1 / arrivals)) }
    }
    sim.run()
    return Outcome(sim: sim, server: server, response: response)
  }

  @Test(
    "simulated queues agree with closed formulas",
    arguments: [(1, 0.5, 1.0), (1, 0.8, 1.0), (2, 1.5, 1.0), (5, 4.0, 1.0)])
  func mmc(servers: Int, arrivalRate: Double, serviceRate: Double) throws {
    let expected = try #require(
      Queueing.mmc(arrivalRate: arrivalRate, serviceRate: serviceRate, servers: servers))
    let outcome = Self.simulate(
      seed: 4, servers: servers, arrivals: arrivalRate, service: Exponential(mean: 1 / serviceRate),
      customers: 30_000)
    // Neighbouring waits are alike, so the interval of batch means decides; 3 half widths of 95 %.
    let interval = try #require(outcome.response.batchMeans())
    #expect(abs(interval.mean - expected.meanResponse) < 1.5 * interval.halfWidth)
    #expect(abs(outcome.server.waits.mean - expected.meanWait) < 1.5 * interval.halfWidth)
    #expect(abs(outcome.server.utilization - expected.utilization) < 0.02)
    // Little's law: the error of a length is the rate times the error of a wait.
    let length = outcome.server.queueLength.mean(at: outcome.sim.now)
    #expect(abs(length - expected.meanQueueLength) < 2 * arrivalRate * interval.halfWidth)
    let waited =
      Double(outcome.server.waits.values.count { $0 > 0 }) / Double(outcome.server.waits.count)
    #expect(abs(waited - expected.waitProbability) < 0.03)
  }

  @Test(
    "one server with any service times agrees with Pollaczek and Khinchine",
    arguments: ["deterministic", "erlang", "lognormal"])
  func mg1(name: String) throws {
    let laws: [String: any Distribution] = [
      "deterministic": Deterministic(1), "erlang": Erlang(stages: 3, mean: 1),
      "lognormal": LogNormal(mean: 1, variation: 1.5),
    ]
    let law = try #require(laws[name])
    let expected = try #require(
      Queueing.mg1(arrivalRate: 0.6, meanService: law.mean, serviceVariance: law.variance))
    let outcome = Self.simulate(
      seed: 8, servers: 1, arrivals: 0.6, service: law, customers: 20_000)
    let interval = try #require(outcome.response.batchMeans())
    #expect(abs(interval.mean - expected.meanResponse) < 1.5 * interval.halfWidth)
  }

  @Test func `Little's law holds exactly over a finished run`() {
    let outcome = Self.simulate(
      seed: 2, servers: 2, arrivals: 1.2, service: Exponential(mean: 1), customers: 5000)
    let inQueue = outcome.server.queueLength.integral(at: outcome.sim.now)
    #expect(abs(inQueue - outcome.server.waits.summary.sum) < 1e-6)
    let inService = outcome.server.usage.integral(at: outcome.sim.now)
    #expect(abs(inService - outcome.server.holdTimes.summary.sum) < 1e-6)
  }

  // Sums over exact fractions in Python 3.11.
  @Test(
    "Erlang's formulas agree with exact arithmetic",
    arguments: [
      (1.0, 1, 0.5, 1.0), (2.0, 3, 0.21052631578947367, 0.4444444444444444),
      (10.0, 12, 0.11973918844482515, 0.44938822429827086),
      (100.0, 110, 0.027463448449822916, 0.23700750028505274),
    ])
  func erlang(load: Double, servers: Int, blocking: Double, waiting: Double) {
    #expect(abs(Queueing.erlangB(offeredLoad: load, servers: servers) - blocking) < 1e-14)
    #expect(abs(Queueing.erlangC(offeredLoad: load, servers: servers) - waiting) < 1e-14)
  }

  @Test func `a queue that grows without bound has no long-run figures`() {
    #expect(Queueing.mm1(arrivalRate: 1, serviceRate: 1) == nil)
    #expect(Queueing.mg1(arrivalRate: 2, meanService: 0.5, serviceVariance: 0) == nil)
  }

  @Test("the same seed gives the same trace, another seed another", arguments: [1, 2])
  func trace(seed: UInt64) {
    func run(_ seed: UInt64) -> [TraceRecord] {
      let sim = Simulator(seed: seed)
      var trace: [TraceRecord] = []
      sim.tracer = { trace.append($0) }
      let pool = Resource("pool", in: sim, capacity: 2, isPreemptive: true)
      let random = sim.stream("all")
      for _ in 0..<100 {
        _ = ResourceTests.user(
          sim, pool, at: random.uniform(0, 20), hold: random.exponential(),
          .init(priority: random.integer(0, 2)))
      }
      sim.run()
      return trace
    }
    let first = run(seed)
    #expect(first == run(seed))
    #expect(first != run(seed + 10))
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(first.count { $0.kind == .start } == 100 && first.count { $0.kind == .end } == 100)
  }
}
