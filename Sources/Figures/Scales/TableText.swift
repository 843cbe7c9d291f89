import Glibc

/// A table as text: heads with units, numbers with the decimals that their column needs.
struct TableText {
  let heads: [String]
  let rows: [[String]]
  /// Which columns hold numbers, which are set to the right.
  let isNumeric: [Bool]
  /// How many rows are not shown.
  let hidden: Int

  init(_ table: TableFigure) {
    let shown = table.rows.prefix(max(1, table.rowLimit))
    hidden = table.rows.count - shown.count
    heads = table.columns.map { ResolvedAxis.title($0.name, unit: $0.unit) }
    var columns: [[String]] = []
    var isNumeric: [Bool] = []
    for (index, column) in table.columns.enumerated() {
      let cells = shown.map { index < $0.count ? $0[index] : .empty }
      let numbers = cells.compactMap { cell -> Double? in
        if case .number(let value) = cell { value } else { nil }
      }
      let format = Self.format(numbers, decimals: column.decimals)
      columns.append(
        cells.map { cell in
          switch cell {
          case .text(let text): text.replacing("\n", with: " ")
          case .number(let value): format(value)
          case .empty: ""
          }
        })
      isNumeric.append(
        !numbers.isEmpty && cells.allSatisfy { if case .text = $0 { false } else { true } })
    }
    self.isNumeric = isNumeric
    rows = shown.indices.map { row in columns.map { $0[row] } }
  }

  /// One number of decimals for a column, so that points stand below one another.
  private static func format(_ numbers: [Double], decimals: Int?) -> (Double) -> String {
    if let decimals { return { NumberFormat.fixed($0, decimals: decimals) } }
    let sizes = numbers.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    guard let largest = sizes.max(), let smallest = sizes.min() else {
      return { NumberFormat.fixed($0, decimals: 0) }
    }
    if numbers.allSatisfy({ !$0.isFinite || ($0 == $0.rounded() && abs($0) < 1e15) }) {
      return { NumberFormat.fixed($0, decimals: 0) }
    }
    // Columns that span many sizes cannot share decimals.
    if largest / smallest > 1e6 || largest >= 1e12 || largest < 1e-6 {
      return { NumberFormat.short($0, digits: 4) }
    }
    let top = Int(log10(largest).rounded(.down))
    let wanted = max(0, min(8, 3 - top))
    let needed = numbers.map { decimalsNeeded($0, atMost: wanted) }.max() ?? 0
    return { NumberFormat.fixed($0, decimals: needed) }
  }

  private static func decimalsNeeded(_ value: Double, atMost limit: Int) -> Int {
    guard value.isFinite else { return 0 }
    for decimals in 0..<limit {
      let scaled = value * pow(10, Double(decimals))
      if abs(scaled - scaled.rounded()) < 1e-6 * max(1, abs(scaled)) { return decimals }
    }
    return limit
  }

  /// The line that counts what is not shown; nil when all is.
  var moreLine: String? {
    hidden > 0 ? "… and \(hidden) more \(hidden == 1 ? "row" : "rows")" : nil
  }
}
