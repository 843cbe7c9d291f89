/// Draws a grid of named cells.
struct GridDrawing {
  let grid: CellGrid
  private let groups: GroupColors
  private let columns: Int
  private let hasLabels: Bool

  /// The most rows that a picture shows.
  static let rowLimit = 256

  init(_ grid: CellGrid) {
    self.grid = grid
    groups = GroupColors(grid.rows.joined().lazy.map(\.group), fixed: grid.groupPaints)
    columns = max(1, grid.rows.map { $0.reduce(0) { $0 + $1.span } }.max() ?? 1)
    hasLabels = grid.rows.contains { $0.contains { !$0.label.isEmpty } }
  }

  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    let width = min(10_000, max(160, grid.width)) - 2 * pad
    var top = origin.y + pad
    top += Header.draw(
      title: grid.title, subtitle: grid.subtitle, at: Point(x: origin.x + pad, y: top),
      width: width, in: &canvas)
    top += LegendRow.draw(
      groups.entries(opacity: opacity), at: Point(x: origin.x + pad, y: top), width: width,
      in: &canvas)
    let names = grid.rowLabels.map { TextMeasure.width($0, size: 11) }
    let left = names.isEmpty ? 0 : min(names.max() ?? 0, width / 4) + 10
    let cell = cellSize(width - left)
    let shown = grid.rows.prefix(Self.rowLimit)
    if !grid.columnLabels.isEmpty { top += 14 }
    for (row, cells) in shown.enumerated() {
      let y = top + Double(row) * cell.height
      drawName(
        row, Point(x: origin.x + pad + left - 8, y: y + cell.height / 2 + 3), left, in: &canvas)
      var column = 0
      for item in cells {
        let rect = Rect(
          x: origin.x + pad + left + Double(column) * cell.width, y: y,
          width: Double(item.span) * cell.width - gap(cell), height: cell.height - gap(cell))
        draw(item, rect, in: &canvas)
        column += item.span
      }
    }
    drawColumnNames(cell, Point(x: origin.x + pad + left, y: top - 4), in: &canvas)
    let bottom = top + Double(max(1, shown.count)) * cell.height
    let notes = NoteLines(notes, width: width)
    notes.draw(at: Point(x: origin.x + pad, y: bottom), in: &canvas)
    for note in self.notes { canvas.note(note) }
    return Size(width: width + 2 * pad, height: bottom + notes.height + pad - origin.y)
  }

  private var notes: [String] {
    if grid.rows.isEmpty { return ["There is no data to show"] }
    let more = grid.rows.count - Self.rowLimit
    return more > 0 ? ["\(more) more rows are not shown"] : []
  }

  /// Written cells are tinted so that ink is legible on them; bare cells are solid.
  private var opacity: Double { hasLabels ? 0.35 : 1 }

  private func gap(_ cell: HeatmapDrawing.Size2) -> Double {
    min(cell.width, cell.height) >= 10 ? 2 : min(cell.width, cell.height) >= 4 ? 0.8 : 0
  }

  private func cellSize(_ room: Double) -> HeatmapDrawing.Size2 {
    let width = room / Double(columns)
    if hasLabels { return .init(width: width, height: 30) }
    let side = min(width, 26)
    return .init(width: side, height: max(side, 8))
  }

  private func draw(_ cell: CellGrid.Cell, _ rect: Rect, in canvas: inout SVGCanvas) {
    guard let paint = groups[cell.group] else {
      canvas.rect(
        rect, "class=\"g\" fill=\"none\"", radius: min(3, rect.height / 5))
      return drawLabel(cell.label, rect, in: &canvas)
    }
    if hasLabels {
      let inner = Rect(
        x: rect.x + 0.5, y: rect.y + 0.5, width: rect.width - 1, height: rect.height - 1)
      canvas.rect(inner, paint.fillAndStroke(1) + " fill-opacity=\"0.35\"", radius: 3)
    } else {
      canvas.rect(rect, paint.fill, radius: min(2, rect.height / 6))
    }
    drawLabel(cell.label, rect, in: &canvas)
  }

  private func drawLabel(_ label: String, _ rect: Rect, in canvas: inout SVGCanvas) {
    let text = TextMeasure.truncated(label, to: rect.width - 6, size: 11)
    guard text == label || text.count > 3 else { return }
    canvas.text(
      text, at: Point(x: rect.middleX, y: rect.middleY + 4), TextStyle(size: 11, anchor: .middle))
  }

  private func drawName(_ row: Int, _ p: Point, _ left: Double, in canvas: inout SVGCanvas) {
    guard row < grid.rowLabels.count else { return }
    let text = TextMeasure.truncated(grid.rowLabels[row], to: left - 8, size: 11)
    canvas.text(text, at: p, TextStyle.tick.anchored(.end))
  }

  private func drawColumnNames(
    _ cell: HeatmapDrawing.Size2, _ p: Point, in canvas: inout SVGCanvas
  ) {
    let widest = grid.columnLabels.map { TextMeasure.width($0, size: 11) }.max() ?? 0
    let every = max(1, Int(((widest + 4) / cell.width).rounded(.up)))
    for (index, label) in grid.columnLabels.prefix(columns).enumerated() where index % every == 0 {
      canvas.text(
        label, at: Point(x: p.x + (Double(index) + 0.5) * cell.width, y: p.y),
        TextStyle.tick.anchored(.middle))
    }
  }
}
