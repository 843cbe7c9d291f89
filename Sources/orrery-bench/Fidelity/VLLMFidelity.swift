import Base
import Clusters

/// Real vLLM runs repeated from their measured layers: means and percentiles of ours, the measured ones, and
/// those of LLMServingSim.
enum VLLMFidelity {
  /// What the means may be off at most.
  private static let bars = ["TTFT": 0.08, "TPOT": 0.04, "E2E": 0.04]

  /// The tables as text, and whether every bar is met.
  static func report(root: String) throws -> (text: String, isGood: Bool) {
    let runs = try MeasuredRun.all(
      folder: "\(root)/serving/vllm_measured", layers: "\(root)/serving/ops")
    var lines = [
      "real vLLM runs from their layer tables, ms "
        + "(bar: mean TTFT 8 %, TPOT and E2E 4 %; nothing fitted but two constants for all)",
      line(
        ["run", "", "measured", "ours", "off", "p50", "p99", "LLMServingSim"]),
    ]
    var isGood = !runs.isEmpty
    for run in runs {
      let cluster = try Cluster(run.options, trace: run.trace)
      cluster.run()
      let report = ClusterReport(cluster)
      for (name, ours, measured, key) in [
        ("TTFT", report.ttft, run.times.map(\.ttft), "ttft_mean"),
        ("TPOT", report.tpot, run.times.map(\.tpot), "tpot_mean"),
        ("E2E", report.e2e, run.times.map(\.e2e), "latency_mean"),
      ] {
        let theirs = Spread(measured)
        let off = ours.mean / theirs.mean - 1
        let isMet = abs(off) <= bars[name] ?? 0
        isGood = isGood && isMet
        let other = run.otherPrediction[key].map { percent($0 / theirs.mean / 1e3 - 1) } ?? "-"
        lines.append(
          line([
            name == "TTFT" ? run.name : "", name, number(theirs.mean), number(ours.mean),
            percent(off), percent(ours.p50 / theirs.p50 - 1), percent(ours.p99 / theirs.p99 - 1),
            other,
          ]) + (isMet ? "" : "  MISSED"))
      }
    }
    return (lines.joined(separator: "\n") + "\n", isGood)
  }

  private static func line(_ words: [String]) -> String {
    words[0].truncated(toWidth: 34).padded(toWidth: 35) + words[1].padded(toWidth: 5)
      + words.dropFirst(2).map {
        String(repeating: " ", count: max(1, 11 - $0.count)) + $0
      }.joined()
  }

  private static func number(_ seconds: Double) -> String {
    "\((seconds * 1e4).rounded() / 10)"
  }

  private static func percent(_ share: Double) -> String {
    (share < 0 ? "" : "+") + "\((share * 1000).rounded() / 10) %"
  }
}
