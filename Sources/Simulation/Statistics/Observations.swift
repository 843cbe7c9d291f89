import Base

/// Numbers kept one and all, so that every quantile is exact: waits, latencies, sizes.
///
/// Costs eight bytes per number; sorting is put off until a quantile is asked for.
public struct Observations: Sendable {
  /// The numbers in the order they came.
  public private(set) var values: [Double] = []
  /// Mean, variance and extremes.
  public private(set) var summary = RunningStatistics()
  private var sorted: Quantiles?

  /// Creates an empty collection.
  public init() {}

  /// Creates a collection of some numbers.
  public init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  /// Takes one number in.
  public mutating func add(_ value: Double) {
    values.append(value)
    summary.add(value)
    sorted = nil
  }

  /// How many numbers there are.
  public var count: Int { values.count }

  /// Their mean; 0 when there is none.
  public var mean: Double { summary.mean }

  /// The unbiased standard deviation; 0 for fewer than two numbers.
  public var standardDeviation: Double { summary.standardDeviation }

  /// The least; nothing when there is none.
  public var minimum: Double? { count > 0 ? summary.minimum : nil }

  /// The greatest; nothing when there is none.
  public var maximum: Double? { count > 0 ? summary.maximum : nil }

  /// The exact quantile at a fraction from 0 to 1; nothing when there are no numbers.
  public mutating func quantile(_ fraction: Double) -> Double? { order().at(fraction) }

  /// The exact percentile from 0 to 100; nothing when there are no numbers.
  public mutating func percentile(_ percent: Double) -> Double? { order().percentile(percent) }

  /// The share of the numbers at or below a value.
  public mutating func share(atOrBelow value: Double) -> Double { order().rank(of: value) }

  /// How many numbers fall into equal bins between the least and the greatest.
  public func histogram(bins: Int) -> Histogram { Histogram(values, bins: bins) }

  /// A confidence interval for the mean that allows for neighbours being alike.
  public func batchMeans(batches: Int = 20, confidence: Double = 0.95) -> ConfidenceInterval? {
    ConfidenceInterval(batchMeansOf: values, batches: batches, confidence: confidence)
  }

  private mutating func order() -> Quantiles {
    if let sorted { return sorted }
    let fresh = Quantiles(values)
    sorted = fresh
    return fresh
  }
}
