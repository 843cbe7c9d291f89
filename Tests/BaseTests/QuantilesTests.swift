import Base
import Testing

@Suite struct QuantilesTests {
  // numpy.quantile([3, 1, 2, 10], q), NumPy 2.4.
  @Test(
    "agrees with NumPy's default",
    arguments: [
      (0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.9, 7.9), (0.99, 9.79), (1.0, 10.0),
    ])
  func numpy(fraction: Double, expected: Double) throws {
    let value = try #require(Quantiles([3, 1, 2, 10]).at(fraction))
    #expect(abs(value - expected) < 1e-12)
  }

  @Test func `no numbers have no quantile`() {
    #expect(Quantiles([]).at(0.5) == nil)
    #expect(Quantiles([.nan]).percentile(99) == nil)
  }

  @Test func `infinities at the end do not turn the middle into NaN`() {
    #expect(Quantiles([1, 2, .infinity]).at(0.5) == 2)
  }

  @Test func `the rank of a quantile is at least its fraction`() throws {
    var random = SeededRandom(seed: 5)
    let quantiles = Quantiles((0..<500).map { _ in random.nextNormal() })
    for percent in stride(from: 0.0, through: 100, by: 2.5) {
      let value = try #require(quantiles.percentile(percent))
      #expect(quantiles.rank(of: value) >= percent / 100 - 1.0 / 500)
    }
  }
}
