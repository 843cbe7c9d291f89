import Base
import Glibc

/// Draws a heat map: cells, labels on both sides, colour bar.
struct HeatmapDrawing {
  let heatmap: Heatmap
  let colors: ResolvedColors
  private let rows, columns: Int

  /// More cells than this become one picture of pixels.
  static let cellLimit = 4096

  init(_ heatmap: Heatmap) {
    self.heatmap = heatmap
    colors = ResolvedColors(heatmap)
    (rows, columns) = (heatmap.rows.count, heatmap.columnCount)
  }

  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    let rowNames = MatrixNames(heatmap.rowLabels, count: rows)
    let columnNames = MatrixNames(heatmap.columnLabels, count: columns)
    let left = min(160, rowNames.widest) + 9
    let cell = cellSize(left: left)
    let grid = Size(
      width: cell.width * Double(max(1, columns)), height: cell.height * Double(max(1, rows)))
    let bar = ColorBarDrawing(colors: colors, height: min(max(60, grid.height), 220))
    let width = max(pad + left + grid.width + 18 + bar.width + pad, 200)
    var top = origin.y + pad
    top += Header.draw(
      title: heatmap.title, subtitle: heatmap.subtitle, at: Point(x: origin.x + pad, y: top),
      width: width - 2 * pad, in: &canvas)
    let yTitle = heatmap.y.title
    if !yTitle.isEmpty || bar.hasTitle { top += 19 }
    canvas.text(yTitle, at: Point(x: origin.x + pad, y: top - 8), .label)
    let plot = Rect(
      x: origin.x + pad + left, y: top, width: grid.width, height: grid.height)
    drawCells(plot, cell, in: &canvas)
    rowNames.drawLeft(of: plot, step: cell.height, in: &canvas)
    var bottom = plot.bottom + columnNames.drawBelow(plot, step: cell.width, in: &canvas)
    if !heatmap.x.title.isEmpty {
      bottom += 16
      canvas.text(
        heatmap.x.title, at: Point(x: plot.right, y: bottom), TextStyle.label.anchored(.end))
      bottom += 4
    }
    bar.draw(at: Point(x: plot.right + 18, y: plot.y), in: &canvas)
    bottom = max(bottom, plot.y + bar.height + 6)
    let notes = NoteLines(colors.notes, width: width - 2 * pad)
    notes.draw(at: Point(x: origin.x + pad, y: bottom), in: &canvas)
    for note in colors.notes { canvas.note(note) }
    return Size(width: width, height: bottom + notes.height + pad - origin.y)
  }

  /// Square cells from 3 to 40 pixels, unless the matrix is very wide or tall or a size is given.
  private func cellSize(left: Double) -> Size2 {
    let (c, r) = (Double(max(1, columns)), Double(max(1, rows)))
    if let size = heatmap.size {
      return Size2(
        width: max(0.2, (size.width - left - 110) / c), height: max(0.2, (size.height - 110) / r))
    }
    if !heatmap.cellTexts.isEmpty {
      let widest = heatmap.cellTexts.joined().map { TextMeasure.width($0, size: 9.5) }.max() ?? 0
      return Size2(width: min(max(widest + 8, 24), max(34, 640 / c), 110), height: 17)
    }
    let (w, h) = (min(40, 520 / c), min(40, 440 / r))
    let square = min(w, h)
    // A square of less than 9 pixels wastes the picture on a long matrix.
    return square >= 9 || max(w, h) / square < 1.5
      ? Size2(width: square, height: square)
      : Size2(width: min(w, max(square, 24)), height: min(h, max(square, 24)))
  }

  /// A size of any magnitude.
  struct Size2 { var width, height: Double }

  private func drawCells(_ plot: Rect, _ cell: Size2, in canvas: inout SVGCanvas) {
    guard rows > 0, columns > 0 else {
      canvas.rect(plot, "class=\"e\"")
      canvas.note("There is no data to show")
      return
    }
    if rows * columns > Self.cellLimit { return drawPixels(plot, in: &canvas) }
    let gap = min(cell.width, cell.height) >= 12 ? 1.0 : 0
    let texts = cellTexts(cell)
    canvas.raw("<g shape-rendering=\"\(gap > 0 ? "auto" : "crispEdges")\">")
    for row in 0..<rows {
      for column in 0..<columns {
        let rect = Rect(
          x: plot.x + Double(column) * cell.width, y: plot.y + Double(row) * cell.height,
          width: cell.width - gap, height: cell.height - gap)
        let color = colors.color(row, column)
        canvas.rect(rect, color.map { "fill=\"\($0.hex)\"" } ?? "class=\"e\"")
      }
    }
    canvas.raw("</g>")
    guard let texts else { return }
    for row in 0..<rows {
      for column in 0..<columns {
        guard let color = colors.color(row, column) else { continue }
        let p = Point(
          x: plot.x + (Double(column) + 0.5) * cell.width - gap / 2,
          y: plot.y + (Double(row) + 0.5) * cell.height + 3)
        // Text colour by the cell, not by the theme: the cell is the same in both.
        canvas.fixedText(
          texts[row][column], at: p,
          color: color.brightness > 0.55 ? Color(0x14181D) : Color(0xFFFFFF))
      }
    }
  }

  /// The values as text where all of them fit into their cells.
  private func cellTexts(_ cell: Size2) -> [[String]]? {
    if !heatmap.cellTexts.isEmpty {
      return (0..<rows).map { row in
        (0..<columns).map {
          TextMeasure.truncated(heatmap.cellText(row, $0), to: cell.width - 4, size: 9.5)
        }
      }
    }
    guard heatmap.showsValues ?? (rows * columns <= 400) else { return nil }
    let texts = (0..<rows).map { row in
      (0..<columns).map { column in
        colors.value(row, column).map { NumberFormat.compact($0, digits: 2) } ?? ""
      }
    }
    let widest = texts.joined().map { TextMeasure.width($0, size: 9.5) }.max() ?? 0
    return widest <= cell.width - 4 && cell.height >= 12 ? texts : nil
  }

  private func drawPixels(_ plot: Rect, in canvas: inout SVGCanvas) {
    let limit = 512
    let (w, h) = (min(columns, limit), min(rows, limit))
    if w < columns || h < rows {
      canvas.note("\(rows)×\(columns) cells are drawn as means over \(h)×\(w)")
    }
    let image = colors.image(width: w, height: h)
    canvas.raw(
      "<image x=\"\(n(plot.x))\" y=\"\(n(plot.y))\" width=\"\(n(plot.width))\" "
        + "height=\"\(n(plot.height))\" preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
        + "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,\(Base64.encode(image))\"/>"
    )
  }
}

extension SVGCanvas {
  /// Writes a small centred text in a colour that does not follow the theme.
  mutating func fixedText(_ text: String, at p: Point, color: Color) {
    self.text(
      text, at: p, TextStyle(size: 9.5, anchor: .middle), extra: " style=\"fill:\(color.hex)\"")
  }
}

extension String {
  /// The text without spaces at its ends: tokens often start with one.
  var trimmed: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// Names of rows or columns of a matrix: as given, or numbers from 1.
struct MatrixNames {
  private let names: [String]
  private let isNumbered: Bool

  init(_ names: [String], count: Int) {
    isNumbered = names.isEmpty
    self.names = (0..<count).map { index in
      names.isEmpty ? String(index + 1) : index < names.count ? names[index].trimmed : ""
    }
  }

  var widest: Double { names.map { TextMeasure.width($0, size: 11) }.max() ?? 0 }

  /// Which names are shown when there is room for one in so many; numbers keep round ones.
  func shown(every: Int) -> [Int] {
    guard every > 1 else { return Array(names.indices) }
    guard isNumbered else { return names.indices.filter { $0 % every == 0 } }
    let step = Int(LinearTicks.roundStep(atLeast: Double(every)))
    return names.indices.filter { ($0 == 0 && step >= 5) || ($0 + 1) % step == 0 }
  }

  subscript(index: Int) -> String { names[index] }

  func drawLeft(of plot: Rect, step: Double, in canvas: inout SVGCanvas) {
    for index in shown(every: Int((12.5 / step).rounded(.up))) {
      let text = TextMeasure.truncated(names[index], to: 160, size: 11)
      canvas.text(
        text, at: Point(x: plot.x - 6, y: plot.y + (Double(index) + 0.5) * step + 3.5),
        TextStyle.tick.anchored(.end))
    }
  }

  /// Draws the names below and tells how high they are.
  func drawBelow(_ plot: Rect, step: Double, in canvas: inout SVGCanvas) -> Double {
    let fits = widest <= step - 3
    if fits || (isNumbered && widest < 40) {
      for index in shown(every: fits ? 1 : Int(((widest + 6) / step).rounded(.up))) {
        canvas.text(
          names[index], at: Point(x: plot.x + (Double(index) + 0.5) * step, y: plot.bottom + 15),
          TextStyle.tick.anchored(.middle))
      }
      return 18
    }
    var style = TextStyle.tick.anchored(.end)
    style.rotation = step >= 15 ? -45 : -90
    for index in shown(every: Int((12.5 / step).rounded(.up))) {
      let x = plot.x + (Double(index) + 0.5) * step + (step >= 15 ? 4 : 3.5)
      canvas.text(
        TextMeasure.truncated(names[index], to: 120, size: 11),
        at: Point(x: x, y: plot.bottom + (step >= 15 ? 11 : 6)), style)
    }
    return min(120, widest) * (step >= 15 ? sin(.pi / 4) : 1) + 16
  }
}
