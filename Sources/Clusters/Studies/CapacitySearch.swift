public import Base
import Serving

/// Looks for the least that keeps a goal, or the most that can be asked of what there is.
///
/// A range is widened by doubling until it holds the answer, then cut in three again and again, two runs at
/// a time. Points around the answer are run as well: they draw the curve, and they show whether the search
/// may trust that more replicas or less load never do harm.
public struct CapacitySearch: Sendable {
  /// What must be kept.
  public var goal: ServiceGoal
  /// How many runs there are at once; 0 keeps them on the calling thread.
  public var threads = ParallelRuns.processorCount

  /// Creates a search.
  public init(_ goal: ServiceGoal) { self.goal = goal }

  /// The fewest replicas that keep the goal.
  ///
  /// - Parameters:
  ///   - limits: The fewest and the most that are tried.
  ///   - shouldStop: Asked some twenty times a second; true ends the search with an error.
  ///   - progress: Told what was tried, on the calling thread.
  ///   - make: Describes the run with so many replicas.
  /// - Returns: What was tried and found.
  /// - Throws: A fault of any of the runs, or that it was stopped.
  public func fewestReplicas(
    in limits: ClosedRange<Int> = 1...1024, shouldStop: () -> Bool = { false },
    progress: (CapacityPoint) -> Void = { _ in },
    _ make: (Int) throws(Problem) -> Experiment
  ) throws(Problem) -> CapacityResult {
    guard limits.lowerBound >= 1 else {
      throw Problem("a search from \(limits.lowerBound) replicas", fix: "begin with 1 or more")
    }
    var tried = CapacityTrials(self, kind: .replicas)
    var (low, high) = (limits.lowerBound - 1, limits.lowerBound)
    while true {
      let batch = [high, high * 2].map { min($0, limits.upperBound) }
      try tried.run(batch.map(Double.init), shouldStop, progress) { (amount) throws(Problem) in
        try make(Int(amount))
      }
      if let enough = batch.first(where: { tried.isEnough(Double($0)) }) {
        low = max(low, batch.last { $0 < enough } ?? low)
        high = enough
        break
      }
      low = high * 2
      guard low < limits.upperBound else { return tried.result(goal) }
      high = low * 2
    }
    while high - low > 1 {
      let third = max(1, (high - low) / 3)
      let batch = [low + third, min(low + 2 * third, high - 1)]
      try tried.run(batch.map(Double.init), shouldStop, progress) { (amount) throws(Problem) in
        try make(Int(amount))
      }
      low = batch.last { !tried.isEnough(Double($0)) } ?? low
      high = batch.first { $0 > low && tried.isEnough(Double($0)) } ?? high
    }
    let around = [high - 2, high - 1, high + 1, high + 2, high + max(3, high / 4)]
      .filter { limits.contains($0) }
    try tried.run(around.map(Double.init), shouldStop, progress) { (amount) throws(Problem) in
      try make(Int(amount))
    }
    return tried.result(goal)
  }

  /// The highest rate at which the goal is kept.
  ///
  /// - Parameters:
  ///   - start: A rate to begin with, in requests per second.
  ///   - tolerance: By how much the answer may be below the highest, as a share of it.
  ///   - shouldStop: Asked some twenty times a second; true ends the search with an error.
  ///   - progress: Told what was tried, on the calling thread.
  ///   - make: Describes the run at a rate.
  /// - Returns: What was tried and found.
  /// - Throws: A fault of any of the runs, or that it was stopped.
  public func highestRate(
    from start: Double, tolerance: Double = 0.02, shouldStop: () -> Bool = { false },
    progress: (CapacityPoint) -> Void = { _ in },
    _ make: (Double) throws(Problem) -> Experiment
  ) throws(Problem) -> CapacityResult {
    guard start > 0, start.isFinite, tolerance > 0, tolerance < 1 else {
      throw Problem(
        "a search from \(start) requests/s to within \(tolerance)",
        fix: "the rate is above 0 and the tolerance a share below 1")
    }
    var tried = CapacityTrials(self, kind: .rate)
    guard var (low, high) = try bracket(start, &tried, shouldStop, progress, make) else {
      return tried.result(goal)
    }
    while high / low > 1 + tolerance {
      let step = cubeRoot(high / low)
      let batch = [low * step, low * step * step]
      try tried.run(batch, shouldStop, progress, make)
      let fails = batch.first { !tried.isEnough($0) }
      low = batch.last { tried.isEnough($0) && $0 < fails ?? .infinity } ?? low
      high = fails ?? high
    }
    try tried.run(
      [low * 0.5, low * 0.75, low * 0.9, low * 1.1, low * 1.25], shouldStop, progress, make)
    return tried.result(goal)
  }

  /// A rate that is kept and one that is not, twelve doublings from the start at most.
  private func bracket(
    _ start: Double, _ tried: inout CapacityTrials, _ shouldStop: () -> Bool,
    _ progress: (CapacityPoint) -> Void, _ make: (Double) throws(Problem) -> Experiment
  ) throws(Problem) -> (Double, Double)? {
    try tried.run([start, start * 2], shouldStop, progress, make)
    var rate = start
    if tried.isEnough(start) {
      if !tried.isEnough(start * 2) { return (start, start * 2) }
      for _ in 0..<6 {
        rate *= 4
        try tried.run([rate, rate * 2], shouldStop, progress, make)
        if !tried.isEnough(rate) { return (rate / 2, rate) }
        if !tried.isEnough(rate * 2) { return (rate, rate * 2) }
      }
      return nil
    }
    for _ in 0..<6 {
      rate /= 4
      try tried.run([rate, rate * 2], shouldStop, progress, make)
      if tried.isEnough(rate * 2) { return (rate * 2, rate * 4) }
      if tried.isEnough(rate) { return (rate, rate * 2) }
    }
    return nil
  }
}

/// The number whose third power is another.
private func cubeRoot(_ value: Double) -> Double {
  var root = max(1, value / 3)
  // Newton's steps double the digits; sixty are far more than enough from anywhere.
  for _ in 0..<60 { root = (2 * root + value / (root * root)) / 3 }
  return root
}

/// What was tried so far.
private struct CapacityTrials {
  private let search: CapacitySearch
  private let kind: CapacityResult.Kind
  private var points: [Double: CapacityPoint] = [:]

  init(_ search: CapacitySearch, kind: CapacityResult.Kind) {
    (self.search, self.kind) = (search, kind)
  }

  func isEnough(_ amount: Double) -> Bool { points[amount]?.isEnough ?? false }

  /// Runs what was not tried before.
  mutating func run(
    _ amounts: [Double], _ shouldStop: () -> Bool,
    _ progress: (CapacityPoint) -> Void, _ make: (Double) throws(Problem) -> Experiment
  ) throws(Problem) {
    var new: [Double] = []
    for amount in amounts where points[amount] == nil && !new.contains(amount) {
      new.append(amount)
    }
    var experiments: [Experiment] = []
    for amount in new { experiments.append(try make(amount)) }
    let (goal, stop, described) = (search.goal, StopSignal(), experiments)
    var outcomes = [Result<CapacityPoint, Problem>?](repeating: nil, count: new.count)
    let body: @Sendable (Int) -> Result<CapacityPoint, Problem> = { [new] index in
      do throws(Problem) {
        let cluster = try described[index].cluster(stop: stop)
        let share = goal.share(of: cluster)
        return .success(
          CapacityPoint(
            amount: new[index], share: share, isEnough: share >= goal.share,
            result: RunResult(cluster, price: described[index].price)))
      } catch { return .failure(error) }
    }
    let isComplete = try ParallelRuns.stream(
      new.count, threads: search.threads, stop: stop, body, shouldStop: shouldStop
    ) { (index, outcome) throws(Problem) in
      outcomes[index] = outcome
    }
    guard isComplete else {
      throw Problem("the search was interrupted", kind: .interrupted)
    }
    for outcome in outcomes {
      guard let point = try outcome?.get() else { continue }
      points[point.amount] = point
      progress(point)
    }
  }

  func result(_ goal: ServiceGoal) -> CapacityResult {
    CapacityResult(kind: kind, goal: goal, points: points.values.sorted { $0.amount < $1.amount })
  }
}

/// One run of a search.
public struct CapacityPoint: Sendable {
  /// Replicas, or requests per second.
  public let amount: Double
  /// The share of requests that kept their limits.
  public let share: Double
  /// True when that is what the goal asks for.
  public let isEnough: Bool
  /// What came of the run.
  public let result: RunResult
}

/// What a search found.
public struct CapacityResult: Sendable {
  /// What was looked for.
  public enum Kind: String, Sendable, CaseIterable {
    /// The fewest replicas.
    case replicas
    /// The highest rate.
    case rate
  }

  /// What was looked for.
  public let kind: Kind
  /// What had to be kept.
  public let goal: ServiceGoal
  /// Everything that was tried, in ascending order.
  public let points: [CapacityPoint]

  /// The fewest replicas that kept the goal, or the highest rate; nothing when none did.
  public var answer: CapacityPoint? {
    kind == .replicas ? points.first(where: \.isEnough) : points.last(where: \.isEnough)
  }

  /// A point that kept the goal and a harder one that did not, the wrong way round: more replicas that
  /// serve worse, or a higher rate that is served better.
  public var exception: (kept: CapacityPoint, missed: CapacityPoint)? {
    guard let first = ordered.firstIndex(where: \.isEnough),
      let miss = ordered[first...].first(where: { !$0.isEnough })
    else { return nil }
    return (ordered[first], miss)
  }

  /// True when no such pair was found.
  public var isMonotone: Bool { exception == nil }

  /// What was tried as a table.
  public var table: ResultTable {
    var columns: [ResultTable.Column] = [
      kind == .replicas
        ? .init("replicas", .integers(points.map { Int($0.amount) }))
        : .init("rate_requests_per_second", .numbers(points.map(\.amount))),
      .init("kept_ratio", .numbers(points.map(\.share))),
      .init("enough", .integers(points.map { $0.isEnough ? 1 : 0 })),
    ]
    for (place, name) in Metric.catalog.names.enumerated() {
      let values = points.map { $0.result.values[place] }
      if values.contains(where: { !$0.isNaN }) { columns.append(.init(name, .numbers(values))) }
    }
    return ResultTable(columns)
  }

  /// The answer in words, with what is strange about it.
  public var text: String {
    var lines: [String] = []
    if let answer {
      let what =
        kind == .replicas
        ? "\(Int(answer.amount)) replica\(answer.amount == 1 ? "" : "s")"
        : "\(ShownNumber.text(answer.amount)) requests/s"
      let gpus = answer.result.cost.map { Int(answer.amount) * $0.price.gpus }
      let suffix = kind == .replicas ? gpus.map { ", \($0) GPUs" } ?? "" : ""
      lines.append(
        "\(kind == .replicas ? "fewest" : "highest rate"): \(what)\(suffix) for \(goal.words) "
          + "(kept: \(ShownNumber.percent(answer.share)))")
    } else {
      // Of equal ones that with the most replicas, or the least load.
      let best = ordered.last { point in !points.contains { $0.share > point.share } }
      lines.append(
        "nothing that was tried keeps \(goal.words)"
          + (best.map { "; the best kept \(ShownNumber.percent($0.share))" } ?? ""))
      if let best {
        lines += missed(in: best.result.report).map { "with \(shown(best.amount)) \($0)" }
      }
    }
    if let exception {
      lines.append(
        "not monotone: \(shown(exception.kept.amount)) kept it and "
          + "\(shown(exception.missed.amount)) did not, so there may be other answers")
    }
    return lines.joined(separator: "\n")
  }

  /// The points from the hardest to the easiest.
  private var ordered: [CapacityPoint] { kind == .replicas ? points : points.reversed() }

  /// The limits that too many requests missed, with what they had instead.
  private func missed(in report: ClusterReport) -> [String] {
    let only = report.classes.count == 1 ? report.classes[0].slaClass : nil
    let limits = [
      ("TTFT", min(goal.ttftSeconds, only?.ttftSeconds ?? .infinity), report.ttft),
      ("TPOT", min(goal.tpotSeconds, only?.tpotSeconds ?? .infinity), report.tpot),
      ("E2E", goal.e2eSeconds, report.e2e),
    ]
    return limits.filter { $0.2.p99 > $0.1 }.map { name, limit, spread in
      "\(name) is \(ShownNumber.time(spread.p50)) in the median and "
        + "\(ShownNumber.time(spread.p99)) in the 99th percentile, for \(ShownNumber.time(limit))"
    }
  }

  private func shown(_ amount: Double) -> String {
    kind == .replicas
      ? "\(Int(amount)) replica\(amount == 1 ? "" : "s")" : "\(ShownNumber.text(amount)) requests/s"
  }
}
