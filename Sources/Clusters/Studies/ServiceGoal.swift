import Base
public import Serving

/// What users were promised: so many of all requests within these times.
public struct ServiceGoal: Hashable, Sendable {
  /// The latest first token, in seconds.
  public var ttftSeconds: Double
  /// The most seconds per token, on average over an answer.
  public var tpotSeconds: Double
  /// The latest last token, in seconds.
  public var e2eSeconds: Double
  /// The share of requests that must keep all of that, and the limits of their class.
  public var share: Double

  /// Creates a goal; without limits only those of a request's class count.
  public init(
    ttftSeconds: Double = .infinity, tpotSeconds: Double = .infinity,
    e2eSeconds: Double = .infinity, share: Double = 0.99
  ) {
    precondition(share > 0 && share <= 1, "a share from above 0 to 1, got \(share)")
    precondition(ttftSeconds > 0 && tpotSeconds > 0 && e2eSeconds > 0, "limits are above 0")
    self.ttftSeconds = ttftSeconds
    self.tpotSeconds = tpotSeconds
    self.e2eSeconds = e2eSeconds
    self.share = share
  }

  /// True when a request kept the goal's limits and those of its class; one that was turned away, was
  /// cancelled or has not ended did not.
  public func isKept(_ record: RequestRecord, outputTokens: Int, in slaClass: SLAClass?) -> Bool {
    guard !record.isRejected, !record.isCancelled, !record.finishedAt.isNaN else { return false }
    let ttft = min(ttftSeconds, slaClass?.ttftSeconds ?? .infinity)
    let tpot = min(tpotSeconds, slaClass?.tpotSeconds ?? .infinity)
    return record.ttft <= ttft && record.e2e <= e2eSeconds
      && (outputTokens == 1 || record.tpot(outputTokens: outputTokens) <= tpot)
  }

  /// The share of a trace's requests that kept their limits in a run.
  public func share(of cluster: Cluster) -> Double {
    let (trace, classes) = (cluster.trace, cluster.options.classes)
    var kept = 0
    for index in 0..<cluster.records.count {
      let place = trace.slaClasses.isEmpty ? 0 : Int(trace.slaClasses[index])
      let slaClass = place < classes.count ? classes[place] : nil
      let output = Int(trace.outputTokens[index])
      if isKept(cluster.records[index], outputTokens: output, in: slaClass) { kept += 1 }
    }
    return Double(kept) / Double(max(1, cluster.records.count))
  }

  /// The goal in words.
  public var words: String {
    var limits: [String] = []
    for (name, seconds) in [("TTFT", ttftSeconds), ("TPOT", tpotSeconds), ("E2E", e2eSeconds)]
    where seconds < .infinity {
      limits.append("\(name) \(ShownNumber.time(seconds))")
    }
    let within = limits.isEmpty ? "their classes' limits" : limits.joined(separator: ", ")
    return "\(ShownNumber.percent(share)) of requests within \(within)"
  }
}
