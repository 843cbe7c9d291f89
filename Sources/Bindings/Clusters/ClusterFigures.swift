import Base
import Clusters
import Figures
import Serving

/// Runs of clusters as pictures.
enum ClusterFigures {
  /// Load over time beside the spread of times.
  static func overview(_ result: ResultObject) throws -> Figure {
    let report = result.report
    return .arrangement(
      Arrangement(
        .column, [try load(result.cluster), latencies(result)],
        title: "\(report.name) on \(result.name)",
        subtitle: "\(report.finished) of \(report.arrived) requests ended in "
          + "\(ShownNumber.time(report.makespanSeconds)); TTFT p95 \(ShownNumber.time(report.ttft.p95)), "
          + "TPOT p95 \(ShownNumber.time(report.tpot.p95)), "
          + "\(ShownNumber.text(report.outputTokensPerSecond)) tokens/s out"))
  }

  /// Requests that run and wait, KV blocks held and replicas, over time.
  static func load(_ cluster: Cluster) throws -> Figure {
    let table = try TimeSeries(cluster).table
    let times = try table.numbers("start_seconds")
    func series(_ name: String, scale: Double = 1) throws -> Mark.Shape {
      .step(Series(x: times, y: try table.numbers(name).map { $0 * scale }))
    }
    let requests = Chart(
      "Requests", x: Axis("time", unit: "s"), y: Axis("requests", minimum: 0),
      marks: [
        Mark(try series("running"), name: "running"), Mark(try series("waiting"), name: "waiting"),
      ])
    let blocks = Chart(
      "KV blocks held", x: Axis("time", unit: "s"), y: Axis("share", unit: "%", minimum: 0),
      marks: [Mark(try series("kv_occupancy_ratio", scale: 100), name: "held")])
    var parts: [Figure] = [.chart(requests), .chart(blocks)]
    if cluster.replicas.contains(where: { $0.startedAt > 0 || $0.stoppedAt < .infinity }) {
      parts.append(
        .chart(
          Chart(
            "Replicas", x: Axis("time", unit: "s"), y: Axis("replicas", minimum: 0),
            marks: [Mark(try series("replicas"), name: "replicas")])))
    }
    return .arrangement(Arrangement(.row, parts))
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
      throw Problem(
        "timeline: no step ended after from_seconds = \(from)",
        fix: "the run is at \(ShownNumber.time(cluster.time))")
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
