/// Draws the key of a heat map: a bar of its colours with ticks.
struct ColorBarDrawing {
  private let axis: ResolvedAxis
  private let ramp: ColorRamp
  let height: Double

  private static let thickness = 12.0

  init(colors: ResolvedColors, height: Double) {
    axis = ResolvedAxis(
      colors.axis.withNumericKind, scale: colors.scale, about: max(2, Int(height / 36)))
    ramp = colors.ramp
    self.height = height
  }

  var hasTitle: Bool { !axis.title.isEmpty }

  var width: Double {
    let labels = axis.ticks.map { TextMeasure.width($0.label, size: 11) }.max() ?? 0
    return max(Self.thickness + 9 + labels, TextMeasure.width(axis.title, size: 11.5))
  }

  func draw(at p: Point, in canvas: inout SVGCanvas) {
    canvas.text(axis.title, at: Point(x: p.x, y: p.y - 8), .label)
    let steps = max(16, Int(height / 2))
    let step = height / Double(steps)
    canvas.raw("<g shape-rendering=\"crispEdges\">")
    for index in 0..<steps {
      let color = ramp.color(at: 1 - (Double(index) + 0.5) / Double(steps))
      // Overlap by a fraction, or the ground shines through between the steps.
      canvas.rect(
        Rect(
          x: p.x, y: p.y + Double(index) * step, width: Self.thickness,
          height: index == steps - 1 ? step : step + 0.6),
        "fill=\"\(color.hex)\"")
    }
    canvas.raw("</g>")
    for tick in axis.ticks {
      let y = p.y + height * (1 - axis.scale.fraction(tick.value))
      let x = p.x + Self.thickness
      canvas.line(
        Point(x: x, y: y), Point(x: x + (tick.isMajor ? 4 : 2), y: y), "class=\"a\"")
      canvas.text(tick.label, at: Point(x: x + 7, y: y + 3.8), .tick)
    }
  }
}

extension Axis {
  /// The axis with a kind that colours can follow.
  var withNumericKind: Axis {
    var axis = self
    if axis.kind != .log { axis.kind = .linear }
    return axis
  }
}
