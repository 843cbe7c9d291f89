import Base
import Clusters
import Testing

@Suite struct ArrivalsTests {
  @Test(
    "arrivals have the rate and the variation that were asked for",
    arguments: [
      (Arrivals.poisson(perSecond: 5), 1.0), (.gamma(perSecond: 5, variation: 3), 3.0),
      (.gamma(perSecond: 5, variation: 0.3), 0.3),
    ])
  func rate(arrivals: Arrivals, variation: Double) throws {
    let times = try arrivals.times(20_000, seed: 1)
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let square = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    // Four standard errors of the mean, and a tenth for the variation, which needs more numbers.
    #expect(abs(mean - 0.2) < 4 * variation * 0.2 / 141)
    #expect(abs(square.squareRoot() / mean - variation) < 0.1 * variation)
  }

  @Test func `a diurnal rate swings, and bursts come when they should`() throws {
    let day = try Arrivals.diurnal(perSecond: 10, swing: 0.9, periodSeconds: 100).times(
      20_000, seed: 2)
    let noon = day.count { (25..<75).contains($0.truncatingRemainder(dividingBy: 100)) }
    // Half of a period around the peak has 1/2 + swing/π of the arrivals.
    #expect(abs(Double(noon) / 20_000 - (0.5 + 0.9 / .pi)) < 0.02)
    let bursts = try Arrivals.burst(
      perSecond: 1, burstPerSecond: 50, burstSeconds: 10, periodSeconds: 100
    ).times(20_000, seed: 2)
    let inside = bursts.count { $0.truncatingRemainder(dividingBy: 100) < 10 }
    #expect(abs(Double(inside) / 20_000 - 500.0 / 590) < 0.02)
  }

  @Test(
    "impossible arrivals are refused",
    arguments: [
      Arrivals.poisson(perSecond: 0), .gamma(perSecond: 1, variation: -1),
      .diurnal(perSecond: 1, swing: 1.5, periodSeconds: 10), .poisson(perSecond: .infinity),
    ])
  func refused(arrivals: Arrivals) {
    #expect(throws: Problem.self) { try arrivals.times(1, seed: 0) }
  }
}
