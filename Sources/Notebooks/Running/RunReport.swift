/// How a run of a notebook went, cell by cell.
public struct RunReport: Sendable {
  /// The notebook's file, as the caller named it.
  public var name: String
  /// The cells that were to run, in order.
  public var cells: [CellReport] = []
  /// Wall time of the run.
  public var seconds = 0.0
  /// Set when a cell called `os.exit`.
  public var exitStatus: Int32?

  init(name: String) { self.name = name }

  /// The first cell that went wrong.
  public var firstFailure: CellReport? { cells.first { $0.status.isFailure } }

  /// The exit status of the command line: 0 all ran, 1 a cell failed, 4 a time limit, 6 another
  /// limit, 5 outputs differ, 130 interrupted.
  public var status: Int32 {
    if let exitStatus { return exitStatus }
    let all = cells.map(\.status)
    if all.contains(.interrupted) { return 130 }
    if all.contains(.timedOut) { return 4 }
    if all.contains(.outOfMemory) || all.contains(.stepLimit) { return 6 }
    if all.contains(.failed) { return 1 }
    return all.contains(.differs) ? 5 : 0
  }

  /// One line: how many cells went how, and the time.
  public var summary: String {
    var parts = ["\(cells.count) \(cells.count == 1 ? "cell" : "cells")"]
    for status in CellReport.Status.allCases {
      let count = cells.count { $0.status == status }
      if count > 0, status != .ok || count < cells.count {
        parts.append("\(count) \(status.words)")
      }
    }
    if cells.allSatisfy({ $0.status == .ok }), !cells.isEmpty { parts.append("all ok") }
    return "\(name): \(parts.joined(separator: ", ")), \(formatted(seconds: seconds))"
  }
}

/// How one cell went.
public struct CellReport: Sendable {
  /// What came of a cell.
  public enum Status: String, Sendable, CaseIterable {
    case ok
    /// It failed, as its tag allows.
    case raised
    /// It is tagged `raises-exception` and did not fail.
    case didNotRaise = "did-not-raise"
    case failed
    case timedOut = "timed-out"
    case outOfMemory = "out-of-memory"
    case stepLimit = "step-limit"
    case interrupted
    /// Its outputs differ from the stored ones.
    case differs
    /// It was not reached.
    case notRun = "not-run"

    /// True for what makes a run fail.
    public var isFailure: Bool {
      switch self {
      case .failed, .timedOut, .outOfMemory, .stepLimit, .interrupted, .differs: true
      default: false
      }
    }

    /// The status as people read it.
    var words: String { String(rawValue.map { $0 == "-" ? " " : $0 }) }
  }

  /// The position in the notebook from 0.
  public let index: Int
  /// The cell's id.
  public let id: String?
  /// The cell's tags.
  public let tags: [String]
  /// What came of it.
  public var status = Status.notRun
  /// Wall time.
  public var seconds = 0.0
  /// The number it was filed under.
  public var number: Int?
  /// What was wrong, in one line.
  public var message: String?
  /// The whole error report.
  public var traceback: [String] = []
  /// The line of the cell that failed.
  public var line: Int?
  /// Set when it called `os.exit`.
  public var exitStatus: Int32?

  init(index: Int, id: String?, tags: [String]) {
    (self.index, self.id, self.tags) = (index, id, tags)
  }

  /// What people call the cell: its id where somebody chose it, else its number.
  public var label: String {
    guard let id, id.utf8.count < 8 || !id.allSatisfy({ $0.isHexDigit || $0 == "-" }) else {
      return "cell \(index + 1)"
    }
    return id
  }

  /// Takes over how the session says it ended.
  mutating func take(_ outcome: CellOutcome, mayFail: Bool) {
    seconds = outcome.usage.wallSeconds
    number = outcome.number
    exitStatus = outcome.exitStatus
    if let error = outcome.error {
      // What ends a cell from outside says so itself: "interrupted", "time limit reached".
      message =
        outcome.status == .failed ? "\(error.name): \(error.message)" : error.message
      traceback = error.report
      line = error.line
    }
    switch outcome.status {
    case .ok: status = .ok
    case .failed: status = mayFail ? .raised : .failed
    case .interrupted: status = .interrupted
    case .timedOut: status = .timedOut
    case .outOfMemory: status = mayFail ? .raised : .outOfMemory
    case .stepLimit: status = .stepLimit
    }
  }
}
