public import Base

/// A law that random numbers follow.
public protocol Distribution: Sendable, CustomStringConvertible {
  /// The mean; infinite where it does not exist.
  var mean: Double { get }
  /// The variance; infinite where it does not exist.
  var variance: Double { get }
  /// True when the numbers are whole or come from a list.
  var isDiscrete: Bool { get }
  /// The probability of a number at or below a value.
  func cumulative(_ x: Double) -> Double
  /// The least value whose cumulative probability reaches a share from 0 to 1.
  func quantile(_ p: Double) -> Double
  /// Draws one number.
  func sample(_ random: inout SeededRandom) -> Double
}

extension Distribution {
  /// False: most laws here have a density.
  public var isDiscrete: Bool { false }
  /// The square root of the variance.
  public var standardDeviation: Double { variance.squareRoot() }
  /// The standard deviation divided by the mean; nothing when the mean is 0.
  public var coefficientOfVariation: Double? { mean == 0 ? nil : standardDeviation / mean }

  /// Draws by inverting the cumulative distribution.
  public func sample(_ random: inout SeededRandom) -> Double { quantile(random.nextUniform()) }

  /// Inverts a cumulative distribution on non-negative numbers by halving a range that is doubled
  /// until it holds the quantile.
  func searchedQuantile(_ p: Double, from low: Double = 0) -> Double {
    guard p > 0 else { return low }
    guard p < 1 else { return .infinity }
    var high = max(1, low * 2)
    while cumulative(high) < p { high *= 2 }
    return bisect(p, in: low...high, cumulative)
  }
}

/// A kind of distribution by its name, with its parameters and how one is made of them.
public struct DistributionFamily: Described, Sendable {
  /// What is known of it.
  public let info: Info
  private let build: @Sendable (DistributionArguments) throws(Problem) -> any Distribution

  init(
    _ info: Info,
    _ build: @escaping @Sendable (DistributionArguments) throws(Problem) -> any Distribution
  ) {
    self.info = info
    self.build = build
  }

  /// Makes a distribution; unknown, missing and bad parameters are named in the error.
  public func make(_ values: [String: DistributionArguments.Value]) throws(Problem)
    -> any Distribution
  {
    try build(try DistributionArguments(values, for: info))
  }
}

/// The distributions by name.
public enum Distributions {
  /// All of them.
  public static let catalog = Catalog(
    "distribution",
    [
      Deterministic.family, Uniform.family, Exponential.family, Normal.family, LogNormal.family,
      Gamma.family, Erlang.family, Weibull.family, Pareto.family, Triangular.family,
      Hyperexponential.family, Bernoulli.family, Geometric.family, Poisson.family, Zipf.family,
      Empirical.family, Mixture.family,
    ])

  /// Makes a distribution from its name and parameters.
  public static func make(
    _ name: String, _ values: [String: DistributionArguments.Value] = [:]
  ) throws(Problem) -> any Distribution {
    try catalog[name].make(values)
  }
}

/// The parameters a distribution is made of, checked against its declaration.
public struct DistributionArguments: Sendable {
  /// One parameter's value.
  public enum Value: Sendable {
    case number(Double)
    case list([Double])
    case parts([any Distribution])
  }

  private let values: [String: Value]
  private let info: Info

  init(_ values: [String: Value], for info: Info) throws(Problem) {
    self.values = values
    self.info = info
    let names = info.parameters.map(\.name)
    for name in values.keys.sorted() where !names.contains(name) {
      var value: Double?
      if case .number(let number) = values[name] { value = number }
      throw .unknown(
        "parameter of distribution \(info.name)", name, value: value, among: names)
    }
    for parameter in info.parameters {
      try check(parameter)
    }
  }

  private func check(_ parameter: Parameter) throws(Problem) {
    let subject = "distribution \(info.name): \(parameter.name)"
    guard let value = values[parameter.name] else {
      if parameter.isOptional { return }
      throw Problem("\(subject) is missing", fix: "\(parameter.name) is the \(parameter.summary)")
    }
    switch (parameter.kind, value) {
    case (.number, .number(let number)), (.integer, .number(let number)):
      if parameter.kind == .integer, number != number.rounded() {
        throw Problem("\(subject) must be a whole number, got \(number)")
      }
      if let range = parameter.range, !range.contains(number) {
        throw Problem(
          "\(subject) must lie in \(range.lowerBound)...\(range.upperBound), got \(number)")
      }
      if !number.isFinite { throw Problem("\(subject) must be finite, got \(number)") }
    case (.table, .list(let list)):
      if list.isEmpty { throw Problem("\(subject) must not be empty") }
      if let bad = list.first(where: { !$0.isFinite || parameter.range?.contains($0) == false }) {
        throw Problem("\(subject) has a value out of range: \(bad)")
      }
    case (.table, .parts(let parts)):
      if parts.isEmpty { throw Problem("\(subject) must not be empty") }
    case (.number, _), (.integer, _): throw Problem("\(subject) must be a number, got a list")
    default: throw Problem("\(subject) must be a list, got a number")
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func number(_ name: String) -> Double {
    if case .number(let value)? = values[name] { return value }
    let stated = info.parameters.first { $0.name == name }?.defaultValue
    return stated.flatMap(Double.init) ?? 0
  }

  func list(_ name: String) -> [Double]? {
    if case .list(let value)? = values[name] { value } else { nil }
  }

  func parts(_ name: String) -> [any Distribution]? {
    if case .parts(let value)? = values[name] { value } else { nil }
  }

  func fail(_ message: String, fix: String? = nil) -> Problem {
    Problem("distribution \(info.name): \(message)", fix: fix)
  }

  /// Weights that stand for shares: as many as there are parts, not negative, not all zero.
  func weights(_ name: String, count: Int) throws(Problem) -> [Double] {
    guard let weights = list(name) else { return [Double](repeating: 1, count: count) }
    guard weights.count == count else {
      throw fail("\(count) parts need as many \(name), got \(weights.count)")
    }
    guard weights.reduce(0, +) > 0 else { throw fail("\(name) are all 0") }
    return weights
  }
}

/// The positive numbers that a scale or a rate may be.
let positive = Double.leastNormalMagnitude...Double.greatestFiniteMagnitude

extension Parameter {
  static func real(
    _ name: String, _ summary: String, default value: Double? = nil, isOptional: Bool = false,
    range: ClosedRange<Double>? = nil
  ) -> Parameter {
    Parameter(
      name: name, kind: .number, defaultValue: value.map { "\($0)" }, isOptional: isOptional,
      range: range, summary: summary)
  }

  static func whole(_ name: String, _ summary: String, range: ClosedRange<Double>) -> Parameter {
    Parameter(name: name, kind: .integer, range: range, summary: summary)
  }

  static func list(
    _ name: String, _ summary: String, of element: String = "number", isOptional: Bool = false,
    range: ClosedRange<Double>? = nil
  ) -> Parameter {
    Parameter(
      name: name, kind: .table("\(element)[]"), isOptional: isOptional, range: range,
      summary: summary)
  }
}
