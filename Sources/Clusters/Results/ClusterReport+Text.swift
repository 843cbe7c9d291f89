import Base
import Serving

extension ClusterReport {
  /// The report as lines that fit on one screen of 80 columns.
  public var text: String {
    var lines = [
      "\(name.truncated(toWidth: 40)): \(finished) of \(arrived) requests ended in "
        + "\(Self.time(makespanSeconds))" + (rejected > 0 ? ", \(rejected) turned away" : "")
        + (cancelled > 0 ? ", \(cancelled) cancelled" : ""),
      "",
      row("", ["mean", "p50", "p90", "p95", "p99", "max"]),
    ]
    for (title, spread) in [
      ("TTFT", ttft), ("TPOT", tpot), ("ITL", itl), ("E2E", e2e), ("queueing", queueing),
    ] {
      let values = [
        spread.mean, spread.p50, spread.p90, spread.p95, spread.p99, spread.largest,
      ]
      lines.append(row(title, values.map(Self.time)))
    }
    lines.append("")
    lines += rates
    lines += load
    return lines.joined(separator: "\n") + "\n"
  }

  private var rates: [String] {
    var lines = [
      label("throughput")
        + "\(Self.number(requestsPerSecond)) requests/s, \(Self.number(outputTokensPerSecond)) "
        + "tokens/s out, \(Self.number(totalTokensPerSecond)) in and out"
    ]
    for result in classes
    where result.slaClass.ttftSeconds < .infinity || result.slaClass.tpotSeconds < .infinity {
      let share = result.finished == 0 ? 0 : Double(result.kept) / Double(result.finished)
      lines.append(
        label("goodput") + "\(result.slaClass.name): \(Self.percent(share)) within TTFT "
          + "\(Self.time(result.slaClass.ttftSeconds)), TPOT "
          + Self.time(result.slaClass.tpotSeconds))
    }
    return lines
  }

  private var load: [String] {
    let steps = Double(max(1, totals.steps))
    var lines = [
      label("replicas") + "\(replicas), busy \(Self.percent(utilisation)), KV blocks held "
        + "\(Self.percent(occupancy)), \(preemptions) preemptions",
      label("steps")
        + "\(totals.steps), on average \(Self.number(Double(totals.sequences) / steps)) "
        + "sequences, \(Self.number(Double(totals.tokens) / steps)) tokens, "
        + Self.time(totals.stepSeconds / steps),
    ]
    if prefixTokens.asked > 0 {
      lines.append(
        label("prefixes") + "\(Self.percent(prefixTokens.ratio)) of prompt tokens from the cache")
    }
    if drafts.asked > 0 {
      lines.append(
        label("drafts") + "\(Self.percent(drafts.ratio)) of \(drafts.asked) guesses held")
    }
    return lines
  }

  private func label(_ text: String) -> String { text.padded(toWidth: 12) }

  private func row(_ title: String, _ cells: [String]) -> String {
    label(title) + cells.map { $0.padded(toWidth: 11, alignRight: true) }.joined()
  }

  // MARK: Numbers

  static func time(_ seconds: Double) -> String {
    if seconds.isNaN { return "-" }
    if seconds == .infinity { return "any" }
    if seconds == 0 { return "0 s" }
    let (scale, unit) =
      seconds < 1e-3 ? (1e6, "µs") : seconds < 1 ? (1e3, "ms") : (1, "s")
    return "\(number(seconds * scale)) \(unit)"
  }

  /// Three digits or more, never an exponent.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "-" }
    let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    let scale = [1.0, 10, 100][digits]
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(whole % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole / Int(scale)).\(zeros)\(fraction)"
  }

  static func percent(_ share: Double) -> String { number(share * 100) + " %" }
}
