/// The heading of a figure: title and subtitle, wrapped.
struct Header {
  /// Draws the heading at the top of a frame and tells how high it is; 0 without one.
  static func draw(
    title: String, subtitle: String, at origin: Point, width: Double, in canvas: inout SVGCanvas
  ) -> Double {
    var y = origin.y
    for (text, style, lead) in [(title, TextStyle.title, 19.0), (subtitle, .subtitle, 16.0)] {
      let lines = TextMeasure.wrapped(text, to: width, size: style.size, isBold: style.isBold)
      for line in lines {
        y += lead
        canvas.text(line, at: Point(x: origin.x, y: y - lead + style.size), style)
      }
    }
    return y > origin.y ? y - origin.y + 7 : 0
  }
}

/// A row of names with samples of their colours.
struct LegendRow {
  /// What the sample looks like.
  enum Sample { case line(isDashed: Bool), square, dot }

  /// One name.
  struct Entry {
    var name: String
    var paint: Paint
    var sample: Sample
    /// How solid a square is.
    var opacity = 1.0
  }

  /// Draws the names, wrapped into rows, and tells how high they are; 0 without names.
  static func draw(
    _ entries: [Entry], at origin: Point, width: Double, in canvas: inout SVGCanvas
  ) -> Double {
    guard !entries.isEmpty else { return 0 }
    let size = 11.5
    var (x, y) = (origin.x, origin.y)
    for entry in entries {
      let name = TextMeasure.truncated(entry.name, to: max(40, width - 24), size: size)
      let needed = 22 + TextMeasure.width(name, size: size)
      if x > origin.x, x + needed > origin.x + width { (x, y) = (origin.x, y + 18) }
      draw(entry, at: Point(x: x, y: y), in: &canvas)
      canvas.text(name, at: Point(x: x + 21, y: y + 10), TextStyle(size: size))
      x += needed + 14
    }
    return y - origin.y + 24
  }

  private static func draw(_ entry: Entry, at p: Point, in canvas: inout SVGCanvas) {
    let opacity = entry.opacity < 1 ? " fill-opacity=\"\(n(entry.opacity))\"" : ""
    switch entry.sample {
    case .line(let isDashed):
      let dash = isDashed ? " stroke-dasharray=\"4 3\"" : ""
      canvas.line(
        Point(x: p.x, y: p.y + 6), Point(x: p.x + 16, y: p.y + 6), entry.paint.stroke(2) + dash)
    case .square:
      let outline = entry.opacity < 1 ? entry.paint.fillAndStroke(1) : entry.paint.fill
      canvas.rect(
        Rect(x: p.x + 2.5, y: p.y + 0.5, width: 11, height: 11), outline + opacity, radius: 2)
    case .dot: canvas.circle(Point(x: p.x + 8, y: p.y + 6), radius: 4, entry.paint.fill)
    }
  }
}
