import Glibc

/// An axis ready to draw: its scale, its ticks with labels, and its title with the unit.
struct ResolvedAxis: Hashable {
  var scale: Scale
  var ticks: [Tick]
  /// The label with its unit, as in "latency (ms)"; empty for none.
  var title: String

  /// What values are divided by before they are shown: the prefix of the unit.
  private let factor: Double

  /// Places about as many labelled ticks as wanted.
  ///
  /// `isWhole` says that all values are whole numbers, so that ticks between them mean nothing.
  init(_ axis: Axis, scale: Scale, about count: Int, isWhole: Bool = false) {
    self.scale = scale
    let prefix = SIPrefix.fitting(scale, unit: axis.unit)
    factor = prefix.factor
    title = Self.title(axis.label, unit: prefix.symbol + axis.unit)
    switch scale.kind {
    case .linear:
      let (values, step) = LinearTicks.values(
        from: scale.low, to: scale.high, about: count, finest: isWhole ? 1 : 0)
      ticks = Self.linear(values, step: step, factor: prefix.factor)
    case .log: ticks = Self.log(scale, factor: prefix.factor, about: count)
    case .time:
      ticks = TimeTicks.ticks(from: scale.low, to: scale.high, about: count)
      if axis.label.isEmpty, axis.unit.isEmpty { title = "" }
    case .categories(let names):
      ticks = names.indices.compactMap {
        let inside = Double($0) >= scale.low && Double($0) <= scale.high
        return inside ? Tick(value: Double($0), label: names[$0]) : nil
      }
    }
  }

  /// The label and the unit in brackets.
  static func title(_ label: String, unit: String) -> String {
    unit.isEmpty ? label : label.isEmpty ? unit : "\(label) (\(unit))"
  }

  /// The value in the axis' unit, short, as direct labels show it.
  func text(_ value: Double, digits: Int = 3) -> String {
    NumberFormat.compact(value / factor, digits: digits)
  }

  private static func linear(_ values: [Double], step: Double, factor: Double) -> [Tick] {
    let largest = (values.map { abs($0) }.max() ?? 0) / factor
    guard largest < 1e15, largest == 0 || largest >= 1e-5 else {
      return values.map { Tick(value: $0, label: NumberFormat.scientific($0 / factor)) }
    }
    if largest >= 10_000 {
      let short = values.map { prefixed($0 / factor) }
      if Set(short).count == values.count {
        return zip(values, short).map { Tick(value: $0, label: $1) }
      }
    }
    let decimals = LinearTicks.decimals(forStep: step / factor)
    return values.map { value in
      let number = NumberFormat.fixed(value / factor, decimals: decimals)
      return Tick(value: value, label: value == 0 ? "0" : number)
    }
  }

  /// The number with an SI prefix from a thousand on, as in "500k", "1M", "1.5M".
  private static func prefixed(_ value: Double) -> String {
    let size = abs(value)
    guard size >= 999.5, size < 1e15 else { return NumberFormat.short(value, digits: 4) }
    return size < 10_000
      ? NumberFormat.short(value / 1e3, digits: 4) + "k" : NumberFormat.compact(value, digits: 4)
  }

  private static func log(_ scale: Scale, factor: Double, about count: Int) -> [Tick] {
    let (major, minor) = LogTicks.values(from: scale.low, to: scale.high, about: count)
    let decades = Glibc.log10(scale.high / scale.low)
    let labelled = major.map { value -> Tick in
      let shown = value / factor
      let plain = shown >= 0.9e-4 && shown < 1e15
      let text =
        plain && !(decades > 8 && shown < 0.9e-2)
        ? NumberFormat.compact(shown, digits: decades < 0.3 ? 5 : 3)
        : NumberFormat.scientific(shown)
      return Tick(value: value, label: text)
    }
    return (labelled + minor.map { Tick(value: $0, label: "") }).sorted { $0.value < $1.value }
  }
}

/// A power of thousand that keeps the numbers of an axis short.
struct SIPrefix: Hashable {
  let symbol: String
  let factor: Double

  static let none = SIPrefix(symbol: "", factor: 1)
  private static let small = [("n", 1e-9), ("µ", 1e-6), ("m", 1e-3)]
  private static let large = [("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)]
  private static let both: Set<String> = ["W", "J", "V", "A", "Hz"]
  private static let largeOnly: Set<String> = [
    "B", "B/s", "bit", "bit/s", "FLOP", "FLOPS", "FLOP/s",
  ]

  /// The prefix for the values of a scale; none for units that take none.
  static func fitting(_ scale: Scale, unit: String) -> SIPrefix {
    // A log axis is read around its middle.
    let largest =
      scale.kind == .log
      ? (scale.low.squareRoot() * scale.high.squareRoot()) : max(abs(scale.low), abs(scale.high))
    // A wide log axis mixes sizes: its tick labels carry the prefixes instead.
    if scale.kind == .log, scale.high / scale.low > 1e6 { return .none }
    guard scale.kind == .linear || scale.kind == .log, largest > 0 else { return .none }
    if unit == "s" || both.contains(unit), largest < 0.1 {
      let found = small.first { largest < $0.1 * 1000 } ?? small[2]
      return SIPrefix(symbol: found.0, factor: found.1)
    }
    if both.contains(unit) || largeOnly.contains(unit), largest >= 1000 {
      let found = large.first { largest >= $0.1 } ?? large[4]
      return SIPrefix(symbol: found.0, factor: found.1)
    }
    return .none
  }
}
