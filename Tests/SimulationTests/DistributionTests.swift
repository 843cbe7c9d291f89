import Base
import Testing

@testable import Simulation

@Suite struct DistributionTests {
  static let laws: [any Distribution] = [
    Deterministic(3), Uniform(2, 5), Exponential(mean: 2), Normal(mean: -3, deviation: 2),
    LogNormal(mu: 0.5, sigma: 0.6), LogNormal(mean: 200, variation: 1.2),
    Gamma(shape: 0.4, scale: 3), Gamma(shape: 7.5, scale: 0.5), Erlang(stages: 4, mean: 2),
    Weibull(shape: 0.8, scale: 3), Weibull(shape: 3, scale: 2), Pareto(shape: 6, least: 2),
    Triangular(low: 1, mode: 2, high: 6), Triangular(low: 0, mode: 0, high: 1),
    Hyperexponential(means: [1, 8], weights: [3, 1]), Bernoulli(0.3), Geometric(0.2), Geometric(1),
    Poisson(mean: 0.7), Poisson(mean: 9.9), Poisson(mean: 250), Zipf(count: 50, exponent: 1.2),
    Zipf(count: 9, exponent: 0), Empirical([4, 1, 1, 9]), Empirical([1, 2], weights: [1, 3]),
    Mixture([Uniform(0, 1), Normal(mean: 5, deviation: 1)], weights: [1, 2]),
  ]

  @Test("the moments of samples are those stated", arguments: laws.indices)
  func moments(index: Int) {
    let law = Self.laws[index]
    var random = SeededRandom(seed: 11, stream: UInt64(index))
    let count = 20_000
    let seen = RunningStatistics((0..<count).map { _ in law.sample(&random) })
    // Five standard errors of the mean; the variance is less sharp for heavy tails.
    let error = 5 * law.standardDeviation / Double(count).squareRoot()
    #expect(abs(seen.mean - law.mean) <= error + 1e-12, "\(law): \(seen.mean), \(law.mean)")
    #expect(abs(seen.variance - law.variance) <= 0.15 * law.variance + 1e-12, "\(law)")
  }

  @Test("samples follow the stated cumulative distribution", arguments: laws.indices)
  func kolmogorovSmirnov(index: Int) {
    let law = Self.laws[index]
    var random = SeededRandom(seed: 12, stream: UInt64(index))
    let count = 2_000
    let sorted = (0..<count).map { _ in law.sample(&random) }.sorted()
    var statistic = 0.0
    for (rank, value) in sorted.enumerated() {
      if rank + 1 < count, sorted[rank + 1] == value { continue }
      let above = abs(Double(rank + 1) / Double(count) - law.cumulative(value))
      statistic = max(statistic, above)
    }
    // 1.95 / sqrt(n) is exceeded once in a thousand; for discrete laws less often.
    #expect(statistic * Double(count).squareRoot() < 1.95, "\(law): \(statistic)")
  }

  @Test("the quantile inverts the cumulative distribution", arguments: laws.indices)
  func inversion(index: Int) {
    let law = Self.laws[index]
    for p in [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999] {
      let x = law.quantile(p)
      #expect(law.cumulative(x) >= p - 1e-9, "\(law) at \(p)")
      let below = law.cumulative(x - max(1e-9, abs(x) * 1e-6))
      #expect(below <= p + (law.isDiscrete ? 0 : 1e-5), "\(law) at \(p)")
    }
  }

  @Test("every family of the catalog has an example and makes a law") func catalog() throws {
    let numbers: [String: [String: DistributionArguments.Value]] = [
      "deterministic": ["value": .number(1)], "weibull": ["shape": .number(2)],
      "pareto": ["shape": .number(3)], "gamma": ["shape": .number(2)],
      "erlang": ["stages": .number(2)], "lognormal": ["mu": .number(0), "sigma": .number(1)],
      "triangular": ["low": .number(0), "mode": .number(1), "high": .number(2)],
      "hyperexponential": ["means": .list([1, 2]), "weights": .list([1, 1])],
      "bernoulli": ["probability": .number(0.5)], "geometric": ["probability": .number(0.5)],
      "poisson": ["mean": .number(2)], "zipf": ["count": .number(10)],
      "empirical": ["values": .list([1, 2])], "mixture": ["parts": .parts([Uniform(0, 1)])],
    ]
    for family in Distributions.catalog.elements {
      let law = try family.make(numbers[family.info.name] ?? [:])
      #expect(law.mean.isFinite && family.info.example != nil, "\(family.info.name)")
    }
  }

  @Test(
    "bad parameters are named",
    arguments: [
      ("exponentail", [:], #"unknown distribution "exponentail": did you mean "exponential"?"#),
      ("exponential", ["maen": 1], #"unknown parameter of distribution exponential "maen""#),
      ("exponential", ["mean": -1], "distribution exponential: mean must lie in"),
      ("weibull", [:], "distribution weibull: shape is missing: shape is the exponent"),
      ("zipf", ["count": 2.5], "distribution zipf: count must be a whole number, got 2.5"),
      ("uniform", ["low": 3], "distribution uniform: low must be less than high"),
      ("lognormal", ["mean": 3], "distribution lognormal: it needs one pair"),
      ("mixture", ["parts": 3], "distribution mixture: parts must be a list, got a number"),
    ] as [(String, [String: Double], String)])
  func badParameters(name: String, values: [String: Double], message: String) {
    let problem = #expect(throws: Problem.self) {
      try Distributions.make(name, values.mapValues { .number($0) })
    }
    #expect(problem?.description.hasPrefix(message) == true, "\(problem?.description ?? "none")")
  }

  @Test func `streams of one seed do not depend on one another`() {
    let alone = RandomStream(seed: 5, name: "arrivals")
    let beside = Simulator(seed: 5)
    let other = beside.stream("sizes")
    let draws = (0..<50).map { _ in
      _ = other.uniform()
      return beside.stream("arrivals").exponential(mean: 2)
    }
    #expect(draws == (0..<50).map { _ in alone.exponential(mean: 2) })
    alone.restart()
    #expect(alone.exponential(mean: 2) == draws[0])
    #expect(Simulator(seed: 6).stream("arrivals").exponential(mean: 2) != draws[0])
  }

  @Test func `a stream picks by weight, from a range, and in a random order`() {
    let stream = RandomStream(seed: 3, name: "picks")
    var counts = [0, 0, 0]
    for _ in 0..<3000 { counts[stream.pick(weights: [1, 0, 2])] += 1 }
    #expect(counts[1] == 0 && abs(counts[0] - 1000) < 120)
    #expect(Set((0..<200).map { _ in stream.integer(-1, 1) }) == [-1, 0, 1])
    #expect(stream.permutation(20).sorted() == Array(0..<20))
  }
}
