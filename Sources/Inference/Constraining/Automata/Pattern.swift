import Base

/// A regular expression as JSON Schema uses it: ECMAScript's without look-around and back references.
///
/// Supported are literals, `.`, classes, `\d \w \s` and their capitals, `\n \r \t \f \v \xHH \uHHHH`,
/// groups, `|`, `? * + {m} {m,} {m,n}`, lazy forms of them (which match the same texts), and `^` and
/// `$` at the ends of alternatives.
struct Pattern {
  /// Texts of which some part matches, as in JSON Schema's `pattern`; `^` and `$` bind to the ends.
  let anywhere: GrammarExpression
  /// Texts that match from beginning to end.
  let whole: GrammarExpression

  /// Reads a pattern.
  init(_ text: String) throws(Problem) {
    var parser = PatternParser(text)
    let branches = try parser.parse()
    whole = .choice(branches.map(\.expression))
    anywhere = .choice(
      branches.map { branch in
        .sequence(
          (branch.isOpen ? [Self.anything] : []) + [branch.expression]
            + (branch.isOpenEnded ? [Self.anything] : []))
      })
  }

  static let anything = GrammarExpression.repeated(.scalars(.all), 0, nil)
}

/// One alternative at the top of a pattern.
private struct PatternBranch {
  var expression: GrammarExpression
  /// True when anything may stand in front.
  var isOpen = true
  /// True when anything may stand behind.
  var isOpenEnded = true
}

private struct PatternParser {
  private var reader: ScalarReader
  private let text: String
  private var depth = 0

  private static let depthLimit = 100
  private static let repetitionLimit = 10_000
  private static let plain = "^$\\.*+?()[]{}|/-"

  init(_ text: String) {
    self.text = text
    reader = ScalarReader(text, name: "pattern \"\(text)\"")
  }

  mutating func parse() throws(Problem) -> [PatternBranch] {
    var branches = [try parseBranch()]
    while reader.skip("|") { branches.append(try parseBranch()) }
    guard reader.isAtEnd else { throw reader.fault("the end, as no group is open") }
    return branches
  }

  private mutating func parseBranch() throws(Problem) -> PatternBranch {
    let isOpen = !reader.skip("^")
    let expression = try parseSequence()
    let isOpenEnded = !reader.skip("$")
    guard reader.isAtEnd || reader.next == "|" || reader.next == ")" else {
      throw unsupported("$ in the middle")
    }
    return PatternBranch(expression: expression, isOpen: isOpen, isOpenEnded: isOpenEnded)
  }

  private mutating func parseSequence() throws(Problem) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    while let next = reader.next, next != "|", next != ")", next != "$" {
      var part = try parseAtom()
      if let (low, high) = try reader.parseRepetition(limit: Self.repetitionLimit) {
        part = .repeated(part, low, high)
        _ = reader.skip("?")
        if let next = reader.next, next == "*" || next == "+" || next == "?" {
          throw unsupported("a repetition of a repetition")
        }
      }
      parts.append(part)
    }
    return .sequence(parts)
  }

  private mutating func parseAtom() throws(Problem) -> GrammarExpression {
    let letter = reader.next
    switch letter {
    case "(": return try parseGroup()
    case "[": return .scalars(try parseClass())
    case "\\": return .scalars(try parseEscape())
    case ".":
      reader.advance()
      return .scalars(ScalarSet("\n\r\u{2028}\u{2029}").inverted)
    case "^": throw unsupported("^ in the middle")
    case "*", "+", "?", "{": throw reader.fault("something to repeat")
    default: return .text(String(Character(reader.advance())))
    }
  }

  private mutating func parseGroup() throws(Problem) -> GrammarExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw unsupported("more than \(Self.depthLimit) groups inside one another")
    }
    reader.advance()
    if reader.skip("?") {
      if reader.skip("<") {
        if reader.next == "=" || reader.next == "!" { throw unsupported("look-behind") }
        _ = reader.take { $0 != ">" }
        guard reader.skip(">") else { throw reader.fault("> behind a group's name") }
      } else if !reader.skip(":") {
        throw unsupported("look-ahead or an option in a group")
      }
    }
    var parts = [try parseSequence()]
    while reader.skip("|") { parts.append(try parseSequence()) }
    if reader.next == "$" { throw unsupported("$ in a group") }
    guard reader.skip(")") else { throw reader.fault(") at a group's end") }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func parseClass() throws(Problem) -> ScalarSet {
    reader.advance()
    let isNegated = reader.skip("^")
    var set = ScalarSet()
    while !reader.skip("]") {
      let low = try parseClassItem()
      guard reader.next == "-", let second = reader.second, second != "]" else {
        set = set.union(low)
        continue
      }
      let start = reader
      reader.advance()
      let high = try parseClassItem()
      guard low.count == 1, high.count == 1, let first = low.ranges.first?.lowerBound,
        let last = high.ranges.first?.lowerBound, first <= last
      else { throw start.fault("a range of letters that runs upwards") }
      set = set.union(ScalarSet([first...last]))
    }
    return isNegated ? set.inverted : set
  }

  private mutating func parseClassItem() throws(Problem) -> ScalarSet {
    guard let next = reader.next else { throw reader.fault("] at a class's end") }
    if next == "\\" {
      if reader.second == "b" {
        reader.advance()
        reader.advance()
        return ScalarSet([8...8])
      }
      return try parseEscape()
    }
    reader.advance()
    return ScalarSet([next.value...next.value])
  }

  private mutating func parseEscape() throws(Problem) -> ScalarSet {
    let digits = ScalarSet([0x30...0x39])
    let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    let space = ScalarSet("\t\n\u{B}\u{C}\r \u{A0}\u{1680}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}")
      .union(ScalarSet([0x2000...0x200A]))
    // Letters that only some regular expressions take for space are in neither class.
    let doubtful = ScalarSet("\u{85}\u{180E}\u{FEFF}").union(ScalarSet([0x1C...0x1F]))
    let known: [Unicode.Scalar: ScalarSet] = [
      "d": digits, "D": digits.inverted, "w": word, "W": word.inverted, "s": space,
      "S": space.union(doubtful).inverted, "f": ScalarSet([12...12]), "v": ScalarSet([11...11]),
      "0": ScalarSet([0...0]),
    ]
    if let kind = reader.second, let set = known[kind] {
      reader.advance()
      reader.advance()
      return set
    }
    if let kind = reader.second, "bBpPk123456789".unicodeScalars.contains(kind) {
      throw unsupported("\\\(kind)")
    }
    let scalar = try reader.parseEscape(Self.plain).value
    return ScalarSet([scalar...scalar])
  }

  private func unsupported(_ what: String) -> Problem {
    Problem(
      "pattern \"\(text)\": \(reader.place): \(what) is not supported",
      fix: "write it with classes, groups, | and repetitions")
  }
}
