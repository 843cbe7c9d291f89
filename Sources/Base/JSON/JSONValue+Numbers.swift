extension JSONValue {
  /// Reads a document and keeps each number that would come back as another text as a literal.
  ///
  /// So a document comes back as it was, and `NaN`, `Infinity` and `-Infinity`, which Python's `json`
  /// writes, are numbers. All else is as strict as `init(parsing:file:)`.
  public init(keepingNumbersOf bytes: [UInt8], file: String = "JSON") throws(Problem) {
    var hiding = NumberHiding(bytes)
    hiding.run()
    guard !hiding.literals.isEmpty else {
      try self.init(parsing: bytes, file: file)
      return
    }
    do throws(Problem) {
      self = try JSONValue(parsing: hiding.rewritten, file: file).showing(hiding.literals)
    } catch {
      // The same fault again, at the byte where it stands in the document.
      try self.init(parsing: hiding.blanked, file: file)
    }
  }

  /// The document with the hidden literals in their places.
  private func showing(_ literals: [String]) -> JSONValue {
    switch self {
    case .string(let text):
      guard text.utf8.first == NumberHiding.mark else { return self }
      let rest = String(text.utf8.dropFirst()) ?? ""
      return Int(rest).map { .literal(literals[$0]) } ?? .string(rest)
    case .array(let elements): return .array(elements.map { $0.showing(literals) })
    case .object(let object):
      var shown = JSONObject()
      for (key, value) in object {
        let isMarked = key.utf8.first == NumberHiding.mark
        shown[isMarked ? String(key.utf8.dropFirst()) ?? "" : key] = value.showing(literals)
      }
      return .object(shown)
    default: return self
    }
  }
}

/// Rewrites a document so that a strict parser takes it: in place of a number that no `Int` or
/// `Double` gives back stands a string with a mark and the number's place in a list.
///
/// A string that starts with the mark already gets a second one, so nothing is mistaken for another.
private struct NumberHiding {
  /// U+0001: a document can only write it as an escape, of which there is one spelling.
  static let mark: UInt8 = 1
  private static let escapedMark = Array(#"\u0001"#.utf8)

  private let bytes: [UInt8]
  private var position = 0
  private var copied = 0
  private(set) var rewritten: [UInt8] = []
  /// The document with zeros for the numbers, every byte in its old place.
  private(set) var blanked: [UInt8]
  private(set) var literals: [String] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    blanked = bytes
  }

  mutating func run() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
        UInt8(ascii: "I"):
        takeNumber()
      default: position += 1
      }
    }
    rewritten += bytes[copied...]
  }

  private mutating func skipString() {
    position += 1
    if bytes[position...].starts(with: Self.escapedMark) {
      rewritten += bytes[copied..<position]
      rewritten += Self.escapedMark
      copied = position
    }
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    position = min(position + 1, bytes.count)
  }

  private mutating func takeNumber() {
    let start = position
    while position < bytes.count, Self.isNumberByte(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard Self.isNumber(text), Self.changes(text) else { return }
    rewritten += bytes[copied..<start]
    rewritten += Array("\"\\u0001\(literals.count)\"".utf8)
    copied = position
    literals.append(text)
    for index in start..<position { blanked[index] = UInt8(ascii: " ") }
    blanked[start] = UInt8(ascii: "0")
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// True for what RFC 8259 calls a number, and for the three words of Python.
  private static func isNumber(_ text: String) -> Bool {
    if ["NaN", "Infinity", "-Infinity"].contains(text) { return true }
    var rest = Array(text.utf8)[...]
    func digits() -> Int {
      let run = rest.prefix { 0x30...0x39 ~= $0 }.count
      rest = rest.dropFirst(run)
      return run
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole == 1 || whole > 1 && !startsWithZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if digits() == 0 { return false }
    }
    if rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      if digits() == 0 { return false }
    }
    return rest.isEmpty
  }

  /// True when a number would be written otherwise than it stands.
  private static func changes(_ text: String) -> Bool {
    if let whole = Int(text) { return String(whole) != text }
    guard let number = Double(text), number.isFinite else { return true }
    return number.description != text
  }
}
