import TestSupport
import Testing

@Suite struct ChiSquaredTests {
  /// The critical values of every table of the distribution.
  @Test(
    "the chance is that of the tables",
    arguments: [
      (3.841, 1, 0.05), (6.635, 1, 0.01), (10.828, 1, 0.001), (0.004, 1, 0.95), (18.307, 10, 0.05),
      (29.588, 10, 0.001), (3.940, 10, 0.95), (124.342, 100, 0.05), (149.449, 100, 0.001),
    ])
  func tables(sum: Double, degrees: Int, chance: Double) {
    // Tables round the sum to three digits.
    #expect(abs(chiSquaredChance(sum, degrees: degrees) - chance) < chance * 0.01 + 1e-3 * 0.1)
  }
}
