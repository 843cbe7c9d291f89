import Base
public import Clusters

extension EndpointRun {
  /// The report as lines that fit on one screen of 80 columns, in the form of a simulation's.
  public var text: String {
    let done = finished
    var lines = [
      "\(name.truncated(toWidth: 40)): \(done.count) of \(records.count) requests ended in "
        + ShownNumber.time(makespanSeconds) + (failedCount > 0 ? ", \(failedCount) failed" : ""),
      "",
      row("", ["mean", "p50", "p90", "p95", "p99", "max"]),
    ]
    for (title, spread) in spreads {
      let values = [spread.mean, spread.p50, spread.p90, spread.p95, spread.p99, spread.largest]
      lines.append(row(title, values.map { ShownNumber.time($0, keepsZeros: true) }))
    }
    let seconds = max(makespanSeconds, .leastNonzeroMagnitude)
    let (prompts, answers) = (
      done.reduce(0) { $0 + $1.promptTokens }, done.reduce(0) { $0 + $1.outputTokens }
    )
    lines += [
      "",
      "throughput".padded(toWidth: 12)
        + "\(ShownNumber.text(Double(done.count) / seconds)) requests/s, "
        + "\(ShownNumber.text(Double(answers) / seconds)) tokens/s out, "
        + "\(ShownNumber.text(Double(answers + prompts) / seconds)) in and out",
    ]
    let cached = done.reduce(0) { $0 + $1.cachedTokens }
    if cached > 0 {
      let share = 100 * Double(cached) / Double(max(1, prompts))
      lines.append(
        "prefixes".padded(toWidth: 12)
          + "\(ShownNumber.text(share)) % of prompt tokens from the server's cache")
    }
    for (reason, count) in failures.prefix(5) {
      lines.append(
        "failed".padded(toWidth: 12) + "\(count) times: \(reason)".truncated(toWidth: 66))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How the times are spread, by name.
  public var spreads: [(name: String, spread: Spread)] {
    let done = finished
    return [
      ("TTFT", Spread(done.map(\.ttft))), ("TPOT", Spread(done.map(\.tpot))),
      ("ITL", Spread(gaps)), ("E2E", Spread(done.map(\.e2e))),
    ]
  }

  private func row(_ title: String, _ cells: [String]) -> String {
    title.padded(toWidth: 12) + cells.map { $0.padded(toWidth: 11, alignRight: true) }.joined()
  }
}
