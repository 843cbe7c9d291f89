import Base
import Clusters
import Serving
import TestSupport
import Testing

@Suite struct StallTests {
  /// Two requests, of which `vidur-vllm` can never read the second within 2048 tokens.
  private func cluster(autoscaled: Bool) throws -> Cluster {
    var trace = Trace()
    try trace.append(at: 0, promptTokens: 100, outputTokens: 4)
    try trace.append(at: 1, promptTokens: 5000, outputTokens: 4)
    var options = ClusterOptions()
    options.scheduler = VidurVLLMScheduler()
    if autoscaled { options.autoscaler = ConcurrencyAutoscaler() }
    return try Cluster(options, trace: trace)
  }

  @Test func `who is stuck, on what and what helps is said`() throws {
    let cluster = try cluster(autoscaled: false)
    #expect(cluster.stall() == nil)
    #expect(cluster.run() == .done)
    let text = "\(try #require(cluster.stall(of: "vidur-vllm")))"
    #expect(text.contains("1 request is open"))
    #expect(text.contains("scheduler \"vidur-vllm\" plans nothing"))
    #expect(text.contains("Request 2 is next on replica 1: 5000 tokens to compute"))
    #expect(text.contains("raise max_tokens to 5000 or more"))
    let experiment = Experiment(cluster.options, trace: cluster.trace)
    #expect(throws: Problem.self) { try experiment.run() }
  }

  @Test func `an autoscaler does not keep a stalled run going for ever`() throws {
    let cluster = try cluster(autoscaled: true)
    var asked = 0
    let stop = cluster.run {
      asked += 1
      return asked > 20
    }
    #expect(stop == .done)
    #expect(cluster.openRequests == 1)
    // With room it goes on, and the autoscaler is asked again.
    let (time, replicas) = (cluster.time, cluster.replicas.count)
    cluster.autoscaler = ThreeReplicas()
    cluster.budget.tokens = 6000
    #expect(cluster.run() == .done)
    #expect(cluster.isDone && cluster.stall() == nil)
    #expect(cluster.time > time && cluster.replicas.count > replicas)
  }

  private struct ThreeReplicas: Autoscaler {
    let intervalSeconds = 0.01
    func desiredReplicas(_ view: ClusterView) -> Int { 3 }
  }
}
