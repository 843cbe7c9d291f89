/// Draws a table with thin lines between rows and none between columns.
struct TableDrawing {
  let table: TableFigure
  private let text: TableText
  private static let rowHeight = 23.0
  private static let widestColumn = 280.0

  init(_ table: TableFigure) {
    self.table = table
    text = TableText(table)
  }

  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    let widths = columnWidths
    let inner = max(120, widths.reduce(0, +))
    var y = origin.y + pad
    y += Header.draw(
      title: table.title, subtitle: table.subtitle, at: Point(x: origin.x + pad, y: y),
      width: inner, in: &canvas)
    let start = Point(x: origin.x + pad, y: y)
    draw(text.heads, at: start, widths, style: TextStyle(size: 11.5, isBold: true), in: &canvas)
    y += Self.rowHeight
    canvas.line(Point(x: start.x, y: y), Point(x: start.x + inner, y: y), "class=\"a\"")
    for (index, row) in text.rows.enumerated() {
      if index > 0 {
        canvas.line(Point(x: start.x, y: y), Point(x: start.x + inner, y: y), "class=\"g\"")
      }
      draw(row, at: Point(x: start.x, y: y), widths, style: TextStyle(size: 12), in: &canvas)
      y += Self.rowHeight
    }
    if let more = text.moreLine {
      canvas.text(more, at: Point(x: start.x, y: y + 15), .label)
      canvas.note(more)
      y += Self.rowHeight
    }
    return Size(width: inner + 2 * pad, height: y + pad - 4 - origin.y)
  }

  private var columnWidths: [Double] {
    text.heads.indices.map { column in
      let head = TextMeasure.width(text.heads[column], size: 11.5, isBold: true)
      let cells = text.rows.map { TextMeasure.width($0[column], size: 12) }.max() ?? 0
      return min(Self.widestColumn, max(head, cells)) + 24
    }
  }

  private func draw(
    _ cells: [String], at p: Point, _ widths: [Double], style: TextStyle,
    in canvas: inout SVGCanvas
  ) {
    var x = p.x
    for (column, cell) in cells.enumerated() {
      let isRight = text.isNumeric[column]
      let shown = TextMeasure.truncated(cell, to: Self.widestColumn, size: style.size)
      canvas.text(
        shown, at: Point(x: isRight ? x + widths[column] - 8 : x + 6, y: p.y + 15.5),
        style.anchored(isRight ? .end : .start))
      x += widths[column]
    }
  }
}
