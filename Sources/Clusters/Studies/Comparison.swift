public import Base
public import Simulation

/// Tells whether two ways of serving the same requests differ by more than chance, with many seeds.
///
/// Both sides get the same requests and random numbers for each seed, so most of the chance is taken out of
/// the differences (common random numbers; Law, Simulation Modeling and Analysis, section 11.2).
public struct Comparison: Sendable {
  /// The metrics that are compared where none are named.
  public static let defaultMetrics = [
    "ttft_mean_seconds", "ttft_p99_seconds", "tpot_mean_seconds", "e2e_mean_seconds",
    "e2e_p99_seconds", "output_tokens_per_second",
  ]

  /// How many runs there are at once; 0 keeps them on the calling thread.
  public var threads = ParallelRuns.processorCount
  /// The confidence with which all intervals hold together.
  public var confidence: Double
  /// What is compared.
  public let metrics: [Metric]

  /// Creates a comparison.
  public init(metrics: [String] = defaultMetrics, confidence: Double = 0.95) throws(Problem) {
    guard !metrics.isEmpty, confidence > 0, confidence < 1 else {
      throw Problem(
        "a comparison of \(metrics.count) metrics with confidence \(confidence)",
        fix: "name a metric, and a confidence between 0 and 1")
    }
    var found: [Metric] = []
    for name in metrics { found.append(try Metric.catalog[name]) }
    self.metrics = found
    self.confidence = confidence
  }

  /// Runs both sides for seeds or pieces from 0.
  ///
  /// - Parameters:
  ///   - count: How many, at least 2.
  ///   - shouldStop: Asked some twenty times a second; true ends it with an error.
  ///   - progress: Told how many of all runs are done.
  ///   - a: Describes a run of the first side.
  ///   - b: Describes a run of the second side; equal numbers must get equal requests.
  /// - Returns: How they differ.
  /// - Throws: A fault of any of the runs, or that it was stopped.
  public func run(
    _ count: Int, shouldStop: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in },
    a: (Int) throws(Problem) -> Experiment, b: (Int) throws(Problem) -> Experiment
  ) throws(Problem) -> ComparisonResult {
    guard count >= 2 else {
      throw Problem("a comparison of \(count) runs", fix: "chance shows from 2 runs on; take 10")
    }
    var experiments: [Experiment] = []
    for index in 0..<count {
      experiments.append(try a(index))
      experiments.append(try b(index))
    }
    let (described, stop) = (experiments, StopSignal())
    var values = [[Double]](repeating: [], count: described.count)
    var done = 0
    let isComplete = try ParallelRuns.stream(
      described.count, threads: threads, stop: stop,
      { index in Result { () throws(Problem) in try described[index].run(stop: stop).values } },
      shouldStop: shouldStop
    ) { (index, outcome) throws(Problem) in
      values[index] = try outcome.get()
      done += 1
      progress(done, described.count)
    }
    guard isComplete else {
      throw Problem("the comparison was interrupted", kind: .interrupted)
    }
    return result(values)
  }

  private func result(_ values: [[Double]]) -> ComparisonResult {
    let names = Metric.catalog.names
    let sides = metrics.map { metric -> (Metric, [Double], [Double]) in
      let place = names.firstIndex(of: metric.info.name) ?? 0
      let column = values.map { $0[place] }
      return (
        metric, stride(from: 0, to: column.count, by: 2).map { column[$0] },
        stride(from: 1, to: column.count, by: 2).map { column[$0] }
      )
    }
    // Bonferroni: the intervals of all metrics hold together with the confidence.
    let each = 1 - (1 - confidence) / Double(max(1, sides.count))
    return ComparisonResult(
      confidence: confidence,
      differences: sides.map { metric, a, b in
        MetricDifference(metric, a: a, b: b, confidence: each)
      })
  }
}

/// How a metric differs between two sides.
public struct MetricDifference: Sendable {
  /// What the difference is taken for.
  public enum Verdict: Hashable, Sendable {
    /// The first side is better, and chance does not explain it.
    case firstIsBetter
    /// The second side is better, and chance does not explain it.
    case secondIsBetter
    /// They differ, and the metric has no better or worse.
    case differs
    /// Chance explains it.
    case noise
    /// Both sides always gave the same.
    case same
    /// There are no values to compare.
    case unknown
  }

  /// What is compared.
  public let metric: Metric
  /// The first side's values.
  public let a: [Double]
  /// The second side's values.
  public let b: [Double]
  /// The second side minus the first, pair by pair; nothing where there are not enough pairs.
  public let interval: ConfidenceInterval?
  /// What it is taken for.
  public let verdict: Verdict

  init(_ metric: Metric, a: [Double], b: [Double], confidence: Double) {
    let pairs = zip(a, b).filter { $0.0.isFinite && $0.1.isFinite }
    let differences = pairs.map { $0.1 - $0.0 }
    self.metric = metric
    self.a = pairs.map(\.0)
    self.b = pairs.map(\.1)
    interval = ConfidenceInterval(ofIndependent: differences, confidence: confidence)
    verdict = Self.verdict(metric, differences, interval)
  }

  private static func verdict(
    _ metric: Metric, _ differences: [Double], _ interval: ConfidenceInterval?
  ) -> Verdict {
    guard let interval else { return .unknown }
    if differences.allSatisfy({ $0 == 0 }) { return .same }
    if interval.lower <= 0, interval.upper >= 0 { return .noise }
    guard let isLess = metric.isLessBetter else { return .differs }
    return (interval.mean < 0) == isLess ? .secondIsBetter : .firstIsBetter
  }

  /// The first side's mean.
  public var meanA: Double { a.reduce(0, +) / Double(a.count) }
  /// The second side's mean.
  public var meanB: Double { b.reduce(0, +) / Double(b.count) }

  /// How many pairs would show a difference of this size, were it real; nothing where it is clear already,
  /// or below a thousandth.
  public var pairsNeeded: Int? {
    guard verdict == .noise, let interval, interval.mean != 0 else { return nil }
    // An interval shrinks with the root of the number of pairs.
    let ratio = interval.halfWidth / abs(interval.mean)
    let needed = (Double(a.count) * ratio * ratio).rounded(.up)
    // A difference that nobody would notice is not worth more runs.
    guard meanA == 0 || abs(interval.mean) >= 1e-3 * abs(meanA) else { return nil }
    return needed < 1e6 ? max(a.count + 1, Int(needed)) : nil
  }
}

/// What came of a comparison.
public struct ComparisonResult: Sendable {
  /// The confidence with which all intervals hold together.
  public let confidence: Double
  /// How each metric differs.
  public let differences: [MetricDifference]

  /// The numbers as a table, a row per metric.
  public var table: ResultTable {
    ResultTable([
      .init("metric", .texts(differences.map(\.metric.info.name))),
      .init("a", .numbers(differences.map(\.meanA))),
      .init("b", .numbers(differences.map(\.meanB))),
      .init("difference", .numbers(differences.map { $0.interval?.mean ?? .nan })),
      .init("lower", .numbers(differences.map { $0.interval?.lower ?? .nan })),
      .init("upper", .numbers(differences.map { $0.interval?.upper ?? .nan })),
      .init("pairs", .integers(differences.map(\.a.count))),
    ])
  }

  /// A sentence for each metric, with the names of the sides.
  public func sentences(_ nameA: String = "A", _ nameB: String = "B") -> [String] {
    differences.map { difference in
      "\(difference.metric.info.name): "
        + ComparisonWords(difference, nameA, nameB, confidence: confidence).sentence
    }
  }
}

/// Says what a difference means.
private struct ComparisonWords {
  private let difference: MetricDifference
  private let nameA: String
  private let nameB: String
  private let confidence: Double

  init(_ difference: MetricDifference, _ nameA: String, _ nameB: String, confidence: Double) {
    (self.difference, self.nameA, self.nameB) = (difference, nameA, nameB)
    self.confidence = confidence
  }

  var sentence: String {
    guard let interval = difference.interval else { return "no values to compare" }
    let pairs = difference.a.count
    switch difference.verdict {
    case .unknown: return "no values to compare"
    case .same: return "the same on both sides in all \(pairs) runs"
    case .noise:
      let more =
        difference.pairsNeeded.map { "; if it is real, about \($0) runs would show it" } ?? ""
      return "noise: \(nameB) is \(change(interval.mean)), and the interval holds 0 "
        + "(\(range(interval)))\(more)"
    case .firstIsBetter, .secondIsBetter, .differs:
      let winner =
        difference.verdict == .firstIsBetter
        ? ", \(nameA) is better"
        : difference.verdict == .secondIsBetter ? ", \(nameB) is better" : ""
      return "real: \(nameB) is \(change(interval.mean))\(winner) (\(range(interval)), "
        + "\(ShownNumber.percent(confidence)) confidence, \(pairs) runs)"
    }
  }

  /// A difference as a share of the first side's mean, or as it is where that is 0.
  private func change(_ value: Double) -> String {
    let word = value < 0 ? "lower" : "higher"
    guard difference.meanA != 0 else { return "\(ShownNumber.text(abs(value))) \(word)" }
    return "\(ShownNumber.percent(abs(value / difference.meanA))) \(word)"
  }

  private func range(_ interval: ConfidenceInterval) -> String {
    let scale = difference.meanA == 0 ? 1 : abs(difference.meanA) / 100
    let suffix = difference.meanA == 0 ? "" : " %"
    func signed(_ value: Double) -> String {
      let text = ShownNumber.text(value / scale)
      return value > 0 ? "+" + text : text.first == "-" ? "−" + text.dropFirst() : text
    }
    return "\(signed(interval.lower))\(suffix) to \(signed(interval.upper))\(suffix)"
  }
}
