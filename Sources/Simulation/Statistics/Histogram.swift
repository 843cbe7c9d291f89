/// How many numbers fall into equal bins.
public struct Histogram: Hashable, Sendable {
  /// One bin: from its lower edge, which it includes, to its upper edge, which only the last does.
  public struct Bin: Hashable, Sendable {
    /// The lower edge.
    public let lower: Double
    /// The upper edge.
    public let upper: Double
    /// How many numbers fell in.
    public let count: Int
  }

  /// The bins from left to right.
  public let bins: [Bin]
  /// How many numbers lay outside of the bounds asked for.
  public let outsideCount: Int

  /// Counts numbers into bins; without bounds they span the least and the greatest number.
  public init(_ values: [Double], bins: Int = 10, bounds: ClosedRange<Double>? = nil) {
    precondition(bins > 0, "a histogram needs 1 bin or more, got \(bins)")
    let finite = values.filter(\.isFinite)
    let low = bounds?.lowerBound ?? finite.min() ?? 0
    var high = bounds?.upperBound ?? finite.max() ?? 1
    if high <= low { high = low + 1 }
    var counts = [Int](repeating: 0, count: bins)
    var outside = values.count - finite.count
    for value in finite {
      guard value >= low, value <= high else {
        outside += 1
        continue
      }
      counts[min(bins - 1, Int((value - low) / (high - low) * Double(bins)))] += 1
    }
    let width = (high - low) / Double(bins)
    self.bins = counts.enumerated().map { index, count in
      Bin(
        lower: low + width * Double(index),
        upper: index == bins - 1 ? high : low + width * Double(index + 1), count: count)
    }
    outsideCount = outside
  }
}
