/// A mean with the range that holds the true mean with some confidence.
public struct ConfidenceInterval: Hashable, Sendable {
  /// The estimate.
  public let mean: Double
  /// Half the width of the range.
  public let halfWidth: Double
  /// The confidence from 0 to 1.
  public let confidence: Double

  /// The lower end.
  public var lower: Double { mean - halfWidth }
  /// The upper end.
  public var upper: Double { mean + halfWidth }

  /// The interval of independent numbers by Student's t; nothing for fewer than two.
  public init?(ofIndependent values: [Double], confidence: Double = 0.95) {
    guard values.count > 1 else { return nil }
    let summary = RunningStatistics(values)
    let t = studentQuantile((1 + confidence) / 2, degrees: Double(values.count - 1))
    mean = summary.mean
    halfWidth = t * (summary.variance / Double(values.count)).squareRoot()
    self.confidence = confidence
  }

  /// The interval of a series whose neighbours are alike, by the means of long batches.
  ///
  /// Those are nearly independent. Numbers that do not fill a batch are left out at the start, where warm-up is.
  ///
  /// Source: Law, Simulation Modeling and Analysis, 5th ed., section 9.5.3.
  public init?(batchMeansOf values: [Double], batches: Int = 20, confidence: Double = 0.95) {
    guard batches > 1, values.count >= batches * 2 else { return nil }
    let size = values.count / batches
    let first = values.count - size * batches
    let means = (0..<batches).map { batch in
      values[first + batch * size..<first + (batch + 1) * size].reduce(0, +) / Double(size)
    }
    self.init(ofIndependent: means, confidence: confidence)
  }
}
