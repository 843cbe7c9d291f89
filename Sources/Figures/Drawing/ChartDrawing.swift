/// Draws a chart: heading, legend, axes, marks, what is written over them.
struct ChartDrawing {
  let chart: Chart
  private(set) var resolved: ResolvedChart

  init(_ chart: Chart) {
    self.chart = chart
    resolved = ResolvedChart(chart)
    let y = resolved.y
    if showsValues, !chart.isHorizontal, y.low < 0, chart.y.minimum == nil {
      // Values below bars need room above the names.
      resolved.y = Scale(kind: y.kind, low: y.low - 0.08 * (y.high - y.low), high: y.high)
    }
  }

  /// Draws the chart with its top left corner at a point and tells its size.
  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    let size = chart.size
    let width = size.width - 2 * pad
    var top = origin.y + pad
    top += Header.draw(
      title: chart.title, subtitle: chart.subtitle, at: Point(x: origin.x + pad, y: top),
      width: width, in: &canvas)
    let notes = NoteLines(resolved.notes, width: width)
    let bottom = origin.y + size.height - pad + 4 - notes.height
    var frame = Rect(x: origin.x + pad, y: top, width: width, height: bottom - top)
    var (layout, ends) = endLabelled(frame)
    if ends == nil {
      let height = LegendRow.draw(
        legendEntries, at: Point(x: frame.x, y: frame.y), width: width, in: &canvas)
      frame = Rect(x: frame.x, y: frame.y + height, width: width, height: frame.height - height)
      layout = ChartLayout(resolved, frame: frame, right: roomForValues)
    }
    drawPlot(layout, ends, origin: origin, in: &canvas)
    notes.draw(at: Point(x: origin.x + pad, y: bottom + 4), in: &canvas)
    return size
  }

  /// Values behind lying bars need room; a bar may reach the end of the axis.
  private var roomForValues: Double {
    resolved.yRunsDown && showsValues ? 40 : 6
  }

  /// Tries names at the ends of lines.
  private func endLabelled(_ frame: Rect) -> (ChartLayout, EndLabels?) {
    let room = chart.legend == .automatic ? EndLabels.room(for: resolved, width: frame.width) : nil
    let layout = ChartLayout(resolved, frame: frame, right: room ?? 6)
    return (layout, room == nil ? nil : EndLabels(resolved, layout: layout))
  }

  private var legendEntries: [LegendRow.Entry] {
    guard chart.legend != .none else { return [] }
    var entries: [LegendRow.Entry] = []
    for layer in resolved.layers where !layer.name.isEmpty && !layer.shape.isAnnotation {
      let sample: LegendRow.Sample =
        switch layer.shape {
        case .path: .line(isDashed: layer.isDashed)
        case .dots: .dot
        default: .square
        }
      var entry = LegendRow.Entry(name: layer.name, paint: layer.paint, sample: sample)
      if case .band = layer.shape { entry.opacity = 0.22 }
      entries.append(entry)
    }
    return entries
  }

  private func drawPlot(
    _ layout: ChartLayout, _ ends: EndLabels?, origin: Point, in canvas: inout SVGCanvas
  ) {
    let isNamedBelow = resolved.xAxis.categories != nil
    var axes = AxisDrawing(
      layout: layout,
      hasVerticalGrid: resolved.yRunsDown || !(isNamedBelow || resolved.hasBars),
      hasHorizontalGrid: !resolved.yRunsDown)
    axes.origin = origin.x
    axes.drawGrid(in: &canvas)
    let marks = MarkDrawing(layout: layout, isStacked: chart.barLayout == .stacked)
    // Half a stroke of room, so that lines at the border keep their width.
    let plot = layout.plot
    let clip = Rect(
      x: plot.x - 4, y: plot.y - 4, width: plot.width + 8, height: plot.height + 8)
    let resolved = resolved
    canvas.clipped(to: clip) { canvas in
      for layer in resolved.layers { marks.draw(layer, in: &canvas) }
    }
    axes.drawAxes(in: &canvas)
    if showsValues { for layer in resolved.layers { marks.drawValues(layer, in: &canvas) } }
    let annotations = AnnotationDrawing(layout: layout, layers: resolved.layers)
    for layer in resolved.layers { annotations.draw(layer, in: &canvas) }
    ends?.draw(in: &canvas, plot: plot)
    if resolved.isEmpty {
      canvas.text(
        "no data", at: Point(x: plot.middleX, y: plot.middleY),
        TextStyle(size: 13, classes: "m", anchor: .middle))
      canvas.note("There is no data to show")
    }
    for note in resolved.notes { canvas.note(note) }
  }

  /// Values are written where bars are few and stand alone.
  var showsValues: Bool {
    if let wanted = chart.showsValues { return wanted }
    let bars = resolved.layers.compactMap { layer -> Int? in
      if case .boxes(let boxes, false) = layer.shape { boxes.count } else { nil }
    }
    return bars.count == 1 && bars[0] <= (chart.isHorizontal ? 24 : 10)
      && (resolved.xAxis.categories ?? resolved.yAxis.categories) != nil
  }
}

/// What was left out, in small print below a figure.
struct NoteLines {
  private let lines: [String]

  init(_ notes: [String], width: Double) {
    lines = notes.flatMap { TextMeasure.wrapped($0, to: width, size: 10) }
  }

  var height: Double { lines.isEmpty ? 0 : Double(lines.count) * 13 + 4 }

  func draw(at p: Point, in canvas: inout SVGCanvas) {
    for (index, line) in lines.enumerated() {
      canvas.text(
        line, at: Point(x: p.x, y: p.y + Double(index + 1) * 13 - 3),
        TextStyle(size: 10, classes: "m"))
    }
  }
}
