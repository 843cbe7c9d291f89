/// A word of PTX.
enum PTXToken: Hashable, Sendable {
  /// A name: `%r1`, `add`, `$L__BB0_2`, `_Z4vaddPf`.
  case name(String)
  /// A name behind a dot: `.entry`, `.shared::cta`; without the dot.
  case dotted(String)
  /// A whole number; the sign is a symbol of its own.
  case integer(UInt64)
  /// A float of 32 bits, by its pattern (`0f3F800000`).
  case single(UInt32)
  /// A float of 64 bits (`0d…`, `1.5`).
  case double(UInt64)
  case string(String)
  /// Any other character.
  case symbol(UInt8)
  case end

  /// How a message quotes it.
  var quoted: String {
    switch self {
    case .name(let name): "'\(name.prefix(60))'"
    case .dotted(let name): "'.\(name.prefix(60))'"
    case .integer(let value): "'\(value)'"
    case .single, .double: "a float"
    case .string: "a string"
    case .symbol(let byte): "'\(Character(UnicodeScalar(byte)))'"
    case .end: "the end of the text"
    }
  }
}

/// A word and where it stands.
struct PTXLexeme: Sendable {
  let token: PTXToken
  let position: PTXPosition
}

/// Cuts a PTX text into words.
struct PTXLexer {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: PTXText) { bytes = text.bytes }

  /// All words of the text, the end last.
  mutating func lexemes() throws(PTXFault) -> [PTXLexeme] {
    var result: [PTXLexeme] = []
    result.reserveCapacity(bytes.count / 4)
    while true {
      try skipBlank()
      let position = PTXPosition(offset: index)
      let token = try next(at: position)
      result.append(PTXLexeme(token: token, position: position))
      if token == .end { return result }
    }
  }

  private func peek(_ distance: Int = 0) -> UInt8 {
    index + distance < bytes.count ? bytes[index + distance] : 0
  }

  private mutating func skipBlank() throws(PTXFault) {
    while index < bytes.count {
      let byte = bytes[index]
      if byte <= 32 {
        index += 1
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
        skipLine()
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        try skipComment()
      } else if byte == UInt8(ascii: "#") {
        skipLine()
      } else {
        return
      }
    }
  }

  private mutating func skipLine() {
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
  }

  private mutating func skipComment() throws(PTXFault) {
    let start = PTXPosition(offset: index)
    index += 2
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        index += 2
        return
      }
      index += 1
    }
    throw PTXFault(start, "this comment has no end", fix: "close it with */")
  }

  private mutating func next(at position: PTXPosition) throws(PTXFault) -> PTXToken {
    guard index < bytes.count else { return .end }
    let byte = bytes[index]
    if Self.beginsName(byte) { return .name(takeWord(dotted: false)) }
    if byte == UInt8(ascii: "."), Self.continuesName(peek(1)) || Self.beginsName(peek(1)) {
      index += 1
      return .dotted(takeWord(dotted: true))
    }
    if Self.isDigit(byte) { return try number(at: position) }
    if byte == UInt8(ascii: "\"") { return try string(at: position) }
    guard byte > 32, byte < 127 else {
      throw PTXFault(position, "byte \(byte) stands in no PTX text outside strings and comments")
    }
    index += 1
    return .symbol(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  private static func beginsName(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
      || byte == UInt8(ascii: "%")
  }

  private static func continuesName(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
  }

  private mutating func takeWord(dotted: Bool) -> String {
    let start = index
    index += 1
    while index < bytes.count {
      if Self.continuesName(bytes[index]) {
        index += 1
      } else if dotted, bytes[index] == UInt8(ascii: ":"), peek(1) == UInt8(ascii: ":") {
        index += 2
      } else {
        break
      }
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func number(at position: PTXPosition) throws(PTXFault) -> PTXToken {
    if peek() == UInt8(ascii: "0") {
      let kind = peek(1) | 0x20
      if kind == UInt8(ascii: "f"), hexDigits(from: 2, atMost: 8) == 8 {
        return .single(UInt32(truncatingIfNeeded: try takeHex(8, skipping: 2, at: position)))
      }
      if kind == UInt8(ascii: "d"), hexDigits(from: 2, atMost: 16) == 16 {
        return .double(try takeHex(16, skipping: 2, at: position))
      }
      if kind == UInt8(ascii: "x") {
        let digits = hexDigits(from: 2, atMost: 17)
        guard digits > 0 else { throw PTXFault(position, "expected hexadecimal digits behind 0x") }
        return .integer(try takeSuffix(takeHex(digits, skipping: 2, at: position)))
      }
      if kind == UInt8(ascii: "b") { return try takeRadix(2, skipping: 2, at: position) }
      if Self.isDigit(peek(1)) { return try takeRadix(8, skipping: 1, at: position) }
    }
    return try takeDecimal(at: position)
  }

  private func hexDigits(from offset: Int, atMost limit: Int) -> Int {
    var count = 0
    while count < limit, index + offset + count < bytes.count,
      Self.hexValue(bytes[index + offset + count]) != nil
    { count += 1 }
    return count
  }

  private static func hexValue(_ byte: UInt8) -> UInt64? {
    if isDigit(byte) { return UInt64(byte - UInt8(ascii: "0")) }
    let lower = byte | 0x20
    guard lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") else { return nil }
    return UInt64(lower - UInt8(ascii: "a") + 10)
  }

  private mutating func takeHex(
    _ digits: Int, skipping prefix: Int, at position: PTXPosition
  ) throws(PTXFault) -> UInt64 {
    guard digits <= 16 else { throw PTXFault(position, "this number needs more than 64 bits") }
    index += prefix
    var value: UInt64 = 0
    for _ in 0..<digits {
      value = value << 4 | (Self.hexValue(bytes[index]) ?? 0)
      index += 1
    }
    return value
  }

  private mutating func takeSuffix(_ value: UInt64) throws(PTXFault) -> UInt64 {
    if peek() == UInt8(ascii: "U") { index += 1 }
    return value
  }

  private mutating func takeRadix(
    _ radix: UInt64, skipping prefix: Int, at position: PTXPosition
  ) throws(PTXFault) -> PTXToken {
    index += prefix
    var value: UInt64 = 0
    while Self.isDigit(peek()) {
      let digit = UInt64(peek() - UInt8(ascii: "0"))
      guard digit < radix else { throw PTXFault(position, "\(digit) is no digit in base \(radix)") }
      let (product, over) = value.multipliedReportingOverflow(by: radix)
      guard !over else { throw PTXFault(position, "this number needs more than 64 bits") }
      value = product + digit
      index += 1
    }
    return .integer(try takeSuffix(value))
  }

  private mutating func takeDecimal(at position: PTXPosition) throws(PTXFault) -> PTXToken {
    let start = index
    while Self.isDigit(peek()) { index += 1 }
    let isFraction = peek() == UInt8(ascii: ".") && Self.isDigit(peek(1))
    if isFraction {
      index += 1
      while Self.isDigit(peek()) { index += 1 }
    }
    var isExponent = false
    if peek() | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
      if Self.isDigit(peek(1 + sign)) {
        isExponent = true
        index += 1 + sign
        while Self.isDigit(peek()) { index += 1 }
      }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isFraction || isExponent {
      guard let value = Double(text) else { throw PTXFault(position, "'\(text)' is no number") }
      return .double(value.bitPattern)
    }
    guard let value = UInt64(text) else {
      throw PTXFault(position, "this number needs more than 64 bits")
    }
    return .integer(try takeSuffix(value))
  }

  private mutating func string(at position: PTXPosition) throws(PTXFault) -> PTXToken {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] != UInt8(ascii: "\n") else { break }
      index += 1
    }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
      throw PTXFault(position, "this string has no end on its line")
    }
    defer { index += 1 }
    return .string(String(decoding: bytes[start..<index], as: UTF8.self))
  }
}
