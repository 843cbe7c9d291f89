import Glibc

/// Numbers as short text, without Foundation.
enum NumberFormat {
  /// The number with this many decimals, thousands apart by commas from 10,000 on.
  static func fixed(_ value: Double, decimals: Int, groups: Bool = true) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    let decimals = min(12, max(0, decimals))
    let scale = pow(10, Double(decimals))
    guard abs(value) * scale < 9e15 else { return scientific(value) }
    let scaled = Int64((abs(value) * scale).rounded())
    let whole = scaled / Int64(scale)
    var text = groups && whole >= 10_000 ? grouped(whole) : String(whole)
    if decimals > 0 {
      let part = String(scaled % Int64(scale))
      text += "." + String(repeating: "0", count: decimals - part.utf8.count) + part
    }
    return value < 0 && scaled != 0 ? "−" + text : text
  }

  /// The number with at most this many significant digits and no trailing zeros.
  static func short(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
    let exponent = Int(log10(abs(value)).rounded(.down))
    guard exponent >= -5, exponent < 15 else { return scientific(value) }
    return trimmed(fixed(value, decimals: digits - 1 - exponent))
  }

  /// The number with an SI prefix where it is long, as in "1.5M"; for counts.
  static func compact(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite, abs(value) >= 10_000, abs(value) < 1e18 else {
      return short(value, digits: digits)
    }
    for (factor, prefix) in [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")]
    where abs(value) >= factor {
      return short(value / factor, digits: digits) + prefix
    }
    return short(value / 1e3, digits: digits) + "k"
  }

  /// The number as "2.5×10⁻⁷".
  static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
    var exponent = Int(log10(abs(value)).rounded(.down))
    // Two steps, because 10^-320 alone is not a normal number.
    var mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
    if abs(mantissa) >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    let front = trimmed(fixed(mantissa, decimals: 2))
    let power = "10" + superscript(exponent)
    return front == "1" ? power : front == "−1" ? "−" + power : "\(front)×\(power)"
  }

  /// The coordinate of a drawing: at most two decimals, no sign on zero.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int64((min(1e7, max(-1e7, value)) * 100).rounded())
    let magnitude = hundredths.magnitude
    var text = String(magnitude / 100)
    let part = magnitude % 100
    if part != 0 {
      text += part < 10 ? ".0\(part)" : part % 10 == 0 ? ".\(part / 10)" : ".\(part)"
    }
    return hundredths < 0 ? "-" + text : text
  }

  static func superscript(_ number: Int) -> String {
    String(
      String(number).map { digit -> Character in
        guard let index = digit.wholeNumberValue else { return "⁻" }
        return Array("⁰¹²³⁴⁵⁶⁷⁸⁹")[index]
      })
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = Substring(text)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }

  private static func grouped(_ number: Int64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
