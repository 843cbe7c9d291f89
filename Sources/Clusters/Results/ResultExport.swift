public import Base

/// Writes what came of a run to files; each file is replaced whole.
public enum ResultExport {
  /// Which part of a run is written as a table.
  public enum Part: String, Sendable, CaseIterable {
    case requests, steps, series
  }

  /// A part of a run as a table; intervals of 0 seconds pick a round length.
  public static func table(_ part: Part, of cluster: Cluster, intervalSeconds: Double = 0)
    throws(Problem) -> ResultTable
  {
    switch part {
    case .requests: cluster.requestTable
    case .steps: cluster.stepTable
    case .series: try TimeSeries(cluster, intervalSeconds: intervalSeconds).table
    }
  }

  /// Writes a table as comma-separated lines.
  public static func csv(_ table: ResultTable, to path: String) throws(Problem) {
    try FileIO.write(table.csv, to: path)
  }

  /// Writes the metrics of a run, its requests, its steps where they are wanted, and its time series as
  /// one JSON document.
  public static func json(
    _ cluster: Cluster, price: ReplicaPrice? = nil, includesSteps: Bool = false,
    intervalSeconds: Double = 0, to path: String
  ) throws(Problem) {
    var document = JSONObject()
    document["report"] = RunResult(cluster, price: price).json
    document["requests"] = cluster.requestTable.json
    if includesSteps { document["steps"] = cluster.stepTable.json }
    document["series"] = try TimeSeries(cluster, intervalSeconds: intervalSeconds).table.json
    try FileIO.write(Array((JSONValue.object(document).formatted() + "\n").utf8), to: path)
  }

  /// Writes a run for ui.perfetto.dev.
  public static func perfetto(
    _ cluster: Cluster, trace: PerfettoTrace = PerfettoTrace(), to path: String
  ) throws(Problem) {
    try FileIO.write(trace.bytes(of: cluster), to: path)
  }
}
