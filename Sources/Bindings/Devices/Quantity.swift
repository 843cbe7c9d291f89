/// Numbers with units as people read them: four significant digits and a prefix.
enum Quantity {
  private static let prefixes: [(factor: Double, letter: String)] = [
    (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""),
    (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"),
  ]

  /// A number with a prefixed unit, as in "3.35 TB/s".
  static func text(_ value: Double, _ unit: String) -> String {
    guard value.isFinite, value != 0 else { return "\(digits(value)) \(unit)" }
    // 1,979 TFLOP/s reads better than 1.979 PFLOP/s beside its neighbours.
    let prefix =
      prefixes.first { abs(value) >= $0.factor && (unit != "FLOP/s" || $0.factor <= 1e12) }
      ?? prefixes[prefixes.count - 1]
    return "\(digits(value / prefix.factor)) \(prefix.letter)\(unit)"
  }

  /// Four significant digits without zeros at the end.
  static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == 0 { return "0" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e15 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15
      ? String(Int(rounded)) : String(rounded)
  }
}
