/// Count, mean, variance and extremes of numbers seen one by one, in constant memory.
///
/// Source: Welford, "Note on a method for calculating corrected sums of squares and products"
/// (Technometrics 1962); merging by Chan, Golub, LeVeque (1979).
public struct RunningStatistics: Hashable, Sendable {
  /// How many numbers were seen.
  public private(set) var count = 0
  /// Their mean; 0 before the first.
  public private(set) var mean = 0.0
  /// The least; infinite before the first.
  public private(set) var minimum = Double.infinity
  /// The greatest; minus infinite before the first.
  public private(set) var maximum = -Double.infinity
  private var squares = 0.0

  /// Creates statistics of no numbers.
  public init() {}

  /// Creates statistics of some numbers.
  public init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  /// Takes one number in.
  public mutating func add(_ value: Double) {
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
    minimum = min(minimum, value)
    maximum = max(maximum, value)
  }

  /// Takes in all that another one has seen.
  public mutating func merge(_ other: RunningStatistics) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let difference = other.mean - mean
    squares += other.squares + difference * difference * Double(count) * Double(other.count) / total
    mean += difference * Double(other.count) / total
    count += other.count
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// The sum of the numbers.
  public var sum: Double { mean * Double(count) }

  /// The unbiased sample variance; 0 for fewer than two numbers.
  public var variance: Double { count > 1 ? squares / Double(count - 1) : 0 }

  /// The square root of the variance.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The standard deviation divided by the mean; nothing when the mean is 0.
  public var coefficientOfVariation: Double? { mean == 0 ? nil : standardDeviation / mean }
}
