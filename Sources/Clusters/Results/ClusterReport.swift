import Base
public import Serving

/// What came of a run so far, in numbers.
public struct ClusterReport: Sendable {
  /// How requests of a class of service were served.
  public struct ClassResult: Hashable, Sendable {
    /// The class and its limits.
    public let slaClass: SLAClass
    /// Requests of the class that have ended.
    public let finished: Int
    /// Requests of the class that were turned away.
    public let rejected: Int
    /// Those that ended within the limits.
    public let kept: Int

    /// The share within the limits, of those that ended or were turned away; 0 where there are none.
    public var share: Double {
      finished + rejected == 0 ? 0 : Double(kept) / Double(finished + rejected)
    }
  }

  /// What the requests came from.
  public let name: String
  /// Requests that came, have all their tokens, were turned away, and were cancelled.
  public let arrived, finished, rejected, cancelled: Int
  /// Seconds from the start to the end of the last request.
  public let makespanSeconds: Double
  /// Seconds from arrival to the first token.
  public let ttft: Spread
  /// Seconds per token behind the first, by request.
  public let tpot: Spread
  /// Seconds from token to token.
  public let itl: Spread
  /// Seconds from arrival to the last token.
  public let e2e: Spread
  /// Seconds from arrival to the beginning of the first step.
  public let queueing: Spread
  /// Requests that ended, per second.
  public let requestsPerSecond: Double
  /// Tokens of answers of requests that ended, per second.
  public let outputTokensPerSecond: Double
  /// Tokens of prompts and answers of requests that ended, per second.
  public let totalTokensPerSecond: Double
  /// How each class of service fared; one without limits where none was given.
  public let classes: [ClassResult]
  /// Requests within their limits, per second.
  public let goodput: Double
  /// The share of requests within their limits, of those that ended or were turned away; 0 where there
  /// are none.
  public var keptShare: Double {
    let judged = finished + rejected
    return judged == 0 ? 0 : Double(classes.reduce(0) { $0 + $1.kept }) / Double(judged)
  }
  /// The share of time in which first stages computed, over all replicas.
  public let utilisation: Double
  /// The share of blocks that were held, over the time of steps.
  public let occupancy: Double
  /// Tokens of prompts that were asked for in prefix caches and were there.
  public let prefixTokens: CacheCounts
  /// Guesses that were verified and held.
  public let drafts: CacheCounts
  /// Times that a sequence's blocks were taken.
  public let preemptions: Int
  /// Replicas there ever were, and the seconds that they were there, together.
  public let replicas: Int
  /// The seconds that replicas were there, together.
  public let replicaSeconds: Double
  /// Steps, and the sums over them.
  public let totals: ClusterTotals

  /// Counts what became of the requests of a cluster.
  public init(_ cluster: Cluster) {
    var columns = ReportColumns(cluster)
    columns.collect()
    name = cluster.trace.name
    arrived = cluster.arrivedRequests
    finished = columns.ttft.count
    rejected = columns.rejected
    cancelled = columns.cancelled
    makespanSeconds = columns.lastEnd
    ttft = Spread(columns.ttft)
    tpot = Spread(columns.tpot)
    e2e = Spread(columns.e2e)
    queueing = Spread(columns.queueing)
    itl = Spread(cluster.itl)
    let seconds = max(makespanSeconds, .leastNonzeroMagnitude)
    requestsPerSecond = Double(finished) / seconds
    outputTokensPerSecond = Double(columns.outputTokens) / seconds
    totalTokensPerSecond = Double(columns.outputTokens + columns.promptTokens) / seconds
    classes = columns.results
    goodput = Double(classes.reduce(0) { $0 + $1.kept }) / seconds
    totals = cluster.totals
    let all = cluster.replicas
    replicas = all.count
    let end = max(cluster.time, makespanSeconds)
    replicaSeconds = all.reduce(0) { $0 + max(0, min($1.stoppedAt, end) - $1.startedAt) }
    utilisation =
      replicaSeconds > 0 ? all.reduce(0) { $0 + $1.busySeconds } / replicaSeconds : 0
    let blocks = totals.stepSeconds * Double(cluster.options.blockCount)
    occupancy = blocks > 0 ? totals.blockSeconds / blocks : 0
    prefixTokens = all.reduce(into: CacheCounts()) { sum, replica in
      sum.asked += replica.state.counts.prefixTokens.asked
      sum.hit += replica.state.counts.prefixTokens.hit
    }
    drafts = all.reduce(into: CacheCounts()) { sum, replica in
      sum.asked += replica.state.counts.drafts.asked
      sum.hit += replica.state.counts.drafts.hit
    }
    preemptions = all.reduce(0) { $0 + $1.state.counts.preemptions }
  }
}

/// What is counted over all requests.
private struct ReportColumns {
  let cluster: Cluster
  private(set) var ttft: [Double] = []
  private(set) var tpot: [Double] = []
  private(set) var e2e: [Double] = []
  private(set) var queueing: [Double] = []
  private(set) var lastEnd = 0.0
  private(set) var rejected = 0
  private(set) var cancelled = 0
  private(set) var promptTokens = 0
  private(set) var outputTokens = 0
  private var finishedOf: [Int]
  private var rejectedOf: [Int]
  private var keptOf: [Int]
  private let limits: [SLAClass]

  init(_ cluster: Cluster) {
    self.cluster = cluster
    limits = cluster.options.classes.isEmpty ? [SLAClass("all")] : cluster.options.classes
    finishedOf = limits.map { _ in 0 }
    (rejectedOf, keptOf) = (finishedOf, finishedOf)
  }

  var results: [ClusterReport.ClassResult] {
    limits.indices.map {
      ClusterReport.ClassResult(
        slaClass: limits[$0], finished: finishedOf[$0], rejected: rejectedOf[$0], kept: keptOf[$0])
    }
  }

  mutating func collect() {
    for index in 0..<cluster.records.count {
      let record = cluster.records[index]
      if record.isRejected {
        rejected += 1
        rejectedOf[place(index)] += 1
        continue
      }
      if record.isCancelled {
        cancelled += 1
        continue
      }
      guard !record.finishedAt.isNaN else { continue }
      add(record, index)
    }
  }

  private mutating func add(_ record: RequestRecord, _ index: Int) {
    let trace = cluster.trace
    let output = Int(trace.outputTokens[index])
    let perToken = record.tpot(outputTokens: output)
    ttft.append(record.ttft)
    e2e.append(record.e2e)
    queueing.append(record.queueing)
    if output > 1 { tpot.append(perToken) }
    lastEnd = max(lastEnd, record.finishedAt)
    promptTokens += Int(trace.promptTokens[index])
    outputTokens += output
    let place = place(index)
    finishedOf[place] += 1
    let keeps =
      record.ttft <= limits[place].ttftSeconds
      && (output == 1 || perToken <= limits[place].tpotSeconds)
    if keeps { keptOf[place] += 1 }
  }

  /// The class of a request.
  private func place(_ index: Int) -> Int {
    let classes = cluster.trace.slaClasses
    return classes.isEmpty || limits.count == 1 ? 0 : Int(classes[index])
  }
}
