import Base
import Clusters
import Inference
import Replays
import Serving
import Tensors
import TestSupport
import Testing

@Suite struct EngineReplayTests {
  static func engine() throws -> Engine {
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    let writer = SmallModel.llama(shape, format: try BlockFormat.catalog["q8_0"])
    return try SmallModel.withFile(writer.bytes) { try Engine(path: $0) }
  }

  static func options(replicas: Int = 2, blocks: Int = 60) -> ClusterOptions {
    var options = ClusterOptions()
    (options.replicas, options.blockCount, options.blockSize) = (replicas, blocks, 4)
    options.isCaching = true
    options.budget = StepBudget(tokens: 32, sequences: 4)
    return options
  }

  static func trace(_ count: Int = 12) throws -> Trace {
    var trace = Trace(name: "small")
    for index in 0..<count {
      try trace.append(
        at: Double(index / 3) * 0.002, promptTokens: 5 + index, outputTokens: 3 + index % 4)
    }
    // A closed loop: these come behind the end of others.
    try trace.append(at: 0.001, promptTokens: 9, outputTokens: 2, follows: 0)
    try trace.append(at: 0.001, promptTokens: 9, outputTokens: 2, follows: count)
    return trace
  }

  @Test("every request is served with its lengths", arguments: [true, false])
  func served(isThreaded: Bool) throws {
    let (engine, trace) = (try Self.engine(), try Self.trace())
    var settings = EngineReplay.Settings()
    settings.isThreaded = isThreaded
    let replay = try EngineReplay(engine, Self.options(), trace: trace, settings: settings)
    let cluster = try replay.run()
    let report = ClusterReport(cluster)
    #expect(cluster.isDone && report.finished == 14 && report.rejected == 0)
    #expect(report.totals.producedTokens == trace.totalOutputTokens)
    #expect(report.totals.prefillTokens >= trace.totalPromptTokens - report.prefixTokens.hit)
    #expect(report.totals.steps == cluster.replicas.reduce(0) { $0 + $1.state.counts.steps })
    for index in 0..<trace.count {
      let record = cluster.records[index]
      #expect(record.arrivedAt <= record.scheduledAt && record.scheduledAt <= record.firstTokenAt)
      #expect(record.firstTokenAt <= record.finishedAt)
      if trace.isFollowing(index) {
        let leader = cluster.records[Int(trace.follows[index])]
        #expect(record.arrivedAt == leader.finishedAt + trace.arrivals[index])
      } else {
        #expect(record.arrivedAt == trace.arrivals[index])
      }
    }
    #expect(Set((0..<trace.count).map { cluster.records[$0].replica }) == [0, 1])
    #expect(report.utilisation > 0 && report.occupancy > 0 && report.occupancy < 1)
  }

  @Test func `what never fits is turned away, and what cannot be run is told at once`() throws {
    let engine = try Self.engine()
    var trace = try Self.trace(3)
    try trace.append(at: 1e-3, promptTokens: 100, outputTokens: 3)
    let cluster = try EngineReplay(engine, Self.options(blocks: 20), trace: trace).run()
    #expect(ClusterReport(cluster).rejected == 1 && cluster.isDone)
    var staged = Self.options()
    staged.stages = 2
    #expect(throws: Problem.self) { try EngineReplay(engine, staged, trace: trace) }
    try trace.append(at: 1e-3, promptTokens: 600, outputTokens: 3)
    #expect(throws: Problem.self) { try EngineReplay(engine, Self.options(), trace: trace) }
    let stopped = #expect(throws: Problem.self) {
      try EngineReplay(engine, Self.options(), trace: try Self.trace()).run { true }
    }
    #expect(stopped?.kind == .interrupted)
  }

  @Test func `requests that begin alike are found by the router and the cache`() throws {
    let sessions = SessionWorkload(
      sessions: 4, turns: 3...3, sharedTokens: 16, promptTokens: 4...8, outputTokens: 2...4,
      sessionsPerSecond: 200, thinkSeconds: 0.002)
    let trace = try sessions.trace(seed: 3)
    var options = Self.options(blocks: 200)
    options.blockSize = 16
    options.router = PrefixAffineRouter(slackTokens: 1 << 20)
    let cluster = try EngineReplay(try Self.engine(), options, trace: trace).run()
    let report = ClusterReport(cluster)
    #expect(report.finished == trace.count)
    #expect(report.prefixTokens.hit > 0)
    // Nobody has more to do than that slack, so the shared beginning keeps all on one replica.
    #expect(Set((0..<trace.count).map { cluster.records[$0].replica }).count == 1)
  }
}
