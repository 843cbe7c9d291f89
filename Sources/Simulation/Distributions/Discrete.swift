public import Base
import Glibc

/// 1 with some probability, else 0.
public struct Bernoulli: Distribution {
  static let family = DistributionFamily(
    Info(
      "bernoulli", "1 with some probability, else 0.",
      example: #"return sim.distribution("bernoulli", { probability = 0.2 }).variance"#,
      parameters: [.real("probability", "probability of a 1", range: 0...1)])
  ) { Bernoulli($0.number("probability")) }

  /// The probability of a 1.
  public let probability: Double

  /// Creates the law.
  public init(_ probability: Double) {
    precondition((0...1).contains(probability), "probability \(probability) is not in 0...1")
    self.probability = probability
  }

  /// The probability.
  public var mean: Double { probability }
  /// `p (1 - p)`.
  public var variance: Double { probability * (1 - probability) }
  /// Only 0 and 1 come.
  public var isDiscrete: Bool { true }
  /// A step at 0 and a step at 1.
  public func cumulative(_ x: Double) -> Double { x < 0 ? 0 : x < 1 ? 1 - probability : 1 }
  /// 0 up to the share of zeros, then 1.
  public func quantile(_ p: Double) -> Double { p <= 1 - probability ? 0 : 1 }
  /// 1 when a uniform number stays below the probability.
  public func sample(_ random: inout SeededRandom) -> Double {
    random.nextUniform() < probability ? 1 : 0
  }
  /// As it is written.
  public var description: String { "bernoulli(\(probability))" }
}

/// How many trials, counted from 1, it takes until the first success.
public struct Geometric: Distribution {
  static let family = DistributionFamily(
    Info(
      "geometric", "How many trials it takes until the first success: 1, 2, 3, …",
      example: #"return sim.distribution("geometric", { probability = 0.25 }).mean"#,
      parameters: [
        .real("probability", "probability of success", range: Double.leastNormalMagnitude...1)
      ])
  ) { Geometric($0.number("probability")) }

  /// The probability of success.
  public let probability: Double

  /// Creates the law.
  public init(_ probability: Double) {
    precondition(probability > 0 && probability <= 1, "probability \(probability) is not in (0, 1]")
    self.probability = probability
  }

  /// `1 / p`.
  public var mean: Double { 1 / probability }
  /// `(1 - p) / p²`.
  public var variance: Double { (1 - probability) / (probability * probability) }
  /// Only whole numbers come.
  public var isDiscrete: Bool { true }
  /// `1 - (1 - p)^k`.
  public func cumulative(_ x: Double) -> Double {
    x < 1 ? 0 : -expm1(x.rounded(.down) * log1p(-probability))
  }
  /// The least number of trials that reaches the share.
  public func quantile(_ p: Double) -> Double {
    guard probability < 1, p > 0 else { return 1 }
    var k = max(1, (log1p(-p) / log1p(-probability)).rounded(.up))
    // Rounding in the logarithms may be one off at a step.
    if k > 1, cumulative(k - 1) >= p { k -= 1 }
    return k
  }
  /// As it is written.
  public var description: String { "geometric(\(probability))" }
}

/// How many independent events fall into an interval.
public struct Poisson: Distribution {
  static let family = DistributionFamily(
    Info(
      "poisson", "How many independent events fall into an interval.",
      example: #"return sim.distribution("poisson", { mean = 4 }):quantile(0.99)"#,
      parameters: [.real("mean", "mean number of events", range: 0...1e12)])
  ) { Poisson(mean: $0.number("mean")) }

  /// The mean number of events.
  public let mean: Double

  /// Creates the law.
  public init(mean: Double) {
    precondition(mean >= 0, "the mean must not be negative, got \(mean)")
    self.mean = mean
  }

  /// The mean.
  public var variance: Double { mean }
  /// Only whole numbers come.
  public var isDiscrete: Bool { true }
  /// One less the incomplete gamma function.
  public func cumulative(_ x: Double) -> Double {
    if x < 0 { return 0 }
    return mean == 0 ? 1 : 1 - incompleteGamma(x.rounded(.down) + 1, mean)
  }
  /// By search over whole numbers.
  public func quantile(_ p: Double) -> Double {
    guard p > cumulative(0) else { return 0 }
    guard p < 1 else { return .infinity }
    var (low, high) = (0.0, max(1, mean.rounded(.up)))
    while cumulative(high) < p { (low, high) = (high, high * 2) }
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return high
  }
  /// By counting below a mean of 10, by rejection from there on.
  public func sample(_ random: inout SeededRandom) -> Double {
    guard mean >= 10 else {
      let floor = exp(-mean)
      var product = random.nextUniform()
      var count = 0.0
      while product > floor {
        product *= random.nextUniform()
        count += 1
      }
      return count
    }
    return rejected(&random)
  }
  /// As it is written.
  public var description: String { "poisson(\(mean))" }

  /// PTRS: Hörmann, "The transformed rejection method for generating Poisson random variables"
  /// (Insurance: Mathematics and Economics 12, 1993).
  private func rejected(_ random: inout SeededRandom) -> Double {
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let vr = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = random.nextUniform() - 0.5
      let v = 1 - random.nextUniform()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= vr { return k }
      if k < 0 || (us < 0.013 && v > us) { continue }
      let accepted = log(v * inverseAlpha / (a / (us * us) + b))
      if accepted <= k * log(mean) - mean - logGamma(k + 1) { return k }
    }
  }
}

/// Ranks 1…count whose frequency falls as a power: popularity of prompts, words, tenants.
public struct Zipf: Distribution {
  static let family = DistributionFamily(
    Info(
      "zipf", "Ranks 1…count whose frequency falls as a power: popularity of prompts or words.",
      example: #"return sim.distribution("zipf", { count = 1000, exponent = 1.1 }):cumulative(10)"#,
      parameters: [
        .whole("count", "number of ranks", range: 1...10_000_000),
        .real("exponent", "how fast the frequency falls", default: 1, range: 0...100),
      ])
  ) { Zipf(count: Int($0.number("count")), exponent: $0.number("exponent")) }

  /// The number of ranks.
  public let count: Int
  /// How fast the frequency falls.
  public let exponent: Double
  /// The mean rank.
  public let mean: Double
  /// The variance of the rank.
  public let variance: Double
  private let shares: [Double]

  /// Creates the law and sums up its shares, eight bytes per rank.
  public init(count: Int, exponent: Double = 1) {
    precondition(count > 0 && exponent >= 0, "count \(count), exponent \(exponent)")
    self.count = count
    self.exponent = exponent
    var (sum, first, second) = (0.0, 0.0, 0.0)
    shares = (1...count).map { rank in
      let weight = pow(Double(rank), -exponent)
      sum += weight
      first += weight * Double(rank)
      second += weight * Double(rank) * Double(rank)
      return sum
    }
    mean = first / sum
    variance = second / sum - mean * mean
  }

  /// Only whole numbers come.
  public var isDiscrete: Bool { true }
  /// The share of the first ranks.
  public func cumulative(_ x: Double) -> Double {
    guard x >= 1 else { return 0 }
    return shares[min(count, Int(min(x, 1e9))) - 1] / shares[count - 1]
  }
  /// The least rank that reaches the share.
  public func quantile(_ p: Double) -> Double {
    Double(firstIndex(in: shares, reaching: p * shares[count - 1]) + 1)
  }
  /// As it is written.
  public var description: String { "zipf(\(count), exponent \(exponent))" }
}

/// The first position of an ascending list whose value is a target or more; the last when none is.
func firstIndex(in ascending: [Double], reaching target: Double) -> Int {
  var (low, high) = (0, ascending.count - 1)
  while low < high {
    let middle = (low + high) / 2
    if ascending[middle] < target { low = middle + 1 } else { high = middle }
  }
  return low
}
