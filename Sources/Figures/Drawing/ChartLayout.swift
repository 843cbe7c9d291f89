import Base
import Glibc

/// Where the parts of a chart stand in pixels.
struct ChartLayout {
  /// How names along the bottom are set.
  enum NameSetting: Equatable { case level, slanted, thinned(Int) }

  var plot: Rect
  var x, y: ResolvedAxis
  let nameSetting: NameSetting
  let yRunsDown: Bool

  static let padding = 14.0
  static let slant = 40.0
  /// The most pixels that a slanted name takes along its own direction.
  static let longestName = 120.0

  /// Fits the plot between what surrounds it.
  ///
  /// `frame` is what the heading and legend leave; `right` is the room kept for names at line ends.
  init(_ chart: ResolvedChart, frame: Rect, right: Double) {
    yRunsDown = chart.yRunsDown
    let isRounded = (x: chart.isHorizontal, y: !chart.isHorizontal)
    func leftAxis(_ height: Double) -> ResolvedAxis {
      Self.axis(
        chart.yAxis, chart.y, about: Int(height / 46), isRounded: isRounded.y,
        isWhole: chart.isWhole.y)
    }
    // Names of bars may take a third of the width, then they are cut.
    func room(_ axis: ResolvedAxis) -> Double {
      let labels = axis.ticks.map { TextMeasure.width($0.label, size: 11) }
      return min(labels.max() ?? 0, frame.width / 3) + 10
    }
    let guess = room(leftAxis(frame.height - 60))
    nameSetting = Self.nameSetting(
      chart.xAxis.categories ?? [], width: max(30, frame.width - guess - right))
    let hasTitle = (x: !chart.xAxis.title.isEmpty, y: !chart.yAxis.title.isEmpty)
    let top = frame.y + (hasTitle.y ? 24 : 8)
    let below = Self.roomForNames(chart.xAxis, nameSetting) + (hasTitle.x ? 18 : 0)
    let height = max(30, frame.bottom - below - top)
    y = leftAxis(height)
    let left = room(y)
    let width = max(30, frame.width - left - right)
    plot = Rect(x: frame.x + left, y: top, width: width, height: height)
    x = Self.axis(
      chart.xAxis, chart.x, about: Int(width / 80), isRounded: isRounded.x,
      isWhole: chart.isWhole.x)
    if chart.xAxis.categories == nil { thinNumbers(chart.xAxis, isWhole: chart.isWhole.x) }
    // The last label is centred on its tick and may stand out.
    let overhang = (overhangOfLastLabel() ?? 0) - right
    if overhang > 0 { plot.width = max(30, plot.width - overhang) }
  }

  private static func axis(
    _ axis: Axis, _ scale: Scale, about count: Int, isRounded: Bool, isWhole: Bool
  ) -> ResolvedAxis {
    let count = max(2, count)
    let rounded = scale.rounded(
      about: count, lowIsFree: isRounded && axis.minimum == nil,
      highIsFree: isRounded && axis.maximum == nil)
    return ResolvedAxis(axis, scale: rounded, about: count, isWhole: isWhole)
  }

  private static func nameSetting(_ names: [String], width: Double) -> NameSetting {
    guard !names.isEmpty else { return .level }
    let step = width / Double(names.count)
    let widest = names.map { TextMeasure.width($0, size: 11) }.max() ?? 0
    if widest <= step - 6 { return .level }
    if step >= 14 { return .slanted }
    return .thinned(Int((max(24, min(widest, 100) + 10) / step).rounded(.up)))
  }

  private static func roomForNames(_ axis: Axis, _ setting: NameSetting) -> Double {
    guard setting == .slanted, let names = axis.categories else { return 22 }
    let widest = names.map { TextMeasure.width($0, size: 11) }.max() ?? 0
    return 16 + min(longestName, widest) * sin(slant * .pi / 180)
  }

  /// Takes fewer ticks along the bottom until no two labels touch.
  private mutating func thinNumbers(_ axis: Axis, isWhole: Bool) {
    var count = max(2, Int(plot.width / 80))
    while count > 1, labelsTouch() {
      count -= 1
      x = ResolvedAxis(axis, scale: x.scale, about: count, isWhole: isWhole)
    }
    guard labelsTouch() else { return }
    for index in x.ticks.indices.dropFirst() { x.ticks[index].label = "" }
  }

  private func labelsTouch() -> Bool {
    var end = -Double.infinity
    for tick in x.ticks where tick.isMajor {
      let half = TextMeasure.width(tick.label, size: 11) / 2
      if px(tick.value) - half < end + 8 { return true }
      end = px(tick.value) + half
    }
    return false
  }

  private func overhangOfLastLabel() -> Double? {
    guard nameSetting == .level, let last = x.ticks.last(where: \.isMajor) else { return nil }
    return TextMeasure.width(last.label, size: 11) / 2 - (plot.right - px(last.value))
  }

  /// The pixel of a value along the bottom.
  func px(_ value: Double) -> Double { plot.x + x.scale.fraction(value) * plot.width }

  /// The pixel of a value along the side.
  func py(_ value: Double) -> Double {
    let fraction = y.scale.fraction(value)
    return yRunsDown ? plot.y + fraction * plot.height : plot.bottom - fraction * plot.height
  }

  /// True where names stand along the bottom instead of numbers.
  var isNamed: Bool {
    if case .categories = x.scale.kind { true } else { false }
  }

  /// How far below level names slanted ones reach.
  var slantedDrop: Double {
    let widest = x.ticks.map { TextMeasure.width($0.label, size: 11) }.max() ?? 0
    return min(Self.longestName, widest) * sin(Self.slant * .pi / 180) - 4
  }

  /// The axis along which bars are long.
  var valueAxis: ResolvedAxis { yRunsDown ? x : y }

  func pixel(_ p: Point) -> Point { Point(x: px(p.x), y: py(p.y)) }
}

extension Axis {
  /// The label and the unit as given; empty for none.
  var title: String { ResolvedAxis.title(label, unit: unit) }
}
