extension Parser {
  /// Reads `{ … }`; errors inside are reported and reading goes on.
  mutating func parseBlock() throws(ParseFailure) -> StatementSyntax {
    let open = try expect("{", "before a block")
    let statements = try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.parseStatements(until: ["}"])
    }
    try closeBlock(open)
    return StatementSyntax(kind: .block(statements), range: range(from: open.location))
  }

  /// Reads the `}` of a block.
  mutating func closeBlock(_ open: Token) throws(ParseFailure) {
    guard accept("}") else {
      let note = Diagnostic(.note, "to close this \"{\"", at: open.location, end: open.end)
      report(
        "expected \"}\" at the end of the file", at: previous, location: previous.end,
        notes: [note])
      throw .syntax
    }
  }

  /// Reads statements up to one of the closing words or the end of the file.
  mutating func parseStatements(
    until closings: Set<String>
  ) throws(ParseFailure) -> [StatementSyntax] {
    var statements: [StatementSyntax] = []
    while !isAtEnd, !at("}"), !(closings.contains(current.text) && current.kind == .identifier) {
      let start = position
      do {
        statements.append(
          try nested { (p) throws(ParseFailure) in try p.parseStatement() })
      } catch {
        guard error == .syntax, !diagnostics.isFull else { throw .stop }
        recover()
        statements.append(
          StatementSyntax(kind: .invalid, range: range(from: token(at: start).location)))
      }
      if position == start { advance() }
    }
    return statements
  }

  /// Reads one statement.
  mutating func parseStatement() throws(ParseFailure) -> StatementSyntax {
    let start = current.location
    skipAttributes()
    func done(_ kind: StatementSyntax.Kind) -> StatementSyntax {
      StatementSyntax(kind: kind, range: range(from: start))
    }
    if current.kind == .pragmaUnroll { return try parseUnrolled() }
    if at("{") { return try parseBlock() }
    if accept(";") { return done(.empty) }
    guard current.kind == .identifier else { return try parseExpressionStatement() }
    switch current.text {
    case "if": return done(try parseIf())
    case "for": return done(try parseFor(.none))
    case "while": return done(try parseWhile(.none))
    case "do": return done(try parseDo(.none))
    case "switch": return done(try parseSwitch())
    case "case", "default":
      report("a case label must stand directly inside a switch", at: current)
      throw .syntax
    case "break", "continue":
      let kind: StatementSyntax.Kind = advance().text == "break" ? .breakLoop : .continueLoop
      expectSemicolon(after: "\(previous.text)")
      return done(kind)
    case "return":
      advance()
      let value: Expression? = at(";") ? nil : try parseInitializerClause()
      expectSemicolon(after: "the return statement")
      return done(.returnValue(value))
    case "else":
      report("this else belongs to no if", at: current)
      throw .syntax
    default: break
    }
    return try parseDeclarationOrExpression()
  }

  private mutating func parseDeclarationOrExpression() throws(ParseFailure) -> StatementSyntax {
    let start = current.location
    if let feature = Keywords.unsupported[current.text], Keywords.all.contains(current.text) {
      throw unsupported(feature)
    }
    if peek().isPunctuator(":"), !Keywords.all.contains(current.text) {
      _ = unsupported("labels and goto")
      advance()
      advance()
      return StatementSyntax(kind: .invalid, range: range(from: start))
    }
    guard isDeclaration() else { return try parseExpressionStatement() }
    let declarations = try parseBlockDeclaration()
    return StatementSyntax(kind: .declaration(declarations), range: range(from: start))
  }

  private mutating func parseExpressionStatement() throws(ParseFailure) -> StatementSyntax {
    let expression = try parseExpression()
    expectSemicolon(after: "the expression")
    return StatementSyntax(
      kind: .expression(expression), range: range(from: expression.range.start))
  }

  mutating func skipAttributes() {
    while at("["), peek().isPunctuator("["), current.kind == .punctuator { skipBalanced() }
  }

  /// Reads the semicolon of a statement.
  ///
  /// If it is missing that is reported, and reading goes on here where
  /// a new line or a brace begins, or behind the next one.
  mutating func expectSemicolon(after what: String) {
    if accept(";") { return }
    _ = fail("expected \";\" after \(what)", isAfterPrevious: true)
    if current.location.line == previous.end.line, !at("}") { recover() }
  }

  // MARK: Conditions

  private mutating func parseIf() throws(ParseFailure) -> StatementSyntax.Kind {
    advance()
    let isConstexpr = accept("constexpr")
    return try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.expect("(", "after if")
      let (initializer, condition) = try parser.parseCondition("if")
      try parser.expect(")", "after the condition")
      let then = try parser.parseBody()
      var otherwise: StatementSyntax?
      if parser.accept("else") { otherwise = try parser.parseBody() }
      return .ifElse(
        IfStatement(
          isConstexpr: isConstexpr, initializer: initializer, condition: condition, then: then,
          otherwise: otherwise))
    }
  }

  /// Reads `init; condition` or `condition` up to the closing bracket.
  private mutating func parseCondition(
    _ statement: String
  ) throws(ParseFailure) -> (StatementSyntax?, Condition) {
    var initializer: StatementSyntax?
    if hasInitializer() {
      let start = current.location
      if accept(";") {
        initializer = StatementSyntax(kind: .empty, range: range(from: start))
      } else {
        initializer = try parseDeclarationOrExpression()
      }
    }
    if isDeclaration() {
      let head = try parseHead()
      guard let base = head.type else { throw failType() }
      return (initializer, .declaration(try parseConditionVariable(head, base)))
    }
    return (initializer, .expression(try parseBracketedExpression()))
  }

  private mutating func parseConditionVariable(
    _ head: DeclarationHead, _ base: TypeSyntax
  ) throws(ParseFailure) -> VariableDeclaration {
    let declarator = try parseDeclarator(base, style: .variable)
    guard at("=") || at("{") else { throw fail("expected \"=\" after the variable") }
    return try finishVariable(head, declarator, templateParameters: nil)
  }

  /// True if one `;` comes before the bracket of the statement's head closes.
  private func hasInitializer() -> Bool {
    var level = 0
    var semicolons = 0
    for token in tokens[position..<min(position + 4000, tokens.count)]
    where token.kind == .punctuator {
      switch token.text {
      case "(", "[", "{": level += 1
      case ")", "]", "}":
        level -= 1
        // Where a bracket is missing the `;` is that of the statement, and a brace comes first.
        if level < 0 { return token.text == ")" && semicolons == 1 }
      case ";" where level == 0: semicolons += 1
      default: break
      }
    }
    return false
  }

  mutating func parseBody() throws(ParseFailure) -> StatementSyntax {
    try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.nested { (inner) throws(ParseFailure) in try inner.parseStatement() }
    }
  }

  // MARK: Loops

  private mutating func parseUnrolled() throws(ParseFailure) -> StatementSyntax {
    let pragma = advance()
    var hint = UnrollHint.full
    if current.kind != .pragmaEnd { hint = .count(try parseExpression()) }
    guard current.kind == .pragmaEnd else {
      throw fail("expected the end of the line after #pragma unroll")
    }
    advance()
    if current.kind == .pragmaUnroll { return try parseUnrolled() }
    let start = current.location
    switch current.text {
    case "for":
      let kind = try parseFor(hint)
      return StatementSyntax(kind: kind, range: range(from: start))
    case "while": return StatementSyntax(kind: try parseWhile(hint), range: range(from: start))
    case "do": return StatementSyntax(kind: try parseDo(hint), range: range(from: start))
    default:
      diagnostics.append(
        Diagnostic(.warning, "#pragma unroll stands before no loop", at: pragma.location))
      if at("}") { return StatementSyntax(kind: .empty, range: pragma.range) }
      return try parseStatement()
    }
  }

  private mutating func parseFor(_ unroll: UnrollHint) throws(ParseFailure) -> StatementSyntax.Kind
  {
    advance()
    return try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.parseForBody(unroll)
    }
  }

  private mutating func parseForBody(
    _ unroll: UnrollHint
  ) throws(ParseFailure) -> StatementSyntax.Kind {
    try expect("(", "after for")
    if isRangeFor() { return try parseRangeFor(unroll) }
    var initializer: StatementSyntax?
    let start = current.location
    if isDeclaration() {
      let declarations = try parseForDeclaration()
      initializer = StatementSyntax(kind: .declaration(declarations), range: range(from: start))
    } else if !at(";") {
      let value = try parseBracketedExpression()
      initializer = StatementSyntax(kind: .expression(value), range: value.range)
    }
    try expect(";", "after the first part of the for loop")
    let condition: Condition? = at(";") ? nil : try parseLoopCondition()
    try expect(";", "after the condition of the for loop")
    let step: Expression? = at(")") ? nil : try parseBracketedExpression()
    try expect(")", "after the last part of the for loop")
    let body = try parseBody()
    return .forLoop(
      ForStatement(
        initializer: initializer, condition: condition, step: step, body: body, unroll: unroll))
  }

  /// True if a `:` stands in the head before any `;`.
  private func isRangeFor() -> Bool {
    var level = 0
    var conditionals = 0
    for index in position..<min(tokens.count, position + 200) {
      let token = tokens[index]
      guard token.kind == .punctuator else { continue }
      switch token.text {
      case "(", "[", "{": level += 1
      case ")", "]", "}":
        level -= 1
        if level < 0 { return false }
      case "?": conditionals += 1
      case ":" where level == 0:
        if conditionals == 0 { return true }
        conditionals -= 1
      case ";": return false
      default: break
      }
    }
    return false
  }

  private mutating func parseWhile(
    _ unroll: UnrollHint
  ) throws(ParseFailure) -> StatementSyntax.Kind {
    advance()
    return try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.expect("(", "after while")
      let condition = try parser.parseLoopCondition()
      try parser.expect(")", "after the condition")
      return .whileLoop(condition, body: try parser.parseBody(), unroll: unroll)
    }
  }

  private mutating func parseLoopCondition() throws(ParseFailure) -> Condition {
    guard isDeclaration() else { return .expression(try parseBracketedExpression()) }
    let head = try parseHead()
    guard let base = head.type else { throw failType() }
    return .declaration(try parseConditionVariable(head, base))
  }

  private mutating func parseDo(_ unroll: UnrollHint) throws(ParseFailure) -> StatementSyntax.Kind {
    advance()
    let body = try parseBody()
    try expect("while", "after the body of do")
    try expect("(", "after while")
    let condition = try parseBracketedExpression()
    try expect(")", "after the condition")
    expectSemicolon(after: "do … while")
    return .doWhile(body: body, condition, unroll: unroll)
  }

  // MARK: Switch

  private mutating func parseSwitch() throws(ParseFailure) -> StatementSyntax.Kind {
    advance()
    return try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.expect("(", "after switch")
      let (initializer, condition) = try parser.parseCondition("switch")
      try parser.expect(")", "after the value of switch")
      let open = try parser.expect("{", "before the cases")
      var sections: [SwitchStatement.Section] = []
      while !parser.isAtEnd, !parser.at("}") {
        if let section = try parser.parseSectionRecovering() { sections.append(section) }
      }
      try parser.closeBlock(open)
      return .switchCase(
        SwitchStatement(initializer: initializer, condition: condition, sections: sections))
    }
  }

  /// Reads a section; after an error goes on at the next label of this switch.
  private mutating func parseSectionRecovering() throws(ParseFailure) -> SwitchStatement.Section? {
    do {
      return try parseSection()
    } catch {
      guard error == .syntax else { throw error }
    }
    while !isAtEnd, !at("}"), !at("case"), !at("default") {
      if at("{") { skipBalanced() } else { advance() }
    }
    return nil
  }

  private mutating func parseSection() throws(ParseFailure) -> SwitchStatement.Section {
    let start = current.location
    var labels: [Expression?] = []
    while at("case") || at("default") {
      if advance().text == "default" {
        labels.append(nil)
      } else {
        labels.append(try parseConditional())
        if at("...") { throw unsupported("ranges of case labels") }
      }
      try expect(":", "after the case label")
    }
    if labels.isEmpty { throw fail("expected \"case\" or \"default\" in the switch") }
    let statements = try parseStatements(until: ["case", "default"])
    return .init(labels: labels, statements: statements, range: range(from: start))
  }
}
