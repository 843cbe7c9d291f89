import Base
import Testing

@testable import Simulation

@Suite struct EventQueueTests {
  @Test func `events of one time come in the order they were scheduled`() {
    var queue = EventQueue()
    for payload in 0..<100 { queue.push(time: 1, payload: UInt64(payload)) }
    let popped = (0..<100).map { _ in queue.pop()?.payload }
    #expect(popped == (0..<100).map { UInt64($0) })
  }

  @Test func `a lower priority number goes first among equal times only`() {
    var queue = EventQueue()
    queue.push(time: 1, payload: 1, priority: 5)
    queue.push(time: 1, payload: 2, priority: -5)
    queue.push(time: 0.5, payload: 3, priority: 100)
    let popped = (0..<3).map { _ in queue.pop()?.payload }
    #expect(popped == [3, 2, 1])
  }

  @Test(
    "any mix of pushes, pops and cancels agrees with a sorted list", arguments: [1, 2, 3, 4, 5])
  func agreesWithSortedList(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var queue = EventQueue()
    var model: [(time: Double, payload: UInt64, handle: EventQueue.Handle)] = []
    for payload in 0..<3000 as Range<UInt64> {
      // Few distinct times, so that ties are common.
      let time = Double(random.nextInteger(below: 40))
      model.append((time, payload, queue.push(time: time, payload: payload)))
      let choice = random.nextInteger(below: 10)
      if choice < 4, !model.isEmpty {
        let index = random.nextInteger(below: model.count)
        let cancels = (0..<2).map { _ in queue.cancel(model[index].handle) }
        #expect(cancels == [true, false])
        model.remove(at: index)
      } else if choice < 7 {
        let first = model.indices.min {
          (model[$0].time, model[$0].payload) < (model[$1].time, model[$1].payload)
        }
        let event = queue.pop()
        #expect(event?.payload == first.map { model[$0].payload })
        if let first { model.remove(at: first) }
      }
      #expect(queue.count == model.count)
    }
    queue.checkInvariants()
    let rest = model.sorted { ($0.time, $0.payload) < ($1.time, $1.payload) }.map(\.payload)
    #expect(queue.pending().map(\.payload) == rest)
    var popped: [UInt64] = []
    while let event = queue.pop() { popped.append(event.payload) }
    #expect(popped == rest)
  }

  /// Pops, mostly schedules again after one of a few delays, now and then cancels.
  @Test(
    "delays of a few lengths come in order, whichever way they take",
    arguments: [[1.0], [1, 1, 1, 7], [0, 3], [0.25, 0.5, 1000]])
  func agreesWithSortedListUnderEqualDelays(delays: [Double]) {
    var random = SeededRandom(seed: 1)
    var queue = EventQueue()
    var model: [(time: Double, payload: UInt64, handle: EventQueue.Handle)] = []
    var next: UInt64 = 0
    func push(at time: Double) {
      model.append((time, next, queue.push(time: time, payload: next)))
      next += 1
    }
    // Scheduled first, they would keep everyone else out of the lane.
    for time in [1e6, 2e6] { push(at: time) }
    for _ in 0..<40 { push(at: 0) }
    for round in 0..<3000 {
      let first = model.indices.min {
        (model[$0].time, model[$0].payload) < (model[$1].time, model[$1].payload)
      }
      guard let first else { break }
      let event = queue.pop()
      #expect(event?.payload == model[first].payload)
      let now = model.remove(at: first).time
      push(at: now + delays[random.nextInteger(below: delays.count)])
      if random.nextUniform() < 0.1 {
        let index = random.nextInteger(below: model.count)
        let isCancelled = queue.cancel(model.remove(at: index).handle)
        #expect(isCancelled)
        push(at: now + 1)
      }
      #expect(queue.count == model.count)
      if round % 100 == 0 { queue.checkInvariants() }
    }
    let rest = model.sorted { ($0.time, $0.payload) < ($1.time, $1.payload) }.map(\.payload)
    #expect(queue.pending().map(\.payload) == rest)
  }

  @Test func `events after one delay cost no sifting, even behind some in the far future`() {
    var queue = EventQueue()
    for time in [1e6, 2e6] { queue.push(time: time, payload: 0) }
    for index in 0..<1000 { queue.push(time: Double(index), payload: 1) }
    #expect(queue.lane.count > 900)
    while let time = queue.nextTime(), time < 1e6 {
      _ = queue.pop()
      queue.push(time: time + 1e6, payload: 2)
    }
    #expect(queue.heap.count < 100)
    queue.checkInvariants()
  }

  @Test func `the place of a popped event is no event`() {
    var queue = EventQueue()
    let handles = [3.0, 1, 2].map { queue.push(time: $0, payload: UInt64($0)) }
    let first = queue.pop()
    #expect(first?.payload == 1 && queue.count == 2)
    #expect(queue.pending().map(\.payload) == [2, 3])
    let before = queue.nextTime()
    queue.cancel(handles[2])
    let after = queue.nextTime()
    #expect([before, after] == [2, 3])
    queue.removeAll()
    let none = queue.pop()
    #expect(none == nil && queue.isEmpty)
  }

  @Test func `a handle goes stale with its event, also when its slot is used again`() {
    var queue = EventQueue()
    let first = queue.push(time: 1, payload: 1)
    _ = queue.pop()
    let second = queue.push(time: 2, payload: 2)
    #expect(!queue.isPending(first))
    #expect([first, .none, second].map { queue.cancel($0) } == [false, false, true])
  }

  @Test func `cancelled events do not pile up`() {
    var queue = EventQueue()
    for round in 0..<100_000 {
      let handle = queue.push(time: Double(round) + 1e9, payload: 0)
      queue.cancel(handle)
    }
    #expect(queue.isEmpty)
    #expect(queue.heap.count < 200)
    #expect(queue.slots.count < 200)
  }

  @Test func `nothing comes after the limit`() {
    var queue = EventQueue()
    queue.push(time: 2, payload: 7)
    let popped = [queue.pop(notAfter: 1.9), queue.pop(notAfter: 2)]
    #expect(popped.map { $0?.payload } == [nil, 7])
  }

  @Test func `forgetting everything makes all handles stale`() {
    var queue = EventQueue()
    let handles = (0..<10).map { queue.push(time: Double($0), payload: 0) }
    queue.cancel(handles[3])
    queue.removeAll()
    #expect(queue.isEmpty && handles.allSatisfy { !queue.isPending($0) })
    let fresh = queue.push(time: 0, payload: 1)
    #expect(fresh != handles[0])
    queue.checkInvariants()
  }
}
