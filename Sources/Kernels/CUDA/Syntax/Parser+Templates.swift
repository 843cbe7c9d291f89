extension Parser {
  /// The parameters of the template whose declaration is being read, taken by what is declared.
  mutating func takeTemplate() -> [TemplateParameter]? {
    defer { pendingTemplate = nil }
    return pendingTemplate
  }

  /// Reads `template <…>` and what it is a template of, or an explicit instantiation.
  mutating func parseTemplate(_ context: DeclarationContext) throws(ParseFailure) -> [Declaration] {
    advance()
    guard at("<") else { return try parseInstantiation() }
    return try scoped(.template) { (parser) throws(ParseFailure) in
      let parameters = try parser.parseTemplateParameters()
      if parser.at("template") {
        throw parser.unsupported("members of templates that are templates, outside of their class")
      }
      if parser.at("requires") { throw parser.unsupported("constraints (requires)") }
      if parser.at("concept") { throw parser.unsupported("concepts") }
      parser.pendingTemplate = parameters
      defer { parser.pendingTemplate = nil }
      if let special = try parser.parseSpecialDeclaration() { return special }
      if parser.at("friend"), ["class", "struct"].contains(parser.peek().text) {
        while !parser.isAtEnd, !parser.accept(";") { parser.advance() }
        return []
      }
      return try parser.parseSimpleDeclaration(context)
    }
  }

  /// Reads `<typename T, int N = 4>`.
  private mutating func parseTemplateParameters() throws(ParseFailure) -> [TemplateParameter] {
    try expect("<", "after template")
    let outer = isInTemplateArguments
    isInTemplateArguments = true
    defer { isInTemplateArguments = outer }
    var parameters: [TemplateParameter] = []
    if !at(">") {
      repeat {
        parameters.append(
          try nested { (p) throws(ParseFailure) in try p.parseTemplateParameter() })
      } while accept(",")
    }
    try expect(">", "to close the template parameters")
    return parameters
  }

  private mutating func parseTemplateParameter() throws(ParseFailure) -> TemplateParameter {
    let start = current.location
    if at("template") { return try parseTemplateTemplateParameter() }
    let isTypeParameter =
      at("class")
      || (at("typename") && !peek(2).isPunctuator("::") && !peek().isPunctuator("::"))
    guard isTypeParameter else { return try parseValueParameter() }
    advance()
    if at("...") { throw unsupported("variadic templates") }
    let name = try parseParameterName()
    if let name { scope.insert(name.text, .typeParameter) }
    let type: TypeSyntax? = accept("=") ? try parseTypeID() : nil
    return TemplateParameter(name: name, kind: .type(default: type), range: range(from: start))
  }

  private mutating func parseParameterName() throws(ParseFailure) -> Identifier? {
    guard current.kind == .identifier, !Keywords.all.contains(current.text) else { return nil }
    return try expectIdentifier("the name of a template parameter")
  }

  private mutating func parseValueParameter() throws(ParseFailure) -> TemplateParameter {
    let head = try parseHead()
    guard let base = head.type else { throw failType() }
    if at("...") { throw unsupported("variadic templates") }
    let declarator = try parseDeclarator(base, style: .parameter)
    var name: Identifier?
    if let simple = declarator.name?.simple, let place = declarator.name?.range {
      name = Identifier(text: simple, range: place)
      scope.insert(simple, .value)
    }
    let value: Expression? = accept("=") ? try parseConditional() : nil
    return TemplateParameter(
      name: name, kind: .value(declarator.type, default: value), range: range(from: head.start))
  }

  private mutating func parseTemplateTemplateParameter() throws(ParseFailure) -> TemplateParameter {
    let start = advance().location
    let inner = try scoped(.template) { (parser) throws(ParseFailure) in
      try parser.parseTemplateParameters()
    }
    guard accept("class") || accept("typename") else { throw fail("expected \"class\"") }
    if at("...") { throw unsupported("variadic templates") }
    let name = try parseParameterName()
    if let name { scope.insert(name.text, .typeTemplate) }
    let value: QualifiedName? = accept("=") ? try parseQualifiedName("the name of a template") : nil
    return TemplateParameter(
      name: name, kind: .template(inner, default: value), range: range(from: start))
  }

  /// Reads `template void f<int>(int);`; of a record it asks for nothing.
  private mutating func parseInstantiation() throws(ParseFailure) -> [Declaration] {
    let isRecord = ["struct", "class"].contains(current.text)
    if isRecord {
      while !isAtEnd, !accept(";") { advance() }
      return []
    }
    let declarations = try parseSimpleDeclaration(.namespace)
    return declarations.map { declaration in
      if case .function(let function) = declaration { return .explicitInstantiation(function) }
      return declaration
    }
  }
}
