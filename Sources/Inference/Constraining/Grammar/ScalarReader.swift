import Base

/// Walks over text letter by letter and knows where it stands; grammars and patterns are read by it.
struct ScalarReader {
  private let scalars: [Unicode.Scalar]
  private let name: String
  private(set) var position = 0

  /// Creates a reader; `name` says in messages what is read.
  init(_ text: String, name: String) {
    scalars = Array(text.unicodeScalars)
    self.name = name
  }

  /// True behind the last letter.
  var isAtEnd: Bool { position == scalars.count }
  /// The letter that comes.
  var next: Unicode.Scalar? { isAtEnd ? nil : scalars[position] }
  /// The letter behind it.
  var second: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  /// Line and column, both from 1.
  var place: String {
    let before = scalars[..<position]
    let line = before.count { $0 == "\n" } + 1
    let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return "line \(line), column \(position - start + 1)"
  }

  /// Steps over one letter and gives it.
  @discardableResult
  mutating func advance() -> Unicode.Scalar {
    defer { position += 1 }
    return scalars[position]
  }

  /// Steps over a text if it stands here.
  mutating func skip(_ text: String) -> Bool {
    guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  /// Takes letters as long as they are wanted.
  mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
    let start = position
    while let next, isWanted(next) { position += 1 }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[start..<position])
    return String(text)
  }

  /// A fault where the reader stands.
  func fault(_ expected: String) -> Problem {
    let found = next.map { $0 == "\n" ? "the end of the line" : "\"\($0)\"" } ?? "the end"
    return Problem("\(name): \(place): expected \(expected), found \(found)")
  }

  /// Reads `\n`, `\x41`, `\u0041` and what else both grammars and patterns know; `plain` are the
  /// letters that a backslash makes ordinary.
  mutating func parseEscape(_ plain: String) throws(Problem) -> Unicode.Scalar {
    let start = self
    advance()
    guard let kind = next else { throw start.fault("a letter behind the backslash") }
    advance()
    switch kind {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "x": return try parseHex(2, start)
    case "u": return try parseHex(4, start)
    case "U": return try parseHex(8, start)
    default:
      if plain.unicodeScalars.contains(kind) { return kind }
      throw Problem(
        "\(name): \(start.place): unknown escape \"\\\(kind)\"",
        fix: "there are \\n \\r \\t \\xHH \\uHHHH \\UHHHHHHHH"
          + plain.unicodeScalars.map { " \\\($0)" }.joined())
    }
  }

  private mutating func parseHex(_ digits: Int, _ start: ScalarReader) throws(Problem)
    -> Unicode.Scalar
  {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard
        let digit = next.flatMap({ $0.properties.isASCIIHexDigit ? Character($0) : nil })?
          .hexDigitValue
      else { throw fault("\(digits) hexadecimal digits") }
      value = value << 4 | UInt32(digit)
      advance()
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw start.fault("the number of a Unicode letter behind the backslash")
    }
    return scalar
  }

  /// Reads `? * + {m} {m,} {m,n} {,n}` if one stands here.
  mutating func parseRepetition(limit: Int) throws(Problem) -> (low: Int, high: Int?)? {
    if skip("?") { return (0, 1) }
    if skip("*") { return (0, nil) }
    if skip("+") { return (1, nil) }
    let start = self
    guard skip("{") else { return nil }
    let low = try parseNumber(limit)
    var high = low
    if skip(",") { high = try parseNumber(limit) }
    guard skip("}") else { throw fault("} behind a number of repetitions") }
    guard low != nil || high != nil, (low ?? 0) <= (high ?? Int.max) else {
      throw start.fault("numbers of repetitions as in {2}, {2,} or {2,5}")
    }
    return (low ?? 0, high)
  }

  private mutating func parseNumber(_ limit: Int) throws(Problem) -> Int? {
    _ = take { $0 == " " }
    let start = self
    let digits = take { ("0"..."9").contains($0) }
    _ = take { $0 == " " }
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= limit else {
      throw Problem(
        "\(name): \(start.place): \(digits) repetitions are more than \(limit)", kind: .limit)
    }
    return number
  }
}
