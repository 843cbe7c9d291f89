import Testing

@testable import Simulation

@Suite struct TurnsTests {
  /// Two processes without a body, one with, and an event: what happens when, in words.
  private func story(_ drive: (Simulator, (ProcessID, Wake) -> Void) -> StopReason) -> [String] {
    let sim = Simulator()
    var story: [String] = []
    var left = 6
    for _ in 0..<2 { sim.spawn() }
    sim.spawn(
      "own",
      body: steps([
        { process, _ in sim.sleep(process, 1.5) }, { _, _ in story.append("own at \(sim.now)") },
      ]))
    sim.schedule(after: 2) { story.append("event at \(sim.now)") }
    let reason = drive(sim) { process, wake in
      story.append("\(process.slot) \(wake.reason) at \(sim.now)")
      left -= 1
      if left > 0 { sim.sleep(process, 1) }
    }
    return story + ["\(reason), \(sim.processCount) left"]
  }

  @Test func `a loop of one's own sees the same as a handler`() {
    let handled = story { sim, resume in
      withoutActuallyEscaping(resume) { resume in
        sim.resumeProcess = resume
        defer { sim.resumeProcess = nil }
        return sim.run()
      }
    }
    let driven = story { sim, resume in
      var run = sim.begin()
      while let turn = sim.next(&run) {
        resume(turn.process, turn.wake)
        if sim.isRunning(turn.process) { sim.finish(turn.process) }
      }
      return sim.finish(run)
    }
    #expect(handled == driven)
    #expect(handled.contains("own at 1.5") && handled.contains("event at 2.0"))
    #expect(handled.last == "idle, 0 left")
  }

  @Test func `a hint names the process that goes on next`() {
    let sim = Simulator()
    for _ in 0..<3 { sim.spawn() }
    var run = sim.begin()
    var hinted: [Int?] = []
    while let turn = sim.next(&run), hinted.count < 9 {
      hinted.append(sim.hint(0))
      sim.sleep(turn.process, 1)
      #expect(hinted.count < 2 || hinted[hinted.count - 2] == Int(turn.process.slot))
    }
    #expect(hinted.count == 9)
  }
}
