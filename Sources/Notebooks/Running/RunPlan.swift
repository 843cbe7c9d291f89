public import Base

/// Which cells of a notebook run, and within which limits.
public struct RunPlan: Sendable {
  /// The positions of the cells to run, in order.
  public var positions: [Int]
  /// Wall time that one cell may take; a tag `timeout=5s` overrides it.
  public var cellLimitSeconds: Double?
  /// Wall time that the whole run may take.
  public var totalLimitSeconds: Double?
  /// The most output of one cell that is kept, in bytes.
  public var outputLimitBytes: Int?
  /// True when cells run on after one that failed.
  public var keepsGoing = false
  /// The directory that cells run in; nil leaves the current one.
  public var directory: String?

  /// Plans to run what a selection leaves of a notebook.
  public init(_ notebook: Notebook, selection: CellSelection = CellSelection()) throws(Problem) {
    positions = try selection.positions(in: notebook)
  }

  /// The time that a cell has.
  enum TimeAllowance: Equatable { case unlimited, seconds(Double), usedUp }

  /// The time that a cell has when the run has taken so long already.
  func allowance(of cell: Cell, elapsed: Double) -> TimeAllowance {
    let text = cell.tagValue("timeout") ?? cell.metadata["timeout"]?.string
    let own = text.flatMap { try? parseSeconds($0) } ?? cell.metadata["timeout"]?.double
    let limit = own ?? cellLimitSeconds
    guard let total = totalLimitSeconds else {
      return limit.map(TimeAllowance.seconds) ?? .unlimited
    }
    let left = total - elapsed
    return left > 0 ? .seconds(min(limit ?? left, left)) : .usedUp
  }
}

/// Picks cells by position and tag.
public struct CellSelection: Sendable {
  /// The id or the number of the first cell; nil is the start.
  public var from: String?
  /// The id or the number of the last cell; nil is the end.
  public var to: String?
  /// Keeps only cells that carry one of these tags; empty keeps all.
  public var only: [String] = []
  /// Leaves out cells that carry one of these tags.
  public var skipping: [String] = []

  /// Creates a selection of everything that may run.
  public init() {}

  /// The positions of the code cells that are left, in order.
  func positions(in notebook: Notebook) throws(Problem) -> [Int] {
    var first = 0
    var last = notebook.cells.count - 1
    if let from { first = try notebook.position(of: from) }
    if let to { last = try notebook.position(of: to) }
    guard first <= last || from == nil || to == nil else {
      throw Problem("cell \(from ?? "") stands behind cell \(to ?? "")")
    }
    for tag in only where !notebook.cells.contains(where: { $0.hasTag(tag) }) {
      throw .unknown("tag", tag, among: Array(Set(notebook.cells.flatMap(\.tags))).sorted())
    }
    return notebook.cells.indices.filter { index in
      let cell = notebook.cells[index]
      guard (first...max(first, last)).contains(index), cell.kind == .code, !cell.isBlank else {
        return false
      }
      if cell.hasTag("skip-execution") || skipping.contains(where: cell.hasTag) { return false }
      return only.isEmpty || only.contains(where: cell.hasTag)
    }
  }
}
