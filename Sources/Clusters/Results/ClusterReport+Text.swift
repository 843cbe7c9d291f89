import Base
public import Serving

extension ClusterReport {
  /// The report as lines that fit on one screen of 80 columns.
  public var text: String { text(served: nil, cost: nil, use: nil) }

  /// The report with what served and what it cost.
  ///
  /// - Parameters:
  ///   - served: What served, and by which policies.
  ///   - cost: What it cost, where that is known.
  ///   - use: What it did with a model on its GPUs, where these are known.
  /// - Returns: At most 24 lines.
  public func text(served: String?, cost: RunCost?, use: ModelUse?) -> String {
    var lines = [
      "\(name.truncated(toWidth: 40)): \(finished) of \(arrived) requests ended in "
        + "\(ShownNumber.time(makespanSeconds))" + (rejected > 0 ? ", \(rejected) turned away" : "")
        + (cancelled > 0 ? ", \(cancelled) cancelled" : "")
    ]
    if let served { lines.append("on \(served)".truncated(toWidth: 80)) }
    lines += ["", row("", ["mean", "p50", "p90", "p95", "p99", "max"])]
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
    lines += load(use)
    if let cost { lines += money(cost) }
    if let use { lines += warnings(use) }
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
      let name = result.slaClass.name == SLAClass.unnamed ? "" : "\(result.slaClass.name): "
      lines.append(
        label("goodput") + "\(name)\(ShownNumber.percent(result.share)) within "
          + result.slaClass.limits)
    }
    return lines
  }

  private func load(_ use: ModelUse?) -> [String] {
    let steps = Double(max(1, totals.steps))
    let mfu = use.flatMap { $0.utilisation.isFinite ? $0.utilisation : nil }
    var lines = [
      label("replicas") + "\(replicas), busy \(ShownNumber.percent(utilisation))"
        + (mfu.map { ", MFU \(ShownNumber.percent($0))" } ?? "") + ", KV blocks held "
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

  private func money(_ cost: RunCost) -> [String] {
    var parts: [String] = []
    if cost.price.dollarsPerHour > 0, cost.dollarsPerMillionTokens.isFinite {
      parts.append("\(ShownNumber.text(cost.dollarsPerMillionTokens)) USD per million tokens")
      if cost.dollarsPerMillionOutputTokens.isFinite {
        parts.append("\(ShownNumber.text(cost.dollarsPerMillionOutputTokens)) out")
      }
    }
    if cost.price.watts > 0, cost.joulesPerOutputToken.isFinite {
      parts.append("\(ShownNumber.text(cost.joulesPerOutputToken)) J per token out")
    }
    return parts.isEmpty ? [] : [label("cost") + parts.joined(separator: ", ")]
  }

  private func warnings(_ use: ModelUse) -> [String] {
    guard use.overlongRequests > 0 else { return [] }
    let verb = use.overlongRequests == 1 ? "is" : "are"
    let text =
      "\(use.overlongRequests) of \(use.requests) requests \(verb) longer than the "
      + "\(use.contextLength) tokens of \(use.model)"
    return [label("note") + text.truncated(toWidth: 68)]
  }

  private func label(_ text: String) -> String { text.padded(toWidth: 12) }

  private func row(_ title: String, _ cells: [String]) -> String {
    label(title) + cells.map { $0.padded(toWidth: 11, alignRight: true) }.joined()
  }
}

extension SLAClass {
  /// Its limits in words; those that it has.
  public var limits: String {
    let limits = [("TTFT", ttftSeconds), ("TPOT", tpotSeconds)].filter { $0.1 < .infinity }
    guard !limits.isEmpty else { return "no limits" }
    return limits.map { "\($0.0) \(ShownNumber.time($0.1))" }.joined(separator: ", ")
  }
}
