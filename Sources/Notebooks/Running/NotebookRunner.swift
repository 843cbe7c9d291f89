public import Base

/// Runs the code cells of a notebook in order and puts what they show into it.
///
/// Stops at the first cell that fails unless told to go on; cells behind it lose their old outputs
/// and are marked `not-run`, so that a file never mixes two runs.
public final class NotebookRunner {
  /// The notebook with the outputs so far.
  public private(set) var notebook: Notebook
  /// Told what happens, as it happens.
  public weak var observer: (any RunObserver)?
  /// Called to save: after each cell, and now and then while one runs, from another thread but never
  /// twice at once; the second argument is true for the last time.
  public var checkpoint: (@Sendable (Notebook, Bool) throws(Problem) -> Void)?
  /// The time between two saves while a cell runs, in seconds.
  public var saveInterval = 5.0

  private let session: Session
  private let plan: RunPlan
  private let clock = Stopwatch()
  private var collectors: [Int: OutputCollector] = [:]
  private var report: RunReport
  private var watch: CellWatch?

  /// Creates a runner; the plan has been made for this notebook.
  public init(_ notebook: Notebook, plan: RunPlan, session: Session, name: String) {
    self.notebook = notebook
    self.plan = plan
    self.session = session
    report = RunReport(name: name)
  }

  /// Runs what the plan says.
  public func run() throws(Problem) -> RunReport {
    guard let checkpoint else { return try runCells() }
    // What cannot be saved now will be told by the save behind the cell.
    let watch = CellWatch(interval: saveInterval) { try? checkpoint($0, false) }
    self.watch = watch
    defer { self.watch = nil }
    return try watch.watching { () throws(Problem) in try runCells() }
  }

  private func runCells() throws(Problem) -> RunReport {
    var isStopped = false
    for (place, index) in plan.positions.enumerated() {
      if isStopped {
        skip(index)
        continue
      }
      let result = runCell(at: index, place: place)
      report.cells.append(result)
      observer?.cellEnded(result, place: place, of: plan.positions.count)
      try checkpoint?(notebook, false)
      isStopped = stops(after: result)
    }
    report.seconds = clock.elapsed
    try checkpoint?(notebook, true)
    return report
  }

  // MARK: One cell

  private func runCell(at index: Int, place: Int) -> CellReport {
    let cell = notebook.cells[index]
    var result = CellReport(index: index, id: cell.id, tags: cell.tags)
    observer?.cellStarted(result, place: place, of: plan.positions.count)
    var options = RunOptions(name: "cell \(index + 1)")
    options.isStopped = { StopSignals.arrivals > 0 }
    switch plan.allowance(of: cell, elapsed: clock.elapsed) {
    case .unlimited: break
    case .seconds(let seconds): options.timeLimitSeconds = seconds
    case .usedUp:
      result.status = .timedOut
      result.message = "the time of the whole run is used up"
      notebook.cells[index].runStatus = "not-run"
      return result
    }
    let collector = makeCollector(for: index, result)
    watch?.begin(notebook, index, collector.store)
    let outcome = Directory.visiting(plan.directory) {
      session.run(cell.source, options: options, to: collector)
    }
    watch?.end()
    notebook.cells[index].runStatus = nil
    notebook.cells[index].outputs = collector.outputs
    notebook.cells[index].executionCount = outcome.number
    result.take(outcome, mayFail: cell.hasTag("raises-exception") || cell.hasTag("allow-error"))
    if result.status == .ok, cell.hasTag("raises-exception") { result.status = .didNotRaise }
    return result
  }

  private func makeCollector(for index: Int, _ cell: CellReport) -> OutputCollector {
    let collector = OutputCollector(limitBytes: plan.outputLimitBytes)
    collector.live = observer?.publisher(for: cell)
    collector.onForeignUpdate = { [weak self] id, bundle in self?.updateEarlier(id, bundle) }
    collectors[index] = collector
    return collector
  }

  private func updateEarlier(_ id: String, _ bundle: MIMEBundle) {
    for (index, collector) in collectors where collector.update(id, bundle) {
      notebook.cells[index].outputs = collector.outputs
    }
  }

  // MARK: Stopping

  private func stops(after result: CellReport) -> Bool {
    if let status = result.exitStatus {
      report.exitStatus = status
      return true
    }
    switch result.status {
    case .interrupted: return true
    case .failed, .timedOut, .outOfMemory, .stepLimit: return !plan.keepsGoing
    default: return false
    }
  }

  private func skip(_ index: Int) {
    notebook.cells[index].outputs = []
    notebook.cells[index].executionCount = nil
    notebook.cells[index].runStatus = "not-run"
    let cell = notebook.cells[index]
    report.cells.append(CellReport(index: index, id: cell.id, tags: cell.tags))
  }
}

extension Cell {
  /// What became of the cell in a run that did not end well, as the file says it: "not-run", or
  /// "running" while it does.
  var runStatus: String? {
    get { metadata["orrery"]?["status"]?.string }
    set {
      guard runStatus != newValue else { return }
      var own = metadata["orrery"]?.object ?? [:]
      own["status"] = newValue.map(JSONValue.string)
      metadata.place("orrery", own.isEmpty ? nil : .object(own))
    }
  }
}

/// Watches a run; all calls come from the thread that runs.
public protocol RunObserver: AnyObject {
  /// A cell begins, the `place`-th of `count` counted from 0.
  func cellStarted(_ cell: CellReport, place: Int, of count: Int)
  /// A cell has ended.
  func cellEnded(_ cell: CellReport, place: Int, of count: Int)
  /// Takes what the cell shows while it runs; nil shows nothing.
  func publisher(for cell: CellReport) -> (any SessionPublisher)?
}
