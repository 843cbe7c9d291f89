import Glibc

/// A chart with its data cleaned, its bars placed and its scales found: what every renderer draws.
struct ResolvedChart {
  /// A bar in values of the axes, and the number it stands for.
  struct Box {
    var x0, x1, y0, y1: Double
    var value: Double
  }

  /// Data of a layer in values of the axes, free of what cannot be drawn.
  enum Shape {
    case path(segments: [[Point]], isStep: Bool)
    case dots([Point])
    case boxes([Box], isTouching: Bool)
    case band(segments: [[BandPoint]])
    case rule(Double, isVertical: Bool)
    case labels([PlacedText])
  }

  /// The lower and upper curve at one place.
  struct BandPoint {
    var x, low, high: Double
  }

  /// One layer.
  struct Layer {
    var shape: Shape
    var name: String
    var paint: Paint
    var isDashed: Bool
  }

  var layers: [Layer] = []
  /// The axis that lies at the bottom, and the one at the left side.
  var xAxis, yAxis: Axis
  var x, y: Scale
  /// Whether all values along an axis are whole numbers.
  private(set) var isWhole = (x: false, y: false)
  /// What was left out, as sentences.
  var notes: [String] = []
  let isHorizontal: Bool
  /// True where bars or bins stand on the value axis, which then starts at 0.
  private(set) var hasBars = false

  var isEmpty: Bool {
    layers.allSatisfy { layer in
      switch layer.shape {
      case .path(let segments, _): segments.isEmpty
      case .dots(let points): points.isEmpty
      case .boxes(let boxes, _): boxes.isEmpty
      case .band(let segments): segments.isEmpty
      case .labels(let texts): texts.isEmpty
      case .rule: true
      }
    }
  }

  init(_ chart: Chart) {
    isHorizontal = chart.isHorizontal
    (xAxis, yAxis) = (chart.x, chart.y)
    (x, y) = (Scale(kind: .linear, low: 0, high: 1), Scale(kind: .linear, low: 0, high: 1))
    var cleaner = MarkCleaner(x: chart.x.kind, y: chart.y.kind)
    let slots = BarSlots(chart)
    var nextColor = 0
    var nextBars = 0
    for mark in chart.marks {
      let shape: Shape
      if case .bars(let series) = mark.shape {
        shape = .boxes(slots.boxes(series, index: nextBars, &cleaner), isTouching: false)
        nextBars += 1
        hasBars = true
      } else {
        shape = cleaner.shape(of: mark.shape)
        if case .bins = mark.shape { hasBars = true }
      }
      let isQuiet = shape.isAnnotation
      let paint = mark.paint ?? (isQuiet ? .muted : .series(nextColor))
      // The palette repeats after eight: dashes tell the second round from the first.
      let isSecondRound = mark.paint == nil && !isQuiet && nextColor >= Palette.categories
      if mark.paint == nil, !isQuiet { nextColor += 1 }
      layers.append(
        Layer(
          shape: shape, name: mark.name, paint: paint, isDashed: mark.isDashed || isSecondRound))
    }
    notes = cleaner.notes
    findScales()
    if chart.isHorizontal { transpose() }
  }

  private mutating func findScales() {
    var extent = Extent()
    for layer in layers { extent.include(layer.shape) }
    isWhole = (extent.x.hasWholeValues, extent.y.hasWholeValues)
    let onlyLines = layers.allSatisfy { $0.shape.isJoined || $0.shape.isAnnotation }
    x = extent.scale(for: xAxis, low: extent.x.low, high: extent.x.high)
    var (low, high) = (extent.y.low, extent.y.high)
    if yAxis.kind == .linear, low <= high {
      // From 0 where bars need it or where it costs little room.
      if hasBars || (low > 0 && low < 0.35 * high) { low = min(low, 0) }
      if hasBars || (high < 0 && high > 0.35 * low) { high = max(high, 0) }
    }
    y = extent.scale(for: yAxis, low: low, high: high)
    if !onlyLines, !hasBars, x.kind != .time, xAxis.categories == nil {
      x = padded(x, xAxis)
    }
    for index in layers.indices { layers[index].shape.liftBars(toBaseOf: y) }
  }

  /// Dots at the border are cut in half: a little room keeps them whole.
  private func padded(_ scale: Scale, _ axis: Axis) -> Scale {
    Scale(
      kind: scale.kind, low: axis.minimum == nil ? scale.value(at: -0.02) : scale.low,
      high: axis.maximum == nil ? scale.value(at: 1.02) : scale.high)
  }

  private mutating func transpose() {
    swap(&x, &y)
    isWhole = (isWhole.y, isWhole.x)
    swap(&xAxis, &yAxis)
    for index in layers.indices { layers[index].shape.transpose() }
  }

  /// True where the left axis runs downwards: names are read from the top.
  var yRunsDown: Bool { yAxis.categories != nil }
}

extension ResolvedChart.Shape {
  /// True for rules and texts, which comment on data.
  var isAnnotation: Bool {
    switch self {
    case .rule, .labels: true
    default: false
    }
  }

  /// True for what spans the chart from side to side.
  var isJoined: Bool {
    switch self {
    case .path, .band: true
    default: false
    }
  }

  /// On a log axis a bar cannot start at 0: it starts at the low end.
  fileprivate mutating func liftBars(toBaseOf y: Scale) {
    guard y.kind == .log, case .boxes(var boxes, let isTouching) = self else { return }
    for index in boxes.indices where boxes[index].y0 <= 0 { boxes[index].y0 = y.low }
    self = .boxes(boxes, isTouching: isTouching)
  }

  fileprivate mutating func transpose() {
    switch self {
    case .path(let segments, let isStep):
      self = .path(segments: segments.map { $0.map { Point(x: $0.y, y: $0.x) } }, isStep: isStep)
    case .dots(let points): self = .dots(points.map { Point(x: $0.y, y: $0.x) })
    case .boxes(let boxes, let isTouching):
      self = .boxes(
        boxes.map { .init(x0: $0.y0, x1: $0.y1, y0: $0.x0, y1: $0.x1, value: $0.value) },
        isTouching: isTouching)
    case .band(let segments):
      // A lying band has no curve over x: its outline becomes two paths.
      self = .path(
        segments: segments.flatMap { segment in
          [segment.map { Point(x: $0.low, y: $0.x) }, segment.map { Point(x: $0.high, y: $0.x) }]
        }, isStep: false)
    case .rule(let value, let isVertical): self = .rule(value, isVertical: !isVertical)
    case .labels(let texts): self = .labels(texts.map { PlacedText(x: $0.y, y: $0.x, $0.text) })
    }
  }
}

/// The least and greatest values seen in both directions.
private struct Extent {
  struct Range {
    var low = Double.infinity
    var high = -Double.infinity
    var isWhole = true

    /// True where there are values, all of them whole, and more than one tick fits between them.
    var hasWholeValues: Bool { isWhole && high - low >= 2 }

    mutating func include(_ value: Double) {
      if value < low { low = value }
      if value > high { high = value }
      if isWhole, value != value.rounded() { isWhole = false }
    }

    /// A bar is where its middle is: its sides say nothing about whole numbers.
    mutating func includeSides(_ a: Double, _ b: Double, isTouching: Bool) {
      let wasWhole = isWhole
      include(a)
      include(b)
      if !isTouching { isWhole = wasWhole && (a + b) / 2 == ((a + b) / 2).rounded() }
    }
  }

  var x = Range()
  var y = Range()

  mutating func include(_ shape: ResolvedChart.Shape) {
    switch shape {
    case .path(let segments, _):
      for segment in segments { for point in segment { include(point.x, point.y) } }
    case .dots(let points): for point in points { include(point.x, point.y) }
    case .boxes(let boxes, let isTouching):
      for box in boxes {
        x.includeSides(box.x0, box.x1, isTouching: isTouching)
        y.include(box.y0)
        y.include(box.y1)
      }
    case .band(let segments):
      for segment in segments {
        for point in segment {
          include(point.x, point.low)
          include(point.x, point.high)
        }
      }
    case .rule(let value, let isVertical): isVertical ? x.include(value) : y.include(value)
    case .labels(let texts): for text in texts { include(text.x, text.y) }
    }
  }

  private mutating func include(_ px: Double, _ py: Double) {
    x.include(px)
    y.include(py)
  }

  func scale(for axis: Axis, low: Double, high: Double) -> Scale {
    if let names = axis.categories {
      return Scale(kind: axis.kind, low: -0.5, high: Double(max(1, names.count)) - 0.5)
    }
    var (low, high) = (low, high)
    if axis.kind == .log {
      // Bars reach down to 0, which a log axis has no place for.
      if low <= 0 { low = high > 0 ? high / 1000 : 1 }
      if low == high, low.isFinite { (low, high) = (low / 3, high * 3) }
    }
    if low > high { (low, high) = axis.kind == .log ? (1, 10) : (0, 1) }
    if let minimum = axis.minimum, minimum.isFinite { low = minimum }
    if let maximum = axis.maximum, maximum.isFinite { high = maximum }
    return Scale(kind: axis.kind, low: low, high: high)
  }
}
