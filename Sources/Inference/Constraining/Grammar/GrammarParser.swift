import Base

/// Reads the text form of a grammar.
struct GrammarParser {
  private var reader: ScalarReader
  private var rules: [Grammar.Rule] = []
  private var numbers: [String: Int] = [:]
  private var uses: [(name: String, place: String)] = []
  private var defined: Set<Int> = []
  private var depth = 0

  /// Groups nest this deep at most, so that text from strangers cannot overflow the stack.
  private static let depthLimit = 200
  /// More repetitions than this are surely a mistake and would take memory for each.
  private static let repetitionLimit = 100_000

  init(_ text: String) { reader = ScalarReader(text, name: "grammar") }

  /// Reads all rules.
  mutating func parse() throws(Problem) -> [Grammar.Rule] {
    skipSpace()
    while !reader.isAtEnd { try parseRule() }
    for (name, place) in uses where numbers[name].map({ !defined.contains($0) }) ?? true {
      let names = rules.indices.filter { defined.contains($0) }.map { rules[$0].name }
      let unknown = Problem.unknown("rule", name, among: names)
      throw Problem("grammar: \(place): \(unknown.message)", fix: unknown.fix, kind: .missing)
    }
    return rules
  }

  // MARK: Rules

  private mutating func parseRule() throws(Problem) {
    let place = reader.place
    let name = try parseName()
    skipSpace()
    guard reader.skip("::=") else { throw reader.fault("::= behind the name of a rule") }
    let number = number(of: name)
    guard defined.insert(number).inserted else {
      throw Problem(
        "grammar: \(place): rule \"\(name)\" is defined twice, first at \(rules[number].place)",
        fix: "join both with |")
    }
    rules[number].place = place
    skipSpace()
    rules[number].expression = try parseChoice()
    guard reader.isAtEnd || startsRule() else {
      throw reader.fault("a literal, class, group or rule, or the next rule")
    }
  }

  private mutating func parseName() throws(Problem) -> String {
    let name = reader.take(while: isNameLetter)
    guard !name.isEmpty else { throw reader.fault("the name of a rule") }
    return name
  }

  private mutating func number(of name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = rules.count
    rules.append(Grammar.Rule(name: name, expression: .never))
    return rules.count - 1
  }

  /// True where a name with `::=` behind it stands: the end of the rule before.
  private func startsRule() -> Bool {
    var ahead = self
    guard !ahead.reader.take(while: isNameLetter).isEmpty else { return false }
    ahead.skipSpace()
    return ahead.reader.skip("::=")
  }

  // MARK: Expressions

  private mutating func parseChoice() throws(Problem) -> GrammarExpression {
    var parts = [try parseSequence()]
    while reader.skip("|") {
      skipSpace()
      parts.append(try parseSequence())
    }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func parseSequence() throws(Problem) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    while let next = reader.next, next != "|", next != ")", !startsRule() {
      let atom = try parseAtom()
      skipSpace()
      parts.append(try parseRepetition(of: atom))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func parseAtom() throws(Problem) -> GrammarExpression {
    let place = reader.place
    if reader.skip("\"") { return try parseLiteral() }
    if reader.skip("[") { return .scalars(try parseClass()) }
    if reader.skip(".") { return .scalars(.all) }
    if reader.skip("(") { return try parseGroup(place) }
    if let next = reader.next, isNameLetter(next) {
      let name = try parseName()
      uses.append((name, place))
      return .rule(number(of: name))
    }
    throw reader.fault("a literal, a class, a group or the name of a rule")
  }

  private mutating func parseGroup(_ place: String) throws(Problem) -> GrammarExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw Problem(
        "grammar: \(place): more than \(Self.depthLimit) groups inside one another",
        fix: "give inner parts rules of their own", kind: .limit)
    }
    skipSpace()
    let inner = try parseChoice()
    guard reader.skip(")") else { throw reader.fault("\")\" for the group at \(place)") }
    return inner
  }

  private mutating func parseLiteral() throws(Problem) -> GrammarExpression {
    var text = String.UnicodeScalarView()
    while !reader.skip("\"") {
      guard let next = reader.next, next != "\n" else {
        throw reader.fault("\" at a literal's end")
      }
      text.append(next == "\\" ? try reader.parseEscape("\"[]\\-^") : reader.advance())
    }
    return .text(String(text))
  }

  private mutating func parseClass() throws(Problem) -> ScalarSet {
    let isNegated = reader.skip("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !reader.skip("]") {
      let low = try parseClassLetter()
      guard reader.next == "-", reader.second != "]" else {
        ranges.append(low...low)
        continue
      }
      let place = reader.place
      reader.advance()
      let high = try parseClassLetter()
      guard low <= high else {
        throw Problem("grammar: \(place): a range of letters runs upwards", fix: "swap its ends")
      }
      ranges.append(low...high)
    }
    let set = ScalarSet(ranges)
    return isNegated ? set.inverted : set
  }

  private mutating func parseClassLetter() throws(Problem) -> UInt32 {
    guard let next = reader.next, next != "\n" else { throw reader.fault("] at a class's end") }
    return (next == "\\" ? try reader.parseEscape("\"[]\\-^") : reader.advance()).value
  }

  private mutating func parseRepetition(of part: GrammarExpression) throws(Problem)
    -> GrammarExpression
  {
    var part = part
    while let (low, high) = try reader.parseRepetition(limit: Self.repetitionLimit) {
      part = .repeated(part, low, high)
      skipSpace()
    }
    return part
  }

  // MARK: Letters

  private func isNameLetter(_ letter: Unicode.Scalar) -> Bool {
    switch letter {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  private mutating func skipSpace() {
    while let next = reader.next {
      if next == "#" {
        _ = reader.take { $0 != "\n" }
      } else if next == " " || next == "\t" || next == "\n" || next == "\r" {
        reader.advance()
      } else {
        return
      }
    }
  }
}
