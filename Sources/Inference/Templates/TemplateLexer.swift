import Base

/// A piece of a template: text to copy, or what stands between the marks of a tag.
enum TemplatePart {
  case text(String)
  /// `{{ … }}`
  case output([TemplateToken], line: Int)
  /// `{% … %}`
  case statement([TemplateToken], line: Int)
}

/// A word of the expression language.
enum TemplateToken: Equatable {
  case name(String)
  case string(String)
  case integer(Int)
  case number(Double)
  case symbol(String)
}

/// Cuts a template into parts, with `trim_blocks` and `lstrip_blocks` on as chat templates expect:
/// the line end behind a statement and the blanks before it on its line go away.
struct TemplateLexer {
  private let source: [UInt8]
  private var position = 0
  private var line = 1

  init(_ source: String) { self.source = Array(source.utf8) }

  mutating func parts() throws(Problem) -> [TemplatePart] {
    var parts: [TemplatePart] = []
    var text: [UInt8] = []
    var trimsNext = false
    while position < source.count {
      guard let kind = tagKind else {
        take(into: &text, &trimsNext)
        continue
      }
      let start = line
      position += 2
      let trims = skip("-")
      if !trims { _ = skip("+") }
      strip(&text, all: trims, blanks: kind != "{")
      if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
      text = []
      trimsNext = try readTag(kind, line: start, into: &parts)
    }
    if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
    return parts
  }

  // MARK: Text

  /// The character behind a brace that opens a tag here.
  private var tagKind: Character? {
    guard byte(0) == "{" else { return nil }
    guard let second = byte(1), "{%#".contains(second) else { return nil }
    return second
  }

  private mutating func take(into text: inout [UInt8], _ trimsNext: inout Bool) {
    let byte = source[position]
    if byte == 0x0A { line += 1 }
    position += 1
    if trimsNext, byte == 0x20 || (0x09...0x0D).contains(byte) { return }
    trimsNext = false
    text.append(byte)
  }

  private func strip(_ text: inout [UInt8], all: Bool, blanks: Bool) {
    if all {
      while let last = text.last, last == 0x20 || (0x09...0x0D).contains(last) { text.removeLast() }
    } else if blanks {
      let kept = text.lastIndex { $0 != 0x20 && $0 != 0x09 }
      // Only where nothing but blanks stands before the tag on its line.
      let startsLine = kept.map { text[$0] == 0x0A } ?? true
      if startsLine { text.removeSubrange((kept.map { $0 + 1 } ?? 0)...) }
    }
  }

  // MARK: Tags

  /// Reads up to the closing mark; true when blanks behind it go away.
  private mutating func readTag(
    _ kind: Character, line start: Int, into parts: inout [TemplatePart]
  )
    throws(Problem) -> Bool
  {
    let close: Character = kind == "{" ? "}" : kind
    if kind == "#" {
      while position < source.count, !(byte(0) == "#" && byte(1) == "}") { advance() }
      guard position < source.count else { throw fault("a comment is not closed", start) }
      let trims = source[position - 1] == 0x2D
      position += 2
      if !trims { skipLineEnd() }
      return trims
    }
    var tokens: [TemplateToken] = []
    while true {
      skipBlanks()
      guard position < source.count else { throw fault("a tag is not closed", start) }
      let trims = byte(0) == "-" && byte(1) == close && byte(2) == "}"
      if trims || (byte(0) == close && byte(1) == "}" && !isNested(tokens, close)) {
        position += trims ? 3 : 2
        parts.append(kind == "{" ? .output(tokens, line: start) : .statement(tokens, line: start))
        if kind == "%", !trims { skipLineEnd() }
        return trims
      }
      tokens.append(try token())
    }
  }

  /// True when "}}" first closes a map inside an output.
  private func isNested(_ tokens: [TemplateToken], _ close: Character) -> Bool {
    guard close == "}" else { return false }
    let opened = tokens.count { $0 == .symbol("{") }
    return opened > tokens.count { $0 == .symbol("}") }
  }

  private mutating func token() throws(Problem) -> TemplateToken {
    guard let first = byte(0) else { throw fault("a tag is not closed", line) }
    if first == "\"" || first == "'" { return try string(first) }
    if first.isNumber { return try number() }
    if first.isLetter || first == "_" { return .name(word()) }
    for symbol in ["==", "!=", "<=", ">=", "//", "**"] where matches(symbol) {
      position += 2
      return .symbol(symbol)
    }
    guard "+-*/%~<>=()[]{}.,:|".contains(first) else {
      throw fault("unexpected character \"\(first)\"", line)
    }
    position += 1
    return .symbol(String(first))
  }

  private mutating func string(_ quote: Character) throws(Problem) -> TemplateToken {
    let start = line
    position += 1
    var bytes: [UInt8] = []
    while let character = byte(0), character != quote {
      if character == "\\", position + 1 < source.count {
        position += 1
        switch byte(0) {
        case "n": bytes.append(0x0A)
        case "t": bytes.append(0x09)
        case "r": bytes.append(0x0D)
        case "\\", "'", "\"": bytes.append(source[position])
        default: bytes += [0x5C, source[position]]
        }
      } else {
        bytes.append(source[position])
      }
      advance()
    }
    guard position < source.count else { throw fault("a string is not closed", start) }
    position += 1
    return .string(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func number() throws(Problem) -> TemplateToken {
    var text = ""
    while let digit = byte(0), digit.isNumber || (digit == "." && byte(1)?.isNumber == true) {
      text.append(digit)
      position += 1
    }
    if let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw fault("\"\(text)\" is not a number", line) }
    return .number(value)
  }

  private mutating func word() -> String {
    var text = ""
    while let letter = byte(0), letter.isLetter || letter.isNumber || letter == "_" {
      text.append(letter)
      position += 1
    }
    return text
  }

  // MARK: Bytes

  /// An ASCII character some bytes on; other bytes are U+FFFD, which no rule knows.
  private func byte(_ ahead: Int) -> Character? {
    guard position + ahead < source.count else { return nil }
    let byte = source[position + ahead]
    return byte < 128 ? Character(Unicode.Scalar(byte)) : "\u{FFFD}"
  }

  private func matches(_ text: String) -> Bool {
    source[position...].starts(with: text.utf8)
  }

  private mutating func skip(_ text: String) -> Bool {
    guard matches(text) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func advance() {
    if source[position] == 0x0A { line += 1 }
    position += 1
  }

  private mutating func skipBlanks() {
    while let character = byte(0), character.isWhitespace { advance() }
  }

  private mutating func skipLineEnd() {
    if byte(0) == "\r", byte(1) == "\n" { position += 1 }
    if byte(0) == "\n" { advance() }
  }

  private func fault(_ what: String, _ line: Int) -> Problem {
    Problem("chat template, line \(line): \(what)")
  }
}
