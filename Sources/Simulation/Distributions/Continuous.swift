public import Base
import Glibc

/// Always the same number.
public struct Deterministic: Distribution {
  static let family = DistributionFamily(
    Info(
      "deterministic", "Always the same number.",
      example: #"return sim.distribution("deterministic", { value = 2 }).variance"#,
      parameters: [.real("value", "number that always comes")])
  ) { Deterministic($0.number("value")) }

  /// The number.
  public let value: Double

  /// Creates the law of one number.
  public init(_ value: Double) { self.value = value }

  /// The number.
  public var mean: Double { value }
  /// Nothing varies.
  public var variance: Double { 0 }
  /// All of the probability sits on one number.
  public var isDiscrete: Bool { true }
  /// 0 below the number, 1 from it on.
  public func cumulative(_ x: Double) -> Double { x < value ? 0 : 1 }
  /// The number.
  public func quantile(_ p: Double) -> Double { value }
  /// The number.
  public func sample(_ random: inout SeededRandom) -> Double { value }
  /// As it is written.
  public var description: String { "deterministic(\(value))" }
}

/// Any number between two bounds alike.
public struct Uniform: Distribution {
  static let family = DistributionFamily(
    Info(
      "uniform", "Any number between two bounds alike.",
      example: #"return sim.distribution("uniform", { low = 1, high = 3 }).mean"#,
      parameters: [
        .real("low", "lower bound", default: 0), .real("high", "upper bound", default: 1),
      ])
  ) { arguments throws(Problem) in
    guard arguments.number("low") < arguments.number("high") else {
      throw arguments.fail("low must be less than high")
    }
    return Uniform(arguments.number("low"), arguments.number("high"))
  }

  /// The lower bound.
  public let low: Double
  /// The upper bound.
  public let high: Double

  /// Creates the law of numbers between two bounds.
  public init(_ low: Double, _ high: Double) {
    precondition(low < high, "bounds \(low) and \(high) are out of order")
    self.low = low
    self.high = high
  }

  /// The middle.
  public var mean: Double { low + (high - low) / 2 }
  /// The square of the width over 12.
  public var variance: Double { (high - low) * (high - low) / 12 }
  /// Grows evenly between the bounds.
  public func cumulative(_ x: Double) -> Double { min(1, max(0, (x - low) / (high - low))) }
  /// The share of the way from low to high.
  public func quantile(_ p: Double) -> Double { low + (high - low) * p }
  /// As it is written.
  public var description: String { "uniform(\(low), \(high))" }
}

/// Times between independent events that come at a steady rate; it has no memory.
public struct Exponential: Distribution {
  static let family = DistributionFamily(
    Info(
      "exponential", "Times between independent events at a steady rate; it has no memory.",
      example: #"return sim.distribution("exponential", { mean = 2 }):quantile(0.5)"#,
      parameters: [.real("mean", "mean", default: 1, range: positive)])
  ) { Exponential(mean: $0.number("mean")) }

  /// The mean.
  public let mean: Double

  /// Creates the law with a mean, the inverse of the rate.
  public init(mean: Double) {
    precondition(mean > 0, "the mean must be positive, got \(mean)")
    self.mean = mean
  }

  /// The square of the mean.
  public var variance: Double { mean * mean }
  /// `1 - exp(-x / mean)`.
  public func cumulative(_ x: Double) -> Double { x <= 0 ? 0 : -expm1(-x / mean) }
  /// `-mean * ln(1 - p)`.
  public func quantile(_ p: Double) -> Double { -mean * log1p(-p) }
  /// As it is written.
  public var description: String { "exponential(mean \(mean))" }
}

/// The bell curve.
public struct Normal: Distribution {
  static let family = DistributionFamily(
    Info(
      "normal", "The bell curve.",
      example: #"return sim.distribution("normal", { mean = 10, deviation = 2 }):quantile(0.975)"#,
      parameters: [
        .real("mean", "mean", default: 0),
        .real("deviation", "standard deviation", default: 1, range: positive),
      ])
  ) { Normal(mean: $0.number("mean"), deviation: $0.number("deviation")) }

  /// The mean.
  public let mean: Double
  /// The standard deviation.
  public let deviation: Double

  /// Creates the law.
  public init(mean: Double = 0, deviation: Double = 1) {
    precondition(deviation > 0, "the deviation must be positive, got \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// The square of the deviation.
  public var variance: Double { deviation * deviation }
  /// By the complementary error function.
  public func cumulative(_ x: Double) -> Double { normalCumulative((x - mean) / deviation) }
  /// By Wichura's approximation, about 16 digits.
  public func quantile(_ p: Double) -> Double { mean + deviation * normalQuantile(p) }
  /// By Box and Muller.
  public func sample(_ random: inout SeededRandom) -> Double {
    mean + deviation * random.nextNormal()
  }
  /// As it is written.
  public var description: String { "normal(mean \(mean), deviation \(deviation))" }
}

/// Numbers whose logarithm is normal: file sizes, prompt lengths, service times with a tail.
public struct LogNormal: Distribution {
  static let family = DistributionFamily(
    Info(
      "lognormal", "Numbers whose logarithm is normal: lengths and times with a tail.",
      detail: "Give `mu` and `sigma` of the logarithm, or the `mean` and the coefficient of "
        + "variation `cv` of the numbers themselves.",
      example: #"return sim.distribution("lognormal", { mean = 200, cv = 1.5 }):quantile(0.99)"#,
      parameters: [
        .real("mu", "mean of the logarithm", isOptional: true),
        .real("sigma", "standard deviation of the logarithm", isOptional: true, range: positive),
        .real("mean", "mean of the numbers", isOptional: true, range: positive),
        .real("cv", "deviation of the numbers over their mean", isOptional: true, range: positive),
      ])
  ) { arguments throws(Problem) in
    if arguments.has("mean"), arguments.has("cv"), !arguments.has("mu"), !arguments.has("sigma") {
      return LogNormal(mean: arguments.number("mean"), variation: arguments.number("cv"))
    }
    guard arguments.has("sigma"), !arguments.has("mean"), !arguments.has("cv") else {
      throw arguments.fail("it needs one pair", fix: "give mu and sigma, or mean and cv")
    }
    return LogNormal(mu: arguments.number("mu"), sigma: arguments.number("sigma"))
  }

  /// The mean of the logarithm.
  public let mu: Double
  /// The standard deviation of the logarithm.
  public let sigma: Double

  /// Creates the law from the logarithm's mean and deviation.
  public init(mu: Double = 0, sigma: Double) {
    precondition(sigma > 0, "sigma must be positive, got \(sigma)")
    self.mu = mu
    self.sigma = sigma
  }

  /// Creates the law with a mean and a coefficient of variation.
  public init(mean: Double, variation: Double) {
    let square = log1p(variation * variation)
    self.init(mu: log(mean) - square / 2, sigma: square.squareRoot())
  }

  /// `exp(mu + sigma²/2)`.
  public var mean: Double { exp(mu + sigma * sigma / 2) }
  /// `(exp(sigma²) - 1) mean²`.
  public var variance: Double { expm1(sigma * sigma) * mean * mean }
  /// The normal distribution of the logarithm.
  public func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : normalCumulative((log(x) - mu) / sigma)
  }
  /// The exponential of the normal quantile.
  public func quantile(_ p: Double) -> Double { exp(mu + sigma * normalQuantile(p)) }
  /// The exponential of a normal number.
  public func sample(_ random: inout SeededRandom) -> Double {
    exp(mu + sigma * random.nextNormal())
  }
  /// As it is written.
  public var description: String { "lognormal(mu \(mu), sigma \(sigma))" }
}

/// Times to failure: falling (shape < 1), steady (1) or growing (> 1) hazard.
public struct Weibull: Distribution {
  static let family = DistributionFamily(
    Info(
      "weibull", "Times to failure: the hazard falls (shape < 1), stays (1) or grows (> 1).",
      example: #"return sim.distribution("weibull", { shape = 0.7, scale = 100 }).mean"#,
      parameters: [
        .real("shape", "exponent", range: positive),
        .real("scale", "value that 63.2 % stay below", default: 1, range: positive),
      ])
  ) { Weibull(shape: $0.number("shape"), scale: $0.number("scale")) }

  /// The exponent.
  public let shape: Double
  /// The value that 63.2 % stay below.
  public let scale: Double

  /// Creates the law.
  public init(shape: Double, scale: Double = 1) {
    precondition(shape > 0 && scale > 0, "shape \(shape) and scale \(scale) must be positive")
    self.shape = shape
    self.scale = scale
  }

  /// `scale Γ(1 + 1/shape)`.
  public var mean: Double { scale * tgamma(1 + 1 / shape) }
  /// `scale² Γ(1 + 2/shape) - mean²`.
  public var variance: Double { scale * scale * tgamma(1 + 2 / shape) - mean * mean }
  /// `1 - exp(-(x/scale)^shape)`.
  public func cumulative(_ x: Double) -> Double { x <= 0 ? 0 : -expm1(-pow(x / scale, shape)) }
  /// `scale (-ln(1 - p))^(1/shape)`.
  public func quantile(_ p: Double) -> Double { scale * pow(-log1p(-p), 1 / shape) }
  /// As it is written.
  public var description: String { "weibull(shape \(shape), scale \(scale))" }
}

/// A power-law tail above a least value.
public struct Pareto: Distribution {
  static let family = DistributionFamily(
    Info(
      "pareto", "A power-law tail above a least value; no mean for shape 1 or less.",
      example: #"return sim.distribution("pareto", { shape = 1.5, least = 10 }):quantile(0.99)"#,
      parameters: [
        .real("shape", "exponent of the tail", range: positive),
        .real("least", "least value", default: 1, range: positive),
      ])
  ) { Pareto(shape: $0.number("shape"), least: $0.number("least")) }

  /// The exponent of the tail.
  public let shape: Double
  /// The least value.
  public let least: Double

  /// Creates the law.
  public init(shape: Double, least: Double = 1) {
    precondition(shape > 0 && least > 0, "shape \(shape) and least \(least) must be positive")
    self.shape = shape
    self.least = least
  }

  /// `shape least / (shape - 1)`, infinite for shape 1 or less.
  public var mean: Double { shape > 1 ? shape * least / (shape - 1) : .infinity }
  /// Infinite for shape 2 or less.
  public var variance: Double {
    guard shape > 2 else { return .infinity }
    return least * least * shape / ((shape - 1) * (shape - 1) * (shape - 2))
  }
  /// `1 - (least/x)^shape`.
  public func cumulative(_ x: Double) -> Double { x <= least ? 0 : 1 - pow(least / x, shape) }
  /// `least (1 - p)^(-1/shape)`.
  public func quantile(_ p: Double) -> Double { least * pow(1 - p, -1 / shape) }
  /// As it is written.
  public var description: String { "pareto(shape \(shape), least \(least))" }
}

/// A least, a most likely and a greatest value: an expert's guess.
public struct Triangular: Distribution {
  static let family = DistributionFamily(
    Info(
      "triangular", "A least, a most likely and a greatest value: an expert's guess.",
      example: #"return sim.distribution("triangular", { low = 1, mode = 2, high = 6 }).mean"#,
      parameters: [
        .real("low", "least value"), .real("mode", "most likely value"),
        .real("high", "greatest value"),
      ])
  ) { arguments throws(Problem) in
    let (low, mode) = (arguments.number("low"), arguments.number("mode"))
    let high = arguments.number("high")
    guard low <= mode, mode <= high, low < high else {
      throw arguments.fail("it needs low <= mode <= high and low < high")
    }
    return Triangular(low: low, mode: mode, high: high)
  }

  /// The least value.
  public let low: Double
  /// The most likely value.
  public let mode: Double
  /// The greatest value.
  public let high: Double

  /// Creates the law.
  public init(low: Double, mode: Double, high: Double) {
    precondition(low <= mode && mode <= high && low < high, "\(low), \(mode), \(high) out of order")
    self.low = low
    self.mode = mode
    self.high = high
  }

  /// The mean of the three.
  public var mean: Double { (low + mode + high) / 3 }
  /// `(a² + b² + c² - ab - ac - bc) / 18`.
  public var variance: Double {
    let squares = low * low + mode * mode + high * high
    return (squares - low * mode - low * high - mode * high) / 18
  }
  /// Two parabolas that meet at the mode.
  public func cumulative(_ x: Double) -> Double {
    if x <= low { return 0 }
    if x >= high { return 1 }
    if x <= mode { return (x - low) * (x - low) / ((high - low) * (mode - low)) }
    return 1 - (high - x) * (high - x) / ((high - low) * (high - mode))
  }
  /// The inverse of the two parabolas.
  public func quantile(_ p: Double) -> Double {
    let split = (mode - low) / (high - low)
    if p < split { return low + (p * (high - low) * (mode - low)).squareRoot() }
    return high - ((1 - p) * (high - low) * (high - mode)).squareRoot()
  }
  /// As it is written.
  public var description: String { "triangular(\(low), \(mode), \(high))" }
}
