public import Base

/// Runs an experiment at every point of a grid, on all cores.
public struct Sweep: Sendable {
  /// One point that was run or found in the database.
  public struct Point: Sendable {
    /// Its settings, in the order of the axes.
    public let settings: [SweepValue]
    /// The values of `Metric.catalog`; empty when it failed.
    public let values: [Double]
    /// Why it failed.
    public let fault: Problem?
    /// True when it was in the database already.
    public let wasStored: Bool

    /// The value of a metric; NaN where there is none.
    public subscript(name: String) -> Double {
      get throws(Problem) {
        _ = try Metric.catalog[name]
        guard let place = Metric.catalog.names.firstIndex(of: name), place < values.count else {
          return .nan
        }
        return values[place]
      }
    }
  }

  /// How far a sweep is.
  public struct Progress: Hashable, Sendable {
    /// Points that are done, those found in the database included.
    public let done: Int
    /// All points.
    public let count: Int
    /// Points that were found in the database.
    public let stored: Int
    /// Points that failed.
    public let failed: Int
  }

  /// What is varied.
  public let grid: SweepGrid
  /// The experiment of each point, in the grid's order.
  public let experiments: [Experiment]
  /// How many run at once.
  public var threads = ParallelRuns.processorCount
  /// Where rows are kept, and in which table; nothing keeps them in memory only.
  public var database: (path: String, table: String)?

  /// Describes a sweep; every point's experiment is made here, in the grid's order.
  public init(_ grid: SweepGrid, _ make: ([SweepValue]) throws(Problem) -> Experiment)
    throws(Problem)
  {
    self.grid = grid
    var experiments: [Experiment] = []
    for index in 0..<grid.count { experiments.append(try make(grid.point(index))) }
    self.experiments = experiments
  }

  /// Runs what is not in the database yet.
  ///
  /// A point's fault is kept with it and stops nothing. What comes out does not depend on the number of
  /// threads, nor on how often the sweep was interrupted.
  /// - Parameters:
  ///   - shouldStop: Asked some twenty times a second; true ends the sweep with an error.
  ///   - progress: Told after each point, on the calling thread.
  /// - Returns: What came of every point.
  /// - Throws: What the database refuses, or that it was stopped.
  public func run(
    shouldStop: () -> Bool = { false }, progress: (Progress) -> Void = { _ in }
  ) throws(Problem) -> SweepResult {
    let store = try database.map { (place) throws(Problem) in
      try SweepStore(place.path, table: place.table, grid: grid)
    }
    let prints = database == nil ? [] : experiments.map(\.fingerprint)
    var points = [Point?](repeating: nil, count: grid.count)
    if let store {
      for index in points.indices {
        let settings = grid.point(index)
        guard let values = try store.values(settings, fingerprint: prints[index]) else { continue }
        points[index] = Point(settings: settings, values: values, fault: nil, wasStored: true)
      }
    }
    let left = points.indices.filter { points[$0] == nil }
    let stored = grid.count - left.count
    var (done, failed) = (stored, 0)
    progress(Progress(done: done, count: grid.count, stored: stored, failed: failed))
    let (stop, experiments) = (StopSignal(), experiments)
    let isComplete = try ParallelRuns.stream(
      left.count, threads: threads, stop: stop,
      { place in Self.outcome(experiments[left[place]], stop) }, shouldStop: shouldStop
    ) { (place, outcome) throws(Problem) in
      let index = left[place]
      let point = Self.point(grid.point(index), outcome)
      // Only what came of an interruption is not kept.
      if point.fault?.kind == .interrupted { return }
      try store?.put(
        index, point.settings, fingerprint: prints[index], values: point.values,
        fault: point.fault?.description)
      points[index] = point
      done += 1
      if point.fault != nil { failed += 1 }
      progress(Progress(done: done, count: grid.count, stored: stored, failed: failed))
    }
    guard isComplete else {
      throw Problem(
        "the sweep was interrupted after \(done) of \(grid.count) points",
        fix: database == nil ? nil : "the same call goes on from there", kind: .interrupted)
    }
    return SweepResult(grid: grid, points: points.compactMap { $0 })
  }

  private static func outcome(_ experiment: Experiment, _ stop: StopSignal)
    -> Result<[Double], Problem>
  {
    do throws(Problem) { return .success(try experiment.run(stop: stop).values) } catch {
      return .failure(error)
    }
  }

  private static func point(_ settings: [SweepValue], _ outcome: Result<[Double], Problem>)
    -> Point
  {
    switch outcome {
    case .success(let values):
      Point(settings: settings, values: values, fault: nil, wasStored: false)
    case .failure(let fault):
      Point(settings: settings, values: [], fault: fault, wasStored: false)
    }
  }
}

/// What came of every point of a sweep, in the grid's order.
public struct SweepResult: Sendable {
  /// What was varied.
  public let grid: SweepGrid
  /// The points.
  public let points: [Sweep.Point]

  /// The settings and the metrics as a table; metrics without any value are left out.
  public var table: ResultTable {
    var columns = grid.names.indices.map { axis in
      ResultTable.Column(grid.names[axis], Self.values(points.map { $0.settings[axis] }))
    }
    for (place, name) in Metric.catalog.names.enumerated() {
      let values = points.map { place < $0.values.count ? $0.values[place] : .nan }
      if values.contains(where: { !$0.isNaN }) { columns.append(.init(name, .numbers(values))) }
    }
    if points.contains(where: { $0.fault != nil }) {
      columns.append(.init("fault", .texts(points.map { $0.fault?.description ?? "" })))
    }
    return ResultTable(columns)
  }

  private static func values(_ settings: [SweepValue]) -> ResultTable.Values {
    let integers = settings.compactMap { if case .integer(let value) = $0 { value } else { nil } }
    if integers.count == settings.count { return .integers(integers) }
    let numbers = settings.compactMap(\.number)
    return numbers.count == settings.count
      ? .numbers(numbers) : .texts(settings.map(\.description))
  }

  /// The point with the best value of a metric; nothing when none has one.
  public func best(_ name: String) throws(Problem) -> Sweep.Point? {
    let metric = try Metric.catalog[name]
    guard let isLess = metric.isLessBetter else {
      throw Problem("\(name) has no better and worse", fix: "pick another metric")
    }
    var best: (point: Sweep.Point, value: Double)?
    for point in points {
      let value = try point[name]
      guard value.isFinite else { continue }
      if best.map({ isLess ? value < $0.value : value > $0.value }) ?? true {
        best = (point, value)
      }
    }
    return best?.point
  }
}
