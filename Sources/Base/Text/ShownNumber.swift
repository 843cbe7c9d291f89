/// Numbers and times as people read them: three significant digits, or all before the point.
public enum ShownNumber {
  /// A number without an exponent, as in "12.3"; "-" where none is known.
  ///
  /// - Parameters:
  ///   - value: The number.
  ///   - keepsZeros: True for columns, where "2.00" stands below "1.25"; else it is "2".
  /// - Returns: The text.
  public static func text(_ value: Double, keepsZeros: Bool = false) -> String {
    guard value.isFinite else { return value.isNaN ? "-" : value < 0 ? "-inf" : "inf" }
    guard abs(value) < 1e15 else { return "\(value)" }
    let (whole, places) = rounded(abs(value))
    let scale = scales[places]
    let sign = value < 0 && whole > 0 ? "-" : ""
    var fraction = String(whole % scale)
    fraction = String(repeating: "0", count: places - (places == 0 ? 0 : fraction.count)) + fraction
    while !keepsZeros, fraction.last == "0" { fraction.removeLast() }
    let point = places == 0 || fraction.isEmpty ? "" : "." + fraction
    return "\(sign)\(whole / scale)\(point)"
  }

  /// A time with its unit, as in "12.3 ms"; a time without end is "any time", an unknown one "-".
  public static func time(_ seconds: Double, keepsZeros: Bool = false) -> String {
    guard seconds.isFinite else { return seconds.isNaN ? "-" : "any time" }
    if seconds == 0 { return "0 s" }
    let units = [(1e6, "µs"), (1e3, "ms")]
    // What rounds to a thousand of one unit is one of the next.
    for (scale, unit) in units where abs(seconds) * scale < 999.5 {
      return "\(text(seconds * scale, keepsZeros: keepsZeros)) \(unit)"
    }
    return "\(text(seconds, keepsZeros: keepsZeros)) s"
  }

  /// A share in per cent, as in "12.3 %".
  public static func percent(_ share: Double) -> String { text(share * 100) + " %" }

  private static let scales = [1, 10, 100]

  /// A number in hundredths, tenths or ones, such that it has three digits, or all before the point.
  private static func rounded(_ value: Double) -> (whole: Int, places: Int) {
    for places in [2, 1] {
      let whole = (value * Double(scales[places])).rounded()
      if whole < 1000 { return (Int(whole), places) }
    }
    return (Int(value.rounded()), 0)
  }
}
