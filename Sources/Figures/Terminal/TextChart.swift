import Base

/// Draws a chart into terminal cells: braille for lines and dots, blocks for bars.
struct TextChart {
  let chart: Chart
  let resolved: ResolvedChart
  let paint: TextPaint
  var canvas: TextCanvas
  var plot = (x: 0, y: 0, columns: 0, rows: 0)
  var x, y: ResolvedAxis

  static func draw(_ chart: Chart, width: Int, height: Int?, color: TerminalColor) -> TextCanvas {
    if let bars = TextBars(chart, width: width, color: color) { return bars.draw() }
    var drawing = TextChart(chart, width: width, color: color)
    drawing.draw(height: height ?? min(24, max(15, width / 4)))
    return drawing.canvas
  }

  private init(_ chart: Chart, width: Int, color: TerminalColor) {
    self.chart = chart
    resolved = ResolvedChart(chart)
    paint = TextPaint(color: color)
    canvas = TextCanvas(width: max(24, width), color: color)
    x = ResolvedAxis(resolved.xAxis, scale: resolved.x, about: 2)
    y = ResolvedAxis(resolved.yAxis, scale: resolved.y, about: 2)
  }

  private mutating func draw(height: Int) {
    var top = TextHeading.put(title: chart.title, subtitle: chart.subtitle, in: &canvas)
    top = TextHeading.putLegend(legend, y: top, in: &canvas)
    if !resolved.yAxis.title.isEmpty { top += 1 }
    let below = 2 + (resolved.xAxis.title.isEmpty ? 0 : 1)
    layOut(top: top, rows: max(5, height - top - below))
    canvas.grow(to: plot.y + plot.rows)
    drawAxes()
    drawRules()
    drawBoxes()
    drawBraille()
    drawDotsAsLetters()
    drawTexts()
    if resolved.isEmpty {
      let text = "no data"
      canvas.put(text, x: plot.x + (plot.columns - text.count) / 2, y: plot.y + plot.rows / 2)
    }
    TextHeading.putNotes(resolved.notes, in: &canvas)
  }

  private mutating func layOut(top: Int, rows: Int) {
    let count = max(2, rows / 3)
    let isRounded = resolved.yAxis.categories == nil && !resolved.isHorizontal
    let scale = resolved.y.rounded(
      about: count, lowIsFree: isRounded && resolved.yAxis.minimum == nil,
      highIsFree: isRounded && resolved.yAxis.maximum == nil)
    y = ResolvedAxis(resolved.yAxis, scale: scale, about: count, isWhole: resolved.isWhole.y)
    let widest = y.ticks.map { $0.label.displayWidth }.max() ?? 0
    let left = min(widest, canvas.width / 3) + 3
    plot = (left, top, max(8, canvas.width - left - 1), rows)
    x = ResolvedAxis(
      resolved.xAxis, scale: resolved.x, about: max(2, plot.columns / 12),
      isWhole: resolved.isWhole.x)
  }

  /// The place of a value in dots: two to a column, four to a row.
  func dots(_ p: Point) -> Point {
    let fraction = y.scale.fraction(p.y)
    let down = resolved.yRunsDown ? fraction : 1 - fraction
    return Point(
      x: x.scale.fraction(p.x) * Double(plot.columns * 2 - 1),
      y: down * Double(plot.rows * 4 - 1))
  }

  func column(_ value: Double) -> Int {
    plot.x + Int((x.scale.fraction(value) * Double(plot.columns * 2 - 1) / 2 - 0.25).rounded())
  }

  func row(_ value: Double) -> Int {
    plot.y + Int((dots(Point(x: 0, y: value)).y / 4 - 0.375).rounded())
  }

  func isInside(_ column: Int, _ row: Int) -> Bool {
    column >= plot.x && column < plot.x + plot.columns && row >= plot.y
      && row < plot.y + plot.rows
  }

  private mutating func drawAxes() {
    let muted = paint.muted
    let bottom = plot.y + plot.rows
    canvas.put(y.title, x: 1, y: plot.y - 1, ink: muted)
    for row in 0..<plot.rows { canvas.put("│", x: plot.x - 1, y: plot.y + row, ink: muted) }
    canvas.put(
      "└" + String(repeating: "─", count: plot.columns), x: plot.x - 1, y: bottom, ink: muted)
    for tick in y.ticks where tick.isMajor {
      let place = row(tick.value)
      guard isInside(plot.x, place) else { continue }
      canvas.put("┤", x: plot.x - 1, y: place, ink: muted)
      let label = tick.label.truncated(toWidth: plot.x - 2)
      canvas.put(label, endingAt: plot.x - 3, y: place)
    }
    var next = 0
    for tick in x.ticks where tick.isMajor {
      let place = column(tick.value)
      guard isInside(place, plot.y) else { continue }
      let size = tick.label.displayWidth
      let start = min(max(0, place - (size - 1) / 2), canvas.width - size)
      guard start >= next else { continue }
      canvas.put("┬", x: place, y: bottom, ink: muted)
      canvas.put(tick.label, x: start, y: bottom + 1)
      next = start + size + 2
    }
    canvas.put(x.title, endingAt: plot.x + plot.columns - 1, y: bottom + 2, ink: muted)
  }

  private var legend: [(sample: String, ink: Color?, name: String)] {
    guard chart.legend != .none else { return [] }
    return resolved.layers.compactMap { layer in
      guard !layer.name.isEmpty, !layer.shape.isAnnotation else { return nil }
      let sample: String
      switch layer.shape {
      case .path:
        sample = Self.lineSample(paint.dashes(layer.paint, isDashed: layer.isDashed))
      case .dots: sample = hasLetters ? String(paint.dot(layer.paint)) : "⢸"
      case .band: sample = "⢕⢕"
      default: sample = String(repeating: paint.fill(layer.paint), count: 2)
      }
      return (sample, paint.ink(layer.paint), layer.name)
    }
  }

  private static func lineSample(_ dashes: [Int]) -> String {
    var layer = BrailleLayer(columns: 4, rows: 1)
    var phase = 0
    layer.line(from: Point(x: 0, y: 1), to: Point(x: 7, y: 1), nil, dashes: dashes, phase: &phase)
    var canvas = TextCanvas(width: 4, color: .none)
    canvas.grow(to: 1)
    layer.draw(in: &canvas, x: 0, y: 0)
    return canvas.text.padded(toWidth: 4)
  }
}
