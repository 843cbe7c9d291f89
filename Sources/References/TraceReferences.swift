import Base
import Clusters
import Serving

/// The traces that the documents of `serving/traces/` speak of, by their names there.
private enum ReferenceTraces {
  static func load(_ name: String, besides path: String) throws(Problem) -> Trace {
    let folder = FileIO.directory(of: path)
    let candidates = ["\(name).jsonl.gz", azureName(name)]
    guard let file = candidates.first(where: { FileIO.exists("\(folder)/\($0)") }) else {
      throw Problem("there is no trace \(name) in \(folder)", kind: .missing)
    }
    return try Trace.load("\(folder)/\(file)")
  }

  /// "azure_2023_conv" is kept in "azure_llm_2023_conv.csv.gz".
  private static func azureName(_ name: String) -> String {
    let parts = name.split(separator: "_", maxSplits: 1)
    return parts.count == 2 ? "\(parts[0])_llm_\(parts[1]).csv.gz" : "\(name).csv.gz"
  }
}

/// `traces/stats.json`: what each trace looks like in numbers, to the digits that are printed.
struct TraceStatisticsReference: ReferenceFile {
  let folder = "serving"
  let name = "traces/stats.json"

  func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    guard let traces = document.object else { throw Problem("\(path) should be an object") }
    for (name, expected) in traces {
      let trace = try ReferenceTraces.load(name, besides: path)
      let summary = try TraceSummary(trace)
      for (key, ours, digits) in Self.numbers(summary) {
        compare("\(name) \(key)", ours, expected[key]?.double, digits, &tally)
      }
      for (key, lengths) in [
        ("input_tokens", summary.promptTokens), ("output_tokens", summary.outputTokens),
      ] {
        for (part, ours) in Self.parts(lengths) {
          compare("\(name) \(key) \(part)", ours, expected[key]?[part]?.double, 4, &tally)
        }
      }
      let fano = try expected.number("fano_1s")
      tally.count(
        Self.fanoFactors(trace).contains { rounded($0, 4) == fano },
        "\(name) fano_1s: expected \(fano), got \(summary.fanoPerSecond)")
    }
    return tally
  }

  private func compare(
    _ what: String, _ ours: Double, _ expected: Double?, _ digits: Int,
    _ tally: inout ReferenceTally
  ) {
    guard let expected else { return }
    // A percentile is printed with all its digits; both sides add in their own order.
    let holds =
      rounded(ours, digits) == expected || abs(ours - expected) <= 1e-12 * abs(expected)
    tally.count(holds, "\(what): expected \(expected), got \(ours)")
  }

  private static func numbers(_ summary: TraceSummary) -> [(String, Double, Int)] {
    var numbers: [(String, Double, Int)] = [
      ("requests", Double(summary.requests), 0), ("duration_s", summary.durationSeconds, 3),
      ("mean_rate", summary.meanRate, 4), ("interarrival_cv", summary.interarrivalVariation, 4),
      ("peak_1s", Double(summary.peakPerSecond), 0),
      ("peak_to_mean_1min", summary.peakToMeanPerMinute, 4),
      ("corr_in_out", summary.correlation, 4),
      ("input_total", Double(summary.promptTokens.total), 0),
      ("output_total", Double(summary.outputTokens.total), 0),
    ]
    if summary.prefixNames > 0 {
      numbers += [
        ("blocks", Double(summary.prefixNames), 0),
        ("unique_blocks", Double(summary.uniquePrefixNames), 0),
        ("block_tokens", Double(summary.tokensPerName), 0),
      ]
    }
    return numbers
  }

  private static func parts(_ lengths: TraceSummary.Lengths) -> [(String, Double)] {
    [
      ("mean", lengths.mean), ("std", lengths.deviation), ("min", lengths.least),
      ("p50", lengths.p50), ("p90", lengths.p90), ("p95", lengths.p95), ("p99", lengths.p99),
      ("max", lengths.largest),
    ]
  }

  /// The variance of arrivals per second over their mean, for every way in which arrivals that stand on
  /// the bound between two seconds may fall.
  ///
  /// The statistics come from times with more digits than the traces keep: an arrival at 404.0000 s may
  /// have been one at 403.99996 s.
  private static func fanoFactors(_ trace: Trace) -> [Double] {
    let first = trace.arrivals.first ?? 0
    let times = trace.arrivals.map { $0 - first }
    var counts = [Double](repeating: 0, count: Int(times.last ?? 0) + 1)
    for time in times { counts[Int(time)] += 1 }
    // Mooncake's times are whole milliseconds as they were recorded, and nothing was cut off.
    let onBound = trace.prefixRanges.isEmpty ? times.filter { $0 > 0 && $0 == $0.rounded() } : []
    guard onBound.count <= 8 else { return [fano(counts)] }
    return (0..<(1 << onBound.count)).map { choice in
      var moved = counts
      for (index, time) in onBound.enumerated() where choice >> index & 1 == 1 {
        moved[Int(time)] -= 1
        moved[Int(time) - 1] += 1
      }
      return fano(moved)
    }
  }

  private static func fano(_ counts: [Double]) -> Double {
    let mean = counts.reduce(0, +) / Double(counts.count)
    return counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(counts.count) / mean
  }
}

private func rounded(_ value: Double, _ digits: Int) -> Double {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  return (value * scale).rounded(.toNearestOrEven) / scale
}

/// `traces/mooncake_conversation_lru.json`: hits of prefix caches of several sizes.
struct PrefixReuseReference: ReferenceFile {
  let folder = "serving"
  let name = "traces/mooncake_conversation_lru.json"

  func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally? {
    let trace = try ReferenceTraces.load(document.text("trace"), besides: path)
    guard let sizes = document["lru"]?.object else { throw Problem("\(path) has no \"lru\"") }
    var tally = ReferenceTally()
    for (size, expected) in sizes {
      let reuse = PrefixReuse(trace, capacity: Int(size))
      let (hits, total) = (try expected.number("hit_blocks"), try expected.number("total_blocks"))
      tally.count(
        Double(reuse.names.hit) == hits && Double(reuse.names.asked) == total,
        "\(size) blocks: expected \(hits) of \(total), got \(reuse.names)")
    }
    return tally
  }
}
