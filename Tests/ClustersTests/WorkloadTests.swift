import Base
import Clusters
import Serving
import Simulation
import TestSupport
import Testing

@Suite struct WorkloadTests {
  @Test(
    "rates are as they were asked for",
    arguments: [
      Arrivals.constant(perSecond: 4), .onOff(perSecond: 20, onSeconds: 2, offSeconds: 8),
      .spikes(perSecond: 2, spikeRequests: 30, everySeconds: 10),
      .spikes(perSecond: 0, spikeRequests: 3, everySeconds: 1),
      .profile(perSecond: [1, 0, 9, 4], periodSeconds: 40),
      .burst(perSecond: 1, burstPerSecond: 20, burstSeconds: 5, periodSeconds: 20),
    ])
  func rates(arrivals: Arrivals) throws {
    let count = 30_000
    let times = try arrivals.times(count, seed: 3)
    #expect(times.count == count && times == times.sorted())
    let rate = Double(count) / (times.last ?? 1)
    // On/off spells vary most: some thousand of them are known to about 3 %.
    #expect(abs(rate / arrivals.meanPerSecond - 1) < 0.08, "\(rate)")
    #expect(try arrivals.times(count, seed: 3) == times)
  }

  @Test func `spikes and silent hours come when they should`() throws {
    let spikes = try Arrivals.spikes(perSecond: 1, spikeRequests: 50, everySeconds: 60).times(
      1000, seed: 1)
    #expect(spikes.count { $0 == 60 } == 50 && spikes.count { $0 == 120 } == 50)
    let hours = try Arrivals.profile(perSecond: [5, 0], periodSeconds: 10).times(1000, seed: 1)
    #expect(hours.allSatisfy { $0.truncatingRemainder(dividingBy: 10) < 5 })
  }

  @Test func `lengths by Zipf keep their range and their shares`() throws {
    let lengths = Lengths.zipf(tokens: 100...2000, exponent: 0.6, promptPerOutput: 4)
    var random = SeededRandom(seed: 1)
    let drawn = (0..<5000).map { _ in lengths.sample(&random) }
    #expect(drawn.allSatisfy { (100...2000).contains($0.prompt + $0.output) })
    #expect(
      drawn.allSatisfy { abs(Double($0.prompt) / Double($0.prompt + $0.output) - 0.8) < 0.02 })
    let short = drawn.count { $0.prompt + $0.output < 1050 }
    #expect(short > 3000, "short ones come more often")
  }

  @Test func `closed users never have more requests open than there are users`() throws {
    let workload = ClosedLoopWorkload(
      users: 5, requestsPerUser: 8, thinkSeconds: 0.3, rampSeconds: 10,
      lengths: Lengths(prompt: 100, output: 20))
    let cluster = try Cluster(ClusterOptions(), trace: workload.trace(seed: 1))
    var most = 0
    while cluster.step() { most = max(most, cluster.openRequests) }
    #expect(most <= 5 && cluster.isDone)
    #expect(cluster.records[4].arrivedAt == 8)
    // The run as a trace gives the same run again.
    let again = try Cluster(ClusterOptions(), trace: Trace(arrivalsOf: cluster))
    again.run()
    #expect(
      again.records.values.map(\.finishedAt).sorted()
        == cluster.records.values.map(\.finishedAt).sorted())
  }

  @Test func `groups share their instructions and nothing more`() throws {
    let workload = SessionWorkload(
      sessions: 60, turns: 1...1, sharedTokens: 160, groups: 4, promptTokens: 64...64,
      outputTokens: 1...1)
    let trace = try workload.trace(seed: 2)
    // Ten whole blocks of 16 tokens are shared; the eleventh is each session's own.
    func name(_ session: Int, _ block: Int) -> UInt64 {
      trace.prefixes.ids[Int(trace.prefixRanges[session].start) + block]
    }
    #expect(Set((0..<60).map { name($0, 9) }).count == 4)
    #expect(Set((0..<60).map { name($0, 10) }).count == 60)
    #expect(try workload.trace(seed: 2).prefixes == trace.prefixes)
  }

  @Test("traces of any workload come back from every form", arguments: TraceFormat.catalog.names)
  func formats(form: String) throws {
    let format = try TraceFormat.catalog[form]
    // What a form keeps of a second.
    let precision = form == "mooncake" ? 0.0005001 : form == "azure" ? 0.6e-7 : 0
    try withTemporaryFolder { folder in
      for seed in 0..<UInt64(trials(200, fast: 12)) {
        let trace = try Self.randomTrace(seed)
        try trace.save("\(folder)/t", format: format)
        let again = try Trace.load("\(folder)/t")
        #expect(again.promptTokens == trace.promptTokens)
        #expect(again.outputTokens == trace.outputTokens)
        // Dates count from the first request.
        let origin = form == "azure" ? trace.arrivals[0] : 0
        for (read, written) in zip(again.arrivals, trace.arrivals) {
          #expect(abs(read - (written - origin)) <= 2 * precision, "\(read) for \(written)")
        }
        if form == "mooncake" { try expectSameReuse(trace, again) }
      }
    }
  }

  /// Names may be other numbers, but they must be equal where they were.
  private func expectSameReuse(_ trace: Trace, _ again: Trace) throws {
    #expect(again.prefixRanges.count == trace.count)
    let shared = PrefixReuse(again, capacity: nil).names
    if trace.prefixRanges.isEmpty { #expect(shared.hit == 0) }
    if trace.prefixes.tokensPerID == 512, !trace.prefixRanges.isEmpty {
      #expect(again.prefixes.ids.count == shared.asked)
    }
  }

  private static func randomTrace(_ seed: UInt64) throws -> Trace {
    let lengths = Lengths(prompt: Uniform(1, 3000), output: Uniform(1, 200))
    switch seed % 4 {
    case 0:
      return try OpenWorkload(.poisson(perSecond: 3), lengths: lengths, requests: 40).trace(
        seed: seed)
    case 1:
      return try OpenWorkload(
        .spikes(perSecond: 1, spikeRequests: 5, everySeconds: 3), lengths: lengths, requests: 40
      ).trace(seed: seed)
    case 2:
      let sessions = SessionWorkload(
        sessions: 8, turns: 1...4, sharedTokens: 1100, groups: 2, thinkSeconds: 0.5)
      let cluster = try Cluster(ClusterOptions(), trace: sessions.trace(seed: seed))
      cluster.run()
      return try Trace(arrivalsOf: cluster)
    default:
      let users = ClosedLoopWorkload(users: 3, requestsPerUser: 6, lengths: lengths)
      let cluster = try Cluster(ClusterOptions(), trace: users.trace(seed: seed))
      cluster.run()
      return try Trace(arrivalsOf: cluster)
    }
  }
}
