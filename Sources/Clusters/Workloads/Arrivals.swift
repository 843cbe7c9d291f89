public import Base
import Glibc

/// When requests come.
public enum Arrivals: Hashable, Sendable {
  /// At random and independent of each other, so many per second.
  case poisson(perSecond: Double)
  /// With gamma distributed gaps of a coefficient of variation: above 1 in bursts, below 1 evenly.
  case gamma(perSecond: Double, variation: Double)
  /// At one rate, and for `burstSeconds` of every `periodSeconds` at another.
  case burst(
    perSecond: Double, burstPerSecond: Double, burstSeconds: Double, periodSeconds: Double)
  /// At a rate that swings like a sine around its mean: `swing` 0.8 goes from 0.2 to 1.8 times the mean,
  /// beginning at the lowest.
  case diurnal(perSecond: Double, swing: Double, periodSeconds: Double)
  /// All at once.
  case together

  /// Draws arrivals in order, in seconds.
  public func times(_ count: Int, seed: UInt64) throws(Problem) -> [Double] {
    try check()
    var random = SeededRandom(seed: seed, named: "arrivals")
    switch self {
    case .poisson(let rate):
      return Self.renewal(count) { random.nextExponential() / rate }
    case .gamma(let rate, let variation):
      let shape = 1 / (variation * variation)
      return Self.renewal(count) { Self.gamma(shape, &random) / (shape * rate) }
    case .burst(let rate, let burst, let burstSeconds, let period):
      return Self.thinned(count, peak: max(rate, burst), &random) { time in
        time.truncatingRemainder(dividingBy: period) < burstSeconds ? burst : rate
      }
    case .diurnal(let rate, let swing, let period):
      return Self.thinned(count, peak: rate * (1 + swing), &random) { time in
        rate * (1 - swing * cos(2 * .pi * time / period))
      }
    case .together: return [Double](repeating: 0, count: count)
    }
  }

  private func check() throws(Problem) {
    let numbers: [Double]
    switch self {
    case .poisson(let rate): numbers = [rate]
    case .gamma(let rate, let variation): numbers = [rate, variation]
    case .burst(let rate, let burst, let seconds, let period):
      numbers = [max(rate, burst), seconds, period, min(rate, burst) + 1e-300]
    case .diurnal(let rate, let swing, let period):
      numbers = [rate, period, swing + 1e-300, 1 - swing + 1e-300]
    case .together: numbers = []
    }
    guard numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw Problem(
        "arrivals of \(self)",
        fix: "rates, variations and periods are above 0, a swing is at most 1")
    }
  }

  private static func renewal(_ count: Int, _ gap: () -> Double) -> [Double] {
    var time = 0.0
    return (0..<count).map { _ in
      time += gap()
      return time
    }
  }

  /// A rate that changes with time: candidates at the highest rate, kept by chance (Lewis and Shedler).
  private static func thinned(
    _ count: Int, peak: Double, _ random: inout SeededRandom, _ rate: (Double) -> Double
  ) -> [Double] {
    var (times, time): ([Double], Double) = ([], 0)
    times.reserveCapacity(count)
    while times.count < count {
      time += random.nextExponential() / peak
      if random.nextUniform() * peak < rate(time) { times.append(time) }
    }
    return times
  }

  /// A gamma number of mean `shape` by Marsaglia and Tsang (2000).
  private static func gamma(_ shape: Double, _ random: inout SeededRandom) -> Double {
    if shape < 1 {
      // Gamma(a) = Gamma(a + 1) · U^(1/a).
      let boost = pow(1 - random.nextUniform(), 1 / shape)
      return gamma(shape + 1, &random) * boost
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = random.nextNormal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      guard v > 0 else { continue }
      let u = 1 - random.nextUniform()
      if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }
}
