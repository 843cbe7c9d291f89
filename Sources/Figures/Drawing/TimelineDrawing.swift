/// Draws a timeline: lanes from the top, spans as bars, instants as marks, time below.
struct TimelineDrawing {
  let timeline: TimelineChart
  private let rows: LaneRows
  private let groups: GroupColors

  init(_ timeline: TimelineChart) {
    self.timeline = timeline
    rows = LaneRows(timeline)
    groups = GroupColors(timeline.spans.lazy.map(\.group))
  }

  func draw(at origin: Point, in canvas: inout SVGCanvas) -> Size {
    let pad = ChartLayout.padding
    let width = min(10_000, max(200, timeline.width)) - 2 * pad
    var top = origin.y + pad
    top += Header.draw(
      title: timeline.title, subtitle: timeline.subtitle, at: Point(x: origin.x + pad, y: top),
      width: width, in: &canvas)
    top += LegendRow.draw(
      groups.entries(opacity: 0.35), at: Point(x: origin.x + pad, y: top), width: width, in: &canvas
    )
    let names = rows.lanes.map { TextMeasure.width($0.name, size: 11.5) }
    let left = min(names.max() ?? 0, width / 4) + 12
    let plot = Rect(
      x: origin.x + pad + left, y: top, width: width - left - 8, height: max(24, lanesHeight))
    let axis = timeAxis(plot.width)
    drawGrid(axis, plot, in: &canvas)
    drawLanes(axis, plot, left: left, in: &canvas)
    let bottom = drawAxis(axis, plot, in: &canvas)
    let notes = NoteLines(rows.notes, width: width)
    notes.draw(at: Point(x: origin.x + pad, y: bottom), in: &canvas)
    for note in rows.notes { canvas.note(note) }
    if timeline.spans.isEmpty, timeline.instants.isEmpty {
      canvas.text(
        "no data", at: Point(x: plot.middleX, y: plot.middleY + 4),
        TextStyle(size: 13, classes: "m", anchor: .middle))
      canvas.note("There is no data to show")
    }
    return Size(width: width + 2 * pad, height: bottom + notes.height + pad - origin.y)
  }

  /// Rows get thinner when there are many.
  private var rowHeight: Double {
    let count = rows.lanes.map { max(1, $0.rows.count) }.reduce(0, +)
    return min(22, max(5, 1200 / Double(max(1, count))))
  }

  private var laneGap: Double { rowHeight > 12 ? 6 : 2 }

  private var lanesHeight: Double {
    rows.lanes.map { Double(max(1, $0.rows.count)) * rowHeight + laneGap }.reduce(0, +)
  }

  private func timeAxis(_ width: Double) -> ResolvedAxis {
    var axis = timeline.x
    if axis.categories != nil { axis.kind = .linear }
    return ResolvedAxis(axis, scale: rows.scale(axis), about: max(2, Int(width / 90)))
  }

  private func drawGrid(_ axis: ResolvedAxis, _ plot: Rect, in canvas: inout SVGCanvas) {
    for tick in axis.ticks where tick.isMajor {
      let x = plot.x + axis.scale.fraction(tick.value) * plot.width
      canvas.line(Point(x: x, y: plot.y - 2), Point(x: x, y: plot.bottom), "class=\"g\"")
    }
  }

  private func drawAxis(_ axis: ResolvedAxis, _ plot: Rect, in canvas: inout SVGCanvas) -> Double {
    canvas.line(
      Point(x: plot.x, y: plot.bottom), Point(x: plot.right, y: plot.bottom), "class=\"a\"")
    for tick in axis.ticks {
      let x = plot.x + axis.scale.fraction(tick.value) * plot.width
      canvas.line(
        Point(x: x, y: plot.bottom), Point(x: x, y: plot.bottom + (tick.isMajor ? 5 : 3)),
        "class=\"a\"")
      canvas.text(
        tick.label, at: Point(x: x, y: plot.bottom + 17), TextStyle.tick.anchored(.middle))
    }
    guard !axis.title.isEmpty else { return plot.bottom + 22 }
    canvas.text(
      axis.title, at: Point(x: plot.right, y: plot.bottom + 35), TextStyle.label.anchored(.end))
    return plot.bottom + 40
  }

  private func drawLanes(
    _ axis: ResolvedAxis, _ plot: Rect, left: Double, in canvas: inout SVGCanvas
  ) {
    var y = plot.y
    var nextName = -Double.infinity
    for lane in rows.lanes {
      let height = Double(max(1, lane.rows.count)) * rowHeight
      if y >= nextName {
        let name = TextMeasure.truncated(lane.name, to: left - 10, size: 11.5)
        canvas.text(
          name, at: Point(x: plot.x - 10, y: y + min(height, rowHeight) / 2 + 4),
          TextStyle(size: 11.5, anchor: .end))
        nextName = y + 12
      }
      for (index, spans) in lane.rows.enumerated() {
        let row = Rect(
          x: plot.x, y: y + Double(index) * rowHeight + 1, width: plot.width, height: rowHeight - 2)
        drawSpans(spans, axis, row, in: &canvas)
      }
      for instant in lane.instants {
        drawInstant(instant, axis, plot, Rect(x: 0, y: y, width: 0, height: height), in: &canvas)
      }
      y += height + laneGap
    }
  }

  private func drawSpans(
    _ spans: [TimelineChart.Span], _ axis: ResolvedAxis, _ row: Rect, in canvas: inout SVGCanvas
  ) {
    var last: (group: String, right: Double)?
    for span in spans {
      let x0 = row.x + max(0, min(1, axis.scale.fraction(span.start))) * row.width
      let x1 = row.x + max(0, min(1, axis.scale.fraction(span.end))) * row.width
      guard axis.scale.fraction(span.end) >= 0, axis.scale.fraction(span.start) <= 1 else {
        continue
      }
      // Spans within a pixel of an equal one are already seen.
      if spans.count > 500, let last, last.group == span.group, x1 <= last.right + 0.5 {
        canvas.note("spans shorter than half a pixel are merged")
        continue
      }
      last = (span.group, max(x1, x0 + 1))
      let paint = groups[span.group] ?? .series(0)
      let rect = Rect(x: x0, y: row.y, width: max(1, x1 - x0), height: row.height)
      if rect.width < 4 {
        canvas.rect(rect, paint.fill)
      } else {
        canvas.rect(
          Rect(x: rect.x + 0.5, y: rect.y + 0.5, width: rect.width - 1, height: rect.height - 1),
          paint.fillAndStroke(1) + " fill-opacity=\"0.35\"", radius: 2)
      }
      drawLabel(span.label, rect, in: &canvas)
    }
  }

  private func drawLabel(_ label: String, _ rect: Rect, in canvas: inout SVGCanvas) {
    guard !label.isEmpty, rect.height >= 12, rect.width >= 14 else { return }
    let text = TextMeasure.truncated(label, to: rect.width - 8, size: 10.5)
    // A stump of one letter says less than nothing.
    guard text == label || text.count > 3 else { return }
    canvas.text(text, at: Point(x: rect.x + 5, y: rect.middleY + 3.6), TextStyle(size: 10.5))
  }

  private func drawInstant(
    _ instant: TimelineChart.Instant, _ axis: ResolvedAxis, _ plot: Rect, _ lane: Rect,
    in canvas: inout SVGCanvas
  ) {
    let fraction = axis.scale.fraction(instant.time)
    guard axis.scale.admits(instant.time), (0...1).contains(fraction) else { return }
    let x = plot.x + fraction * plot.width
    let (y, r) = (lane.middleY, min(5, rowHeight / 2 - 1))
    canvas.path(
      "M\(n(x)) \(n(y - r))L\(n(x + r)) \(n(y))L\(n(x)) \(n(y + r))L\(n(x - r)) \(n(y))z",
      "class=\"i h\" stroke-width=\"1\"")
    let width = TextMeasure.width(instant.label, size: 10.5)
    let isRight = x + r + 4 + width <= plot.right
    canvas.text(
      instant.label, at: Point(x: isRight ? x + r + 4 : x - r - 4, y: y + 3.6),
      TextStyle(size: 10.5, classes: "h", anchor: isRight ? .start : .end),
      extra: " paint-order=\"stroke\" stroke-width=\"3\" stroke-linejoin=\"round\"")
  }
}
