/// A name with the type it gets: what stands around a name in a declaration.
struct Declarator {
  var name: QualifiedName?
  var type: TypeSyntax
  /// Present where parameters follow the name, as in a function's head.
  var parameters: [ParameterDeclaration]?
}

/// Which declarators are allowed.
enum DeclaratorStyle {
  /// Without a name.
  case abstract
  /// With or without a name.
  case parameter
  /// With a name; brackets behind it are an initialiser.
  case variable
  /// With a name; brackets behind it may be parameters.
  case functionOrVariable
}

extension Parser {
  /// Reads pointers, a name and array bounds around a type.
  mutating func parseDeclarator(
    _ base: TypeSyntax, style: DeclaratorStyle
  ) throws(ParseFailure) -> Declarator {
    try nested { (parser) throws(ParseFailure) in
      try parser.parseDeclaratorBody(base, style: style)
    }
  }

  private mutating func parseDeclaratorBody(
    _ base: TypeSyntax, style: DeclaratorStyle
  ) throws(ParseFailure) -> Declarator {
    let type = try parsePointers(base)
    if at("("), isNestedDeclarator(style) {
      let inner = position + 1
      let open = current
      guard skipBalanced() else {
        throw fail(closing(")", open))
      }
      let outerType = try parseSuffixes(type, allowsParameters: true)
      let end = position
      position = inner
      let innerStyle = style == .functionOrVariable ? .variable : style
      let result = try parseDeclarator(outerType, style: innerStyle)
      try expect(")", "in the declarator")
      position = end
      return result
    }
    var result = Declarator(type: type)
    if style != .abstract { result.name = try parseDeclaredName(style) }
    if at("("), style == .functionOrVariable, isParameterList() {
      result.parameters = try parseParameters()
      return result
    }
    if accept("...") { throw unsupported("variadic templates", at: previous) }
    // A lone type may be that of a function, as in `Result(Argument)`.
    result.type = try parseSuffixes(
      type, allowsParameters: result.name == nil && style != .variable)
    return result
  }

  private mutating func parsePointers(_ base: TypeSyntax) throws(ParseFailure) -> TypeSyntax {
    var type = base
    var levels = 0
    while true {
      let start = base.range.start
      if accept("*") {
        type = TypeSyntax(kind: .pointer(to: type), range: range(from: start))
      } else if accept("&&") {
        type = TypeSyntax(kind: .rvalueReference(to: type), range: range(from: start))
      } else if accept("&") {
        type = TypeSyntax(kind: .reference(to: type), range: range(from: start))
      } else if let qualifier = Keywords.qualifiers[current.text], levels > 0 {
        advance()
        type.qualifiers.insert(qualifier)
        continue
      } else if at("..."), current.kind == .punctuator {
        throw unsupported("variadic templates")
      } else {
        return type
      }
      levels += 1
      guard levels < 32 else { throw fail("a pointer of more than 32 levels") }
    }
  }

  /// True if the bracket here encloses a declarator, as in `int (*p)[4]`.
  private func isNestedDeclarator(_ style: DeclaratorStyle) -> Bool {
    let next = peek()
    if ["*", "&", "&&"].contains(next.text), next.kind == .punctuator {
      if style == .variable || style == .functionOrVariable || style == .parameter {
        return peek(2).kind == .identifier || ["*", ")"].contains(peek(2).text)
      }
      return ["*", ")", "("].contains(peek(2).text) || Keywords.qualifiers[peek(2).text] != nil
    }
    if style == .abstract { return false }
    if next.isPunctuator("(") { return style == .variable }
    return next.kind == .identifier && peek(2).isPunctuator(")") && !isTypeStart(at: position + 1)
  }

  private mutating func parseDeclaredName(
    _ style: DeclaratorStyle
  ) throws(ParseFailure) -> QualifiedName? {
    if current.kind == .identifier, at("operator") || !Keywords.all.contains(current.text) {
      return try parseQualifiedName("a name")
    }
    if at("::") || at("~") { return try parseQualifiedName("a name") }
    guard style == .parameter else {
      if at("["), style != .abstract { throw unsupported("structured bindings") }
      throw fail("expected a name", isAfterPrevious: at(";"))
    }
    return nil
  }

  /// Reads array bounds, and parameters of a function type where they are allowed.
  private mutating func parseSuffixes(
    _ base: TypeSyntax, allowsParameters: Bool
  ) throws(ParseFailure) -> TypeSyntax {
    if allowsParameters, at("(") {
      let parameters = try parseParameters()
      accept("noexcept")
      return TypeSyntax(
        kind: .function(result: base, parameters: parameters), range: range(from: base.range.start))
    }
    var bounds: [Expression?] = []
    while at("["), bounds.count < 16 {
      let open = advance()
      let count: Expression? =
        at("]") ? nil : try parseBracketedExpression()
      guard accept("]") else {
        throw fail(closing("]", open))
      }
      bounds.append(count)
    }
    let place = range(from: base.range.start)
    return bounds.reversed().reduce(base) { element, count in
      TypeSyntax(kind: .array(of: element, count: count), range: place)
    }
  }

  // MARK: Parameters

  /// True if the bracket here opens parameters and not an initialiser.
  private func isParameterList() -> Bool {
    let next = peek()
    if next.isPunctuator(")") || next.isPunctuator("...") { return true }
    if Keywords.beginsDeclaration(next.text) && next.kind == .identifier { return true }
    if next.isPunctuator("["), peek(2).isPunctuator("[") { return true }
    if isTypeStart(at: position + 1) {
      // `x(float(1))` is an initialiser.
      guard let end = endOfTypeWords(at: position + 1) else { return true }
      let isCast = token(at: end).isPunctuator("(") && !token(at: end + 1).isPunctuator("*")
      return !isCast && !token(at: end).isPunctuator("{")
    }
    return classifyName(at: position + 1).map { isUnknownType($0) } ?? false
  }

  /// Reads `(T a, U b = c)`; the names are forgotten again.
  mutating func parseParameters() throws(ParseFailure) -> [ParameterDeclaration] {
    try scoped(.function) { (parser) throws(ParseFailure) in try parser.parseParameterList() }
  }

  private mutating func parseParameterList() throws(ParseFailure) -> [ParameterDeclaration] {
    let open = try expect("(", "before parameters")
    if at("void"), peek().isPunctuator(")") { advance() }
    var parameters: [ParameterDeclaration] = []
    if !at(")") {
      let outer = isInTemplateArguments
      isInTemplateArguments = false
      defer { isInTemplateArguments = outer }
      repeat { parameters.append(try parseParameter()) } while accept(",")
    }
    guard accept(")") else {
      throw fail(
        "expected \",\" or \")\" after the parameter",
        isAfterPrevious: open.location != previous.location)
    }
    return parameters
  }

  private mutating func parseParameter() throws(ParseFailure) -> ParameterDeclaration {
    if at("...") { throw unsupported("functions with a variable number of arguments (...)") }
    let head = try parseHead()
    guard let base = head.type else { throw failType() }
    let declarator = try parseDeclarator(base, style: .parameter)
    var name: Identifier?
    if let declared = declarator.name {
      guard let simple = declared.simple else {
        report("a parameter has a simple name", at: previous)
        throw .syntax
      }
      name = Identifier(text: simple, range: declared.range)
      scope.insert(simple, .value)
    }
    var value: Expression?
    if accept("=") { value = try parseInitializerClause() }
    return ParameterDeclaration(
      name: name, type: declarator.type, defaultValue: value, range: range(from: head.start))
  }
}
