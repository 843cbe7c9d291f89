extension Parser {
  /// Reads what follows the parameters of a function's head, and its body.
  mutating func parseFunction(
    _ head: DeclarationHead, _ declarator: Declarator, _ parameters: [ParameterDeclaration],
    template: [TemplateParameter]?, context: DeclarationContext,
    role: FunctionDeclaration.Role = .ordinary
  ) throws(ParseFailure) -> FunctionDeclaration {
    guard let name = declarator.name else { throw fail("expected the name of the function") }
    if case .ordinary = role { declareFunction(name, isTemplate: template != nil, context) }
    return try scoped(.function) { (parser) throws(ParseFailure) in
      parser.openRecord(of: name)
      for parameter in parameters {
        if let word = parameter.name { parser.scope.insert(word.text, .value) }
      }
      return try parser.parseFunctionTail(
        FunctionHead(
          head: head, name: name, type: declarator.type, parameters: parameters,
          template: template, context: context, role: role))
    }
  }

  /// What is known of a function before its body.
  fileprivate struct FunctionHead {
    let head: DeclarationHead
    let name: QualifiedName
    let type: TypeSyntax
    let parameters: [ParameterDeclaration]
    let template: [TemplateParameter]?
    let context: DeclarationContext
    let role: FunctionDeclaration.Role
  }

  private mutating func declareFunction(
    _ name: QualifiedName, isTemplate: Bool, _ context: DeclarationContext
  ) {
    guard name.components.count == 1, case .identifier(let word) = name.last.kind else { return }
    // A specialisation does not make a template of its name: the primary one did.
    if scope.find(word)?.meaning == .valueTemplate { return }
    scope.declare(word, isTemplate ? .valueTemplate : .value)
    if isTemplate, context == .record { memberTemplates.insert(word) }
  }

  /// In a member that is defined outside, the names of its record are seen.
  private mutating func openRecord(of name: QualifiedName) {
    guard name.components.count > 1 else { return }
    let owner = QualifiedName(
      isGlobal: name.isGlobal, components: name.components.dropLast(), range: name.range)
    if let record = entry(of: owner)?.scope { scope.opened.append(record) }
  }

  private mutating func parseFunctionTail(
    _ function: FunctionHead
  ) throws(ParseFailure) -> FunctionDeclaration {
    var specifiers = function.head.function
    if isExternC { specifiers.insert(.externC) }
    var result: TypeSyntax? = function.type
    try parseTrailing(&specifiers, &result)
    if case .constructor = function.role { result = nil }
    if case .destructor = function.role { result = nil }
    let headRange = range(from: function.head.start)
    let isForDevice = specifiers.isForDevice
    var initializers: [FunctionDeclaration.MemberInitializer] = []
    if at(":"), case .constructor = function.role {
      initializers = try parseMemberInitializers()
    }
    let body = try parseFunctionBody(isForDevice: isForDevice, function)
    return FunctionDeclaration(
      id: makeNode(), role: function.role, name: function.name, specifiers: specifiers,
      launchBounds: function.head.launchBounds, templateParameters: function.template,
      result: result, parameters: function.parameters, memberInitializers: initializers,
      body: body, headRange: headRange, range: range(from: function.head.start))
  }

  /// Reads `const`, `noexcept`, `-> T` and attributes behind the parameters.
  private mutating func parseTrailing(
    _ specifiers: inout FunctionSpecifiers, _ result: inout TypeSyntax?
  ) throws(ParseFailure) {
    while true {
      if accept("const") {
        specifiers.insert(.constMember)
      } else if accept("noexcept") || accept("throw") {
        if at("(") { skipBalanced() }
      } else if at("__attribute__") {
        advance()
        skipBalanced()
      } else if at("["), peek().isPunctuator("[") {
        skipAttributes()
      } else if accept("->") {
        result = try parseTypeID()
      } else if at("override") || at("final") {
        throw unsupported("virtual functions (\(current.text))")
      } else if at("requires") {
        throw unsupported("constraints (requires)")
      } else if at("volatile") || at("&") || at("&&") {
        advance()
      } else {
        return
      }
    }
  }

  private mutating func parseMemberInitializers() throws(ParseFailure)
    -> [FunctionDeclaration.MemberInitializer]
  {
    advance()
    var initializers: [FunctionDeclaration.MemberInitializer] = []
    repeat {
      let start = current.location
      let name = try parseQualifiedName("the name of a member")
      let isBraced = at("{")
      guard isBraced || at("(") else {
        throw fail("expected \"(\" or \"{\" after the member \"\(name.spelling)\"")
      }
      let arguments =
        isBraced
        ? try parseInitializerList().elements.map(\.value) : try parseArguments(closing: ")")
      if at("...") { throw unsupported("variadic templates") }
      initializers.append(
        .init(name: name, arguments: arguments, isBraced: isBraced, range: range(from: start)))
    } while accept(",")
    return initializers
  }

  private mutating func parseFunctionBody(
    isForDevice: Bool, _ function: FunctionHead
  ) throws(ParseFailure) -> FunctionDeclaration.Body {
    if accept("=") {
      if accept("default") { return .defaulted }
      if accept("delete") { return .deleted }
      if at("0") { throw unsupported("virtual functions (= 0)") }
      throw fail("expected \"default\" or \"delete\"")
    }
    if at("try") { throw unsupported("exceptions (try)") }
    guard at("{") else {
      if at(";") || at(",") { return .none }
      throw fail(
        "expected \";\" or \"{\" after the head of \"\(function.name.spelling)\"",
        isAfterPrevious: true)
    }
    guard function.context != .block else {
      report(
        "a function is defined inside another one: a \"}\" is missing before it",
        at: current, location: function.name.range.start)
      throw .stop
    }
    guard isForDevice else { return try skipHostBody() }
    return .statement(try nested { (p) throws(ParseFailure) in try p.parseBlock() })
  }

  private mutating func skipHostBody() throws(ParseFailure) -> FunctionDeclaration.Body {
    let open = current
    guard skipBalanced() else {
      let note = Diagnostic(.note, "to close this \"{\"", at: open.location, end: open.end)
      report("expected \"}\" at the end of the file", at: current, notes: [note])
      throw .syntax
    }
    return .skippedHostCode(range(from: open.location))
  }

  // MARK: Without a type

  /// Reads a constructor, destructor or conversion.
  mutating func parseUntyped(
    _ head: DeclarationHead, _ context: DeclarationContext
  ) throws(ParseFailure) -> Declaration {
    let template = takeTemplate()
    if at("operator"), isConversion {
      return .function(try parseConversion(head, template, context))
    }
    let isDestructor = at("~") || isQualifiedDestructor
    guard isDestructor || isConstructorHead else { throw failType() }
    let name = try parseQualifiedName("the name of a constructor")
    let void = TypeSyntax(kind: .builtin(.void), range: name.range)
    let parameters = try parseParameters()
    let function = try parseFunction(
      head, Declarator(name: name, type: void), parameters, template: template, context: context,
      role: isDestructor ? .destructor : .constructor)
    if function.hasBody { accept(";") } else { expectSemicolon(after: "the declaration") }
    return .function(function)
  }

  private var isConversion: Bool { isTypeStart(at: position + 1) }

  private var isQualifiedDestructor: Bool {
    peek().isPunctuator("::") && peek(2).isPunctuator("~")
  }

  private var isConstructorHead: Bool {
    guard let name = classifyName(at: position) else { return false }
    return token(at: name.end).isPunctuator("(")
      && (name.kind == .type || token(at: name.end - 2).isPunctuator("::"))
  }

  private mutating func parseConversion(
    _ head: DeclarationHead, _ template: [TemplateParameter]?, _ context: DeclarationContext
  ) throws(ParseFailure) -> FunctionDeclaration {
    let word = advance()
    let target = try parseHead(isTypeOnly: true)
    guard var type = target.type else { throw failType() }
    while at("*") || at("&") {
      let isPointer = advance().text == "*"
      type = TypeSyntax(
        kind: isPointer ? .pointer(to: type) : .reference(to: type),
        range: range(from: type.range.start))
    }
    let parameters = try parseParameters()
    let component = NameComponent(
      kind: .identifier("operator"), templateArguments: nil, range: word.range)
    let name = QualifiedName(isGlobal: false, components: [component], range: word.range)
    let function = try parseFunction(
      head, Declarator(name: name, type: type), parameters, template: template, context: context,
      role: .conversion)
    if function.hasBody { accept(";") } else { expectSemicolon(after: "the declaration") }
    return function
  }
}
