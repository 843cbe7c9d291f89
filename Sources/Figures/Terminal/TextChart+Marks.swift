import Base

// Marks, from the back to the front.

extension TextChart {
  mutating func drawRules() {
    for layer in resolved.layers {
      guard case .rule(let value, let isVertical) = layer.shape else { continue }
      let ink = paint.ink(layer.paint)
      if isVertical {
        let place = column(value)
        guard isInside(place, plot.y) else { continue }
        for row in 0..<plot.rows { canvas.put("┆", x: place, y: plot.y + row, ink: ink) }
      } else {
        let place = row(value)
        guard isInside(plot.x, place) else { continue }
        canvas.put(String(repeating: "┄", count: plot.columns), x: plot.x, y: place, ink: ink)
      }
    }
  }

  /// Bars as columns of eighths; the tallest of those that share a column is seen.
  mutating func drawBoxes() {
    for layer in resolved.layers {
      guard case .boxes(let boxes, _) = layer.shape else { continue }
      var spans = [(low: Double, high: Double)?](repeating: nil, count: plot.columns)
      for box in boxes {
        let (a, b) = (dots(Point(x: box.x0, y: box.y0)), dots(Point(x: box.x1, y: box.y1)))
        let first = Int((min(a.x, b.x) / 2).rounded())
        let last = max(first, Int((max(a.x, b.x) / 2).rounded()) - 1)
        guard last >= 0, first < plot.columns else { continue }
        for column in max(0, first)...min(plot.columns - 1, last) {
          let (low, high) = (min(a.y, b.y), max(a.y, b.y))
          let old = spans[column] ?? (low, high)
          spans[column] = (min(old.low, low), max(old.high, high))
        }
      }
      for (column, span) in spans.enumerated() {
        if let span { drawColumn(column, top: span.low, bottom: span.high, layer.paint) }
      }
    }
  }

  private mutating func drawColumn(_ column: Int, top: Double, bottom: Double, _ p: Paint) {
    let ink = paint.ink(p)
    let fill = paint.fill(p)
    let eighths = (
      top: max(0, (top + 0.5) * 2), bottom: min(Double(plot.rows * 8), (bottom + 1) * 2)
    )
    for row in 0..<plot.rows {
      let start = max(eighths.top, Double(row * 8))
      let height = Int((min(eighths.bottom, Double(row * 8 + 8)) - start).rounded())
      guard height > 0 else { continue }
      let isTop = start > Double(row * 8)
      let partial = Character(Unicode.Scalar(0x2580 + UInt32(min(8, height))) ?? "█")
      let character = isTop && height < 8 ? (fill == "█" ? partial : height < 4 ? " " : fill) : fill
      if character != " " {
        canvas.put(String(character), x: plot.x + column, y: plot.y + row, ink: ink)
      }
    }
  }

  mutating func drawBraille() {
    var layer = BrailleLayer(columns: plot.columns, rows: plot.rows)
    for item in resolved.layers {
      let ink = paint.ink(item.paint)
      switch item.shape {
      case .path(let segments, let isStep):
        for segment in segments { drawPath(segment, item, isStep, &layer) }
      case .dots(let points) where !hasLetters:
        for point in points {
          let p = dots(point)
          layer.dot(Int(p.x.rounded()), Int(p.y.rounded()), ink)
        }
      case .band(let segments):
        for segment in segments { drawBand(segment, ink, &layer) }
      default: break
      }
    }
    layer.draw(in: &canvas, x: plot.x, y: plot.y)
  }

  private func drawPath(
    _ segment: [Point], _ item: ResolvedChart.Layer, _ isStep: Bool, _ layer: inout BrailleLayer
  ) {
    let ink = paint.ink(item.paint)
    let dashes = paint.dashes(item.paint, isDashed: item.isDashed)
    let points = Decimation.path(segment.map(dots))
    var phase = 0
    guard var last = points.first else { return }
    layer.line(from: last, to: last, ink, dashes: [], phase: &phase)
    for point in points.dropFirst() {
      if isStep {
        let corner = Point(x: point.x, y: last.y)
        layer.line(from: last, to: corner, ink, dashes: dashes, phase: &phase)
        last = corner
      }
      layer.line(from: last, to: point, ink, dashes: dashes, phase: &phase)
      last = point
    }
  }

  /// A band is its two curves, and every fourth dot between them.
  private func drawBand(
    _ segment: [ResolvedChart.BandPoint], _ ink: Color?, _ layer: inout BrailleLayer
  ) {
    var phase = 0
    for (a, b) in zip(segment, segment.dropFirst()) {
      let upper = (dots(Point(x: a.x, y: a.high)), dots(Point(x: b.x, y: b.high)))
      let lower = (dots(Point(x: a.x, y: a.low)), dots(Point(x: b.x, y: b.low)))
      layer.line(from: upper.0, to: upper.1, ink, dashes: [], phase: &phase)
      layer.line(from: lower.0, to: lower.1, ink, dashes: [], phase: &phase)
      let width = upper.1.x - upper.0.x
      let limit = Double(plot.columns * 2)
      let (first, last) = (Int(max(0, upper.0.x)), Int(min(limit, max(0, upper.1.x))))
      guard width > 0, first <= last else { continue }
      for x in first...last {
        let t = (Double(x) - upper.0.x) / width
        let top = max(0, upper.0.y + (upper.1.y - upper.0.y) * t)
        let bottom = min(Double(plot.rows * 4), lower.0.y + (lower.1.y - lower.0.y) * t)
        guard top < bottom else { continue }
        for y in Int(top)...Int(bottom) where (x + 2 * (y % 2)) % 4 == 0 { layer.dot(x, y, ink) }
      }
    }
  }

  /// Few dots are drawn as letters; without colours several sets need them to be told apart.
  var hasLetters: Bool {
    let sets = resolved.layers.compactMap { layer in
      if case .dots(let points) = layer.shape { points.count } else { nil }
    }
    return (sets.count > 1 && paint.color == .none) || sets.reduce(0, +) <= 40
  }

  mutating func drawDotsAsLetters() {
    guard hasLetters else { return }
    for layer in resolved.layers {
      guard case .dots(let points) = layer.shape else { continue }
      for point in points {
        let (column, row) = (column(point.x), row(point.y))
        if isInside(column, row) {
          canvas.put(String(paint.dot(layer.paint)), x: column, y: row, ink: paint.ink(layer.paint))
        }
      }
    }
  }

  mutating func drawTexts() {
    for layer in resolved.layers {
      switch layer.shape {
      case .rule(let value, let isVertical) where !layer.name.isEmpty:
        drawRuleName(layer, value, isVertical)
      case .labels(let texts):
        for text in texts {
          let place = (x: column(text.x), y: row(text.y))
          guard isInside(place.x, place.y) else { continue }
          let size = text.text.displayWidth
          let above = max(plot.y, place.y - 1)
          let start = min(place.x + 1, canvas.width - size)
          canvas.put(text.text, x: max(plot.x, start), y: above)
        }
      default: break
      }
    }
  }

  private mutating func drawRuleName(
    _ layer: ResolvedChart.Layer, _ value: Double, _ isVertical: Bool
  ) {
    let ink = paint.ink(layer.paint)
    let end = plot.x + plot.columns
    if isVertical {
      let place = column(value)
      guard isInside(place, plot.y) else { return }
      let name = layer.name.truncated(toWidth: plot.columns - 2)
      let start = place + 1 + name.displayWidth <= end ? place + 1 : place - name.displayWidth
      canvas.put(name, x: max(plot.x, start), y: plot.y, ink: ink)
    } else {
      let place = row(value)
      guard isInside(plot.x, place) else { return }
      let name = " " + layer.name.truncated(toWidth: plot.columns - 3) + " "
      let right = end - name.displayWidth
      // On the side where the line itself is free.
      let isRuled = (right..<end).allSatisfy { canvas.character(x: $0, y: place) == "┄" }
      canvas.put(name, x: isRuled ? right : plot.x + 1, y: place, ink: ink)
    }
  }
}
