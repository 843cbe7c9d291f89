extension Parser {
  /// Reads a literal, a name, a bracketed expression, a construction, a cast by name or a lambda.
  mutating func parsePrimary() throws(ParseFailure) -> Expression {
    switch current.kind {
    case .number: return try parseNumber()
    case .string: return try parseString()
    case .character:
      let token = advance()
      guard let code = LiteralReader.character(token.text) else {
        report("bad character constant \(token.quoted)", at: token)
        throw .syntax
      }
      return Expression(.character(code), token.range)
    case .identifier: return try parseWord()
    case .punctuator:
      switch current.text {
      case "(": return try parseParenthesized()
      case "[": return try parseLambda()
      case "::": return try parseNameOrConstruction()
      default: throw fail("expected an expression")
      }
    case .stray, .pragmaUnroll, .pragmaEnd, .endOfFile: throw fail("expected an expression")
    }
  }

  // MARK: Literals

  private mutating func parseNumber() throws(ParseFailure) -> Expression {
    let token = advance()
    switch LiteralReader.number(token.text) {
    case .integer(let literal): return Expression(.integer(literal), token.range)
    case .floating(let literal): return Expression(.floating(literal), token.range)
    case .invalid(let message):
      report("\(message): \(token.quoted)", at: token)
      throw .syntax
    }
  }

  /// Reads neighbouring strings as one.
  mutating func parseString() throws(ParseFailure) -> Expression {
    let start = current.location
    var bytes: [UInt8] = []
    while current.kind == .string {
      let token = advance()
      if token.text.first != "\"" {
        throw unsupported(
          "string literals with a prefix (\(token.text.prefix { $0 != "\"" }))", at: token)
      }
      guard let part = LiteralReader.string(token.text) else {
        report("bad escape in the string \(token.quoted)", at: token)
        throw .syntax
      }
      bytes += part
    }
    return Expression(.string(bytes), range(from: start))
  }

  // MARK: Words

  private mutating func parseWord() throws(ParseFailure) -> Expression {
    let token = current
    if let feature = Keywords.unsupported[token.text], Keywords.all.contains(token.text) {
      throw unsupported(feature)
    }
    switch token.text {
    case "true", "false": return Expression(.boolean(advance().text == "true"), token.range)
    case "nullptr": return Expression(.nullPointer, advance().range)
    case "this": return Expression(.this, advance().range)
    case "static_cast": return try parseNamedCast(.staticCast)
    case "reinterpret_cast": return try parseNamedCast(.reinterpretCast)
    case "const_cast": return try parseNamedCast(.constCast)
    case "typename": return try parseConstruction()
    case "__builtin_offsetof": throw unsupported("offsetof")
    case "operator": return try parseName()
    default: break
    }
    // `R"(…)"` comes as a word and a string.
    if ["R", "LR", "uR", "u8R", "UR"].contains(token.text), peek().kind == .string,
      !peek().hasSpaceBefore
    {
      throw unsupported("raw string literals")
    }
    if Keywords.builtinTypes.contains(token.text) { return try parseConstruction() }
    if Keywords.all.contains(token.text) { throw fail("expected an expression") }
    return try parseNameOrConstruction()
  }

  private mutating func parseNameOrConstruction() throws(ParseFailure) -> Expression {
    guard let found = classifyName(at: position), found.kind == .type else {
      return try parseName()
    }
    let next = token(at: found.end)
    if next.isPunctuator("(") || next.isPunctuator("{") { return try parseConstruction() }
    // A type alone: `std::is_same<A, B>::value` classifies as a value, so this is a slip, unless a
    // variable hides behind a name that the parser takes for a type.
    return try parseName()
  }

  private mutating func parseName() throws(ParseFailure) -> Expression {
    let name = try parseQualifiedName("a name")
    let isUnknownTemplate = name.last.templateArguments != nil && at("{")
    if isUnknownTemplate {
      let type = TypeSyntax(kind: .named(name), range: name.range)
      return try finishConstruction(type)
    }
    return Expression(.name(name), name.range)
  }

  /// Reads `T(a)` or `T{a}`.
  private mutating func parseConstruction() throws(ParseFailure) -> Expression {
    let head = try parseHead(isTypeOnly: true)
    guard let type = head.type else { throw failType() }
    return try finishConstruction(type)
  }

  private mutating func finishConstruction(_ type: TypeSyntax) throws(ParseFailure) -> Expression {
    let isBraced = at("{")
    guard isBraced || at("(") else {
      throw fail("expected \"(\" or \"{\" after the type \"\(type.spelling)\"")
    }
    let arguments =
      isBraced ? try parseInitializerList().elements.map(\.value) : try parseArguments(closing: ")")
    return try make(
      .construct(type, arguments: arguments, isBraced: isBraced), from: type.range.start)
  }

  private mutating func parseNamedCast(_ kind: CastKind) throws(ParseFailure) -> Expression {
    let start = advance().location
    try expect("<", "after \(kind.rawValue)")
    let outer = isInTemplateArguments
    isInTemplateArguments = true
    let type = try parseTypeID()
    isInTemplateArguments = outer
    try expect(">", "after the type of the cast")
    try expect("(", "before the operand of the cast")
    let operand = try parseBracketedExpression()
    try expect(")", "after the operand of the cast")
    return try make(.cast(kind, type, operand), from: start)
  }

  private mutating func parseParenthesized() throws(ParseFailure) -> Expression {
    let open = advance()
    if at("{") { throw unsupported("statements in expressions ({…})") }
    if at("...") { throw unsupported("fold expressions") }
    let inner = try parseBracketedExpression()
    if at("...") { throw unsupported("fold expressions") }
    guard accept(")") else {
      throw fail(closing(")", open), isAfterPrevious: true)
    }
    return Expression(inner.kind, range(from: open.location), at: inner.location)
  }

  // MARK: Initialisers

  /// Reads an expression or a list in braces.
  mutating func parseInitializerClause() throws(ParseFailure) -> Expression {
    guard at("{") else { return try parseAssignment() }
    let list = try nested { (p) throws(ParseFailure) in try p.parseInitializerList() }
    return try make(.list(list), from: list.range.start)
  }

  /// Reads `{a, .x = b, {c}}`.
  mutating func parseInitializerList() throws(ParseFailure) -> InitializerList {
    let open = advance()
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    defer { isInTemplateArguments = outer }
    var elements: [InitializerList.Element] = []
    while !at("}") {
      var designator: Identifier?
      if accept(".") {
        designator = try expectIdentifier("the name of a member")
        if !at("{") { try expect("=", "after the member") }
      } else if at("["), !isLambdaStart {
        throw unsupported("array designators ([n] = …)")
      }
      elements.append(.init(designator: designator, value: try parseInitializerClause()))
      if at("...") { throw unsupported("variadic templates") }
      guard accept(",") else { break }
    }
    guard accept("}") else {
      throw fail(closing("}", open), isAfterPrevious: true)
    }
    return InitializerList(elements: elements, range: range(from: open.location))
  }

  /// True if the `[` here opens a lambda and not a designator `[n] =`.
  private var isLambdaStart: Bool {
    endOfBalanced(at: position).map { !token(at: $0).isPunctuator("=") } ?? true
  }

  // MARK: Lambdas

  private mutating func parseLambda() throws(ParseFailure) -> Expression {
    let start = current.location
    return try scoped(.function) { (parser) throws(ParseFailure) in
      try parser.parseLambdaBody(from: start)
    }
  }

  private mutating func parseLambdaBody(from start: SourceLocation) throws(ParseFailure)
    -> Expression
  {
    let captured = try parseCaptures()
    var specifiers = parseLambdaSpecifiers()
    if at("<") { throw unsupported("templates of lambdas") }
    let parameters = at("(") ? try parseParameters() : []
    for parameter in parameters {
      if let name = parameter.name { scope.insert(name.text, .value) }
    }
    var isMutable = false
    while true {
      let more = parseLambdaSpecifiers()
      specifiers.formUnion(more)
      if accept("mutable") {
        isMutable = true
      } else if accept("noexcept") {
        if at("(") { skipBalanced() }
      } else if more.isEmpty {
        break
      }
    }
    let result: TypeSyntax? = accept("->") ? try parseTypeID() : nil
    guard at("{") else { throw fail("expected \"{\" before the body of the lambda") }
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    defer { isInTemplateArguments = outer }
    let body = try nested { (p) throws(ParseFailure) in try p.parseBlock() }
    let lambda = LambdaExpression(
      id: makeNode(), captureDefault: captured.byDefault, captures: captured.captures,
      capturesThis: captured.this, parameters: parameters, result: result, isMutable: isMutable,
      specifiers: specifiers, body: body)
    return try make(.lambda(lambda), from: start)
  }

  private mutating func parseLambdaSpecifiers() -> FunctionSpecifiers {
    var specifiers: FunctionSpecifiers = []
    while current.kind == .identifier, let word = Keywords.functionSpecifiers[current.text] {
      specifiers.insert(word)
      advance()
    }
    return specifiers
  }

  private mutating func parseCaptures() throws(ParseFailure) -> (
    byDefault: LambdaExpression.CaptureDefault, captures: [LambdaExpression.Capture], this: Bool
  ) {
    try expect("[", "before captures")
    var byDefault = LambdaExpression.CaptureDefault.none
    var captures: [LambdaExpression.Capture] = []
    var this = false
    while !at("]") {
      if at("="), [",", "]"].contains(peek().text) {
        advance()
        byDefault = .byCopy
      } else if at("&"), [",", "]"].contains(peek().text) {
        advance()
        byDefault = .byReference
      } else if at("this") || (at("*") && peek().isWord("this")) {
        accept("*")
        advance()
        this = true
      } else {
        let isByReference = accept("&")
        let name = try expectIdentifier("the name of a captured variable")
        let value: Expression? = accept("=") ? try parseBracketedExpression() : nil
        captures.append(.init(name: name, isByReference: isByReference, initializer: value))
        scope.insert(name.text, .value)
      }
      guard accept(",") else { break }
    }
    try expect("]", "after the captures")
    return (byDefault, captures, this)
  }
}
