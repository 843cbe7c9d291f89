import Glibc

/// Draws layers of a chart into its plot.
struct MarkDrawing {
  let layout: ChartLayout
  /// True where bars stand on one another, so that only their outline could be round.
  let isStacked: Bool

  /// More dots than this become a density picture.
  static let densityThreshold = 10_000

  func draw(_ layer: ResolvedChart.Layer, in canvas: inout SVGCanvas) {
    switch layer.shape {
    case .path(let segments, let isStep): drawPath(layer, segments, isStep, &canvas)
    case .dots(let points): drawDots(points, layer.paint, &canvas)
    case .boxes(let boxes, let isTouching): drawBoxes(layer, boxes, isTouching, &canvas)
    case .band(let segments): drawBand(segments, layer.paint, &canvas)
    case .rule, .labels: break
    }
  }

  private func drawPath(
    _ layer: ResolvedChart.Layer, _ segments: [[Point]], _ isStep: Bool, _ canvas: inout SVGCanvas
  ) {
    let total = segments.lazy.map(\.count).reduce(0, +)
    var data = ""
    var lonely: [Point] = []
    for segment in segments {
      let pixels = segment.map(layout.pixel)
      let isDense = pixels.count > 4 * Int(layout.plot.width)
      if isDense {
        canvas.note("\(total) points of a line are drawn as the extremes of each pixel column")
      }
      if pixels.count == 1 { lonely.append(pixels[0]) }
      data += PathData.line(isDense ? Decimation.path(pixels) : pixels, isStep: isStep)
    }
    let dash = layer.isDashed ? " stroke-dasharray=\"5 4\"" : ""
    canvas.path(
      data,
      layer.paint.stroke(1.8) + " stroke-linejoin=\"round\" stroke-linecap=\"round\"" + dash)
    // A few measurements are shown as such; the line only joins them.
    if !isStep, total <= 12 { lonely = segments.flatMap { $0.map(layout.pixel) } }
    for point in lonely { canvas.circle(point, radius: 2.8, layer.paint.fill) }
  }

  private func drawDots(_ points: [Point], _ paint: Paint, _ canvas: inout SVGCanvas) {
    let plot = layout.plot
    let pixels = points.map(layout.pixel).filter {
      $0.x >= plot.x - 8 && $0.x <= plot.right + 8 && $0.y >= plot.y - 8 && $0.y <= plot.bottom + 8
    }
    if pixels.count > Self.densityThreshold { return drawDensity(pixels, paint, &canvas) }
    let (diameter, opacity) =
      switch pixels.count {
      case ...60: (7.0, 0.85)
      case ...400: (5.5, 0.7)
      case ...2000: (4.0, 0.5)
      default: (3.0, 0.35)
      }
    if pixels.count <= 2000 {
      canvas.raw("<g \(paint.fill) fill-opacity=\"\(opacity)\">")
      for p in pixels {
        canvas.raw("<circle cx=\"\(n(p.x))\" cy=\"\(n(p.y))\" r=\"\(n(diameter / 2))\"/>")
      }
      canvas.raw("</g>")
    } else {
      // A line of no length with round ends is a dot in a tenth of the bytes.
      let data = pixels.map { "M\(n($0.x)) \(n($0.y))h0" }.joined()
      canvas.path(
        data, paint.stroke(diameter) + " stroke-linecap=\"round\" stroke-opacity=\"\(opacity)\"")
    }
  }

  private func drawDensity(_ pixels: [Point], _ paint: Paint, _ canvas: inout SVGCanvas) {
    let cell = 3.0
    canvas.note("\(pixels.count) points are drawn as their density in cells of 3 pixels")
    let counts = Decimation.density(pixels, cell: cell)
    let most = log(Double(counts.map(\.count).max() ?? 1)) + 1
    var levels = [String](repeating: "", count: 10)
    for (column, row, count) in counts {
      let level = min(9, Int((log(Double(count)) + 1) / most * 10 - 0.001))
      levels[level] +=
        "M\(n(Double(column) * cell)) \(n(Double(row) * cell))h3v3h-3z"
    }
    for (level, data) in levels.enumerated() where !data.isEmpty {
      canvas.path(data, paint.fill + " fill-opacity=\"\(n(Double(level + 1) / 10))\"")
    }
  }

  private func drawBand(
    _ segments: [[ResolvedChart.BandPoint]], _ paint: Paint, _ canvas: inout SVGCanvas
  ) {
    for segment in segments {
      var upper = segment.map { layout.pixel(Point(x: $0.x, y: $0.high)) }
      var lower = segment.map { layout.pixel(Point(x: $0.x, y: $0.low)) }
      if segment.count > 4 * Int(layout.plot.width) {
        canvas.note("\(segment.count) points of an area are drawn as the extremes of each column")
        (upper, lower) = (Decimation.path(upper), Decimation.path(lower))
      }
      let outline = upper + lower.reversed()
      canvas.path(
        PathData.line(outline, isStep: false) + "z", paint.fill + " fill-opacity=\"0.22\"")
      canvas.path(
        PathData.line(upper, isStep: false),
        paint.stroke(1.2) + " stroke-linejoin=\"round\" stroke-opacity=\"0.8\"")
    }
  }

  private func drawBoxes(
    _ layer: ResolvedChart.Layer, _ boxes: [ResolvedChart.Box], _ isTouching: Bool,
    _ canvas: inout SVGCanvas
  ) {
    let rects = boxes.map(rect)
    if boxes.count > 400 {
      let merged = Self.merged(rects, plot: layout.plot)
      if merged.count < rects.count {
        canvas.note("\(rects.count) bars are drawn as the tallest of each pixel column")
      }
      let data = merged.map { r in
        "M\(n(r.x)) \(n(r.y))h\(n(r.width))v\(n(r.height))h\(n(-r.width))z"
      }
      return canvas.path(data.joined(), layer.paint.fill)
    }
    for var rect in rects {
      // A hair of ground between touching bars shows where one ends.
      if isTouching, rect.width > 3 {
        rect.x += 0.5
        rect.width -= 1
      }
      let radius = isStacked ? 0 : min(1.5, min(rect.width, rect.height) / 4)
      canvas.rect(rect, layer.paint.fill, radius: radius)
    }
  }

  private func rect(_ box: ResolvedChart.Box) -> Rect {
    let a = layout.pixel(Point(x: box.x0, y: box.y0))
    let b = layout.pixel(Point(x: box.x1, y: box.y1))
    return Rect(
      x: min(a.x, b.x), y: min(a.y, b.y), width: abs(b.x - a.x), height: abs(b.y - a.y))
  }

  /// Writes the values of bars at their ends.
  func drawValues(_ layer: ResolvedChart.Layer, in canvas: inout SVGCanvas) {
    guard case .boxes(let boxes, _) = layer.shape else { return }
    let plot = layout.plot
    for box in boxes {
      let rect = rect(box)
      guard rect.x >= plot.x - 1, rect.right <= plot.right + 1, rect.y >= plot.y - 1,
        rect.bottom <= plot.bottom + 1
      else { continue }
      drawValue(box, rect, &canvas)
    }
  }

  /// Bars narrower than a pixel: one per column, the union of those in it.
  private static func merged(_ rects: [Rect], plot: Rect) -> [Rect] {
    guard rects.count > 2 * Int(max(plot.width, plot.height)) else { return rects }
    var columns: [Int: Rect] = [:]
    for rect in rects where rect.x.isFinite && abs(rect.x) < 1e6 {
      let column = Int(rect.x)
      guard let old = columns[column] else {
        columns[column] = rect
        continue
      }
      let (top, bottom) = (min(old.y, rect.y), max(old.bottom, rect.bottom))
      columns[column] = Rect(
        x: old.x, y: top, width: max(old.right, rect.right) - old.x, height: bottom - top)
    }
    return columns.keys.sorted().compactMap { columns[$0] }
  }

  private func drawValue(_ box: ResolvedChart.Box, _ rect: Rect, _ canvas: inout SVGCanvas) {
    let style = TextStyle(size: 11)
    let text = layout.valueAxis.text(box.value)
    if layout.yRunsDown {
      let p = Point(x: box.value < 0 ? rect.x - 5 : rect.right + 5, y: rect.middleY + 3.8)
      canvas.text(text, at: p, style.anchored(box.value < 0 ? .end : .start))
    } else {
      let y = box.value < 0 ? rect.bottom + 12 : rect.y - 5
      canvas.text(text, at: Point(x: rect.middleX, y: y), style.anchored(.middle))
    }
  }
}

/// Path data of joined points.
enum PathData {
  /// A line through points, or steps that hold each value until the next point.
  static func line(_ points: [Point], isStep: Bool) -> String {
    guard let first = points.first else { return "" }
    var data = "M\(n(first.x)) \(n(first.y))"
    for point in points.dropFirst() {
      data += isStep ? "H\(n(point.x))V\(n(point.y))" : "L\(n(point.x)) \(n(point.y))"
    }
    return data
  }
}
