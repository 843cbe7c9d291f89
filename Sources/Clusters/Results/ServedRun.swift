public import Base
public import Serving

/// What happened when a trace was served by something else than a simulation: by engines in this process,
/// or by a server.
public struct ServedRun: Sendable {
  /// What became of each request, by its number in the trace.
  public var records: [RequestRecord]
  /// Steps in the order in which they began; empty where nobody could see them.
  public private(set) var steps: [StepRecord] = []
  /// Sums over the steps.
  public private(set) var totals = ClusterTotals()
  /// Times from token to token.
  public var gaps = LogHistogram()
  /// What each replica's decisions came to.
  public var counts: [ServingCounts]
  /// Seconds in which each replica computed.
  public private(set) var busySeconds: [Double]
  /// When it was over, in seconds.
  public var endedAt = 0.0

  /// Creates the record of requests that have not come.
  public init(requests: Int, replicas: Int) {
    records = Array(repeating: RequestRecord(), count: requests)
    counts = Array(repeating: ServingCounts(), count: replicas)
    busySeconds = Array(repeating: 0, count: replicas)
  }

  /// Notes a step, and how many tokens of prompts it read.
  public mutating func add(_ step: StepRecord, prefillTokens: Int) {
    let seconds = step.endedAt - step.startedAt
    steps.append(step)
    totals.steps += 1
    totals.tokens += Int(step.tokens)
    totals.prefillTokens += prefillTokens
    totals.sequences += Int(step.decodes + step.prefills)
    totals.stepSeconds += seconds
    totals.blockSeconds += seconds * Double(step.usedBlocks)
    busySeconds[Int(step.replica)] += seconds
  }

  /// Notes tokens that were produced.
  public mutating func addProducedTokens(_ count: Int) { totals.producedTokens += count }
}

extension Cluster {
  /// A cluster that was not simulated but really served, so that its results can be laid beside those
  /// of a simulation; it has come to its end.
  public static func served(
    _ run: ServedRun, _ options: ClusterOptions, trace: Trace
  ) throws(Problem) -> Cluster {
    var options = options
    options.replicas = run.counts.count
    options.autoscaler = nil
    let cluster = try Cluster(options, trace: trace)
    cluster.takeOver(run)
    return cluster
  }

  private func takeOver(_ run: ServedRun) {
    precondition(run.records.count == trace.count, "\(run.records.count) of \(trace.count) records")
    for (index, record) in run.records.enumerated() { records[index] = record }
    for step in run.steps.sorted(by: { $0.startedAt < $1.startedAt }) { steps.append(step) }
    (totals, itl, time) = (run.totals, run.gaps, run.endedAt)
    for (replica, counts) in zip(replicas, run.counts) { replica.state.counts = counts }
    for (replica, seconds) in zip(replicas, run.busySeconds) { replica.busySeconds = seconds }
    arrivedCount = run.records.count { !$0.arrivedAt.isNaN }
    openCount = run.records.count { !$0.arrivedAt.isNaN && $0.finishedAt.isNaN }
    cursor = trace.count
  }
}
