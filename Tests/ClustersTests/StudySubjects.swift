import Base
import Clusters
import Serving
import Simulation

/// Small experiments that tests of studies share.
enum StudySubjects {
  /// A service of so many replicas that a small trace keeps busy.
  static func experiment(
    replicas: Int = 1, rate: Double = 4, requests: Int = 80, seed: UInt64 = 1,
    _ change: (inout ClusterOptions) -> Void = { _ in }
  ) throws(Problem) -> Experiment {
    var options = ClusterOptions()
    options.replicas = replicas
    options.blockCount = 400
    options.router = LeastWaitingRouter()
    options.cost = LinearCostModel(baseSeconds: 0.02, tokenSeconds: 1e-4)
    change(&options)
    let trace = try OpenWorkload(
      .poisson(perSecond: rate),
      lengths: Lengths(prompt: Uniform(50, 800), output: Uniform(5, 90)), requests: requests
    ).trace(seed: seed)
    return Experiment(
      options, trace: trace, price: ReplicaPrice(gpus: 2, dollarsPerHour: 3.6, watts: 400))
  }

  /// A run with sessions, several replicas and stages, and requests that are turned away.
  static func busyCluster() throws -> Cluster {
    var options = ClusterOptions()
    options.replicas = 2
    options.stages = 2
    options.blockCount = 40
    options.isCaching = true
    options.budget = StepBudget(tokens: 256, sequences: 4)
    options.cost = LinearCostModel(baseSeconds: 0.02, tokenSeconds: 1e-4)
    var trace = try SessionWorkload(
      sessions: 12, turns: 1...3, sharedTokens: 64, groups: 3, groupSkew: 1,
      promptTokens: 10...60, outputTokens: 5...40, sessionsPerSecond: 2, thinkSeconds: 1
    ).trace(seed: 4)
    let last = trace.arrivals.max() ?? 0
    try trace.append(at: last + 1, promptTokens: 3000, outputTokens: 5)
    let cluster = try Cluster(options, trace: trace)
    cluster.run()
    return cluster
  }
}
