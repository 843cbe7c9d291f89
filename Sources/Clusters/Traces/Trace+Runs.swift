public import Base
import Serving

extension Trace {
  /// The requests of a run as they came, those that followed others too, in the order of their arrival.
  ///
  /// So a closed loop becomes a trace of fixed times that every form can hold.
  public init(arrivalsOf cluster: Cluster) throws(Problem) {
    let (source, records) = (cluster.trace, cluster.records.values)
    let order = records.indices.filter { !records[$0].arrivedAt.isNaN }.sorted {
      (records[$0].arrivedAt, $0) < (records[$1].arrivedAt, $1)
    }
    guard !order.isEmpty else {
      throw Problem("no request of \(source.name) has come yet", fix: "run the cluster first")
    }
    self.init(name: source.name)
    for index in order {
      try append(
        at: records[index].arrivedAt, promptTokens: Int(source.promptTokens[index]),
        outputTokens: Int(source.outputTokens[index]))
    }
    func picked<Value>(_ column: ContiguousArray<Value>, _ none: Value) -> ContiguousArray<Value> {
      guard !column.isEmpty else { return [] }
      return ContiguousArray(order.map { $0 < column.count ? column[$0] : none })
    }
    slaClasses = picked(source.slaClasses, 0)
    adapters = picked(source.adapters, 0)
    prefixRanges = picked(source.prefixRanges, PrefixRange())
    prefixes = source.prefixes
  }
}
