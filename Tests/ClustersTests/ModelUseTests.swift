import Base
import Clusters
import Devices
import Models
import Serving
import TestSupport
import Testing

@Suite struct ModelUseTests {
  private func cluster(_ model: String, gpus: Int, _ requests: [(Int, Int)]) throws -> Cluster {
    var trace = Trace()
    for (prompt, output) in requests {
      try trace.append(at: 0, promptTokens: prompt, outputTokens: output)
    }
    var options = ClusterOptions()
    let cost = try ModelCost(
      .named(model), on: .named("H100"), Deployment(tensorParallel: gpus))
    options.cost = cost
    options.blockCount = cost.blockCount(blockSize: 16)
    let cluster = try Cluster(options, trace: trace)
    cluster.run()
    return cluster
  }

  @Test func `a prompt alone takes its operations over the time and the peak`() throws {
    let cluster = try cluster("llama-3.1-8b", gpus: 2, [(2000, 1)])
    let use = try #require(ModelUse(cluster))
    let spec = try ModelSpec.named("llama-3.1-8b")
    let peak = try #require(Device.named("H100").peak(.bf16)).rate.value
    let seconds = ClusterReport(cluster).replicaSeconds
    let expected = spec.prefillFLOPs(tokens: 2000) / (2 * peak * seconds)
    #expect(abs(use.utilisation / expected - 1) < 1e-12)
    // 2 · 6.98 G operations a token in the layers' weights, and a few per cent for attention.
    let weights = 2 * 6.98e9 * 2000 / (2 * peak * seconds)
    #expect(use.utilisation > weights && use.utilisation < 1.1 * weights)
    #expect(use.utilisation > 0.2 && use.utilisation < 0.8)
  }

  @Test func `decoding alone leaves nearly all arithmetic unused`() throws {
    let use = try #require(ModelUse(try cluster("llama-3.1-8b", gpus: 1, [(10, 200)])))
    #expect(use.utilisation > 0.001 && use.utilisation < 0.01)
  }

  @Test func `requests longer than the model's context are counted and named`() throws {
    let cluster = try cluster("llama-3-70b", gpus: 4, [(8000, 192), (8000, 193), (20, 2)])
    let use = try #require(ModelUse(cluster))
    #expect(use.contextLength == 8192 && use.overlongRequests == 1)
    let text = ClusterReport(cluster).text(served: nil, cost: nil, use: use)
    #expect(text.contains("1 of 3 requests is longer than the 8192 tokens of llama-3-70b"))
    #expect(text.contains(", MFU "))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(ModelUse(try Cluster(ClusterOptions(), trace: cluster.trace)) == nil)
  }
}
