import Base
public import Clusters

extension EndpointRun {
  /// The report as lines that fit on one screen of 80 columns, in the form of a simulation's.
  public var text: String {
    let done = finished
    var lines = [
      "\(name.truncated(toWidth: 40)): \(done.count) of \(records.count) requests ended in "
        + Self.time(makespanSeconds) + (failedCount > 0 ? ", \(failedCount) failed" : ""),
      "",
      row("", ["mean", "p50", "p90", "p95", "p99", "max"]),
    ]
    for (title, spread) in spreads {
      let values = [spread.mean, spread.p50, spread.p90, spread.p95, spread.p99, spread.largest]
      lines.append(row(title, values.map(Self.time)))
    }
    let seconds = max(makespanSeconds, .leastNonzeroMagnitude)
    let (prompts, answers) = (
      done.reduce(0) { $0 + $1.promptTokens }, done.reduce(0) { $0 + $1.outputTokens }
    )
    lines += [
      "",
      "throughput".padded(toWidth: 12) + "\(Self.number(Double(done.count) / seconds)) requests/s, "
        + "\(Self.number(Double(answers) / seconds)) tokens/s out, "
        + "\(Self.number(Double(answers + prompts) / seconds)) in and out",
    ]
    let cached = done.reduce(0) { $0 + $1.cachedTokens }
    if cached > 0 {
      let share = 100 * Double(cached) / Double(max(1, prompts))
      lines.append(
        "prefixes".padded(toWidth: 12)
          + "\(Self.number(share)) % of prompt tokens from the server's cache")
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

  static func time(_ seconds: Double) -> String {
    if seconds.isNaN { return "-" }
    let (scale, unit) = seconds < 1e-3 ? (1e6, "µs") : seconds < 1 ? (1e3, "ms") : (1, "s")
    return "\(number(seconds * scale)) \(unit)"
  }

  /// Three digits or more, never an exponent.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "-" }
    let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    let scale = [1, 10, 100][digits]
    let whole = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(whole % scale)
    return "\(sign)\(whole / scale)."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
