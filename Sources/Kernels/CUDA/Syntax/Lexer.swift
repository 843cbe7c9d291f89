/// Cuts a source text into preprocessing words; comments and line splices vanish.
///
/// Never fails: what begins no word becomes a stray token, so does a quote that is open at the end
/// of its line; an open comment is reported and closed.
struct Lexer {
  private let characters: SplicedText
  private var position = 0
  /// What was wrong with the text.
  private(set) var diagnostics: [Diagnostic] = []

  init(_ text: String, file: Int) { characters = SplicedText(text, file: file) }

  /// All words; the last one is the end of the file.
  mutating func tokens() -> [Token] {
    var found: [Token] = []
    found.reserveCapacity(characters.bytes.count / 4)
    var startsLine = true
    while true {
      let before = position
      startsLine = skipSpace() || startsLine
      let hasSpace = position > before
      guard position < characters.bytes.count else { break }
      let start = position
      let kind = scan()
      found.append(
        Token(
          kind: kind, text: characters.text(start..<position),
          location: characters.location(start), end: characters.end(of: position),
          startsLine: startsLine, hasSpaceBefore: hasSpace))
      startsLine = false
    }
    let place = characters.location(position)
    found.append(
      Token(kind: .endOfFile, text: "", location: place, end: place, startsLine: true))
    return found
  }

  private func byte(_ ahead: Int = 0) -> UInt8 {
    let index = position + ahead
    return index < characters.bytes.count ? characters.bytes[index] : 0
  }

  // MARK: Space and comments

  /// Skips white space and comments; true if a line ended.
  private mutating func skipSpace() -> Bool {
    var ended = false
    while position < characters.bytes.count {
      switch (byte(), byte(1)) {
      case (.newline, _):
        ended = true
        position += 1
      case (.space, _), (.tab, _), (0x0B, _), (0x0C, _), (0x0D, _): position += 1
      case (.slash, .slash):
        while position < characters.bytes.count, byte() != .newline { position += 1 }
      case (.slash, .star): skipBlockComment()
      default: return ended
      }
    }
    return ended
  }

  private mutating func skipBlockComment() {
    let start = position
    position += 2
    while position < characters.bytes.count {
      if byte() == .star, byte(1) == .slash {
        position += 2
        return
      }
      position += 1
    }
    report("the comment that begins here is never closed: expected \"*/\"", start, length: 2)
  }

  private mutating func report(_ message: String, _ start: Int, length: Int) {
    diagnostics.append(
      Diagnostic(
        .error, message, at: characters.location(start),
        end: characters.end(of: min(start + length, characters.bytes.count))))
  }

  // MARK: Words

  private mutating func scan() -> Token.Kind {
    let first = byte()
    if first.beginsIdentifier { return scanIdentifier() }
    if first.isDigit || (first == .dot && byte(1).isDigit) { return scanNumber() }
    if first == .quote || first == .apostrophe { return scanQuoted() }
    return scanPunctuator()
  }

  private mutating func scanIdentifier() -> Token.Kind {
    let start = position
    while byte().continuesIdentifier { position += 1 }
    let length = position - start
    let isPrefix = length == 1 && [0x4C, 0x75, 0x55].contains(characters.bytes[start])
    if isPrefix || characters.text(start..<position) == "u8",
      byte() == .quote || byte() == .apostrophe
    {
      return scanQuoted()
    }
    return .identifier
  }

  /// `1.5e-3f`, `0x1p-2`, `1'000`: everything that looks like a number, checked later.
  private mutating func scanNumber() -> Token.Kind {
    while position < characters.bytes.count {
      let current = byte()
      let isExponent = [0x65, 0x45, 0x70, 0x50].contains(current)
      if isExponent, byte(1) == .plus || byte(1) == .minus {
        let isHex = current | 0x20 == 0x65 && byte(-1) != 0 && startsHex
        position += isHex ? 1 : 2
      } else if current.continuesIdentifier || current == .dot {
        position += 1
      } else if current == .apostrophe, byte(1).continuesIdentifier {
        position += 1
      } else {
        break
      }
    }
    return .number
  }

  /// `0xe+1` is a sum: in a hexadecimal number only `p` begins an exponent.
  private var startsHex: Bool {
    var start = position
    while start > 0, characters.bytes[start - 1].continuesIdentifier { start -= 1 }
    return start + 1 < characters.bytes.count && characters.bytes[start] == 0x30
      && characters.bytes[start + 1] | 0x20 == 0x78
  }

  private mutating func scanQuoted() -> Token.Kind {
    let quote = byte()
    position += 1
    while position < characters.bytes.count, byte() != quote, byte() != .newline {
      position += byte() == .backslash && byte(1) != .newline ? 2 : 1
    }
    position = min(position, characters.bytes.count)
    // An open quote matters only where its line is read, which the parser knows.
    guard byte() == quote else { return .stray }
    position += 1
    return quote == .quote ? .string : .character
  }

  private mutating func scanPunctuator() -> Token.Kind {
    for length in [3, 2] where position + length <= characters.bytes.count {
      if Self.symbols.contains(characters.text(position..<position + length)) {
        position += length
        return .punctuator
      }
    }
    let isKnown = Self.singles.contains(byte())
    position += 1
    if isKnown { return .punctuator }
    // All bytes of one character belong together.
    while byte() & 0xC0 == 0x80 { position += 1 }
    return .stray
  }

  private static let symbols: Set<String> = [
    "<<<", "<<=", ">>=", "...", "->*", "<=>", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=",
    "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::", "##", ".*",
  ]
  private static let singles = Set("{}[]()#;:?.~!+-*/%^&|=<>,".utf8)
}

/// A text without line splices and carriage returns, with the place of each byte.
struct SplicedText {
  private(set) var bytes: [UInt8] = []
  private var lines: [Int32] = []
  private var columns: [Int32] = []
  private let file: Int

  init(_ text: String, file: Int) {
    self.file = file
    let all = Array(text.utf8)
    bytes.reserveCapacity(all.count)
    var (line, column): (Int32, Int32) = (1, 1)
    var index = 0
    while index < all.count {
      let byte = all[index]
      if byte == .backslash, let next = Self.lineEnd(all, index + 1) {
        (line, column, index) = (line + 1, 1, next)
        continue
      }
      index += 1
      if byte == 0x0D, index < all.count, all[index] == .newline { continue }
      bytes.append(byte)
      lines.append(line)
      columns.append(column)
      if byte == .newline {
        (line, column) = (line + 1, 1)
      } else if index < all.count, all[index] & 0xC0 != 0x80 {
        column += 1
      }
    }
    lines.append(line)
    columns.append(index > 0 && bytes.last != .newline ? column + 1 : column)
  }

  /// The place behind a line end that begins here, spaces before it forgiven as compilers do.
  private static func lineEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var index = start
    while index < bytes.count, [.space, .tab, 0x0D].contains(bytes[index]) { index += 1 }
    return index < bytes.count && bytes[index] == .newline ? index + 1 : nil
  }

  func location(_ index: Int) -> SourceLocation {
    SourceLocation(file: file, line: Int(lines[index]), column: Int(columns[index]))
  }

  /// The place just behind the byte before an index.
  func end(of index: Int) -> SourceLocation {
    guard index > 0 else { return location(0) }
    var place = location(index - 1)
    place.column += 1
    return place
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension UInt8 {
  static let newline: UInt8 = 0x0A
  static let space: UInt8 = 0x20
  static let tab: UInt8 = 0x09
  static let slash: UInt8 = 0x2F
  static let star: UInt8 = 0x2A
  static let dot: UInt8 = 0x2E
  static let plus: UInt8 = 0x2B
  static let minus: UInt8 = 0x2D
  static let quote: UInt8 = 0x22
  static let apostrophe: UInt8 = 0x27
  static let backslash: UInt8 = 0x5C

  var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  /// A letter, `_` or `$`.
  var beginsIdentifier: Bool {
    (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A) || self == 0x5F || self == 0x24
  }

  var continuesIdentifier: Bool { beginsIdentifier || isDigit }
}
