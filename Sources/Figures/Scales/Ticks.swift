import Glibc

/// A place on an axis; minor ones have no label.
struct Tick: Hashable {
  var value: Double
  var label: String

  var isMajor: Bool { !label.isEmpty }
}

/// Ticks at multiples of 1, 2 or 5 times a power of ten.
enum LinearTicks {
  /// The smallest round step that is not below the given one.
  static func roundStep(atLeast raw: Double) -> Double {
    guard raw > 0, raw.isFinite else { return 1 }
    let power = pow(10, log10(raw).rounded(.down))
    guard power > 0, power.isFinite else { return raw }
    for factor in [1.0, 2, 5, 10] where raw <= factor * power * (1 + 1e-9) {
      return factor * power
    }
    return 10 * power
  }

  /// The multiples of a round step inside a range, about as many as wanted, and the step.
  ///
  /// `finest` is the smallest step taken, such as 1 where only whole numbers make sense.
  static func values(
    from low: Double, to high: Double, about count: Int, finest: Double = 0
  ) -> (values: [Double], step: Double) {
    let span = high - low
    guard span > 0, span.isFinite else { return ([low], 1) }
    // A step a little below the range may have only one multiple in it: then a finer one.
    for finer in 0..<4 {
      let step = roundStep(atLeast: max(finest, span / Double(max(1, count) + finer)))
      let slack = step * 1e-9
      let first = ((low - slack) / step).rounded(.up)
      let last = ((high + slack) / step).rounded(.down)
      // Far from zero the step may be below the spacing of numbers.
      guard abs(first) < 1e12, abs(last) < 1e12 else { break }
      if last > first || (finest > 0 && last == first) {
        return ((0...Int(last - first)).map { (first + Double($0)) * step }, step)
      }
    }
    return ([low, high], span)
  }

  /// How many decimals tell multiples of the step apart.
  static func decimals(forStep step: Double) -> Int {
    guard step > 0, step.isFinite else { return 0 }
    return max(0, -Int((log10(step) + 1e-9).rounded(.down)))
  }
}

/// Ticks at powers of ten, with minor ones between.
enum LogTicks {
  /// Major and minor values inside a positive range, about as many major ones as wanted.
  static func values(from low: Double, to high: Double, about count: Int) -> (
    major: [Double], minor: [Double]
  ) {
    guard low > 0, high > low, high.isFinite else { return ([max(low, .leastNormalMagnitude)], []) }
    let first = Int((log10(low) - 1e-9).rounded(.up))
    let last = Int((log10(high) + 1e-9).rounded(.down))
    let decades = last - first + 1
    if decades <= 1, count >= 2 { return narrow(low, high, first, last, count) }
    let stride = max(1, Int((Double(decades) / Double(max(1, count))).rounded(.up)))
    let exponents = Array(first...max(first, last))
    let major = exponents.filter { ($0 - last) % stride == 0 }.map { pow(10, Double($0)) }
    let minor: [Double]
    if stride > 1 {
      minor = exponents.filter { ($0 - last) % stride != 0 }.map { pow(10, Double($0)) }
    } else {
      minor = decades > 12 ? [] : multiples([2, 3, 4, 5, 6, 7, 8, 9], first - 1...last, low, high)
    }
    return (major, minor)
  }

  /// Inside about one decade powers of ten are too few: 1, 2, 5, or a linear step.
  private static func narrow(_ low: Double, _ high: Double, _ first: Int, _ last: Int, _ count: Int)
    -> (major: [Double], minor: [Double])
  {
    let range = min(first, last) - 1...max(first, last)
    let round = multiples([1, 2, 5], range, low, high)
    if round.count >= 3 || (round.count == 2 && count < 4) {
      return (round, multiples([3, 4, 6, 7, 8, 9], range, low, high))
    }
    return (LinearTicks.values(from: low, to: high, about: count).values.filter { $0 > 0 }, [])
  }

  private static func multiples(
    _ factors: [Double], _ exponents: ClosedRange<Int>, _ low: Double, _ high: Double
  ) -> [Double] {
    var values: [Double] = []
    for exponent in exponents {
      let power = pow(10, Double(exponent))
      for factor in factors where factor * power >= low * (1 - 1e-9) {
        if factor * power <= high * (1 + 1e-9) { values.append(factor * power) }
      }
    }
    return values
  }
}
