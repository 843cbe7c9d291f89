public import Base

/// How numbers are spread: what a report says of times and lengths.
public struct Spread: Hashable, Sendable {
  /// How many numbers there are.
  public let count: Int
  /// The mean; NaN for no numbers, as everything below.
  public let mean: Double
  /// The middle one.
  public let p50: Double
  /// Nine of ten are at most this.
  public let p90: Double
  /// 95 of 100 are at most this.
  public let p95: Double
  /// 99 of 100 are at most this.
  public let p99: Double
  /// The largest.
  public let largest: Double

  /// Computes the spread of numbers, NaN left out.
  public init(_ values: some Sequence<Double>) { self.init(Quantiles(values)) }

  /// Computes the spread of sorted numbers.
  public init(_ quantiles: Quantiles) {
    count = quantiles.sorted.count
    mean = count == 0 ? .nan : quantiles.sorted.reduce(0, +) / Double(count)
    p50 = quantiles.at(0.5) ?? .nan
    p90 = quantiles.at(0.9) ?? .nan
    p95 = quantiles.at(0.95) ?? .nan
    p99 = quantiles.at(0.99) ?? .nan
    largest = quantiles.sorted.last ?? .nan
  }

  /// The spread of what a histogram counted.
  public init(_ histogram: LogHistogram) {
    count = histogram.count
    mean = histogram.mean
    p50 = histogram.quantile(0.5)
    p90 = histogram.quantile(0.9)
    p95 = histogram.quantile(0.95)
    p99 = histogram.quantile(0.99)
    largest = histogram.count == 0 ? .nan : histogram.largest
  }
}
