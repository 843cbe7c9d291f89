#if canImport(Glibc)
import Glibc
#endif

/// The values of literals.
enum LiteralReader {
  /// What a preprocessing number means.
  enum Number {
    case integer(IntegerLiteral)
    case floating(FloatingLiteral)
    /// Why it is none.
    case invalid(String)
  }

  /// Reads a number with its suffix.
  static func number(_ text: String) -> Number {
    let lower = text.lowercased().filter { $0 != "'" }
    let isHex = lower.hasPrefix("0x")
    let isBinary = lower.hasPrefix("0b")
    let hasFraction = lower.contains(".") || (isHex ? lower.contains("p") : lower.contains("e"))
    return hasFraction && !isBinary ? floating(lower, isHex: isHex) : integer(lower)
  }

  private static func integer(_ text: String) -> Number {
    var digits = Substring(text)
    var radix = 10
    if digits.hasPrefix("0x") {
      (radix, digits) = (16, digits.dropFirst(2))
    } else if digits.hasPrefix("0b") {
      (radix, digits) = (2, digits.dropFirst(2))
    } else if digits.hasPrefix("0"), digits.count > 1, digits.dropFirst().first?.isNumber == true {
      (radix, digits) = (8, digits.dropFirst())
    }
    let body = digits.prefix { $0.isHexDigit && (radix == 16 || $0.isNumber) }
    let suffix = digits.dropFirst(body.count)
    guard let longs = integerSuffixes[String(suffix)] else {
      // `1f` is a common slip for `1.0f`.
      let hint = suffix == "f" ? ": a float constant needs a point, as in \(body).0f" : ""
      return .invalid("bad suffix \"\(suffix)\" on an integer constant\(hint)")
    }
    if body.isEmpty, radix != 10, text != "0" { return .invalid("a number without digits") }
    guard let value = UInt64(body, radix: radix) else {
      let isDigits = body.allSatisfy { ($0.hexDigitValue ?? 99) < radix }
      return .invalid(
        isDigits ? "an integer constant beyond 64 bits" : "bad digit in a number of base \(radix)")
    }
    return .integer(
      IntegerLiteral(
        value: value, isUnsigned: suffix.contains("u"), longs: longs, isDecimal: radix == 10))
  }

  private static let integerSuffixes = [
    "": 0, "u": 0, "l": 1, "ul": 1, "lu": 1, "ll": 2, "ull": 2, "llu": 2,
  ]

  private static func floating(_ text: String, isHex: Bool) -> Number {
    var body = text
    var isFloat = false
    if let last = text.last, last == "l" || (last == "f" && (!isHex || text.contains("p"))) {
      isFloat = last == "f"
      body.removeLast()
    }
    if isHex, !body.contains("p") {
      return .invalid("a hexadecimal float needs an exponent, as p0")
    }
    var isComplete = false
    let value = body.withCString { start -> Double in
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(start, &end)
      // The whole text must have been read: what `strtod` leaves over is a bad suffix.
      isComplete = end.map { $0.pointee == 0 } ?? false
      return value
    }
    guard isComplete, body.first?.isNumber == true || body.first == "." else {
      return .invalid("bad floating constant")
    }
    let single = body.withCString { strtof($0, nil) }
    return .floating(FloatingLiteral(value: value, single: single, isFloat: isFloat))
  }

  /// The code of a character constant with its quotes; nil if it is none.
  static func character(_ text: String) -> Int? {
    guard let start = text.firstIndex(of: "'") else { return nil }
    let inner = text[text.index(after: start)...].dropLast()
    guard !inner.isEmpty, let bytes = unescaped(inner) else { return nil }
    if bytes.count == 1 { return Int(Int8(bitPattern: bytes[0])) }
    // Several characters make an int, the last one in its low bits, as nvcc does.
    return bytes.count <= 4 ? bytes.reduce(0) { $0 << 8 | Int($1) } : nil
  }

  /// The bytes of a string constant with its quotes; nil for a bad escape.
  static func string(_ text: String) -> [UInt8]? {
    guard let start = text.firstIndex(of: "\"") else { return nil }
    return unescaped(text[text.index(after: start)...].dropLast())
  }

  private static func unescaped(_ text: Substring) -> [UInt8]? {
    var result: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == .backslash else {
        result.append(byte)
        continue
      }
      guard let escaped = bytes.popFirst() else { return nil }
      if let simple = simpleEscapes[escaped] {
        result.append(simple)
      } else if escaped == 0x78 || (escaped >= 0x30 && escaped <= 0x37) {
        guard let value = numericEscape(escaped, &bytes) else { return nil }
        result.append(value)
      } else {
        return nil
      }
    }
    return result
  }

  private static func numericEscape(_ first: UInt8, _ bytes: inout ArraySlice<UInt8>) -> UInt8? {
    let radix = first == 0x78 ? 16 : 8
    var value = radix == 16 ? 0 : Int(first - 0x30)
    var digits = radix == 16 ? 0 : 1
    while let byte = bytes.first, let digit = Character(UnicodeScalar(byte)).hexDigitValue,
      digit < radix, digits < (radix == 16 ? 8 : 3)
    {
      value = value * radix + digit
      digits += 1
      bytes.removeFirst()
    }
    return digits > 0 ? UInt8(exactly: value) : nil
  }

  private static let simpleEscapes: [UInt8: UInt8] = [
    0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D, 0x61: 0x07, 0x62: 0x08, 0x66: 0x0C, 0x76: 0x0B,
    0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x3F: 0x3F,
  ]
}
