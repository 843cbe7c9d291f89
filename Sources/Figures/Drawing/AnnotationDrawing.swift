/// Draws rules and texts over the marks of a chart.
struct AnnotationDrawing {
  let layout: ChartLayout
  /// Where lines and dots are, in pixels: names keep away from them.
  private let occupied: [Point]

  init(layout: ChartLayout, layers: [ResolvedChart.Layer]) {
    self.layout = layout
    occupied = layers.flatMap { Self.samples(of: $0.shape, layout) }
  }

  /// At most some hundred places of a layer, also between the points of a line.
  private static func samples(of shape: ResolvedChart.Shape, _ layout: ChartLayout) -> [Point] {
    switch shape {
    case .dots(let points):
      let step = max(1, points.count / 500)
      return stride(from: 0, to: points.count, by: step).map { layout.pixel(points[$0]) }
    case .path(let segments, _):
      return segments.flatMap { segment -> [Point] in
        let step = max(1, segment.count / 500)
        let pixels = stride(from: 0, to: segment.count, by: step).map { layout.pixel(segment[$0]) }
        return pixels + zip(pixels, pixels.dropFirst()).flatMap(Self.between)
      }
    default: return []
    }
  }

  private static func between(_ a: Point, _ b: Point) -> [Point] {
    let count = min(100, Int(max(abs(b.x - a.x), abs(b.y - a.y)) / 5))
    guard count > 0 else { return [] }
    return (1...count).map { index in
      let t = Double(index) / Double(count + 1)
      return Point(x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t)
    }
  }

  private func crowd(_ r: Rect) -> Int {
    occupied.count { $0.x >= r.x && $0.x <= r.right && $0.y >= r.y && $0.y <= r.bottom }
  }

  func draw(_ layer: ResolvedChart.Layer, in canvas: inout SVGCanvas) {
    switch layer.shape {
    case .rule(let value, let isVertical): drawRule(layer, value, isVertical, &canvas)
    case .labels(let texts): for text in texts { drawText(text, layer.paint, &canvas) }
    default: break
    }
  }

  private func drawRule(
    _ layer: ResolvedChart.Layer, _ value: Double, _ isVertical: Bool, _ canvas: inout SVGCanvas
  ) {
    let plot = layout.plot
    let place = isVertical ? layout.px(value) : layout.py(value)
    let range = isVertical ? plot.x - 0.5...plot.right + 0.5 : plot.y - 0.5...plot.bottom + 0.5
    guard range.contains(place) else {
      canvas.note("the line at \(NumberFormat.short(value)) lies outside the axes")
      return
    }
    let ends =
      isVertical
      ? (Point(x: place, y: plot.y), Point(x: place, y: plot.bottom))
      : (Point(x: plot.x, y: place), Point(x: plot.right, y: place))
    canvas.line(ends.0, ends.1, layer.paint.stroke(1.3) + " stroke-dasharray=\"5 3\"")
    let room = TextMeasure.width(layer.name, size: 11) + 6
    if isVertical {
      let isRight = place + room < plot.right
      written(
        layer.name, Point(x: place + (isRight ? 5 : -5), y: plot.y + 10),
        isRight ? .start : .end, layer.paint, &canvas)
    } else {
      let y = place - plot.y < 16 ? place + 13 : place - 5
      let right = Rect(x: plot.right - room - 4, y: y - 11, width: room + 8, height: 14)
      var left = right
      left.x = plot.x + 2
      let isLeft = crowd(left) < crowd(right)
      written(
        layer.name, Point(x: isLeft ? plot.x + 6 : plot.right - 2, y: y), isLeft ? .start : .end,
        layer.paint, &canvas)
    }
  }

  private func drawText(_ text: PlacedText, _ paint: Paint, _ canvas: inout SVGCanvas) {
    let p = layout.pixel(Point(x: text.x, y: text.y))
    let plot = layout.plot
    guard p.x >= plot.x - 1, p.x <= plot.right + 1, p.y >= plot.y - 1, p.y <= plot.bottom + 1 else {
      return
    }
    let width = TextMeasure.width(text.text, size: 11)
    let anchor: Anchor = p.x + width + 6 > plot.right ? .end : .start
    let dx = anchor == .end ? -6.0 : 6.0
    written(text.text, Point(x: p.x + dx, y: p.y - 6), anchor, paint, &canvas)
  }

  /// Text with a rim of ground, so that lines below do not cross it.
  private func written(
    _ text: String, _ p: Point, _ anchor: Anchor, _ paint: Paint, _ canvas: inout SVGCanvas
  ) {
    let style = TextStyle(size: 11, classes: "h " + paint.textClass, anchor: anchor)
    canvas.text(
      text, at: p, style,
      extra: " paint-order=\"stroke\" stroke-width=\"3\" stroke-linejoin=\"round\"")
  }
}
