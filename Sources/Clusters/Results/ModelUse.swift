import Base
import Devices
import Models
import Serving

/// What a run did with a model on its GPUs: the share of their arithmetic that answers took, and requests
/// that the model was never made for.
public struct ModelUse: Sendable {
  /// The share of the dense peak of all GPUs, over the time that replicas were there, that the arithmetic
  /// of finished requests took (model FLOPs utilisation).
  ///
  /// What caches had, guesses that failed and what was computed again after a preemption do not count.
  /// NaN where the GPU has no rate for the format of the products.
  public let utilisation: Double
  /// Tokens of prompt and answer that the model can tell apart.
  public let contextLength: Int
  /// Requests of the trace, and those of them that are longer.
  public let requests, overlongRequests: Int
  /// What the model is called.
  public let model: String

  /// Looks at a run; nothing where its cost model names no model.
  public init?(_ cluster: Cluster) {
    guard let cost = cluster.cost as? ModelCost else { return nil }
    model = cost.model.info.name
    contextLength = cost.model.contextLength
    requests = cluster.trace.count
    let (trace, context) = (cluster.trace, Int32(clamping: cost.model.contextLength))
    overlongRequests = (0..<trace.count).count {
      trace.promptTokens[$0] + trace.outputTokens[$0] > context
    }
    let report = ClusterReport(cluster)
    let rate = cost.device.peak(cost.deployment.products)?.rate.value ?? .nan
    let most = rate * Double(cost.deployment.devices) * report.replicaSeconds
    utilisation = most > 0 ? Self.work(of: cluster, cost.model) / most : .nan
  }

  /// Floating-point operations of the requests that have all their tokens.
  private static func work(of cluster: Cluster, _ model: ModelSpec) -> Double {
    let trace = cluster.trace
    var sum = 0.0
    for index in 0..<cluster.records.count {
      let record = cluster.records[index]
      guard !record.finishedAt.isNaN, !record.isRejected, !record.isCancelled else { continue }
      let (prompt, output) = (Int(trace.promptTokens[index]), Int(trace.outputTokens[index]))
      sum += model.prefillFLOPs(tokens: prompt)
      if record.cachedTokens > 0 { sum -= model.prefillFLOPs(tokens: Int(record.cachedTokens)) }
      // Beyond its windows a layer's work grows evenly, so the token in the middle stands for all.
      if output > 1 { sum += Double(output - 1) * model.flops(atPosition: prompt + output / 2) }
    }
    return sum
  }
}
