/// Cuts Lua 5.4 source into tokens, whatever its state: a program that is being typed has open
/// strings and half-written numbers, and still gives tokens in order that cover all but blank space.
public struct LuaLexer {
  /// One piece of Lua source.
  public struct Token: Hashable, Sendable {
    /// What a piece is.
    public enum Kind: Sendable {
      case keyword
      /// `true`, `false` or `nil`.
      case constant
      case name
      case number
      /// A string in quotes.
      case string
      /// A string in long brackets.
      case longString
      case comment
      /// An operator or punctuation.
      case symbol
      /// Bytes that no Lua program may have outside of strings and comments.
      case invalid
    }

    /// What it is.
    public let kind: Kind
    /// Where it stands, in UTF-8 bytes.
    public let range: Range<Int>
    /// False for a string or a comment whose end is missing: the quote, the bracket, the line end.
    public let isTerminated: Bool
    /// The bytes of the quote or bracket that a string starts and ends with.
    let quoteLength: Int
  }

  private let bytes: [UInt8]
  private var position = 0
  private var tokens: [Token] = []

  /// The reserved words that are values.
  public static let constants: Set<String> = ["true", "false", "nil"]

  /// Lists the tokens of a source text.
  public static func tokens(of source: String) -> [Token] { tokens(of: Array(source.utf8)) }

  static func tokens(of bytes: [UInt8]) -> [Token] {
    var lexer = LuaLexer(bytes: bytes)
    lexer.run()
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() {
    if at(0) == UInt8(ascii: "#"), at(1) == UInt8(ascii: "!") {
      takeLineComment()
    }
    while let byte = at(position) {
      if LuaLexer.isBlank(byte) {
        position += 1
      } else if LuaLexer.isNameStart(byte) {
        takeName()
      } else if LuaLexer.isDigit(byte) || byte == UInt8(ascii: ".") && isDigitAt(position + 1) {
        takeNumber()
      } else {
        takeOther(byte)
      }
    }
  }

  private mutating func takeOther(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "-") where at(position + 1) == UInt8(ascii: "-"): takeComment()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): takeString(byte)
    case UInt8(ascii: "["):
      if let level = longBracketLevel(position) {
        takeLong(.longString, level: level, from: position)
      } else {
        take(.symbol, to: position + 1)
      }
    default: takeSymbol()
    }
  }

  // MARK: Bytes

  private func at(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func isDigitAt(_ index: Int) -> Bool { at(index).map(LuaLexer.isDigit) ?? false }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || byte == UInt8(ascii: "_")
  }

  private func lineEnd(_ start: Int) -> Int {
    bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
  }

  private mutating func take(
    _ kind: Token.Kind, to end: Int, isTerminated: Bool = true, quoteLength: Int = 0
  ) {
    tokens.append(
      Token(
        kind: kind, range: position..<end, isTerminated: isTerminated, quoteLength: quoteLength))
    position = end
  }

  private mutating func takeLineComment() {
    let end = lineEnd(position)
    take(.comment, to: end, isTerminated: end < bytes.count)
  }

  // MARK: Names and numbers

  private mutating func takeName() {
    var end = position
    while let byte = at(end), LuaLexer.isNameStart(byte) || LuaLexer.isDigit(byte) { end += 1 }
    let word = String(decoding: bytes[position..<end], as: UTF8.self)
    let kind: Token.Kind =
      LuaLexer.constants.contains(word)
      ? .constant : LuaText.keywords.contains(word) ? .keyword : .name
    take(kind, to: end)
  }

  // Every letter, digit and point belongs to it, and a sign behind an exponent; ".." ends it, so
  // that "1..x" shows what was meant.
  private mutating func takeNumber() {
    let isHex = at(position) == UInt8(ascii: "0") && at(position + 1).map { $0 | 0x20 } == 0x78
    let exponent: UInt8 = isHex ? 0x70 : 0x65
    var end = position + (isHex ? 2 : 0)
    while let byte = at(end) {
      if byte | 0x20 == exponent, let sign = at(end + 1), sign == 0x2B || sign == 0x2D {
        end += 2
      } else if LuaLexer.isDigit(byte) || LuaLexer.isNameStart(byte) {
        end += 1
      } else if byte == UInt8(ascii: "."), at(end + 1) != UInt8(ascii: ".") {
        end += 1
      } else {
        break
      }
    }
    take(.number, to: end)
  }

  // MARK: Strings and comments

  private mutating func takeString(_ quote: UInt8) {
    var end = position + 1
    while let byte = at(end), byte != 0x0A {
      if byte == quote { return take(.string, to: end + 1, quoteLength: 1) }
      guard byte == UInt8(ascii: "\\") else {
        end += 1
        continue
      }
      end += 2
      // "\z" skips blank space, line ends too.
      if at(end - 1) == UInt8(ascii: "z") {
        while let blank = at(end), LuaLexer.isBlank(blank) { end += 1 }
      }
    }
    take(.string, to: min(end, bytes.count), isTerminated: false, quoteLength: 1)
  }

  private mutating func takeComment() {
    if at(position + 2) == UInt8(ascii: "["), let level = longBracketLevel(position + 2) {
      takeLong(.comment, level: level, from: position + 2)
    } else {
      takeLineComment()
    }
  }

  /// How many "=" stand in the long bracket that opens here; nil where none does.
  private func longBracketLevel(_ start: Int) -> Int? {
    var end = start + 1
    while at(end) == UInt8(ascii: "=") { end += 1 }
    return at(end) == UInt8(ascii: "[") ? end - start - 1 : nil
  }

  private mutating func takeLong(_ kind: Token.Kind, level: Int, from start: Int) {
    let closing = [0x5D] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [0x5D]
    var end = start + level + 2
    while end < bytes.count {
      if bytes[end] == 0x5D, bytes[end...].starts(with: closing) {
        return take(kind, to: end + closing.count, quoteLength: closing.count)
      }
      end += 1
    }
    take(kind, to: bytes.count, isTerminated: false, quoteLength: closing.count)
  }

  // MARK: Symbols

  private static let symbols: [[UInt8]] =
    ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"].map { Array($0.utf8) }
  private static let singles = Set("+-*/%^#&~|<>=(){}[];:,.".utf8)

  private mutating func takeSymbol() {
    if let symbol = LuaLexer.symbols.first(where: { bytes[position...].starts(with: $0) }) {
      return take(.symbol, to: position + symbol.count)
    }
    if LuaLexer.singles.contains(bytes[position]) { return take(.symbol, to: position + 1) }
    // A character of several bytes stays in one piece.
    var end = position + 1
    while let byte = at(end), byte & 0xC0 == 0x80 { end += 1 }
    take(.invalid, to: end)
  }
}
