import Base

/// Draws a timeline into terminal cells: one line for each row of a lane.
struct TextTimeline {
  private let timeline: TimelineChart
  private let rows: LaneRows
  private let groups: GroupColors
  private let paint: TextPaint
  private let width: Int

  init(_ timeline: TimelineChart, width: Int, color: TerminalColor) {
    self.timeline = timeline
    rows = LaneRows(timeline)
    groups = GroupColors(timeline.spans.lazy.map(\.group))
    paint = TextPaint(color: color)
    self.width = max(24, width)
  }

  func draw() -> TextCanvas {
    var canvas = TextCanvas(width: width, color: paint.color)
    var y = TextHeading.put(title: timeline.title, subtitle: timeline.subtitle, in: &canvas)
    let entries = groups.entries(opacity: 1).map { entry in
      (String(repeating: paint.fill(entry.paint), count: 2), paint.ink(entry.paint), entry.name)
    }
    y = TextHeading.putLegend(entries, y: y, in: &canvas)
    let left = min(rows.lanes.map { $0.name.displayWidth }.max() ?? 0, width / 4) + 3
    let room = width - left - 1
    var axis = timeline.x
    if axis.categories != nil { axis.kind = .linear }
    let time = ResolvedAxis(axis, scale: rows.scale(axis), about: max(2, room / 12))
    for lane in rows.lanes {
      let name = lane.name.truncated(toWidth: left - 3)
      canvas.put(name, endingAt: left - 3, y: y)
      for index in 0..<max(1, lane.rows.count) {
        canvas.put("│", x: left - 1, y: y + index, ink: paint.muted)
        guard index < lane.rows.count else { continue }
        for span in lane.rows[index] { draw(span, time, x: left, y: y + index, room, in: &canvas) }
      }
      for instant in lane.instants { draw(instant, time, x: left, y: y, room, in: &canvas) }
      y += max(1, lane.rows.count)
    }
    if rows.lanes.isEmpty { canvas.put("no data", x: left + 1, y: y) }
    drawAxis(time, x: left, room, in: &canvas)
    TextHeading.putNotes(rows.notes, in: &canvas)
    return canvas
  }

  private func column(_ value: Double, _ axis: ResolvedAxis, _ room: Int) -> Double {
    axis.scale.fraction(value) * Double(room - 1)
  }

  private func draw(
    _ span: TimelineChart.Span, _ axis: ResolvedAxis, x: Int, y: Int, _ room: Int,
    in canvas: inout TextCanvas
  ) {
    let (start, stop) = (column(span.start, axis, room), column(span.end, axis, room))
    guard stop >= 0, start <= Double(room - 1) else { return }
    let first = Int(max(0, start).rounded())
    let last = max(first, Int(min(Double(room - 1), stop).rounded()) - 1)
    let p = groups[span.group] ?? .series(0)
    let size = last - first + 1
    guard let ink = paint.ink(p) else {
      canvas.put(String(repeating: paint.fill(p), count: size), x: x + first, y: y)
      if span.label.displayWidth + 2 <= size { canvas.put(span.label, x: x + first + 1, y: y) }
      return
    }
    let label = span.label.displayWidth + 2 <= size ? " " + span.label : ""
    canvas.put(label.padded(toWidth: size), x: x + first, y: y, ink: Color(0x14181D), ground: ink)
    // A hair between neighbours of one colour.
    if size > 1 { canvas.put("▏", x: x + first, y: y, ink: Color(0x14181D), ground: ink) }
  }

  private func draw(
    _ instant: TimelineChart.Instant, _ axis: ResolvedAxis, x: Int, y: Int, _ room: Int,
    in canvas: inout TextCanvas
  ) {
    guard axis.scale.admits(instant.time), (0...1).contains(axis.scale.fraction(instant.time))
    else {
      return
    }
    let place = x + Int(column(instant.time, axis, room).rounded())
    canvas.put("◆", x: place, y: y)
    guard !instant.label.isEmpty else { return }
    let size = instant.label.displayWidth
    let isRight = place + 2 + size <= canvas.width
    canvas.put(
      isRight ? " " + instant.label : instant.label + " ",
      x: isRight ? place + 1 : place - size - 1, y: y)
  }

  private func drawAxis(_ axis: ResolvedAxis, x: Int, _ room: Int, in canvas: inout TextCanvas) {
    let y = canvas.height
    canvas.put("└" + String(repeating: "─", count: room), x: x - 1, y: y, ink: paint.muted)
    var next = 0
    for tick in axis.ticks where tick.isMajor {
      let place = x + Int(column(tick.value, axis, room).rounded())
      let size = tick.label.displayWidth
      let start = min(place - (size - 1) / 2, canvas.width - size)
      guard start >= next, place >= x, place < x + room else { continue }
      canvas.put("┬", x: place, y: y, ink: paint.muted)
      canvas.put(tick.label, x: start, y: y + 1)
      next = start + size + 2
    }
    if !axis.title.isEmpty {
      canvas.put(axis.title, endingAt: x + room - 1, y: y + 2, ink: paint.muted)
    }
  }
}
