import Base

/// Draws bars with names as lines of blocks, their values behind them.
///
/// Bars lie whatever the chart says: names stay legible, and a line has eight times as many steps.
struct TextBars {
  private let chart: Chart
  private let resolved: ResolvedChart
  private let names: [String]
  private let paint: TextPaint
  private let width: Int

  /// Takes charts of nothing but bars over names.
  init?(_ chart: Chart, width: Int, color: TerminalColor) {
    guard let names = chart.x.categories, !chart.marks.isEmpty else { return nil }
    let onlyBars = chart.marks.allSatisfy { mark in
      switch mark.shape {
      case .bars, .horizontalRule: true
      default: false
      }
    }
    guard onlyBars else { return nil }
    var lying = chart
    lying.isHorizontal = true
    self.chart = lying
    self.names = names
    self.width = max(24, width)
    resolved = ResolvedChart(lying)
    paint = TextPaint(color: color)
  }

  /// The bars of each name in the order of the marks.
  private var bars: [[(paint: Paint, box: ResolvedChart.Box)]] {
    var bars = Array(repeating: [(paint: Paint, box: ResolvedChart.Box)](), count: names.count)
    for layer in resolved.layers {
      guard case .boxes(let boxes, _) = layer.shape else { continue }
      for box in boxes {
        let index = ((box.y0 + box.y1) / 2).rounded()
        if index >= 0, index < Double(names.count) { bars[Int(index)].append((layer.paint, box)) }
      }
    }
    return bars
  }

  func draw() -> TextCanvas {
    var canvas = TextCanvas(width: width, color: paint.color)
    var y = TextHeading.put(title: chart.title, subtitle: chart.subtitle, in: &canvas)
    y = TextHeading.putLegend(legend, y: y, in: &canvas)
    let axis = ResolvedAxis(resolved.xAxis, scale: resolved.x, about: 5)
    let left = min(names.map(\.displayWidth).max() ?? 0, width / 3) + 2
    let isStacked = chart.barLayout == .stacked
    let numbers = bars.flatMap { group in
      isStacked ? [group.map(\.box.value).reduce(0, +)] : group.map(\.box.value)
    }
    let values = numbers.map { axis.text($0).displayWidth + 1 }.max() ?? 0
    let room = max(8, width - left - 1 - values)
    if !axis.title.isEmpty {
      canvas.put(axis.title, x: left, y: y, ink: paint.muted)
      y += 1
    }
    let series = resolved.layers.count { if case .boxes = $0.shape { true } else { false } }
    for (name, group) in zip(names, bars) {
      let rows = isStacked ? [group] : group.map { [$0] }
      let text = name.truncated(toWidth: left - 2)
      canvas.put(text, endingAt: left - 2, y: y)
      if rows.isEmpty { canvas.put("│", x: left, y: y, ink: paint.muted) }
      for row in rows.isEmpty ? [[]] : rows {
        draw(row, axis, x: left, y: y, room: room, in: &canvas)
        y += 1
      }
      if series > 1, !isStacked { y += 1 }
    }
    if names.isEmpty || bars.allSatisfy(\.isEmpty) { canvas.put("no data", x: left + 2, y: y) }
    TextHeading.putNotes(ruleNotes(axis) + resolved.notes, in: &canvas)
    return canvas
  }

  private func draw(
    _ row: [(paint: Paint, box: ResolvedChart.Box)], _ axis: ResolvedAxis, x: Int, y: Int,
    room: Int, in canvas: inout TextCanvas
  ) {
    let zero = axis.scale.kind == .log ? 0 : max(0, min(1, axis.scale.fraction(0)))
    canvas.put("│", x: x + Int((zero * Double(room)).rounded()), y: y, ink: paint.muted)
    var end = x + 1
    for (paint, box) in row {
      let start = axis.scale.fraction(box.x0) * Double(room)
      let stop = axis.scale.fraction(box.x1) * Double(room)
      let last = draw(
        from: max(0, start), to: min(Double(room), stop), paint, x: x + 1, y: y, in: &canvas)
      end = max(end, last)
    }
    guard !row.isEmpty else { return }
    let total = row.map(\.box.value).reduce(0, +)
    canvas.put(axis.text(total), x: end + 1, y: y)
  }

  /// Fills a line between two places in columns; the right end is exact to an eighth.
  private func draw(
    from start: Double, to stop: Double, _ p: Paint, x: Int, y: Int, in canvas: inout TextCanvas
  ) -> Int {
    let fill = paint.fill(p)
    let first = Int(start.rounded())
    let eighths = Int(((stop - Double(first)) * 8).rounded())
    var column = first
    var rest = fill == "█" ? eighths : Int((Double(eighths) / 8).rounded()) * 8
    while rest >= 8 {
      canvas.put(String(fill), x: x + column, y: y, ink: paint.ink(p))
      column += 1
      rest -= 8
    }
    if rest > 0, let scalar = Unicode.Scalar(0x2590 - UInt32(rest)) {
      canvas.put(String(Character(scalar)), x: x + column, y: y, ink: paint.ink(p))
      column += 1
    }
    return x + column
  }

  private var legend: [(sample: String, ink: Color?, name: String)] {
    guard chart.legend != .none else { return [] }
    return resolved.layers.compactMap { layer in
      guard case .boxes = layer.shape, !layer.name.isEmpty else { return nil }
      return (
        String(repeating: paint.fill(layer.paint), count: 2), paint.ink(layer.paint), layer.name
      )
    }
  }

  /// Limits are named below: a line across lying bars would cut their names and values.
  private func ruleNotes(_ axis: ResolvedAxis) -> [String] {
    resolved.layers.compactMap { layer in
      guard case .rule(let value, _) = layer.shape else { return nil }
      return (layer.name.isEmpty ? "line" : layer.name) + " at \(axis.text(value))"
    }
  }
}
