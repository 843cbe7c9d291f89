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
