import Base
import Clusters
import LuaBridge
import Serving

/// What came of a run: the cluster as it was then, and its report.
final class ResultObject {
  /// The cluster; nothing changes it any more.
  let cluster: Cluster
  /// What was counted.
  let report: ClusterReport
  /// What served.
  let name: String
  /// Its policies in words; those that decided last.
  let policies: String

  /// Takes a cluster that nobody runs further.
  init(_ cluster: Cluster, name: String, policies: String) {
    self.cluster = cluster
    self.name = name
    self.policies = policies
    report = ClusterReport(cluster)
  }

  /// The report, with what served, and what it cost where the GPUs are known.
  var text: String {
    report.text(
      served: "\(name): \(policies)",
      cost: ReplicaPrice(of: cluster.cost).map { RunCost(cluster, price: $0) },
      use: ModelUse(cluster))
  }

  /// Times of requests that have all their tokens.
  func times(_ title: String, _ time: (RequestRecord, Int) -> Double) -> TimesObject {
    let (records, trace) = (cluster.records.values, cluster.trace)
    var values: [Double] = []
    values.reserveCapacity(records.count)
    for (index, record) in records.enumerated() where Self.isFinished(record) {
      values.append(time(record, Int(trace.outputTokens[index])))
    }
    return TimesObject(title, values)
  }

  static func isFinished(_ record: RequestRecord) -> Bool {
    !record.finishedAt.isNaN && !record.isRejected && !record.isCancelled
  }
}

extension ResultObject: CustomStringConvertible {
  var description: String {
    String(text.dropLast())
  }
}
