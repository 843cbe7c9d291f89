extension Parser {
  /// Reads an expression with commas.
  mutating func parseExpression() throws(ParseFailure) -> Expression {
    var left = try parseAssignment()
    while at(",") {
      let location = advance().location
      let right = try parseAssignment()
      left = try make(.binary(.comma, left, right), from: left.range.start, at: location)
    }
    return left
  }

  /// Reads an expression inside brackets, where `>` is an operator again.
  mutating func parseBracketedExpression() throws(ParseFailure) -> Expression {
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    defer { isInTemplateArguments = outer }
    return try parseExpression()
  }

  /// Reads an expression without commas.
  mutating func parseAssignment() throws(ParseFailure) -> Expression {
    try nested { (parser) throws(ParseFailure) in try parser.parseAssignmentBody() }
  }

  private mutating func parseAssignmentBody() throws(ParseFailure) -> Expression {
    if at("throw") { throw unsupported("exceptions (throw)") }
    let left = try parseConditional()
    let symbol = Self.assignments[current.text]
    guard current.kind == .punctuator, symbol != nil || at("=") else { return left }
    let location = advance().location
    let value = at("{") ? try parseInitializerClause() : try parseAssignment()
    return try make(
      .assignment(symbol, target: left, value: value), from: left.range.start, at: location)
  }

  private static let assignments: [String: BinaryOperator] = [
    "+=": .add, "-=": .subtract, "*=": .multiply, "/=": .divide,
    "%=": .remainder, "<<=": .shiftLeft, ">>=": .shiftRight, "&=": .bitAnd, "|=": .bitOr,
    "^=": .bitXor,
  ]

  /// Reads `c ? a : b` or less.
  mutating func parseConditional() throws(ParseFailure) -> Expression {
    let test = try parseBinary(0)
    guard at("?") else { return test }
    let location = advance().location
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    let then = try parseExpression()
    isInTemplateArguments = outer
    try expect(":", "in the conditional expression")
    let otherwise = try parseAssignment()
    return try make(
      .conditional(test, then: then, otherwise: otherwise), from: test.range.start, at: location)
  }

  /// A node whose operands are not nested too deeply.
  mutating func make(
    _ kind: Expression.Kind, from start: SourceLocation, at location: SourceLocation? = nil
  ) throws(ParseFailure) -> Expression {
    let expression = Expression(kind, range(from: start), at: location)
    guard expression.height <= Self.heightLimit else {
      report("an expression of more than \(Self.heightLimit) levels", at: previous)
      throw .stop
    }
    return expression
  }

  // MARK: Two operands

  private static let binary: [String: (BinaryOperator, Int)] = [
    "||": (.logicalOr, 1), "&&": (.logicalAnd, 2), "|": (.bitOr, 3), "^": (.bitXor, 4),
    "&": (.bitAnd, 5), "==": (.equal, 6), "!=": (.notEqual, 6), "<": (.less, 7),
    "<=": (.lessOrEqual, 7), ">": (.greater, 7), ">=": (.greaterOrEqual, 7),
    "<<": (.shiftLeft, 8), "+": (.add, 9), "-": (.subtract, 9), "*": (.multiply, 10),
    "/": (.divide, 10), "%": (.remainder, 10),
  ]

  /// The operator here and how many words it takes; `>` `>` without space between is a shift.
  private func binaryOperator() -> (symbol: BinaryOperator, level: Int, words: Int)? {
    guard current.kind == .punctuator else { return nil }
    if current.text == ">" {
      if isInTemplateArguments { return nil }
      if current.isGlued { return (.shiftRight, 8, 2) }
    }
    return Self.binary[current.text].map { ($0.0, $0.1, 1) }
  }

  private mutating func parseBinary(_ least: Int) throws(ParseFailure) -> Expression {
    var left = try parseUnary()
    while true {
      if at("<<<") { throw unsupported("launching a kernel from device code (<<<…>>>)") }
      if at(".*") || at("->*") { throw unsupported("pointers to members") }
      if at("<=>") { throw unsupported("three-way comparison (<=>)") }
      guard let (symbol, level, words) = binaryOperator(), level > least else { return left }
      let location = advance().location
      if words == 2 { advance() }
      let right = try parseBinary(level)
      left = try make(.binary(symbol, left, right), from: left.range.start, at: location)
    }
  }

  // MARK: One operand

  private static let prefixes: [String: UnaryOperator] = [
    "+": .plus, "-": .minus, "!": .not, "~": .complement, "*": .dereference, "&": .addressOf,
    "++": .preIncrement, "--": .preDecrement,
  ]

  /// Reads prefix operators, casts and `sizeof`.
  mutating func parseUnary() throws(ParseFailure) -> Expression {
    let start = current.location
    if current.kind == .punctuator {
      if let prefix = Self.prefixes[current.text] {
        advance()
        let operand = try nested { (p) throws(ParseFailure) in try p.parseUnary() }
        return try make(.unary(prefix, operand), from: start)
      }
      if at("("), let end = endOfTypeID(at: position + 1), token(at: end).isPunctuator(")") {
        return try parseCast()
      }
      return try parsePostfix(try parsePrimary())
    }
    switch current.text {
    case "sizeof" where current.kind == .identifier: return try parseSizeOf()
    case "alignof", "__alignof__", "_Alignof", "__alignof":
      guard current.kind == .identifier else { break }
      advance()
      try expect("(", "after alignof")
      let type = try parseTypeID()
      try expect(")", "after the type")
      return try make(.alignOfType(type), from: start)
    default: break
    }
    return try parsePostfix(try parsePrimary())
  }

  private mutating func parseCast() throws(ParseFailure) -> Expression {
    let start = advance().location
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    let type = try parseTypeID()
    isInTemplateArguments = outer
    try expect(")", "after the type of the cast")
    if at("{") {
      let list = try parseInitializerList()
      let literal = try make(
        .construct(type, arguments: list.elements.map(\.value), isBraced: true), from: start)
      return try parsePostfix(literal)
    }
    let operand = try nested { (p) throws(ParseFailure) in try p.parseUnary() }
    return try make(.cast(.cStyle, type, operand), from: start)
  }

  private mutating func parseSizeOf() throws(ParseFailure) -> Expression {
    let start = advance().location
    if at("...") { throw unsupported("variadic templates (sizeof...)") }
    if at("("), let end = endOfTypeID(at: position + 1), token(at: end).isPunctuator(")") {
      advance()
      let type = try parseTypeID()
      try expect(")", "after the type")
      return try make(.sizeOfType(type), from: start)
    }
    let operand = try nested { (p) throws(ParseFailure) in try p.parseUnary() }
    return try make(.sizeOfValue(operand), from: start)
  }

  // MARK: Behind an operand

  /// Reads calls, subscripts, members and `++` behind an operand.
  mutating func parsePostfix(_ operand: Expression) throws(ParseFailure) -> Expression {
    var result = operand
    let start = operand.range.start
    while current.kind == .punctuator {
      let location = current.location
      switch current.text {
      case "(":
        let arguments = try parseArguments(closing: ")")
        result = try make(.call(result, arguments: arguments), from: start)
      case "[":
        let open = advance()
        let index = try parseBracketedExpression()
        guard accept("]") else {
          throw fail(self.closing("]", open), isAfterPrevious: true)
        }
        result = try make(.subscripted(result, index: index), from: start)
      case ".", "->":
        let isArrow = advance().text == "->"
        let name = try parseMemberName()
        result = try make(
          .member(result, name, isArrow: isArrow), from: start, at: name.range.start)
      case "++", "--":
        let symbol: UnaryOperator = advance().text == "++" ? .postIncrement : .postDecrement
        result = try make(.unary(symbol, result), from: start, at: location)
      default: return result
      }
    }
    return result
  }

  /// Reads `(a, b)` or `{a, b}`.
  mutating func parseArguments(closing: String) throws(ParseFailure) -> [Expression] {
    let open = advance()
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    defer { isInTemplateArguments = outer }
    var arguments: [Expression] = []
    if !at(closing) {
      repeat {
        if closing == "}", at("}") { break }
        arguments.append(try parseInitializerClause())
        if at("...") { throw unsupported("variadic templates") }
      } while accept(",")
    }
    guard accept(closing) else {
      throw fail(self.closing(closing, open), isAfterPrevious: true)
    }
    return arguments
  }

  /// Reads what stands behind `.` or `->`.
  private mutating func parseMemberName() throws(ParseFailure) -> QualifiedName {
    let isTemplate = at("template")
    if current.kind == .identifier, !isTemplate, !at("operator"),
      !Keywords.all.contains(current.text)
    {
      let isQualified = peek().isPunctuator("::")
      let opens = peek().isPunctuator("<") && memberTemplates.contains(current.text)
      if !isQualified {
        let word = advance()
        let arguments = opens ? try parseTemplateArguments() : nil
        let place = range(from: word.location)
        let component = NameComponent(
          kind: .identifier(word.text), templateArguments: arguments, range: place)
        return QualifiedName(isGlobal: false, components: [component], range: place)
      }
    }
    guard isTemplate || at("operator") || at("~") || current.kind == .identifier else {
      throw fail("expected the name of a member after \"\(previous.text)\"")
    }
    return try parseQualifiedName("the name of a member")
  }
}
