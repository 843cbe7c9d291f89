import Base

/// A decimal number as its digits, so that bounds are compared exactly.
struct DecimalNumber: Hashable, Comparable, Sendable {
  let isNegative: Bool
  /// The digits in front of the point, without leading zeros but at least one.
  let whole: [UInt8]
  /// The digits behind the point, without zeros at the end.
  let fraction: [UInt8]

  /// Reads a JSON number; nothing for other values.
  init?(_ value: JSONValue) {
    switch value {
    case .integer(let number): self.init(text: String(number))
    case .number(let number) where number.isFinite: self.init(text: number.description)
    case .literal(let text): self.init(text: text)
    default: return nil
    }
  }

  /// More zeros than this are no bound that anybody means.
  private static let exponentLimit = 400

  /// Reads a number as in "-1.5e-07"; nothing for NaN and infinities.
  private init?(text: String) {
    var text = text.lowercased()[...]
    isNegative = text.hasPrefix("-")
    if isNegative { text = text.dropFirst() }
    let halves = text.split(separator: "e")
    guard let mantissa = halves.first, let exponent = halves.count < 2 ? 0 : Int(halves[1]),
      abs(exponent) <= Self.exponentLimit,
      mantissa.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
    else { return nil }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    var whole = parts[0].utf8.map { $0 &- 0x30 }
    var fraction = parts.count < 2 ? [] : parts[1].utf8.map { $0 &- 0x30 }
    if exponent > 0 {
      fraction += [UInt8](repeating: 0, count: max(0, exponent - fraction.count))
      whole += fraction.prefix(exponent)
      fraction.removeFirst(exponent)
    } else if exponent < 0 {
      whole = [UInt8](repeating: 0, count: max(0, -exponent - whole.count)) + whole
      fraction = whole.suffix(-exponent) + fraction
      whole.removeLast(-exponent)
    }
    whole = Array(whole.drop { $0 == 0 })
    self.whole = whole.isEmpty ? [0] : whole
    while fraction.last == 0 { fraction.removeLast() }
    self.fraction = fraction
  }

  /// Zero.
  static let zero = DecimalNumber(isNegative: false, whole: [0], fraction: [])

  private init(isNegative: Bool, whole: [UInt8], fraction: [UInt8]) {
    self.isNegative = isNegative
    self.whole = whole
    self.fraction = fraction
  }

  var isZero: Bool { whole == [0] && fraction.isEmpty }
  /// True below zero.
  var isBelowZero: Bool { isNegative && !isZero }
  /// The number without its sign.
  var magnitude: DecimalNumber {
    DecimalNumber(isNegative: false, whole: whole, fraction: fraction)
  }

  static func == (a: DecimalNumber, b: DecimalNumber) -> Bool {
    a.isBelowZero == b.isBelowZero && a.whole == b.whole && a.fraction == b.fraction
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(whole)
    hasher.combine(fraction)
  }

  static func < (a: DecimalNumber, b: DecimalNumber) -> Bool {
    if a.isBelowZero != b.isBelowZero { return a.isBelowZero }
    return a.isBelowZero ? isLess(b, a) : isLess(a, b)
  }

  private static func isLess(_ a: DecimalNumber, _ b: DecimalNumber) -> Bool {
    if a.whole.count != b.whole.count { return a.whole.count < b.whole.count }
    if a.whole != b.whole { return a.whole.lexicographicallyPrecedes(b.whole) }
    return a.fraction.lexicographicallyPrecedes(b.fraction)
  }
}

/// A number that values must stay above or below.
struct DecimalBound: Hashable, Sendable {
  let value: DecimalNumber
  /// True when the bound itself is not allowed.
  let isExclusive: Bool

  init(_ value: DecimalNumber, isExclusive: Bool) {
    self.value = value
    self.isExclusive = isExclusive
  }

  /// The one of two bounds that allows less.
  func tighter(than other: DecimalBound?, isLow: Bool) -> DecimalBound {
    guard let other else { return self }
    if value == other.value { return isExclusive ? self : other }
    return (value > other.value) == isLow ? self : other
  }

  /// True for a number on the right side.
  func allows(_ number: DecimalNumber, isLow: Bool) -> Bool {
    if number == value { return !isExclusive }
    return (number > value) == isLow
  }
}
