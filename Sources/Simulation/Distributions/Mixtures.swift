public import Base

/// One of several exponential laws: more varied than one alone.
public struct Hyperexponential: Distribution {
  static let family = DistributionFamily(
    Info(
      "hyperexponential", "One of several exponential laws: more varied than one alone.",
      example: #"return sim.distribution("hyperexponential", { means = { 1, 20 } }).mean"#,
      parameters: [
        .list("means", "means of the parts", range: positive),
        .list(
          "weights", "shares of the parts, equal where left out", isOptional: true,
          range: 0...Double.greatestFiniteMagnitude),
      ])
  ) { arguments throws(Problem) in
    let means = arguments.list("means") ?? []
    return Hyperexponential(
      means: means, weights: try arguments.weights("weights", count: means.count))
  }

  private let mixture: Mixture
  /// The means of the parts.
  public let means: [Double]

  /// Creates the law; weights need not sum to 1.
  public init(means: [Double], weights: [Double]) {
    self.means = means
    mixture = Mixture(means.map { Exponential(mean: $0) }, weights: weights)
  }

  /// The weighted mean.
  public var mean: Double { mixture.mean }
  /// By the parts' second moments.
  public var variance: Double { mixture.variance }
  /// The weighted cumulative distribution.
  public func cumulative(_ x: Double) -> Double { mixture.cumulative(x) }
  /// By search: there is no closed form.
  public func quantile(_ p: Double) -> Double { searchedQuantile(p) }
  /// Picks a part, then draws from it.
  public func sample(_ random: inout SeededRandom) -> Double { mixture.sample(&random) }
  /// As it is written.
  public var description: String { "hyperexponential(means \(means))" }
}

/// One of several laws, picked by weight.
public struct Mixture: Distribution {
  static let family = DistributionFamily(
    Info(
      "mixture", "One of several laws, picked by weight.",
      example: #"return sim.distribution("mixture", { parts = { sim.distribution("uniform"), "#
        + #"sim.distribution("exponential", { mean = 9 }) }, weights = { 9, 1 } }).mean"#,
      parameters: [
        .list("parts", "distributions to pick from", of: "sim.Distribution"),
        .list(
          "weights", "shares of the parts, equal where left out", isOptional: true,
          range: 0...Double.greatestFiniteMagnitude),
      ])
  ) { arguments throws(Problem) in
    let parts = arguments.parts("parts") ?? []
    guard !parts.isEmpty else { throw arguments.fail("parts must be distributions") }
    return Mixture(parts, weights: try arguments.weights("weights", count: parts.count))
  }

  /// The laws picked from.
  public let parts: [any Distribution]
  /// Their shares, which sum to 1.
  public let shares: [Double]
  private let sums: [Double]

  /// Creates the law; weights need not sum to 1.
  public init(_ parts: [any Distribution], weights: [Double]) {
    precondition(parts.count == weights.count, "\(parts.count) parts, \(weights.count) weights")
    let total = weights.reduce(0, +)
    precondition(total > 0, "the weights are all 0")
    self.parts = parts
    shares = weights.map { $0 / total }
    var sum = 0.0
    sums = shares.map { share in
      sum += share
      return sum
    }
  }

  /// The weighted mean.
  public var mean: Double { zip(parts, shares).reduce(0) { $0 + $1.0.mean * $1.1 } }
  /// By the parts' second moments.
  public var variance: Double {
    let second = zip(parts, shares).reduce(0) { sum, pair in
      sum + pair.1 * (pair.0.variance + pair.0.mean * pair.0.mean)
    }
    return second - mean * mean
  }
  /// True when every part is discrete.
  public var isDiscrete: Bool { parts.allSatisfy(\.isDiscrete) }
  /// The weighted cumulative distribution.
  public func cumulative(_ x: Double) -> Double {
    zip(parts, shares).reduce(0) { $0 + $1.0.cumulative(x) * $1.1 }
  }
  /// By search between the parts' own quantiles, which enclose it.
  public func quantile(_ p: Double) -> Double {
    let bounds = parts.map { $0.quantile(p) }
    guard let low = bounds.min(), let high = bounds.max(), low < high else { return bounds[0] }
    guard low.isFinite, high.isFinite else { return low.isFinite ? high : low }
    return cumulative(low) >= p ? low : bisect(p, in: low...high, cumulative)
  }
  /// Picks a part, then draws from it.
  public func sample(_ random: inout SeededRandom) -> Double {
    parts[firstIndex(in: sums, reaching: random.nextUniform())].sample(&random)
  }
  /// As it is written.
  public var description: String {
    let named = zip(parts, shares).map { "\($1) of \($0)" }
    return "mixture(\(named.joined(separator: ", ")))"
  }
}

/// Numbers drawn again from those that were seen.
public struct Empirical: Distribution {
  static let family = DistributionFamily(
    Info(
      "empirical", "Numbers drawn again from those that were seen.",
      example: #"return sim.distribution("empirical", { values = { 1, 2, 2, 7 } }):quantile(0.5)"#,
      parameters: [
        .list("values", "numbers that were seen"),
        .list(
          "weights", "how often each was seen, once where left out", isOptional: true,
          range: 0...Double.greatestFiniteMagnitude),
      ])
  ) { arguments throws(Problem) in
    let values = arguments.list("values") ?? []
    return Empirical(values, weights: try arguments.weights("weights", count: values.count))
  }

  /// The mean of the numbers.
  public let mean: Double
  /// The variance of the numbers, over their count.
  public let variance: Double
  /// The numbers in ascending order.
  public let values: [Double]
  private let sums: [Double]

  /// Creates the law; without weights all numbers count alike.
  public init(_ values: [Double], weights: [Double]? = nil) {
    precondition(!values.isEmpty, "an empirical distribution needs numbers")
    let weights = weights ?? [Double](repeating: 1, count: values.count)
    precondition(values.count == weights.count, "\(values.count) values, \(weights.count) weights")
    let pairs = zip(values, weights).sorted { $0.0 < $1.0 }
    self.values = pairs.map(\.0)
    let total = weights.reduce(0, +)
    var sum = 0.0
    sums = pairs.map { pair in
      sum += pair.1
      return sum / total
    }
    let mean = pairs.reduce(0) { $0 + $1.0 * $1.1 } / total
    variance = pairs.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
    self.mean = mean
  }

  /// Only numbers that were seen come.
  public var isDiscrete: Bool { true }
  /// The share of the numbers at or below a value.
  public func cumulative(_ x: Double) -> Double {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : sums[low - 1]
  }
  /// The least number that reaches the share.
  public func quantile(_ p: Double) -> Double { values[firstIndex(in: sums, reaching: p)] }
  /// As it is written.
  public var description: String { "empirical(\(values.count) values)" }
}
