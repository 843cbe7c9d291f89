import Base

/// Random numbers of one name: whatever other streams draw, these stay the same.
///
/// Give each cause its own stream (arrivals, sizes, failures), and two variants of a model see the
/// same arrivals: differences between them are then the model's.
public final class RandomStream {
  /// The name.
  public let name: String
  private var random: SeededRandom
  private let seed: UInt64

  /// Creates the stream of a name under a seed.
  public init(seed: UInt64, name: String) {
    self.seed = seed
    self.name = name
    random = SeededRandom(seed: seed, named: name)
  }

  /// Starts over.
  public func restart() { random = SeededRandom(seed: seed, named: name) }

  /// A number in [low, high).
  public func uniform(_ low: Double = 0, _ high: Double = 1) -> Double {
    low + (high - low) * random.nextUniform()
  }

  /// An exponential number.
  public func exponential(mean: Double = 1) -> Double { mean * random.nextExponential() }

  /// A normal number.
  public func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    mean + deviation * random.nextNormal()
  }

  /// A whole number from low to high, both included.
  public func integer(_ low: Int, _ high: Int) -> Int {
    precondition(low <= high, "bounds \(low) and \(high) are out of order")
    return low + random.nextInteger(below: high - low + 1)
  }

  /// True with a probability.
  public func chance(_ probability: Double) -> Bool { random.nextUniform() < probability }

  /// A position picked by weight, from 0.
  public func pick(weights: [Double]) -> Int {
    var left = random.nextUniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// A random order of the positions 0..<count.
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(using: &random)
    return order
  }

  /// A number that follows a law.
  public func draw(_ distribution: any Distribution) -> Double { distribution.sample(&random) }
}

extension RandomStream: CustomStringConvertible {
  /// Its name and what it derives from, as in `stream "arrivals" of seed 7`.
  public var description: String { "stream \"\(name)\" of seed \(seed)" }
}
