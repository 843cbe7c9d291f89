import Base
import Serving

extension ClusterReport {
  /// The report as lines that fit on one screen of 80 columns.
  public var text: String {
    var lines = [
      "\(name.truncated(toWidth: 40)): \(finished) of \(arrived) requests ended in "
        + "\(ShownNumber.time(makespanSeconds))" + (rejected > 0 ? ", \(rejected) turned away" : "")
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
      lines.append(row(title, values.map { ShownNumber.time($0, keepsZeros: true) }))
    }
    lines.append("")
    lines += rates
    lines += load
    return lines.joined(separator: "\n") + "\n"
  }

  private var rates: [String] {
    var lines = [
      label("throughput")
        + "\(ShownNumber.text(requestsPerSecond)) requests/s, \(ShownNumber.text(outputTokensPerSecond)) "
        + "tokens/s out, \(ShownNumber.text(totalTokensPerSecond)) in and out"
    ]
    for result in classes
    where result.slaClass.ttftSeconds < .infinity || result.slaClass.tpotSeconds < .infinity {
      let share = result.finished == 0 ? 0 : Double(result.kept) / Double(result.finished)
      lines.append(
        label("goodput") + "\(result.slaClass.name): \(ShownNumber.percent(share)) within TTFT "
          + "\(ShownNumber.time(result.slaClass.ttftSeconds)), TPOT "
          + ShownNumber.time(result.slaClass.tpotSeconds))
    }
    return lines
  }

  private var load: [String] {
    let steps = Double(max(1, totals.steps))
    var lines = [
      label("replicas") + "\(replicas), busy \(ShownNumber.percent(utilisation)), KV blocks held "
        + "\(ShownNumber.percent(occupancy)), \(preemptions) preemptions",
      label("steps")
        + "\(totals.steps), on average \(ShownNumber.text(Double(totals.sequences) / steps)) "
        + "sequences, \(ShownNumber.text(Double(totals.tokens) / steps)) tokens, "
        + ShownNumber.time(totals.stepSeconds / steps),
    ]
    if prefixTokens.asked > 0 {
      lines.append(
        label("prefixes")
          + "\(ShownNumber.percent(prefixTokens.ratio)) of prompt tokens from the cache")
    }
    if drafts.asked > 0 {
      lines.append(
        label("drafts") + "\(ShownNumber.percent(drafts.ratio)) of \(drafts.asked) guesses held")
    }
    return lines
  }

  private func label(_ text: String) -> String { text.padded(toWidth: 12) }

  private func row(_ title: String, _ cells: [String]) -> String {
    label(title) + cells.map { $0.padded(toWidth: 11, alignRight: true) }.joined()
  }
}
