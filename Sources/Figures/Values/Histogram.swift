import Base
import Glibc

/// How values are cut into bins.
public enum BinRule: Hashable, Sendable {
  /// Freedman and Diaconis' width where the quartiles differ, Sturges' number otherwise; the
  /// edges are round numbers. At most 200 bins.
  case automatic
  /// This many bins from the least to the greatest value.
  case count(Int)
  /// Bins of this width, the first edge a multiple of it.
  case width(Double)
}

/// How often values fall into equal bins.
public struct Histogram: Hashable, Sendable {
  /// The borders in ascending order, one more than counts.
  public let edges: [Double]
  /// How many values lie in each bin: from its lower edge up to, not including, its upper one; the
  /// last bin includes both.
  public let counts: [Int]
  /// How many values were not finite, or not positive where bins are logarithmic.
  public let leftOut: Int

  /// The most bins that any rule makes.
  static let limit = 2000

  /// Counts values; logarithmic bins have equal ratios instead of equal widths.
  public init(_ values: [Double], rule: BinRule = .automatic, isLogarithmic: Bool = false) {
    let kept = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    leftOut = values.count - kept.count
    let measured = isLogarithmic ? kept.map { log10($0) } : kept
    let edges = Self.edges(for: measured, rule: rule, isRound: !isLogarithmic)
    var counts = [Int](repeating: 0, count: max(0, edges.count - 1))
    for value in measured { counts[Self.bin(of: value, in: edges)] += 1 }
    self.counts = counts
    self.edges = isLogarithmic ? edges.map { pow(10, $0) } : edges
  }

  /// How many of other values fall into the same bins; those outside are not counted.
  func counting(_ values: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: max(0, edges.count - 1))
    guard let first = edges.first, let last = edges.last else { return counts }
    for value in values where value >= first && value <= last {
      var (low, high) = (0, counts.count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if edges[middle] <= value { low = middle } else { high = middle - 1 }
      }
      counts[low] += 1
    }
    return counts
  }

  private static func bin(of value: Double, in edges: [Double]) -> Int {
    let width = (edges[edges.count - 1] - edges[0]) / Double(edges.count - 1)
    var index = width > 0 ? Int(min(1e9, max(0, (value - edges[0]) / width))) : 0
    index = min(index, edges.count - 2)
    // The division rounds: the edges decide.
    while index > 0, value < edges[index] { index -= 1 }
    while index < edges.count - 2, value >= edges[index + 1] { index += 1 }
    return index
  }

  private static func edges(for values: [Double], rule: BinRule, isRound: Bool) -> [Double] {
    guard let low = values.min(), let high = values.max() else { return [] }
    guard high > low, (high - low).isFinite else {
      let half = max(abs(low) * 0.05, 0.5)
      return [low - half, low + half]
    }
    switch rule {
    case .count(let count):
      let count = min(limit, max(1, count))
      return (0...count).map { low + (high - low) * (Double($0) / Double(count)) }
    case .width(let width):
      let sane = width > 0 && width.isFinite ? width : (high - low) / 10
      return multiples(of: max(sane, (high - low) / Double(limit)), low: low, high: high)
    case .automatic:
      let raw = automaticWidth(values, low: low, high: high)
      let width = isRound ? LinearTicks.roundStep(atLeast: raw * 0.8) : raw
      return multiples(of: width, low: low, high: high)
    }
  }

  private static func automaticWidth(_ values: [Double], low: Double, high: Double) -> Double {
    let quantiles = Quantiles(values)
    let n = Double(values.count)
    let spread = (quantiles.at(0.75) ?? high) - (quantiles.at(0.25) ?? low)
    let sturges = (high - low) / (log2(n) + 1)
    let width = spread > 0 ? min(sturges, 2 * spread / cbrt(n)) : sturges
    return max(width, (high - low) / 200)
  }

  private static func multiples(of width: Double, low: Double, high: Double) -> [Double] {
    let first = (low / width).rounded(.down)
    let last = max((high / width).rounded(.up), first + 1)
    guard last - first <= Double(limit) + 2, (last * width).isFinite else { return [low, high] }
    return (0...Int(last - first)).map { (first + Double($0)) * width }
  }
}
