/// Names that stand at the right ends of lines instead of a legend.
struct EndLabels {
  /// One name, where its line ends, and where the name is set.
  struct Label {
    var name: String
    var paint: Paint
    var end: Point
    var y: Double
  }

  let labels: [Label]

  /// How close two names may stand.
  private static let lead = 14.0

  /// The names of the lines and the room they need, before their places are known; nil where the
  /// chart has anything but a few named lines.
  static func room(for chart: ResolvedChart, width: Double) -> Double? {
    var widest = 0.0
    var count = 0
    for layer in chart.layers where !layer.shape.isAnnotation && !layer.name.isEmpty {
      guard case .path(let segments, _) = layer.shape, segments.last?.last != nil else {
        return nil
      }
      widest = max(widest, TextMeasure.width(layer.name, size: 11.5))
      count += 1
    }
    return (1...8).contains(count) && widest < width * 0.3 ? widest + 12 : nil
  }

  /// Places the names; nil where lines end far from the border or too close to one another.
  init?(_ chart: ResolvedChart, layout: ChartLayout) {
    var found: [Label] = []
    for layer in chart.layers where !layer.name.isEmpty {
      guard case .path(let segments, _) = layer.shape, let last = segments.last?.last else {
        continue
      }
      let end = layout.pixel(last)
      guard end.x > layout.plot.right - layout.plot.width * 0.12, end.x <= layout.plot.right + 1,
        end.y >= layout.plot.y - 1, end.y <= layout.plot.bottom + 1
      else { return nil }
      found.append(Label(name: layer.name, paint: layer.paint, end: end, y: end.y))
    }
    found.sort { $0.end.y < $1.end.y }
    for index in found.indices.dropFirst() {
      found[index].y = max(found[index].y, found[index - 1].y + Self.lead)
    }
    // Moving all up by half of the last shift spreads the error over both sides.
    let shift = found.map { $0.y - $0.end.y }.max() ?? 0
    for index in found.indices { found[index].y -= shift / 2 }
    for index in found.indices.dropFirst() {
      found[index].y = max(found[index].y, found[index - 1].y + Self.lead)
    }
    guard found.allSatisfy({ abs($0.y - $0.end.y) <= 9 }) else { return nil }
    labels = found
  }

  func draw(in canvas: inout SVGCanvas, plot: Rect) {
    for label in labels {
      canvas.text(
        label.name, at: Point(x: plot.right + 8, y: label.y + 4),
        TextStyle(size: 11.5, classes: label.paint.textClass))
    }
  }
}
