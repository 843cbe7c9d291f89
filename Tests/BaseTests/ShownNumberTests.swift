import Base
import Testing

@Suite struct ShownNumberTests {
  @Test(
    "a number has three digits, or all before the point",
    arguments: [
      (0, "0", "0.00"), (2, "2", "2.00"), (1.255, "1.25", "1.25"), (0.001, "0", "0.00"),
      (9.996, "10", "10.0"), (9.994, "9.99", "9.99"), (12.34, "12.3", "12.3"), (30, "30", "30.0"),
      (99.96, "100", "100"), (1234.5, "1235", "1235"), (-0.5, "-0.5", "-0.50"),
      (-0.001, "0", "0.00"),
      (1.05, "1.05", "1.05"), (100.4, "100", "100"), (.nan, "-", "-"), (.infinity, "inf", "inf"),
    ])
  func number(_ value: Double, short: String, column: String) {
    #expect(ShownNumber.text(value) == short)
    #expect(ShownNumber.text(value, keepsZeros: true) == column)
  }

  @Test(
    "a time has the unit that leaves fewest digits before the point",
    arguments: [
      (0, "0 s"), (1, "1 s"), (0.5, "500 ms"), (0.0123, "12.3 ms"), (12e-6, "12 µs"),
      (3600, "3600 s"), (0.99949, "999 ms"), (0.9996, "1 s"), (0.0009996, "1 ms"),
      (5e-8, "0.05 µs"),
      (-0.002, "-2 ms"), (.infinity, "any time"), (.nan, "-"),
    ])
  func time(_ seconds: Double, text: String) { #expect(ShownNumber.time(seconds) == text) }

  @Test func `a share is told in per cent`() {
    #expect(ShownNumber.percent(0.1234) == "12.3 %" && ShownNumber.percent(1) == "100 %")
  }
}
