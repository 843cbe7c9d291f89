import Base
import Clusters
import Figures
import Serving

/// Runs of clusters as pictures.
enum ClusterFigures {
  /// Load over time beside the spread of times.
  static func overview(_ result: ResultObject) -> Figure {
    let report = result.report
    return .arrangement(
      Arrangement(
        .column, [load(result.cluster), latencies(result)],
        title: "\(report.name) on \(result.name)",
        subtitle: "\(report.finished) of \(report.arrived) requests ended in "
          + "\(ShownTime.text(report.makespanSeconds)); TTFT p95 \(ShownTime.text(report.ttft.p95)), "
          + "TPOT p95 \(ShownTime.text(report.tpot.p95)), "
          + "\(ShownTime.digits(report.outputTokensPerSecond)) tokens/s out"))
  }

  /// Requests that run and wait, KV blocks held and replicas, over time.
  static func load(_ cluster: Cluster) -> Figure {
    let samples = LoadSamples(cluster)
    var requests = Chart(
      "Requests", x: Axis("time", unit: "s"), y: Axis("requests", minimum: 0),
      marks: [
        Mark(.step(Series(x: samples.times, y: samples.running)), name: "running"),
        Mark(.step(Series(x: samples.times, y: samples.waiting)), name: "waiting"),
      ])
    if cluster.replicas.count > 1, Set(samples.replicas).count > 1 {
      requests.marks.append(
        Mark(.step(Series(x: samples.times, y: samples.replicas)), name: "replicas"))
    }
    let blocks = Chart(
      "KV blocks held", x: Axis("time", unit: "s"),
      y: Axis("share", unit: "%", minimum: 0, maximum: 100),
      marks: [
        Mark(.step(Series(x: samples.times, y: samples.held.map { $0 * 100 })), name: "held")
      ])
    return .arrangement(Arrangement(.row, [.chart(requests), .chart(blocks)]))
  }

  /// The share of requests at or below each time.
  static func latencies(_ result: ResultObject) -> Figure {
    let first = result.times("TTFT") { record, _ in record.ttft }
    let perToken = result.times("TPOT") { record, output in record.tpot(outputTokens: output) }
    let wide = result.report.ttft.p99 > 20 * max(result.report.ttft.p50, 1e-9)
    return .arrangement(
      Arrangement(
        .row,
        [
          .chart(
            .cumulative(
              "Time to first token", samples: [("TTFT", first.values)],
              x: Axis("TTFT", unit: "s", kind: wide ? .log : .linear))),
          .chart(
            .cumulative(
              "Time per output token",
              samples: [("TPOT", perToken.values.map { $0 * 1e3 })], x: Axis("TPOT", unit: "ms"))),
        ]))
  }

  /// The steps of each replica between two times.
  static func timeline(_ cluster: Cluster, from: Double, to: Double?, title: String?)
    throws(Problem)
    -> Figure
  {
    let steps = cluster.steps.values.filter { $0.endedAt >= from }
    guard let first = steps.first else {
      throw Problem("no step ended after \(from) s", fix: "the run is at \(cluster.time) s")
    }
    let end =
      to ?? steps.prefix(200 * max(1, cluster.replicas.count)).last?.endedAt ?? first.endedAt
    let spans = steps.filter { $0.startedAt <= end }.map { step in
      TimelineChart.Span(
        lane: "replica \(step.replica + 1)", start: step.startedAt, end: step.endedAt,
        label: "\(step.decodes + step.prefills)", group: group(step))
    }
    let kept = cluster.stepStride == 1 ? "" : "; every \(cluster.stepStride)th step is kept"
    return .timeline(
      TimelineChart(
        title ?? "Steps of \(cluster.trace.name)",
        subtitle: "numbers are sequences in a step" + kept,
        x: Axis("time", unit: "s", minimum: from, maximum: end),
        lanes: cluster.replicas.map { "replica \($0.id + 1)" }.filter { lane in
          spans.contains { $0.lane == lane }
        }, spans: spans))
  }

  private static func group(_ step: StepRecord) -> String {
    step.prefills == 0 ? "decode" : step.decodes == 0 ? "prefill" : "both"
  }
}

/// The load of a cluster at equal distances in time.
private struct LoadSamples {
  private(set) var times: [Double] = []
  private(set) var running: [Double] = []
  private(set) var waiting: [Double] = []
  private(set) var held: [Double] = []
  private(set) var replicas: [Double] = []

  /// Adds up what each replica's last step before each time says.
  init(_ cluster: Cluster, count: Int = 240) {
    let steps = cluster.steps.values
    let end = max(
      steps.last?.endedAt ?? 0,
      cluster.records.values.lazy.map(\.finishedAt)
        .filter { !$0.isNaN }.max() ?? 0)
    guard end > 0 else { return }
    var last = [StepRecord?](repeating: nil, count: cluster.replicas.count)
    var next = 0
    for sample in 0...count {
      let time = end * Double(sample) / Double(count)
      while next < steps.count, steps[next].startedAt <= time {
        last[Int(steps[next].replica)] = steps[next]
        next += 1
      }
      add(time, last, cluster)
    }
  }

  private mutating func add(_ time: Double, _ last: [StepRecord?], _ cluster: Cluster) {
    // Where steps were left out, the gap between two of them is no pause.
    let slack = cluster.stepStride == 1 ? 1e-9 : Double.infinity
    let alive = cluster.replicas.filter { $0.startedAt <= time && time <= $0.stoppedAt }
    let busy = last.compactMap { $0 }.filter { $0.endedAt + slack >= time }
    times.append(time)
    running.append(busy.reduce(0) { $0 + Double($1.decodes + $1.prefills) })
    waiting.append(busy.reduce(0) { $0 + Double($1.waiting) })
    let blocks = Double(max(1, alive.count) * cluster.options.blockCount)
    held.append(busy.reduce(0) { $0 + Double($1.usedBlocks) } / blocks)
    replicas.append(Double(alive.count))
  }
}
