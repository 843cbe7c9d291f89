public import Base
import Glibc

/// Sums of exponential times, and what lies between them.
public struct Gamma: Distribution {
  static let family = DistributionFamily(
    Info(
      "gamma", "Sums of exponential times, and what lies between: bursty for shape below 1.",
      example: #"return sim.distribution("gamma", { shape = 0.5, scale = 2 }).variance"#,
      parameters: [
        .real(
          "shape", "shape; the square of the coefficient of variation is its inverse",
          range: positive),
        .real("scale", "mean over shape", default: 1, range: positive),
      ])
  ) { Gamma(shape: $0.number("shape"), scale: $0.number("scale")) }

  /// The shape.
  public let shape: Double
  /// The scale.
  public let scale: Double

  /// Creates the law.
  public init(shape: Double, scale: Double = 1) {
    precondition(shape > 0 && scale > 0, "shape \(shape) and scale \(scale) must be positive")
    self.shape = shape
    self.scale = scale
  }

  /// `shape scale`.
  public var mean: Double { shape * scale }
  /// `shape scale²`.
  public var variance: Double { shape * scale * scale }
  /// The incomplete gamma function.
  public func cumulative(_ x: Double) -> Double { incompleteGamma(shape, x / scale) }
  /// By search: there is no closed form.
  public func quantile(_ p: Double) -> Double { searchedQuantile(p) }
  /// By rejection: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
  public func sample(_ random: inout SeededRandom) -> Double {
    guard shape < 1 else { return scale * Gamma.standard(shape, &random) }
    let boost = pow(1 - random.nextUniform(), 1 / shape)
    return scale * Gamma.standard(shape + 1, &random) * boost
  }
  /// As it is written.
  public var description: String { "gamma(shape \(shape), scale \(scale))" }

  private static func standard(_ shape: Double, _ random: inout SeededRandom) -> Double {
    let d = shape - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = random.nextNormal()
      let cube = 1 + c * x
      guard cube > 0 else { continue }
      let v = cube * cube * cube
      let u = 1 - random.nextUniform()
      if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }
}

/// The sum of several exponential stages: less varied than one.
public struct Erlang: Distribution {
  static let family = DistributionFamily(
    Info(
      "erlang", "The sum of several exponential stages: less varied than one.",
      example: #"return sim.distribution("erlang", { stages = 4, mean = 2 }).standard_deviation"#,
      parameters: [
        .whole("stages", "number of stages", range: 1...1e6),
        .real("mean", "mean of the sum", default: 1, range: positive),
      ])
  ) { Erlang(stages: Int($0.number("stages")), mean: $0.number("mean")) }

  /// The number of stages.
  public let stages: Int
  private let gamma: Gamma

  /// Creates the law with the mean of the whole sum.
  public init(stages: Int, mean: Double = 1) {
    precondition(stages > 0, "there must be 1 stage or more, got \(stages)")
    self.stages = stages
    gamma = Gamma(shape: Double(stages), scale: mean / Double(stages))
  }

  /// The mean of the sum.
  public var mean: Double { gamma.mean }
  /// The square of the mean over the stages.
  public var variance: Double { gamma.variance }
  /// The incomplete gamma function.
  public func cumulative(_ x: Double) -> Double { gamma.cumulative(x) }
  /// By search: there is no closed form.
  public func quantile(_ p: Double) -> Double { gamma.quantile(p) }
  /// A gamma number, whatever the number of stages.
  public func sample(_ random: inout SeededRandom) -> Double { gamma.sample(&random) }
  /// As it is written.
  public var description: String { "erlang(\(stages) stages, mean \(mean))" }
}
