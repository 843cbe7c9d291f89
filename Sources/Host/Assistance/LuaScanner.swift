/// One token of Lua source.
struct LuaToken: Equatable {
  enum Kind { case name, keyword, number, string, symbol }

  let kind: Kind
  /// The text; of a string what stands between its quotes, as it is written.
  let text: String
  /// Where it starts, in bytes.
  let start: Int
  /// Where it ends, in bytes.
  let end: Int
}

/// Cuts Lua source into tokens; source that stops in the middle of something is no error.
struct LuaScanner {
  /// What the source stops in.
  enum Ending: Equatable {
    case code
    case comment
    /// A string that is not closed: where its contents start, in bytes.
    case string(start: Int)
  }

  /// The tokens; an open string is not among them.
  private(set) var tokens: [LuaToken] = []
  /// What the source stops in.
  private(set) var ending = Ending.code
  private let bytes: [UInt8]
  private var position = 0

  /// Scans the first bytes of a source.
  init(_ source: some Sequence<UInt8>) {
    bytes = Array(source)
    while position < bytes.count, ending == .code { next() }
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  private mutating func next() {
    switch byte() {
    case UInt8(ascii: " "), 0x09...0x0D: position += 1
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): comment()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): quoted()
    case UInt8(ascii: "[") where longLevel != nil: longString()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
    case UInt8(ascii: ".") where (48...57).contains(byte(1)): number()
    case let byte where LuaText.isNameByte(byte) || byte >= 0x80: name()
    default: symbol()
    }
  }

  private mutating func add(_ kind: LuaToken.Kind, _ range: Range<Int>, from start: Int) {
    let text = String(decoding: bytes[range], as: UTF8.self)
    tokens.append(LuaToken(kind: kind, text: text, start: start, end: position))
  }

  private mutating func name() {
    let start = position
    while LuaText.isNameByte(byte()) || byte() >= 0x80 { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    add(LuaText.keywords.contains(text) ? .keyword : .name, start..<position, from: start)
  }

  private mutating func number() {
    let start = position
    while LuaText.isNameByte(byte()) || isInsideNumber { position += 1 }
    add(.number, start..<position, from: start)
  }

  /// True for the point of a number and the sign of its exponent, but not for the dots of "1..2".
  private var isInsideNumber: Bool {
    switch byte() {
    case UInt8(ascii: "."): return byte(1) != UInt8(ascii: ".")
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      let before = bytes[position - 1] | 0x20
      return before == UInt8(ascii: "e") || before == UInt8(ascii: "p")
    default: return false
    }
  }

  private mutating func symbol() {
    let start = position
    let three = String(decoding: bytes[start..<min(start + 3, bytes.count)], as: UTF8.self)
    let longer = ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"]
    position += longer.first { three.hasPrefix($0) }?.utf8.count ?? 1
    add(.symbol, start..<position, from: start)
  }

  private mutating func quoted() {
    let start = position
    let quote = byte()
    position += 1
    while position < bytes.count, byte() != quote, byte() != 0x0A {
      // An escaped quote does not close, an escaped line break does not cut.
      position += byte() == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      ending = .string(start: start + 1)
      return
    }
    let end = position
    position += 1
    add(.string, start + 1..<end, from: start)
  }

  /// The number of equals signs when a long bracket opens here.
  private var longLevel: Int? {
    guard byte() == UInt8(ascii: "[") else { return nil }
    var level = 0
    while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
    return byte(1 + level) == UInt8(ascii: "[") ? level : nil
  }

  private mutating func longString() {
    let start = position
    guard let level = longLevel else { return }
    position += level + 2
    let content = position
    guard let end = skipLong(level) else {
      ending = .string(start: content)
      return
    }
    add(.string, content..<end, from: start)
  }

  /// Skips to behind the closing bracket and returns where it begins.
  private mutating func skipLong(_ level: Int) -> Int? {
    let close =
      [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level)
      + [UInt8(ascii: "]")]
    while position + close.count <= bytes.count {
      if bytes[position..<position + close.count].elementsEqual(close) {
        let end = position
        position += close.count
        return end
      }
      position += 1
    }
    position = bytes.count
    return nil
  }

  private mutating func comment() {
    position += 2
    if let level = longLevel {
      position += level + 2
      if skipLong(level) == nil { ending = .comment }
      return
    }
    while position < bytes.count, byte() != 0x0A { position += 1 }
    if position == bytes.count { ending = .comment }
  }
}
