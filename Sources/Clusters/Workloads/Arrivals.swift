public import Base
import Glibc

/// When requests come.
public enum Arrivals: Hashable, Sendable {
  /// At random and independent of each other, so many per second.
  case poisson(perSecond: Double)
  /// One after the other at equal distances.
  case constant(perSecond: Double)
  /// With gamma distributed gaps of a coefficient of variation: above 1 in bursts, below 1 evenly.
  case gamma(perSecond: Double, variation: Double)
  /// At one rate, and for `burstSeconds` of every `periodSeconds` at another.
  case burst(
    perSecond: Double, burstPerSecond: Double, burstSeconds: Double, periodSeconds: Double)
  /// Poisson while a source is on and none while it is off, for spells of these mean lengths (an
  /// interrupted Poisson process); `perSecond` is the rate while it is on.
  case onOff(perSecond: Double, onSeconds: Double, offSeconds: Double)
  /// Poisson, and every `everySeconds` a spike of so many at once.
  case spikes(perSecond: Double, spikeRequests: Int, everySeconds: Double)
  /// At a rate that swings like a sine around its mean: `swing` 0.8 goes from 0.2 to 1.8 times the mean,
  /// beginning at the lowest.
  case diurnal(perSecond: Double, swing: Double, periodSeconds: Double)
  /// At rates that a period runs through in equal pieces, over and over: the hours of a day, say.
  case profile(perSecond: [Double], periodSeconds: Double)
  /// All at once.
  case together

  /// Draws arrivals in order, in seconds.
  public func times(_ count: Int, seed: UInt64) throws(Problem) -> [Double] {
    try check()
    var random = SeededRandom(seed: seed, named: "arrivals")
    switch self {
    case .poisson(let rate):
      return Self.renewal(count) { random.nextExponential() / rate }
    case .constant(let rate): return (0..<count).map { Double($0) / rate }
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
    case .onOff(let rate, let on, let off):
      return Self.interrupted(count, rate: rate, on: on, off: off, &random)
    case .spikes(let rate, let size, let period):
      return Self.spiked(count, rate: rate, size: size, period: period, &random)
    case .profile(let rates, let period):
      return Self.thinned(count, peak: rates.max() ?? 0, &random) { time in
        let place = time.truncatingRemainder(dividingBy: period) / period * Double(rates.count)
        return rates[min(rates.count - 1, Int(place))]
      }
    case .together: return [Double](repeating: 0, count: count)
    }
  }

  /// The mean rate, over a whole period where it changes; infinite where all come at once.
  public var meanPerSecond: Double {
    switch self {
    case .poisson(let rate), .constant(let rate), .gamma(let rate, _), .diurnal(let rate, _, _):
      rate
    case .burst(let rate, let burst, let seconds, let period):
      rate + (burst - rate) * min(1, seconds / period)
    case .onOff(let rate, let on, let off): rate * on / (on + off)
    case .spikes(let rate, let size, let period): rate + Double(size) / period
    case .profile(let rates, _): rates.reduce(0, +) / Double(max(1, rates.count))
    case .together: .infinity
    }
  }

  private func check() throws(Problem) {
    let (positive, least): ([Double], [Double]) =
      switch self {
      case .poisson(let rate), .constant(let rate): ([rate], [])
      case .gamma(let rate, let variation): ([rate, variation], [])
      case .burst(let rate, let burst, let seconds, let period):
        ([max(rate, burst), seconds, period], [rate, burst])
      case .onOff(let rate, let on, let off): ([rate, on], [off])
      case .spikes(let rate, let size, let period):
        ([period, rate + Double(size)], [rate, Double(size)])
      case .diurnal(let rate, let swing, let period): ([rate, period], [swing, 1 - swing])
      case .profile(let rates, let period): ([rates.max() ?? 0, period], rates)
      case .together: ([], [])
      }
    let wrong =
      positive.first { !($0 > 0 && $0 <= 1e12) } ?? least.first { !($0 >= 0 && $0 <= 1e12) }
    if let wrong {
      throw Problem(
        "arrivals \"\(label)\" with \(wrong)",
        fix: "rates, variations and periods are above 0 and at most 1e12, a swing is from 0 to 1")
    }
    // Candidates come at the highest rate: where nearly none is kept, drawing would never end.
    let peak: Double =
      switch self {
      case .burst(let rate, let burst, _, _): max(rate, burst)
      case .profile(let rates, _): rates.max() ?? 0
      default: 0
      }
    guard peak <= 1e4 * meanPerSecond else {
      throw Problem(
        "arrivals \"\(label)\" at up to \(peak) per second, and \(meanPerSecond) on average",
        fix: "keep the highest rate below 10000 times the mean")
    }
  }

  /// What it is called in messages.
  private var label: String {
    switch self {
    case .poisson: "poisson"
    case .constant: "constant"
    case .gamma: "gamma"
    case .burst: "burst"
    case .onOff: "on_off"
    case .spikes: "spikes"
    case .diurnal: "diurnal"
    case .profile: "profile"
    case .together: "together"
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

  /// Spells of two kinds in turn, beginning with one that is on.
  private static func interrupted(
    _ count: Int, rate: Double, on: Double, off: Double, _ random: inout SeededRandom
  ) -> [Double] {
    var (times, start): ([Double], Double) = ([], 0)
    while times.count < count {
      let end = start + random.nextExponential() * on
      var time = start + random.nextExponential() / rate
      while time < end, times.count < count {
        times.append(time)
        time += random.nextExponential() / rate
      }
      start = end + random.nextExponential() * off
    }
    return times
  }

  /// Spikes stand at the ends of periods.
  private static func spiked(
    _ count: Int, rate: Double, size: Int, period: Double, _ random: inout SeededRandom
  ) -> [Double] {
    var times: [Double] = []
    var next = rate > 0 ? random.nextExponential() / rate : .infinity
    var round = 1.0
    while times.count < count {
      let spike = round * period
      while next < spike, times.count < count {
        times.append(next)
        next += random.nextExponential() / rate
      }
      times += repeatElement(spike, count: min(size, count - times.count))
      round += 1
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
