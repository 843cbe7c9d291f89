import Glibc

/// Drops from marks what an axis has no place for, and counts it.
struct MarkCleaner {
  private let x, y: Scale
  private var notNumbers = 0
  private var notPositive = 0

  init(x: Axis.Kind, y: Axis.Kind) {
    self.x = Scale(kind: x, low: 1, high: 10)
    self.y = Scale(kind: y, low: 1, high: 10)
  }

  /// What was left out, as sentences.
  var notes: [String] {
    var notes: [String] = []
    if notNumbers > 0 {
      let verb =
        notNumbers == 1 ? "value that is not a number is" : "values that are not numbers are"
      notes.append("\(notNumbers) \(verb) left out")
    }
    if notPositive > 0 {
      let verb = notPositive == 1 ? "value at or below 0 has" : "values at or below 0 have"
      notes.append("\(notPositive) \(verb) no place on a log axis")
    }
    return notes
  }

  /// True when both coordinates can be drawn; counts them otherwise.
  mutating func admits(_ px: Double, _ py: Double) -> Bool {
    if x.admits(px), y.admits(py) { return true }
    if px.isFinite, py.isFinite { notPositive += 1 } else { notNumbers += 1 }
    return false
  }

  mutating func shape(of shape: Mark.Shape) -> ResolvedChart.Shape {
    switch shape {
    case .line(let series): .path(segments: segments(series), isStep: false)
    case .step(let series): .path(segments: segments(series), isStep: true)
    case .scatter(let series): .dots(segments(series).flatMap(\.self))
    case .bars: .boxes([], isTouching: false)
    case .bins(let edges, let heights): .boxes(bins(edges, heights), isTouching: true)
    case .band(let x, let low, let high): .band(segments: band(x, low, high))
    case .horizontalRule(let value): rule(value, isVertical: false)
    case .verticalRule(let value): rule(value, isVertical: true)
    case .labels(let texts): .labels(keep(texts))
    }
  }

  private mutating func keep(_ texts: [PlacedText]) -> [PlacedText] {
    var kept: [PlacedText] = []
    for text in texts where admits(text.x, text.y) { kept.append(text) }
    return kept
  }

  private mutating func rule(_ value: Double, isVertical: Bool) -> ResolvedChart.Shape {
    let isDrawn = isVertical ? admits(value, 1) : admits(1, value)
    return isDrawn ? .rule(value, isVertical: isVertical) : .labels([])
  }

  private mutating func segments(_ series: Series) -> [[Point]] {
    var all: [[Point]] = []
    var current: [Point] = []
    current.reserveCapacity(series.count)
    for index in 0..<series.count {
      if admits(series.x[index], series.y[index]) {
        current.append(Point(x: series.x[index], y: series.y[index]))
      } else if !current.isEmpty {
        all.append(current)
        current = []
      }
    }
    if !current.isEmpty { all.append(current) }
    return all
  }

  private mutating func bins(_ edges: [Double], _ heights: [Double]) -> [ResolvedChart.Box] {
    var boxes: [ResolvedChart.Box] = []
    for index in 0..<max(0, min(heights.count, edges.count - 1)) {
      let height = heights[index]
      // An empty bin is no fault on a log axis: it has no bar.
      if height == 0 { continue }
      if admits(edges[index], height), admits(edges[index + 1], height) {
        boxes.append(
          .init(x0: edges[index], x1: edges[index + 1], y0: 0, y1: height, value: height))
      }
    }
    return boxes
  }

  private mutating func band(_ xs: [Double], _ low: [Double], _ high: [Double])
    -> [[ResolvedChart.BandPoint]]
  {
    var all: [[ResolvedChart.BandPoint]] = []
    var current: [ResolvedChart.BandPoint] = []
    for index in 0..<min(xs.count, low.count, high.count) {
      if admits(xs[index], low[index]), admits(xs[index], high[index]) {
        current.append(
          .init(
            x: xs[index], low: min(low[index], high[index]), high: max(low[index], high[index])))
      } else if !current.isEmpty {
        all.append(current)
        current = []
      }
    }
    if !current.isEmpty { all.append(current) }
    return all
  }
}

/// The places that bars of several marks share at each value of x.
struct BarSlots {
  private let isStacked: Bool
  private let isLog: Bool
  private let groupWidth: Double
  private let count: Int
  /// What already stands at each place, by mark: the tops of the marks before it.
  private let bases: [[Double]]

  init(_ chart: Chart) {
    let bars = chart.marks.compactMap { mark -> Series? in
      if case .bars(let series) = mark.shape { series } else { nil }
    }
    isStacked = chart.barLayout == .stacked
    isLog = chart.x.kind == .log
    count = max(1, isStacked ? 1 : bars.count)
    let isLog = isLog
    let places = Set(bars.flatMap { $0.x.filter { $0.isFinite && (!isLog || $0 > 0) } })
    let sorted = places.map { isLog ? log10($0) : $0 }.sorted()
    let gaps = zip(sorted, sorted.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
    let spacing = chart.x.categories == nil ? gaps.min() ?? (isLog ? 0.3 : 1) : 1
    groupWidth = spacing * 0.8
    bases = isStacked ? Self.stack(bars) : []
  }

  /// Positive values pile up, negative ones pile down.
  private static func stack(_ bars: [Series]) -> [[Double]] {
    var up: [Double: Double] = [:]
    var down: [Double: Double] = [:]
    return bars.map { series in
      (0..<series.count).map { index in
        let (x, y) = (series.x[index], series.y[index])
        guard x.isFinite, y.isFinite else { return 0 }
        let base = (y < 0 ? down[x] : up[x]) ?? 0
        if y < 0 { down[x] = base + y } else { up[x] = base + y }
        return base
      }
    }
  }

  func boxes(_ series: Series, index: Int, _ cleaner: inout MarkCleaner) -> [ResolvedChart.Box] {
    let width = groupWidth / Double(count)
    let shift = isStacked ? 0 : (Double(index) - Double(count - 1) / 2) * width
    var boxes: [ResolvedChart.Box] = []
    for k in 0..<series.count where cleaner.admits(series.x[k], series.y[k]) {
      let base = isStacked ? bases[index][k] : 0
      let center = (isLog ? log10(series.x[k]) : series.x[k]) + shift
      let (x0, x1) = (center - width / 2, center + width / 2)
      let ends = (min(base, base + series.y[k]), max(base, base + series.y[k]))
      boxes.append(
        .init(
          x0: isLog ? pow(10, x0) : x0, x1: isLog ? pow(10, x1) : x1, y0: ends.0, y1: ends.1,
          value: series.y[k]))
    }
    return boxes
  }
}
