import Base
import Testing

@testable import Simulation

@Suite struct StatisticsTests {
  static func numbers(_ seed: UInt64, _ count: Int) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in 1e6 + random.nextNormal() }
  }

  @Test("one pass agrees with two passes", arguments: [1, 2, 3])
  func welford(seed: UInt64) {
    let values = Self.numbers(seed, 1000)
    let mean = values.reduce(0, +) / 1000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 999
    let seen = RunningStatistics(values)
    #expect(abs(seen.mean - mean) < 1e-8)
    // A million offset costs six digits of sixteen.
    #expect(abs(seen.variance / variance - 1) < 1e-9)
    #expect(seen.minimum == values.min() && seen.maximum == values.max())
  }

  @Test("merged halves agree with the whole", arguments: [0, 1, 17, 100])
  func merging(split: Int) {
    let values = Self.numbers(9, 100)
    var left = RunningStatistics(values[..<split])
    left.merge(RunningStatistics(values[split...]))
    let whole = RunningStatistics(values)
    #expect(left.count == whole.count && abs(left.mean - whole.mean) < 1e-8)
    #expect(abs(left.variance - whole.variance) < 1e-8)
  }

  @Test func `quantiles are exact and follow later numbers`() {
    var seen = Observations([5, 1, 3])
    #expect(seen.percentile(50) == 3)
    seen.add(4)
    #expect(seen.percentile(50) == 3.5)
    #expect(seen.share(atOrBelow: 3) == 0.5)
    #expect(Observations().minimum == nil)
  }

  @Test func `a level quantity is averaged over time`() {
    var length = TimeWeighted(start: 10, value: 1)
    length.set(3, at: 12)
    length.set(0, at: 13)
    // 2 s at 1, 1 s at 3, 2 s at 0.
    #expect(length.mean(at: 15) == 1)
    #expect(length.variance(at: 15) == (2.0 + 9) / 5 - 1)
    #expect(length.maximum == 3 && length.integral(at: 15) == 5)
    length.reset(at: 15)
    #expect(length.mean(at: 20) == 0)
  }

  @Test func `a histogram counts every number once`() {
    let histogram = Histogram([0, 0.5, 1, 1.5, 2, 7, .nan], bins: 2, bounds: 0...2)
    #expect(histogram.bins.map(\.count) == [2, 3] && histogram.outsideCount == 2)
    #expect(Histogram([3, 3], bins: 4).bins.map(\.count) == [2, 0, 0, 0])
  }

  @Test(
    "Student's t agrees with tables",
    arguments: [
      (0.975, 1.0, 12.7062), (0.975, 19, 2.0930), (0.95, 5, 2.0150), (0.5, 3, 0),
    ])
  func student(p: Double, degrees: Double, expected: Double) {
    #expect(abs(studentQuantile(p, degrees: degrees) - expected) < 1e-4)
  }

  @Test(
    "the normal quantile agrees with tables",
    arguments: [
      (0.975, 1.959963984540054), (0.5, 0), (1e-10, -6.361340902404056), (0.9, 1.2815515655446004),
    ])
  func normal(p: Double, expected: Double) {
    #expect(abs(normalQuantile(p) - expected) < 1e-13 * max(1, abs(expected)))
  }

  @Test func `an interval by batch means holds the true mean about as often as it says`() throws {
    var hits = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var value = 0.0
      // Neighbours are alike: an autoregressive series of mean 0.
      let series = (0..<4000).map { _ in
        value = 0.8 * value + random.nextNormal()
        return value
      }
      let interval = try #require(ConfidenceInterval(batchMeansOf: series))
      if interval.lower <= 0, interval.upper >= 0 { hits += 1 }
    }
    // 190 of 200 on average, deviation 3.1.
    #expect((178...199).contains(hits), "\(hits) of 200")
    #expect(ConfidenceInterval(batchMeansOf: [1, 2, 3]) == nil)
  }
}
