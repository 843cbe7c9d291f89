public import Base
import Glibc
import Models

/// How large the values of one layer are over a prompt.
public struct ActivationStatistics: Sendable {
  /// The mean of the residual stream behind the layer.
  public let mean: Double
  /// Its standard deviation.
  public let standardDeviation: Double
  /// The root of the mean square.
  public let rootMeanSquare: Double
  /// The largest magnitude.
  public let largest: Double
  /// The channel of the stream that has it, from 0.
  public let largestChannel: Int
  /// The share of the feed-forward neurons whose magnitude is below a share of their root mean square.
  public let quietShare: Double
}

extension Engine {
  /// Measures the stream behind each layer and the neurons inside; those below the share `quiet` of
  /// their layer's root mean square are quiet.
  public func activationStatistics(
    _ tokens: [TokenID], quiet: Double, on executor: StepExecutor, shouldStop: () -> Bool
  ) throws(Problem) -> [ActivationStatistics] {
    var sums = [Sums](repeating: Sums(), count: spec.layers)
    var neurons = [[Float]](repeating: [], count: spec.layers)
    try executor.look(at: [.layerOutput, .neurons], tokens, shouldStop: shouldStop) { seen in
      if seen.tap == .neurons {
        neurons[seen.layer] += seen.values
      } else {
        sums[seen.layer].add(seen.values, columns: seen.columns)
      }
    }
    return zip(sums, neurons).map { sums, neurons in sums.statistics(neurons, quiet: quiet) }
  }

  private struct Sums {
    var count = 0
    var sum = 0.0
    var squares = 0.0
    var largest = -1.0
    var channel = 0

    mutating func add(_ values: UnsafeMutableBufferPointer<Float>, columns: Int) {
      count += values.count
      for (index, value) in values.enumerated() {
        let value = Double(value)
        sum += value
        squares += value * value
        guard abs(value) > largest else { continue }
        largest = abs(value)
        channel = index % columns
      }
    }

    func statistics(_ neurons: [Float], quiet: Double) -> ActivationStatistics {
      let (n, mean) = (Double(max(count, 1)), sum / Double(max(count, 1)))
      let power = neurons.reduce(0.0) { $0 + Double($1) * Double($1) }
      let limit = quiet * (power / Double(max(neurons.count, 1))).squareRoot()
      let below = neurons.count { Double(abs($0)) < limit }
      return ActivationStatistics(
        mean: mean, standardDeviation: max(0, squares / n - mean * mean).squareRoot(),
        rootMeanSquare: (squares / n).squareRoot(), largest: max(0, largest),
        largestChannel: channel, quietShare: Double(below) / Double(max(neurons.count, 1)))
    }
  }
}
