import Base

/// Draws a grid of cells into terminal cells.
struct TextGrid {
  private let grid: CellGrid
  private let groups: GroupColors
  private let paint: TextPaint
  private let width: Int
  private let columns: Int
  private let hasLabels: Bool

  init(_ grid: CellGrid, width: Int, color: TerminalColor) {
    self.grid = grid
    groups = GroupColors(grid.rows.joined().lazy.map(\.group), fixed: grid.groupPaints)
    paint = TextPaint(color: color)
    self.width = max(24, width)
    columns = max(1, grid.rows.map { $0.reduce(0) { $0 + $1.span } }.max() ?? 1)
    hasLabels = grid.rows.contains { $0.contains { !$0.label.isEmpty } }
  }

  func draw() -> TextCanvas {
    var canvas = TextCanvas(width: width, color: paint.color)
    var y = TextHeading.put(title: grid.title, subtitle: grid.subtitle, in: &canvas)
    let entries = groups.entries(opacity: 1).map { entry in
      (String(repeating: paint.fill(entry.paint), count: 2), paint.ink(entry.paint), entry.name)
    }
    y = TextHeading.putLegend(entries, y: y, in: &canvas)
    let name = grid.rowLabels.map(\.displayWidth).max() ?? 0
    let left = name == 0 ? 1 : min(name, width / 4) + 2
    let room = width - left - 1
    for (index, cells) in grid.rows.prefix(GridDrawing.rowLimit).enumerated() {
      if index < grid.rowLabels.count {
        canvas.put(grid.rowLabels[index].truncated(toWidth: left - 2), endingAt: left - 2, y: y)
      }
      y += draw(cells, x: left, y: y, room: room, in: &canvas)
    }
    if grid.rows.isEmpty { canvas.put("no data", x: 1, y: y) }
    let more = grid.rows.count - GridDrawing.rowLimit
    TextHeading.putNotes(more > 0 ? ["\(more) more rows are not shown"] : [], in: &canvas)
    return canvas
  }

  /// Draws one row and tells how many lines it took: bare cells wrap where they do not fit.
  private func draw(
    _ cells: [CellGrid.Cell], x: Int, y: Int, room: Int, in canvas: inout TextCanvas
  ) -> Int {
    var column = 0
    if hasLabels {
      for cell in cells {
        let start = column * room / columns
        column += cell.span
        drawLabelled(cell, x: x + start, y: y, size: column * room / columns - start, in: &canvas)
      }
      return 1
    }
    let size = columns * 2 <= room ? 2 : 1
    let perLine = max(1, room / size)
    for cell in cells {
      for _ in 0..<cell.span {
        draw(cell, x: x + column % perLine * size, y: y + column / perLine, size: size, in: &canvas)
        column += 1
      }
    }
    return max(1, (column + perLine - 1) / perLine)
  }

  private func draw(
    _ cell: CellGrid.Cell, x: Int, y: Int, size: Int, in canvas: inout TextCanvas
  ) {
    guard let p = groups[cell.group] else {
      return canvas.put("·", x: x, y: y, ink: paint.muted)
    }
    let character: Character = paint.color == .none ? paint.fill(p) : "■"
    canvas.put(String(character), x: x, y: y, ink: paint.ink(p))
  }

  private func drawLabelled(
    _ cell: CellGrid.Cell, x: Int, y: Int, size: Int, in canvas: inout TextCanvas
  ) {
    guard size > 0 else { return }
    let label = cell.label.truncated(toWidth: max(0, size - 2))
    if let p = groups[cell.group], let ground = paint.ink(p) {
      canvas.put(
        (" " + label).padded(toWidth: size - 1), x: x, y: y, ink: Color(0x14181D), ground: ground)
    } else {
      let mark = groups[cell.group].map { String(paint.fill($0)) } ?? "│"
      canvas.put(mark + label, x: x, y: y)
    }
  }
}
