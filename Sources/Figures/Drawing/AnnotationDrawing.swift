/// Draws rules and texts over the marks of a chart.
struct AnnotationDrawing {
  let layout: ChartLayout

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
      written(layer.name, Point(x: plot.right - 2, y: y), .end, layer.paint, &canvas)
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
