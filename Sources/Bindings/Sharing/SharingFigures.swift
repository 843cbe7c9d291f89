import Base
import Devices
import Figures
import Sharing

/// Runs and comparisons as tables and pictures.
enum SharingFigures {
  /// A row for each tenant.
  static func table(_ result: SharingResult) -> Figure {
    let rows = result.tenants.map { tenant -> [TableFigure.Cell] in
      let quantiles = tenant.quantiles
      return [
        .text(tenant.name), .number(Double(tenant.latencies.count)),
        milliseconds(tenant.meanLatency), milliseconds(quantiles.at(0.5)),
        milliseconds(quantiles.at(0.99)), milliseconds(tenant.jitter),
        .number(Double(tenant.latencies.count) / (result.seconds - result.warmUp)),
        .number(100 * tenant.busySeconds / result.seconds),
      ]
    }
    let harmed = result.violations.count
    return .table(
      TableFigure(
        "\(result.policy) on \(result.gpus == 1 ? "" : "\(result.gpus) x ")\(result.device.name)",
        subtitle: "a kernel runs \(percent(result.utilization)) of the time, SMs filled "
          + "\(percent(result.multiprocessorUtilization)), changes "
          + "\(percent(result.switchShare)), fairness \(hundredths(result.fairness))"
          + (harmed == 0 ? "" : ", \(harmed) violations of isolation") + "; times in ms",
        columns: [
          .init("tenant"), .init("requests", decimals: 0), .init("mean", decimals: 2),
          .init("p50", decimals: 2), .init("p99", decimals: 2), .init("jitter", decimals: 2),
          .init("per s", decimals: 1), .init("busy", unit: "%", decimals: 1),
        ], rows: rows))
  }

  /// Who ran when: a lane for each tenant, one for changes.
  static func timeline(_ result: SharingResult, from: Double, to: Double?, title: String?)
    -> Figure
  {
    var spans: [TimelineChart.Span] = []
    var isCut = false
    for island in result.islands {
      isCut = isCut || island.spans.isFull
      for span in island.spans.spans where span.end > from && span.start < to ?? .infinity {
        let tenant = span.tenant.map { island.tenants[$0].name }
        let part = span.multiprocessors < Double(result.device.multiprocessors.value)
        let lane = tenant ?? (result.islands.count == 1 ? "change" : "change in \(island.name)")
        spans.append(
          TimelineChart.Span(
            lane: lane, start: max(span.start, from), end: min(span.end, to ?? .infinity),
            label: tenant != nil && part ? "\(Int(span.multiprocessors.rounded())) SMs" : "",
            group: tenant ?? "change"))
      }
    }
    // Tenants come first in the legend, the changes between them last.
    let tenants = spans.filter { $0.group != "change" }
    spans = tenants + spans.filter { $0.group == "change" }
    return .timeline(
      TimelineChart(
        title ?? result.policy, subtitle: isCut ? "later spans were not kept" : "",
        x: Axis("time", unit: "s", minimum: from, maximum: to), lanes: result.tenants.map(\.name),
        spans: spans))
  }

  /// The distribution of each tenant's latencies.
  static func latencies(_ result: SharingResult) -> Figure {
    let series = result.tenants.filter { !$0.latencies.isEmpty }.map { tenant in
      (name: tenant.name, values: tenant.latencies)
    }
    return .chart(
      .cumulative(
        "Latency under \(result.policy)", samples: series, x: Axis("latency", unit: "s")))
  }

  /// A row for each policy and number of tenants.
  static func comparison(_ comparison: SharingComparison) -> Figure {
    let rows = comparison.rows.map { row -> [TableFigure.Cell] in
      [
        .number(Double(row.tenants)), .text(row.policy), .number(Double(row.gpus)),
        ratio(row.latencyRatio), ratio(row.tailRatio), milliseconds(row.jitter),
        .number(100 * row.workRatio), .number(100 * row.utilization),
        .number(100 * row.switchShare), .number(row.fairness), ratio(row.interference),
        .text("\(row.memoryHarm)/\(row.contextHarm)/\(row.deviceHarm)"),
      ]
    }
    return .table(
      TableFigure(
        "Ways of sharing \(comparison.device.name)",
        subtitle:
          "latency over that of a tenant alone; disturb: the first tenant's latency over that "
          + "with idle neighbours; harm: tenants hit by one that takes all memory / loses its context / "
          + "loses the device",
        columns: [
          .init("n", decimals: 0), .init("policy"), .init("GPUs", decimals: 0),
          .init("latency", decimals: 2), .init("p99", decimals: 2),
          .init("jitter ms", decimals: 2), .init("work %", decimals: 1),
          .init("busy %", decimals: 1), .init("switch %", decimals: 1),
          .init("fair", decimals: 3), .init("disturb", decimals: 2), .init("harm"),
        ], rows: rows, rowLimit: 200))
  }

  private static func percent(_ share: Double) -> String {
    "\((share * 1000).rounded() / 10) %"
  }

  private static func milliseconds(_ seconds: Double?) -> TableFigure.Cell {
    seconds.map { .number($0 * 1e3) } ?? .empty
  }

  private static func ratio(_ value: Double?) -> TableFigure.Cell {
    value.map { .number($0) } ?? .empty
  }

  private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
