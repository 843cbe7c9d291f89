import Testing

@testable import Simulation

@Suite struct TimelineTests {
  @Test func `holds are drawn per unit, waits and sleeps per process`() {
    let sim = Simulator()
    sim.timeline = Timeline()
    let server = Resource("server", in: sim, capacity: 2)
    for _ in 0..<3 { _ = ResourceTests.user(sim, server, at: 0, hold: 1) }
    sim.run()
    let holds = sim.timeline?.spans(of: .hold) ?? []
    #expect(holds.map(\.track) == ["server 1", "server 2", "server 1"])
    #expect(holds.map(\.start) == [0, 0, 1])
    #expect(sim.timeline?.spans(of: .wait).map(\.label) == ["waits for server"])
    #expect(sim.timeline?.spans(of: .sleep).count == 3)
  }

  @Test(arguments: [1, 2, 3]) func `spans of one unit never overlap`(seed: UInt64) {
    let sim = Simulator(seed: seed)
    let timeline = Timeline()
    sim.timeline = timeline
    let server = Resource("server", in: sim, capacity: 3)
    let random = sim.stream("all")
    for _ in 0..<200 {
      _ = ResourceTests.user(sim, server, at: random.uniform(0, 50), hold: random.exponential())
    }
    sim.run()
    #expect(timeline.spans(of: .hold).count == 200)
    for track in ["server 1", "server 2", "server 3"] {
      let spans = timeline.spans.filter { $0.track == track }.sorted { $0.start < $1.start }
      #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end <= $1.start })
    }
  }

  @Test func `beyond its limit it counts what it drops`() {
    let timeline = Timeline(limit: 2)
    for time in 0..<5 { timeline.mark(track: "t", "m", at: Double(time)) }
    #expect(timeline.marks.count == 2 && timeline.droppedCount == 3 && timeline.tracks == ["t"])
  }
}
