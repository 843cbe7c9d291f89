public import Base
import Serving

/// A run over time: one row for each interval.
///
/// Counts of requests are means over time, exact from the times of every request; latencies are those of
/// requests that had their first token, or ended, in the interval; blocks and batches come from the steps
/// that were kept.
public struct TimeSeries: Sendable {
  /// The length of an interval in seconds.
  public let intervalSeconds: Double
  /// The rows.
  public let table: ResultTable

  /// Cuts a run into intervals; 0 seconds picks a round length that makes about a hundred.
  public init(_ cluster: Cluster, intervalSeconds: Double = 0) throws(Problem) {
    guard intervalSeconds >= 0, intervalSeconds.isFinite else {
      throw Problem("intervals of \(intervalSeconds) s", fix: "give a length above 0")
    }
    let end = cluster.time
    let interval = intervalSeconds > 0 ? intervalSeconds : Self.roundInterval(end)
    guard end / interval < 1e6 else {
      throw Problem(
        "\(end) s in intervals of \(interval) s are too many", fix: "give a longer interval")
    }
    var bins = SeriesBins(
      interval: interval, count: max(1, Int((end / interval).rounded(.up))), end)
    bins.addRequests(of: cluster)
    bins.addSteps(of: cluster)
    bins.addReplicas(of: cluster)
    self.intervalSeconds = interval
    table = bins.table(blockCount: cluster.options.blockCount)
  }

  /// 1, 2 or 5 times a power of ten, for about a hundred intervals.
  static func roundInterval(_ end: Double) -> Double {
    guard end > 0 else { return 1 }
    var scale = 1e-6
    while true {
      for step in [1.0, 2, 5] where end / (step * scale) <= 120 { return step * scale }
      scale *= 10
    }
  }
}

/// A sum for each interval of what lasts over time and of what happens at an instant.
private struct SeriesBins {
  let interval: Double
  let count: Int
  let end: Double
  private var arrivals: [Int]
  private var finished: [Int]
  private var rejected: [Int]
  private var preempted: [Int]
  private var outputTokens: [Int]
  private var promptTokens: [Int]
  private var waiting: SpanSums
  private var running: SpanSums
  private var replicas: SpanSums
  private var stepTime: SpanSums
  private var blockTime: SpanSums
  private var sequenceTime: SpanSums
  private var ttft: [[Double]]
  private var tpot: [[Double]]
  private var e2e: [[Double]]

  init(interval: Double, count: Int, _ end: Double) {
    (self.interval, self.count, self.end) = (interval, count, end)
    let zeros = [Int](repeating: 0, count: count)
    (arrivals, finished, rejected, preempted) = (zeros, zeros, zeros, zeros)
    (outputTokens, promptTokens) = (zeros, zeros)
    let none = [[Double]](repeating: [], count: count)
    (ttft, tpot, e2e) = (none, none, none)
    let sums = SpanSums(interval: interval, count: count)
    (waiting, running, replicas) = (sums, sums, sums)
    (stepTime, blockTime, sequenceTime) = (sums, sums, sums)
  }

  private func bin(_ time: Double) -> Int { min(count - 1, max(0, Int(time / interval))) }

  mutating func addRequests(of cluster: Cluster) {
    let trace = cluster.trace
    for index in 0..<cluster.records.count {
      let record = cluster.records[index]
      guard !record.arrivedAt.isNaN else { continue }
      arrivals[bin(record.arrivedAt)] += 1
      if record.isRejected {
        rejected[bin(record.finishedAt)] += 1
        continue
      }
      let scheduled = record.scheduledAt.isNaN ? end : record.scheduledAt
      let ended = record.finishedAt.isNaN ? end : record.finishedAt
      waiting.add(from: record.arrivedAt, to: scheduled, 1)
      running.add(from: scheduled, to: ended, 1)
      if !record.firstTokenAt.isNaN { ttft[bin(record.firstTokenAt)].append(record.ttft) }
      guard Cluster.hasEnded(record) else { continue }
      let place = bin(record.finishedAt)
      let output = Int(trace.outputTokens[index])
      finished[place] += 1
      preempted[place] += Int(record.preemptions)
      outputTokens[place] += output
      promptTokens[place] += Int(trace.promptTokens[index])
      e2e[place].append(record.e2e)
      if output > 1 { tpot[place].append(record.tpot(outputTokens: output)) }
    }
  }

  mutating func addSteps(of cluster: Cluster) {
    for index in 0..<cluster.steps.count {
      let step = cluster.steps[index]
      let (from, to) = (step.startedAt, min(step.endedAt, end))
      stepTime.add(from: from, to: to, 1)
      blockTime.add(from: from, to: to, Double(step.usedBlocks))
      sequenceTime.add(from: from, to: to, Double(step.decodes + step.prefills))
    }
  }

  mutating func addReplicas(of cluster: Cluster) {
    for replica in cluster.replicas {
      replicas.add(from: replica.startedAt, to: min(replica.stoppedAt, end), 1)
    }
  }

  func table(blockCount: Int) -> ResultTable {
    let lengths = (0..<count).map {
      max(1e-300, min(end, Double($0 + 1) * interval) - Double($0) * interval)
    }
    func rates(_ counts: [Int]) -> [Double] { zip(counts, lengths).map { Double($0) / $1 } }
    func means(_ sums: SpanSums) -> [Double] { zip(sums.totals, lengths).map { $0 / $1 } }
    func shares(_ sums: SpanSums, _ scale: Double) -> [Double] {
      zip(sums.totals, stepTime.totals).map { $1 > 0 ? $0 / $1 / scale : 0 }
    }
    var columns: [ResultTable.Column] = [
      .init("start_seconds", .numbers((0..<count).map { Double($0) * interval })),
      .init("arrivals", .integers(arrivals)), .init("finished", .integers(finished)),
      .init("rejected", .integers(rejected)), .init("preemptions", .integers(preempted)),
      .init("requests_per_second", .numbers(rates(finished))),
      .init("output_tokens_per_second", .numbers(rates(outputTokens))),
      .init("prompt_tokens_per_second", .numbers(rates(promptTokens))),
      .init("running", .numbers(means(running))), .init("waiting", .numbers(means(waiting))),
      .init("replicas", .numbers(means(replicas))),
      .init("kv_occupancy_ratio", .numbers(shares(blockTime, Double(blockCount)))),
      .init("batch_sequences", .numbers(shares(sequenceTime, 1))),
    ]
    for (name, values) in [("ttft", ttft), ("tpot", tpot), ("e2e", e2e)] {
      let quantiles = values.map { Quantiles($0) }
      for (label, fraction) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        columns.append(
          .init("\(name)_\(label)_seconds", .numbers(quantiles.map { $0.at(fraction) ?? .nan })))
      }
    }
    return ResultTable(columns)
  }
}

/// What spans of time add to each interval: height times length.
private struct SpanSums {
  private let interval: Double
  private let count: Int
  /// What spans add to intervals that they cover in part.
  private var parts: [Double]
  /// By how much the sum of heights over whole intervals changes from one to the next.
  private var changes: [Double]

  init(interval: Double, count: Int) {
    (self.interval, self.count) = (interval, count)
    parts = [Double](repeating: 0, count: count)
    changes = [Double](repeating: 0, count: count + 1)
  }

  mutating func add(from start: Double, to end: Double, _ height: Double) {
    guard end > start else { return }
    let first = min(count - 1, Int(start / interval))
    let last = min(count - 1, Int(end / interval))
    if first == last {
      parts[first] += (end - start) * height
      return
    }
    parts[first] += (Double(first + 1) * interval - start) * height
    parts[last] += (end - Double(last) * interval) * height
    changes[first + 1] += height
    changes[last] -= height
  }

  var totals: [Double] {
    var level = 0.0
    return (0..<count).map { index in
      level += changes[index]
      return parts[index] + level * interval
    }
  }
}
