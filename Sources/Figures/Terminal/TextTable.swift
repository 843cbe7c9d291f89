import Base

/// Draws a table into terminal cells, aligned by display width.
struct TextTable {
  private let table: TableFigure
  private let text: TableText
  private let paint: TextPaint
  private let width: Int

  init(_ table: TableFigure, width: Int, color: TerminalColor) {
    self.table = table
    text = TableText(table)
    paint = TextPaint(color: color)
    self.width = max(24, width)
  }

  func draw() -> TextCanvas {
    var canvas = TextCanvas(width: width, color: paint.color)
    var y = TextHeading.put(title: table.title, subtitle: table.subtitle, in: &canvas)
    let widths = columnWidths
    put(text.heads, widths, y: y, isBold: true, in: &canvas)
    let total = widths.reduce(0) { $0 + $1 + 2 } - 2
    canvas.put(String(repeating: "─", count: max(0, total)), x: 1, y: y + 1, ink: paint.muted)
    y += 2
    for row in text.rows {
      put(row, widths, y: y, isBold: false, in: &canvas)
      y += 1
    }
    if let more = text.moreLine { canvas.put(more, x: 1, y: y, ink: paint.muted) }
    return canvas
  }

  /// The widest columns give way first when the table does not fit.
  private var columnWidths: [Int] {
    var widths = text.heads.indices.map { column in
      max(text.heads[column].displayWidth, text.rows.map { $0[column].displayWidth }.max() ?? 0)
    }
    var excess = widths.reduce(0) { $0 + $1 + 2 } - 1 - width
    while excess > 0, let widest = widths.max(), widest > 3,
      let index = widths.firstIndex(of: widest)
    {
      widths[index] -= 1
      excess -= 1
    }
    return widths
  }

  private func put(
    _ cells: [String], _ widths: [Int], y: Int, isBold: Bool, in canvas: inout TextCanvas
  ) {
    var x = 1
    for (column, cell) in cells.enumerated() {
      let shown = cell.truncated(toWidth: widths[column])
      let padded = shown.padded(toWidth: widths[column], alignRight: text.isNumeric[column])
      canvas.put(padded, x: x, y: y, isBold: isBold)
      x += widths[column] + 2
    }
  }
}
