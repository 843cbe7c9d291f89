import Base
import Clusters
import Serving
import TestSupport
import Testing

/// A small cluster with hardly enough blocks, and requests that share beginnings, drawn from a seed.
private struct RandomCase {
  let options: ClusterOptions
  let trace: Trace

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed, named: "random workload")
    func pick(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + random.nextInteger(below: range.count)
    }
    var options = ClusterOptions()
    options.replicas = pick(1...3)
    options.stages = pick(1...3)
    options.blockCount = pick(3...40)
    options.seed = seed
    options.isCaching = pick(0...1) == 1
    let kinds = SchedulerKind.catalog.elements
    var choices = SchedulerOptions()
    choices.sequenceTokens = 16 * pick(1...8)
    choices.watermark = Double(pick(0...2)) * 0.05
    choices.isByPriority = pick(0...1) == 1
    choices.longPrefillTokens = pick(0...1) * 20
    choices.preemption = pick(0...1) == 1 ? .swap : .recompute
    let kind = kinds[pick(0...(kinds.count - 1))]
    options.scheduler = kind.make(choices)
    let longest = 16 * options.blockCount
    options.budget = StepBudget(
      // Schedulers that take prompts whole need room for the longest one.
      tokens: kind.info.name == "vllm-v1" || kind.info.name == "sarathi" ? pick(4...64) : longest,
      sequences: pick(1...8), adapters: pick(0...2),
      draftTokens: kind.info.name == "vllm-v1" ? pick(0...3) : 0)
    if pick(0...2) == 0 {
      var apart = Disaggregation()
      apart.prefillReplicas = pick(1...2)
      apart.latencySeconds = Double(pick(0...2)) * 1e-3
      apart.secondsPerToken = Double(pick(0...2)) * 1e-6
      options.disaggregation = apart
    }
    let routers = RouterKind.catalog.elements
    options.router = routers[pick(0...(routers.count - 1))].make(RouterOptions(seed: seed))
    options.classes = [SLAClass("urgent", priority: 0), SLAClass("later", priority: 3)]
    self.options = options
    trace = try Self.requests(&random, longest: longest)
  }

  private static func requests(_ random: inout SeededRandom, longest: Int) throws -> Trace {
    let sessions = SessionWorkload(
      sessions: 5, turns: 1...4, sharedTokens: 32, promptTokens: 1...60, outputTokens: 1...40,
      sessionsPerSecond: 5, thinkSeconds: 0.2)
    var trace = try sessions.trace(seed: random.next())
    var arrival = trace.arrivals.max() ?? 0
    for _ in 0..<30 {
      arrival += random.nextUniform() * 0.1
      try trace.append(
        at: arrival, promptTokens: 1 + random.nextInteger(below: longest),
        outputTokens: 1 + random.nextInteger(below: 60))
    }
    try trace.setClasses((0..<trace.count).map { _ in random.nextInteger(below: 2) })
    try trace.setAdapters((0..<trace.count).map { _ in random.nextInteger(below: 3) })
    return trace
  }
}

/// What of a run must be the same every time.
private struct Outcome: Sendable {
  let records: [RequestRecord]
  let totals: ClusterTotals
  /// The sum of the times from token to token.
  let gapSeconds: Double

  init(seed: UInt64) throws {
    let subject = try RandomCase(seed: seed)
    let cluster = try Cluster(subject.options, trace: subject.trace)
    // Asked every 4096 instants; the longest of these runs has some thousand.
    var asked = 0
    let stop = cluster.run {
      asked += 1
      return asked > 30
    }
    precondition(stop == .done, "seed \(seed) goes on for ever, at \(cluster.time) s")
    for replica in cluster.replicas {
      replica.state.checkInvariants()
      // No block is held when everything has ended.
      precondition(
        replica.state.isIdle && replica.state.pool.freeCount == subject.options.blockCount)
    }
    precondition(cluster.isDone, "seed \(seed): \(cluster.openRequests) requests are lost")
    records = cluster.records.values
    totals = cluster.totals
    gapSeconds = cluster.itl.sum
  }

  /// From first tokens to last ones.
  var decodeSeconds: Double {
    records.reduce(0) { $0 + ($1.isRejected ? 0 : $1.finishedAt - $1.firstTokenAt) }
  }
}

@Suite struct RandomWorkloadTests {
  private static let count = trials(1000, fast: 50)

  @Test func `no request is lost, no block leaks, and threads change nothing`() throws {
    let twice = trials(Self.count, fast: Self.count / 5)
    let runs = [(1, Self.count), (2, twice)].map { threads, count in
      ParallelRuns.map(count, threads: threads) { seed in
        Result { try Outcome(seed: UInt64(seed)) }
      }
    }
    for seed in 0..<twice {
      let (one, two) = (try runs[0][seed].get(), try runs[1][seed].get())
      // Times that are not known are NaN, which equals nothing: their bits are compared.
      #expect(one.totals == two.totals, "seed \(seed)")
      #expect(one.bits == two.bits, "seed \(seed)")
    }
    for (seed, run) in runs[0].enumerated() {
      let outcome = try run.get()
      #expect(outcome.records.allSatisfy { $0.isRejected || $0.finishedAt >= $0.arrivedAt })
      let off = abs(outcome.gapSeconds - outcome.decodeSeconds)
      #expect(off < 1e-9 * (1 + outcome.decodeSeconds), "seed \(seed): gaps do not add up")
    }
    let preemptions = try runs[0].map { try $0.get() }.reduce(0) { sum, outcome in
      sum + outcome.records.reduce(0) { $0 + Int($1.preemptions) }
    }
    #expect(preemptions > 0, "the pools are not tiny enough to show anything")
  }
}

extension Outcome {
  var bits: [UInt64] {
    records.flatMap { record in
      [record.arrivedAt, record.scheduledAt, record.firstTokenAt, record.finishedAt].map(
        \.bitPattern) + [UInt64(record.preemptions), UInt64(record.cachedTokens)]
    }
  }
}
