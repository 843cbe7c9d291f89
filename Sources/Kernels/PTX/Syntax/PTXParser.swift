/// Reads the words of a PTX text: the cursor and what all parts of the grammar share.
struct PTXParser {
  private let lexemes: [PTXLexeme]
  private var index = 0
  var module = PTXModule()

  /// Parses a whole text.
  static func parse(_ text: PTXText) throws(PTXFault) -> PTXModule {
    guard text.bytes.count <= PTXLimit.textBytes else {
      throw PTXFault(
        PTXPosition(offset: 0), "a PTX text of \(text.bytes.count) bytes is longer than 64 MiB")
    }
    var lexer = PTXLexer(text)
    var parser = PTXParser(lexemes: try lexer.lexemes())
    try parser.parseModule()
    return parser.module
  }

  private init(lexemes: [PTXLexeme]) { self.lexemes = lexemes }

  // MARK: The cursor

  var token: PTXToken { lexemes[index].token }
  var position: PTXPosition { lexemes[index].position }

  func token(ahead distance: Int) -> PTXToken {
    lexemes[min(index + distance, lexemes.count - 1)].token
  }

  /// Steps over the current word; the end stays.
  mutating func advance() {
    if index < lexemes.count - 1 { index += 1 }
  }

  func isAt(_ symbol: Character) -> Bool { token == .symbol(symbol.asciiValue ?? 0) }

  mutating func accept(_ symbol: Character) -> Bool {
    guard isAt(symbol) else { return false }
    advance()
    return true
  }

  mutating func accept(directive name: String) -> Bool {
    guard token == .dotted(name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Character, _ role: String) throws(PTXFault) {
    guard accept(symbol) else { throw expected("'\(symbol)' \(role)") }
  }

  func expected(_ what: String) -> PTXFault {
    PTXFault(position, "expected \(what), found \(token.quoted)")
  }

  mutating func takeName(_ role: String) throws(PTXFault) -> String {
    guard case .name(let name) = token else { throw expected(role) }
    advance()
    return name
  }

  mutating func takeDotted(_ role: String) throws(PTXFault) -> String {
    guard case .dotted(let name) = token else { throw expected(role) }
    advance()
    return name
  }

  mutating func takeType() throws(PTXFault) -> PTXType {
    guard case .dotted(let name) = token else { throw expected("a type such as .u32") }
    guard let type = PTXType(name) else { throw PTXFault.unsupported(position, ".\(name)") }
    advance()
    return type
  }

  /// A whole number in a range.
  mutating func takeCount(_ role: String, _ range: ClosedRange<Int>) throws(PTXFault) -> Int {
    guard case .integer(let value) = token else { throw expected(role) }
    guard let count = Int(exactly: value), range.contains(count) else {
      throw PTXFault(
        position, "\(role) is \(value), from \(range.lowerBound) to \(range.upperBound) expected")
    }
    advance()
    return count
  }

  /// A whole number that may be negative, as the bits of 64.
  mutating func takeInteger(_ role: String) throws(PTXFault) -> UInt64 {
    let isNegative = accept("-")
    guard case .integer(let value) = token else { throw expected(role) }
    advance()
    return isNegative ? 0 &- value : value
  }

  /// Offsets behind a name or in an address: `+4`, `-4`, `+-4`, more than one of them.
  mutating func takeOffset() throws(PTXFault) -> Int {
    var total = 0
    while isAt("+") || isAt("-") {
      let start = position
      var isNegative = accept("-")
      if !isNegative, accept("+"), accept("-") { isNegative = true }
      guard case .integer(let value) = token else { throw expected("a number of bytes") }
      // Offsets may be written as the unsigned form of a negative number.
      let signed = Int(truncatingIfNeeded: value)
      guard abs(signed / 2) < 1 << 44 else {
        throw PTXFault(start, "an offset of \(value) bytes is outside the address space")
      }
      total += isNegative ? -signed : signed
      guard abs(total) < 1 << 46 else {
        throw PTXFault(start, "an offset of \(total) bytes is outside the address space")
      }
      advance()
    }
    return total
  }

  /// Steps over balanced braces.
  mutating func skipBraces() throws(PTXFault) {
    let start = position
    try expect("{", "to begin the section")
    var depth = 1
    while depth > 0 {
      if token == .end { throw PTXFault(start, "these braces have no end") }
      if isAt("{") { depth += 1 }
      if isAt("}") { depth -= 1 }
      advance()
    }
  }
}
