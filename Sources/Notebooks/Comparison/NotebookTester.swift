internal import Base

/// Runs a notebook afresh and compares what its cells show with what is stored.
struct NotebookTester {
  /// One test: how the run went, and how each cell that differs differs.
  struct Result {
    var report: RunReport
    /// Diffs by position of the cell.
    var differences: [(index: Int, lines: [String])] = []
    /// The stored notebook, with fresh outputs where they differ.
    var updated: Notebook
  }

  let rules: ComparisonRules
  /// True when only cells that a tag or a comment marks are compared.
  let isLax: Bool

  /// Compares a fresh run with the stored notebook.
  func compare(_ stored: Notebook, fresh: Notebook, report: RunReport) throws(Problem) -> Result {
    var result = Result(report: report, updated: stored)
    for (place, cell) in report.cells.enumerated() {
      let lines = try differences(cell, stored.cells[cell.index], fresh.cells[cell.index])
      guard !lines.isEmpty else { continue }
      result.differences.append((cell.index, lines))
      if cell.status != .notRun {
        result.updated.cells[cell.index].outputs = fresh.cells[cell.index].outputs
      }
      guard !cell.status.isFailure else { continue }
      result.report.cells[place].status = .differs
      result.report.cells[place].message = "outputs differ"
      result.report.cells[place].traceback = lines
    }
    for cell in report.cells where cell.status != .notRun {
      result.updated.cells[cell.index].executionCount = cell.number
    }
    return result
  }

  private func differences(_ report: CellReport, _ stored: Cell, _ fresh: Cell) throws(Problem)
    -> [String]
  {
    if report.status == .didNotRaise { return ["-raises an exception", "+ran to its end"] }
    guard report.status != .notRun else { return [] }
    let rules = try ComparisonRules(of: stored, base: rules)
    guard rules.isCompared, !isLax || rules.isMarked else { return [] }
    return OutputComparison(rules).differences(stored: stored.outputs, fresh: fresh.outputs)
  }
}
