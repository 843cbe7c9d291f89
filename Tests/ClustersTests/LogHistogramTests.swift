import Base
import Clusters
import Testing

@Suite struct LogHistogramTests {
  @Test func `quantiles are within 0.4 percent of exact ones`() {
    var (random, histogram) = (SeededRandom(seed: 9), LogHistogram())
    let values = (0..<20_000).map { _ in 0.001 + random.nextExponential() * 0.03 }
    for value in values { histogram.add(value, times: 1) }
    let exact = Quantiles(values)
    for fraction in [0.01, 0.25, 0.5, 0.9, 0.99] {
      let (ours, theirs) = (histogram.quantile(fraction), exact.at(fraction) ?? 0)
      #expect(abs(ours - theirs) <= 0.004 * theirs, "at \(fraction)")
    }
    #expect(abs(histogram.mean - values.reduce(0, +) / 20_000) < 1e-12)
    #expect(histogram.largest == values.max())
  }

  @Test func `values out of range are counted at the edges`() {
    var histogram = LogHistogram()
    for value in [0, 1e-30, 1e30] { histogram.add(value, times: 2) }
    #expect(histogram.count == 6)
    #expect(histogram.quantile(0) == 0 || histogram.quantile(0) < 1e-12)
    #expect(histogram.largest == 1e30)
  }
}
