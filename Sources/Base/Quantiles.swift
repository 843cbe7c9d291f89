/// Exact quantiles of numbers, by linear interpolation between order statistics (NumPy's default).
public struct Quantiles: Sendable {
  /// The numbers in ascending order, NaN left out.
  public let sorted: [Double]

  /// Sorts the numbers once.
  public init(_ values: some Sequence<Double>) {
    sorted = values.filter { !$0.isNaN }.sorted()
  }

  /// The quantile at a fraction from 0 to 1; nothing when there are no numbers.
  public func at(_ fraction: Double) -> Double? {
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let position = fraction * Double(sorted.count - 1)
    guard position > 0 else { return first }
    let index = Int(position)
    guard index + 1 < sorted.count else { return last }
    let weight = position - Double(index)
    let low = sorted[index]
    return weight == 0 ? low : low + (sorted[index + 1] - low) * weight
  }

  /// The percentile from 0 to 100.
  public func percentile(_ percent: Double) -> Double? { at(percent / 100) }

  /// The share of the numbers at or below a value; 0 when there are no numbers.
  public func rank(of value: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return Double(low) / Double(sorted.count)
  }
}
