import Base
import Simulation

/// The event queue and the simulator's own loop, and Lua processes above them.
struct SimulationSuite: Suite {
  let name = "simulation"
  let summary = "Events, processes and queues in virtual time, in Swift and in Lua."

  func cases() throws -> [Case] { swiftCases() + processCases() }

  private func swiftCases() -> [Case] {
    [
      Case("event queue, 1,000 pending", .perSecond, .atLeast(10e6)) { holdModel(pending: 1000) },
      Case("event queue, 100,000 pending", .perSecond, .none) { holdModel(pending: 100_000) },
      Case("process switches, 100 processes", .perSecond, .atLeast(10e6)) {
        switches(processes: 100)
      },
      Case("process switches, 100,000 processes", .perSecond, .none) {
        switches(processes: 100_000)
      },
      Case(
        "one-server queue, customers", .perSecond, .fasterAtLeast(8), peer: simpyQueue(), rounds: 3
      ) { oneServerQueue(customers: 200_000) },
    ]
  }
}

/// Takes the next event out and puts one in at a random time after it: pairs per second.
private func holdModel(pending: Int) -> Double {
  var queue = EventQueue()
  var random = SeededRandom(seed: 1)
  // Drawn before the clock starts: the queue is measured, not the generator.
  let gaps = (0..<4096).map { _ in random.nextUniform() }
  for index in 0..<pending { queue.push(time: gaps[index & 4095], payload: UInt64(index)) }
  let count = 3_000_000
  let took = processorSeconds {
    for round in 0..<count {
      guard let event = queue.pop() else { return }
      queue.push(time: event.time + gaps[round & 4095], payload: event.payload)
    }
  }
  keep(queue.count)
  return Double(count) / took
}

private func switches(processes: Int) -> Double {
  let sim = Simulator(seed: 1)
  sim.resumeProcess = { process, _ in sim.sleep(process, 1) }
  for _ in 0..<processes { sim.spawn() }
  let count = 2_000_000
  return Double(count) / processorSeconds { sim.run(RunLimit(events: count)) }
}

private func oneServerQueue(customers: Int) -> Double {
  let sim = Simulator(seed: 1)
  let server = Resource("server", in: sim)
  let random = sim.stream("all")
  let took = processorSeconds {
    sim.resumeProcess = { process, wake in
      switch wake.reason {
      case .started:
        if server.acquire(process) { sim.sleep(process, random.exponential(mean: 0.8)) }
      case .granted: sim.sleep(process, random.exponential(mean: 0.8))
      default: server.release(process)
      }
    }
    var left = customers
    sim.spawn("source") { source, _ in
      sim.spawn()
      left -= 1
      if left > 0 { sim.sleep(source, random.exponential(mean: 1)) }
    }
    sim.run()
  }
  return Double(customers) / took
}

private func simpyQueue() -> Peer {
  let code = """
    import random, simpy, time
    def customer(env, server):
        with server.request() as request:
            yield request
            yield env.timeout(random.expovariate(1 / 0.8))
    def source(env, server, count):
        for _ in range(count):
            env.process(customer(env, server))
            yield env.timeout(random.expovariate(1))
    random.seed(1)
    env = simpy.Environment()
    count = 20000
    env.process(source(env, simpy.Resource(env), count))
    start = time.process_time()
    env.run()
    print(count / (time.process_time() - start))
    """
  return PythonPeers.peer("simpy") { python in
    let run = try ChildRun.run([python, "-c", code])
    guard let rate = run.output.split(separator: "\n").last.flatMap({ Double($0) }) else {
      throw Problem("simpy printed no figure: \(run.output)")
    }
    return rate
  }
}
