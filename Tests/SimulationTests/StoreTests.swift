import Testing

@testable import Simulation

@Suite struct StoreTests {
  @Test(
    "items go out in the store's order",
    arguments: [
      (Store.Order.fifo, [3, 1, 2]), (.lifo, [2, 1, 3]), (.priority, [1, 2, 3]),
    ])
  func order(order: Store.Order, expected: [Int]) {
    let sim = Simulator()
    let store = Store("shelf", in: sim, order: order)
    for item in [3, 1, 2] { #expect(store.offer(item, priority: item)) }
    #expect(store.items == expected)
    #expect((0..<3).map { _ in store.poll() } == expected)
    #expect(store.poll() == nil)
  }

  @Test func `a full store makes those who put wait, an empty one those who get`() {
    let sim = Simulator()
    let store = Store("belt", in: sim, capacity: 1)
    var log: [String] = []
    sim.spawn(
      body: steps([
        { process, _ in
          #expect(store.put(process, 1))
          #expect(!store.put(process, 2))
        },
        { _, wake in log.append("\(wake.reason) at \(sim.now)") },
      ]))
    sim.spawn(
      after: 5,
      body: steps([
        { process, _ in
          #expect(store.get(process) == 1)
          #expect(store.get(process) == 2)
          #expect(store.get(process) == nil)
        },
        { _, wake in log.append("\(wake.reason) \(wake.value) at \(sim.now)") },
      ]))
    sim.schedule(at: 7) { #expect(store.offer(3)) }
    sim.run()
    #expect(log == ["stored at 5.0", "delivered 3 at 7.0"])
  }

  @Test func `a choosy getter waits without holding up the others`() {
    let sim = Simulator()
    let store = Store("parts", in: sim)
    var got: [String] = []
    for (name, wanted) in [("even", 0), ("odd", 1)] {
      sim.spawn(
        body: steps([
          { process, _ in #expect(store.get(process, where: { $0 % 2 == wanted }) == nil) },
          { _, wake in got.append("\(name) \(wake.value)") },
        ]))
    }
    sim.schedule(at: 1) { _ = store.offer(7) }
    sim.schedule(at: 2) { _ = store.offer(8) }
    sim.run()
    #expect(got == ["odd 7", "even 8"])
  }

  @Test("what goes in comes out or stays", arguments: [1, 2, 3, 4])
  func conservation(seed: UInt64) {
    let sim = Simulator(seed: seed)
    let random = sim.stream("all")
    let store = Store("belt", in: sim, capacity: 3)
    var received: [Int] = []
    for item in 0..<300 {
      sim.spawn(after: random.uniform(0, 100)) { process, wake in
        if wake.reason == .started {
          _ = store.put(process, item, timeout: random.chance(0.2) ? 0.5 : nil)
        }
      }
      sim.spawn(after: random.uniform(0, 100)) { process, wake in
        switch wake.reason {
        case .started:
          let wanted = random.integer(0, 2)
          let filter: ((Int) -> Bool)? = wanted == 2 ? nil : { $0 % 2 == wanted }
          if let item = store.get(process, timeout: 2, where: filter) { received.append(item) }
        case .delivered: received.append(wake.value)
        default: break
        }
      }
    }
    sim.run()
    #expect(store.putCount == store.takenCount + store.count)
    #expect(received.count == store.takenCount)
    #expect(Set(received).count == received.count)
  }
}

@Suite struct LevelTests {
  @Test func `takers wait for enough, givers for room`() {
    let sim = Simulator()
    let tank = Level("tank", in: sim, capacity: 10, initial: 4)
    var log: [String] = []
    sim.spawn(
      body: steps([
        { process, _ in #expect(!tank.take(process, 6)) },
        { _, wake in log.append("\(wake.reason) at \(sim.now)") },
      ]))
    sim.spawn(
      after: 1,
      body: steps([
        { process, _ in
          #expect(tank.give(process, 5))
          #expect(tank.amount == 3)
          #expect(!tank.give(process, 8))
        },
        { _, wake in log.append("\(wake.reason) at \(sim.now)") },
      ]))
    sim.spawn(after: 3) { process, wake in
      if wake.reason == .started { #expect(tank.take(process, 2)) }
    }
    sim.run()
    #expect(log == ["granted at 1.0", "stored at 3.0"])
    #expect(tank.amount == 9)
    #expect(tank.fill(5) == 1)
    #expect(tank.history.maximum == 10)
  }

  @Test func `one who gives up lets the next taker pass`() {
    let sim = Simulator()
    let tank = Level("tank", in: sim, initial: 3)
    var passed: Double?
    sim.spawn(body: steps([{ process, _ in _ = tank.take(process, 5, timeout: 2) }, { _, _ in }]))
    sim.spawn(
      body: steps([{ process, _ in _ = tank.take(process, 3) }, { _, _ in passed = sim.now }]))
    sim.run()
    #expect(passed == 2)
  }
}
