import Base
import Clusters
import Serving
import Simulation
import TestSupport
import Testing

@Suite struct ClusterTests {
  private func trace(_ requests: Int = 60, rate: Double = 5, seed: UInt64 = 1) throws -> Trace {
    try OpenWorkload(
      .poisson(perSecond: rate),
      lengths: Lengths(prompt: Uniform(20, 400), output: Uniform(5, 60)), requests: requests
    ).trace(seed: seed)
  }

  private func options(_ change: (inout ClusterOptions) -> Void = { _ in }) -> ClusterOptions {
    var options = ClusterOptions()
    options.blockCount = 2000
    options.startSeconds = 5
    change(&options)
    return options
  }

  private func ends(_ cluster: Cluster) -> [Double] { cluster.records.values.map(\.finishedAt) }

  @Test func `one request takes the time of its steps`() throws {
    var trace = Trace()
    try trace.append(at: 1, promptTokens: 100, outputTokens: 4)
    let cost = LinearCostModel(
      baseSeconds: 0.5, tokenSeconds: 0.01, contextSeconds: 0, pairSeconds: 0)
    let cluster = try Cluster(options { $0.cost = cost }, trace: trace)
    #expect(cluster.run() == .done)
    // The prompt takes 0.5 + 100 · 0.01 s and gives the first token; three more take 0.51 s each.
    let record = cluster.records[0]
    #expect(abs(record.ttft - 1.5) < 1e-12)
    #expect(abs(record.e2e - (1.5 + 3 * 0.51)) < 1e-12)
    #expect(record.queueing == 0)
    #expect(abs(record.tpot(outputTokens: 4) - 0.51) < 1e-12)
  }

  /// The line's cost with a way there and back beside the steps.
  private struct Remote: CostModel {
    let inner = LinearCostModel(baseSeconds: 0.01)
    var requestSeconds = 0.25

    func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
      inner.seconds(of: shape, stage: stage, of: stages)
    }
    func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
      inner.explain(shape, stage: stage, of: stages)
    }
  }

  @Test(arguments: [false, true])
  func `what no step contains delays every answer and nothing else`(isApart: Bool) throws {
    let trace = try trace()
    let options = options {
      $0.disaggregation = isApart ? Disaggregation() : nil
      $0.requestSeconds = 0
      $0.cost = Remote()
    }
    let bare = try Cluster(options, trace: trace)
    var distant = options
    distant.requestSeconds = nil
    let subject = try Cluster(distant, trace: trace)
    #expect(bare.run() == .done && subject.run() == .done)
    #expect(subject.time == bare.records.values.map(\.finishedAt).max().map { $0 + 0.25 })
    #expect(subject.steps.values == bare.steps.values)
    for (ours, other) in zip(subject.records.values, bare.records.values) {
      #expect(abs(ours.ttft - other.ttft - 0.25) < 1e-9 && abs(ours.e2e - other.e2e - 0.25) < 1e-9)
      #expect(ours.queueing == other.queueing)
    }
    #expect(abs(subject.itl.largest - bare.itl.largest) < 1e-9)
    #expect(abs(subject.itl.sum - bare.itl.sum) < 1e-6)
  }

  @Test func `what no step contains changes with the cost and thins no load out`() throws {
    var trace = Trace()
    try trace.append(at: 0, promptTokens: 10, outputTokens: 3)
    try trace.append(at: 1, promptTokens: 10, outputTokens: 3, follows: 0)
    let cluster = try Cluster(options { $0.cost = Remote() }, trace: trace)
    cluster.run(until: 0.005)
    cluster.cost = Remote(requestSeconds: 0.5)
    #expect(cluster.requestSeconds == 0.5)
    cluster.run()
    #expect(abs(cluster.records[1].arrivedAt - (cluster.records[0].finishedAt - 0.5 + 1)) < 1e-12)
    #expect(throws: Problem.self) {
      try Cluster(options { $0.requestSeconds = .nan }, trace: trace)
    }
  }

  @Test func `two stages have two steps in flight and each takes its half`() throws {
    var trace = Trace()
    for _ in 0..<2 { try trace.append(at: 0, promptTokens: 10, outputTokens: 1) }
    let cost = LinearCostModel(baseSeconds: 1, tokenSeconds: 0, contextSeconds: 0, pairSeconds: 0)
    let cluster = try Cluster(
      options {
        $0.cost = cost
        $0.stages = 2
        $0.budget = StepBudget(sequences: 1, admitted: 2)
        $0.scheduler = VidurVLLMScheduler()
      }, trace: trace)
    cluster.run()
    // The second step enters the first stage when the first one has left it.
    #expect(ends(cluster) == [1, 1.5])
  }

  @Test func `two prompts that hardly fit do not give way to each other for ever`() throws {
    var trace = Trace()
    try trace.append(at: 0, promptTokens: 261, outputTokens: 12)
    try trace.append(at: 0, promptTokens: 288, outputTokens: 3)
    let cluster = try Cluster(
      options {
        $0.stages = 2
        $0.blockCount = 19
        $0.budget = StepBudget(tokens: 41, sequences: 3)
      }, trace: trace)
    // Each is out of the other's reach while its step is in flight.
    #expect(cluster.run(until: 60) == .done)
    #expect(ends(cluster).allSatisfy { $0 < 60 })
  }

  @Test func `a copy goes on as the original, and differs once it is changed`() throws {
    let original = try Cluster(options { $0.replicas = 2 }, trace: trace())
    original.run(until: 4)
    #expect(original.time == 4)
    let (copy, other) = (original.copy(), original.copy())
    other.cost = LinearCostModel(baseSeconds: 0.2)
    original.run()
    copy.run()
    other.run()
    #expect(ends(original) == ends(copy))
    #expect(original.totals == copy.totals)
    #expect(zip(ends(other), ends(original)).contains { $0 > $1 + 1 })
  }

  /// Decides as others do, except at one call, where it gives up.
  private final class Doubter: Scheduler, Autoscaler, Router, CostModel {
    // One thread runs a test.
    nonisolated(unsafe) var calls = 0
    private let doubtful: Int

    init(at doubtful: Int) { self.doubtful = doubtful }

    private var doubts: Bool {
      calls += 1
      return calls == doubtful
    }

    let intervalSeconds = 1.0

    func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
      if doubts { return plan.giveUp() }
      VLLMScheduler().plan(state, budget, into: plan)
    }

    func pick(_ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews) -> Int {
      doubts ? -1 : replicas.least { replicas.outstanding($0) }
    }

    func desiredReplicas(_ view: ClusterView) -> Int {
      doubts ? -1 : 1 + view.arrivedRequests % 3
    }

    func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
      doubts ? .nan : LinearCostModel().seconds(of: shape, stage: stage, of: stages)
    }

    func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] { [] }
  }

  @Test("a policy that cannot decide stops the run and is asked again", arguments: 0..<5)
  func undecided(kind: Int) throws {
    func ends(doubtful: Int) throws -> (ends: [Double], stops: Int) {
      let doubter = Doubter(at: doubtful)
      let cluster = try Cluster(
        options {
          $0.replicas = 2
          $0.stages = kind == 4 ? 2 : 1
          switch kind {
          case 0: $0.scheduler = doubter
          case 1: $0.router = doubter
          case 2: $0.autoscaler = doubter
          default: $0.cost = doubter
          }
        }, trace: trace())
      var stops = 0
      while cluster.run() == .undecided { stops += 1 }
      #expect(cluster.isDone)
      for replica in cluster.replicas { replica.state.checkInvariants() }
      return (self.ends(cluster), stops)
    }
    let sure = try ends(doubtful: 0)
    for doubtful in [1, 2, 7, 10] {
      let doubted = try ends(doubtful: doubtful)
      #expect(doubted.ends == sure.ends)
      #expect(doubted.stops == 1)
    }
  }

  @Test func `cancelled requests give their blocks back and are counted apart`() throws {
    let cluster = try Cluster(options { $0.replicas = 2 }, trace: trace())
    cluster.run(until: 5)
    let open = (0..<cluster.arrivedRequests).filter { cluster.records[$0].finishedAt.isNaN }
    #expect(open.count >= 3)
    for request in open { try cluster.cancel(request: request) }
    #expect(throws: Problem.self) { try cluster.cancel(request: open[0]) }
    #expect(throws: Problem.self) { try cluster.cancel(request: 59) }
    cluster.run()
    let report = ClusterReport(cluster)
    #expect(report.cancelled == open.count)
    #expect(report.finished == 60 - open.count)
    for replica in cluster.replicas { #expect(replica.state.pool.usedCount == 0) }
  }

  @Test func `a pause returns from the run and changes nothing`() throws {
    let (whole, paused) = (
      try Cluster(options(), trace: trace()), try Cluster(options(), trace: trace())
    )
    whole.run()
    paused.addBreakpoint(
      Breakpoint("pause") { cluster in
        if cluster.arrivedRequests == 20 { cluster.pause() }
        return false
      })
    #expect(paused.run() == .paused)
    try paused.removeBreakpoint("pause")
    #expect(paused.run() == .done)
    #expect(ends(paused) == ends(whole))
  }

  @Test func `a run stops where a breakpoint holds and goes on from there`() throws {
    let cluster = try Cluster(options(), trace: trace(rate: 100))
    cluster.addBreakpoint(Breakpoint("ten open") { $0.openRequests >= 10 })
    #expect(cluster.run() == .breakpoint("ten open"))
    #expect(cluster.openRequests == 10)
    try cluster.removeBreakpoint("ten open")
    #expect(cluster.run() == .done)
    #expect(cluster.isDone)
  }

  @Test func `step by step comes to the same as one run`() throws {
    let (stepped, run) = (
      try Cluster(options(), trace: trace()), try Cluster(options(), trace: trace())
    )
    while stepped.step() {}
    run.run()
    #expect(ends(stepped) == ends(run))
  }

  @Test(
    "a policy can be changed in the middle of a run",
    arguments: SchedulerKind.catalog.names, RouterKind.catalog.names)
  func swapped(scheduler: String, router: String) throws {
    let cluster = try Cluster(options { $0.replicas = 3 }, trace: trace())
    cluster.run(until: 5)
    cluster.scheduler = try SchedulerKind.catalog[scheduler].make(SchedulerOptions())
    cluster.budget = StepBudget(tokens: 4096, sequences: 16)
    cluster.router = try RouterKind.catalog[router].make(RouterOptions(seed: 4))
    cluster.run()
    #expect(cluster.isDone)
    for replica in cluster.replicas { replica.state.checkInvariants() }
  }

  @Test func `users of a closed loop never have more than one request open each`() throws {
    let loop = ClosedLoopWorkload(
      users: 4, requestsPerUser: 6, thinkSeconds: 0.1, lengths: Lengths(prompt: 50, output: 10))
    let cluster = try Cluster(options(), trace: loop.trace(seed: 2))
    var most = 0
    while cluster.step() { most = max(most, cluster.openRequests) }
    #expect(most == 4)
    #expect(cluster.isDone)
  }

  @Test func `later turns of a session find what was said before in the cache`() throws {
    let sessions = SessionWorkload(sessions: 20, turns: 4...4, sharedTokens: 64, thinkSeconds: 1)
    let cluster = try Cluster(
      options {
        $0.isCaching = true
        $0.replicas = 2
        $0.router = PrefixAffineRouter()
      }, trace: sessions.trace(seed: 2))
    cluster.run()
    #expect(ClusterReport(cluster).prefixTokens.ratio > 0.5)
  }

  @Test("autoscalers add replicas under load and take them away", arguments: [0, 1])
  func autoscaling(which: Int) throws {
    let autoscaler: any Autoscaler =
      which == 0
      ? ConcurrencyAutoscaler(targetRequests: 1, holdSeconds: 20, intervalSeconds: 5)
      : ForecastAutoscaler(replicaRequestsPerSecond: 1, smoothing: 0.5, intervalSeconds: 5)
    let burst = Arrivals.burst(
      perSecond: 0.5, burstPerSecond: 8, burstSeconds: 40, periodSeconds: 400)
    let load = try OpenWorkload(
      burst, lengths: Lengths(prompt: 200, output: 40), requests: 400
    ).trace(seed: 1)
    let cluster = try Cluster(options { $0.autoscaler = autoscaler }, trace: load)
    var most = 0
    while cluster.step() { most = max(most, cluster.readyReplicas.count) }
    #expect(cluster.isDone)
    #expect(most > 3)
    #expect(cluster.readyReplicas.count < most)
    #expect(cluster.replicas.contains { $0.phase == .stopped })
  }

  @Test func `guesses that hold make answers come sooner`() throws {
    func time(_ drafts: Int) throws -> Cluster {
      let cluster = try Cluster(
        options {
          $0.budget = StepBudget(draftTokens: drafts)
          $0.draftAcceptance = 0.8
        }, trace: trace())
      cluster.run()
      return cluster
    }
    let (plain, drafted) = (ClusterReport(try time(0)), ClusterReport(try time(3)))
    #expect(drafted.tpot.mean < plain.tpot.mean * 0.6)
    #expect(abs(drafted.drafts.ratio - (0.8 + 0.64 + 0.512) / 3) < 0.05)
    #expect(drafted.totals.producedTokens == plain.totals.producedTokens)
  }

  @Test func `kept steps are thinned and not lost`() throws {
    let cluster = try Cluster(options { $0.keptSteps = 64 }, trace: trace())
    cluster.run()
    #expect(cluster.totals.steps > 128)
    #expect(cluster.steps.count <= 64 && cluster.steps.count >= 32)
    #expect(cluster.stepStride >= 4)
  }

  @Test func `requests that were turned away count against a promise`() throws {
    var trace = Trace()
    for tokens in [20, 40_000, 30] {
      try trace.append(at: 0, promptTokens: tokens, outputTokens: 2)
    }
    let cluster = try Cluster(
      options { $0.classes = [SLAClass(SLAClass.unnamed, ttftSeconds: 100)] }, trace: trace)
    cluster.run()
    let report = ClusterReport(cluster)
    #expect(report.rejected == 1 && report.finished == 2)
    #expect(report.keptShare == 2.0 / 3 && report.classes[0].share == 2.0 / 3)
    #expect(try RunResult(cluster)["slo_ratio"] == 2.0 / 3)
    #expect(ServiceGoal(ttftSeconds: 100).share(of: cluster) == 2.0 / 3)
    #expect(report.text.contains("goodput     66.7 % within TTFT 100 s"), "\(report.text)")
  }

  @Test func `the report fits on a screen and says what happened`() throws {
    let cluster = try Cluster(
      options { $0.classes = [SLAClass("chat", ttftSeconds: 0.05, tpotSeconds: 1)] }, trace: trace()
    )
    cluster.run()
    let report = ClusterReport(cluster)
    let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 24)
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(report.text)")
    #expect(
      lines[0]
        == "open workload: 60 of 60 requests ended in \(lines[0].split(separator: " ").suffix(2).joined(separator: " "))"
    )
    let price = ReplicaPrice(gpus: 4, dollarsPerHour: 12.29, watts: 700)
    let full = report.text(
      served: "llama: vllm-v1, round-robin", cost: RunCost(cluster, price: price), use: nil)
    let more = full.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(more.count == lines.count + 2 && more.count <= 24)
    #expect(more.allSatisfy { $0.count <= 80 }, "\(full)")
    #expect(more[1] == "on llama: vllm-v1, round-robin")
    #expect(full.contains(" USD per million tokens, ") && full.contains(" J per token out"))
    let kept = cluster.records.values.count { $0.ttft <= 0.05 }
    #expect(report.classes[0].kept == kept)
    #expect(report.ttft.count == 60)
  }
}
