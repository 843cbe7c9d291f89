/// Where a declaration stands.
enum DeclarationContext {
  case namespace, record, block
}

extension Parser {
  // MARK: In blocks

  /// True if the statement here is a declaration.
  ///
  /// What can be one is one, as in C++; `T(x)` and
  /// `T{x}` are expressions.
  func isDeclaration() -> Bool {
    let word = current
    guard word.kind == .identifier || word.isPunctuator("::") else { return false }
    if word.kind == .identifier, Keywords.beginsDeclaration(word.text) {
      return word.text != "template" && !isConstruction(at: position)
    }
    if let end = endOfTypeWords(at: position) {
      if Keywords.builtinTypes.contains(word.text) {
        return isDeclarator(at: end) || !["(", "{"].contains(token(at: end).text)
      }
      return isDeclarator(at: end)
    }
    guard let name = classifyName(at: position) else { return false }
    return isUnknownType(name, followers: ["=", ";"])
  }

  /// `typename T::x(…)` and `decltype(x)(…)` as expressions.
  private func isConstruction(at index: Int) -> Bool {
    guard ["typename", "decltype"].contains(token(at: index).text),
      let end = endOfTypeWords(at: index)
    else { return false }
    return !isDeclarator(at: end)
  }

  /// True if a declared name begins behind a type.
  private func isDeclarator(at index: Int) -> Bool {
    let word = token(at: index)
    if word.kind == .identifier {
      // `int operator…` aside, a keyword behind a type is a slip that the declaration reports.
      return true
    }
    switch word.text {
    case "*", "&", "&&", ";": return word.kind == .punctuator
    case "[": return !token(at: index + 1).isPunctuator("]")
    case "(":
      let isPointer = ["*", "&"].contains(token(at: index + 1).text)
      guard isPointer, let end = endOfBalanced(at: index) else { return false }
      return token(at: index + 2).kind == .identifier && ["[", "("].contains(token(at: end).text)
    default: return false
    }
  }

  /// Reads a declaration in a block with its `;`.
  mutating func parseBlockDeclaration() throws(ParseFailure) -> [Declaration] {
    if let special = try parseSpecialDeclaration() { return special }
    return try parseSimpleDeclaration(.block)
  }

  /// Reads the first part of a `for`, without its `;`.
  mutating func parseForDeclaration() throws(ParseFailure) -> [Declaration] {
    let head = try parseHead()
    guard let base = head.type else { throw failType() }
    var declarations = head.definitions
    repeat {
      let declarator = try parseDeclarator(base, style: .variable)
      declarations.append(
        .variable(try finishVariable(head, declarator, templateParameters: nil)))
    } while accept(",")
    return declarations
  }

  /// Reads what begins with a word of its own: `using`, `static_assert`, `namespace x = y`.
  mutating func parseSpecialDeclaration() throws(ParseFailure) -> [Declaration]? {
    switch current.text {
    case "using" where current.kind == .identifier: return [try parseUsing()]
    case "static_assert", "_Static_assert": return [try parseStaticAssert()]
    case "namespace" where peek(2).isPunctuator("="): return [try parseNamespaceAlias()]
    default: return nil
    }
  }

  private mutating func parseUsing() throws(ParseFailure) -> Declaration {
    let start = advance().location
    if accept("namespace") {
      let name = try parseQualifiedName("the name of a namespace")
      if let inner = namespaceScope(of: name) { scope.opened.append(inner) }
      expectSemicolon(after: "the using directive")
      return .usingNamespace(name)
    }
    if at("enum") { throw unsupported("using enum") }
    if peek().isPunctuator("=") || peek().isPunctuator("[") { return try parseAlias(from: start) }
    accept("typename")
    let entry = lookUpEntry(at: position)
    let name = try parseQualifiedName("a name")
    if case .identifier(let word) = name.last.kind {
      scope.declare(word, entry?.meaning ?? .value, scope: entry?.scope)
    }
    expectSemicolon(after: "the using declaration")
    return .usingName(name)
  }

  private mutating func parseAlias(from start: SourceLocation) throws(ParseFailure) -> Declaration {
    let parameters = takeTemplate()
    let name = try expectIdentifier("the name of the alias")
    skipAttributes()
    try expect("=", "after the name of the alias")
    let type = try parseTypeID()
    scope.declare(
      name.text, parameters == nil ? .type : .typeTemplate, scope: recordScope(of: type))
    expectSemicolon(after: "the alias")
    return .alias(
      AliasDeclaration(
        id: makeNode(), name: name, type: type, templateParameters: parameters,
        range: range(from: start)))
  }

  private mutating func parseStaticAssert() throws(ParseFailure) -> Declaration {
    let start = advance().location
    try expect("(", "after static_assert")
    let condition = try parseAssignment()
    var message: [UInt8]?
    if accept(",") {
      guard current.kind == .string else { throw fail("expected a message in quotes") }
      if case .string(let bytes) = try parseString().kind { message = bytes }
    }
    try expect(")", "after the assertion")
    expectSemicolon(after: "static_assert")
    return .staticAssert(condition, message: message, range(from: start))
  }

  private mutating func parseNamespaceAlias() throws(ParseFailure) -> Declaration {
    advance()
    let name = try expectIdentifier("the name of a namespace")
    try expect("=", "after the name")
    let target = try parseQualifiedName("the name of a namespace")
    scope.declare(name.text, .namespace, scope: namespaceScope(of: target))
    expectSemicolon(after: "the namespace alias")
    return .namespaceAlias(name, target)
  }

  // MARK: Scopes of names

  /// What a name that is already read means.
  func entry(of name: QualifiedName) -> Scope.Entry? {
    var container: Scope?
    var entry: Scope.Entry?
    for (index, part) in name.components.enumerated() {
      guard case .identifier(let word) = part.kind else { return nil }
      entry = index == 0 ? scope.find(word) : container?.member(word)
      container = entry?.scope
    }
    return entry
  }

  private func lookUpEntry(at index: Int) -> Scope.Entry? {
    var container: Scope?
    var entry: Scope.Entry?
    var index = token(at: index).isPunctuator("::") ? index + 1 : index
    var isFirst = true
    while token(at: index).kind == .identifier {
      let word = token(at: index).text
      entry = isFirst ? scope.find(word) : container?.member(word)
      container = entry?.scope
      isFirst = false
      guard token(at: index + 1).isPunctuator("::") else { break }
      index += 2
    }
    return entry
  }

  private func namespaceScope(of name: QualifiedName) -> Scope? {
    let found = entry(of: name)
    return found?.meaning == .namespace ? found?.scope : nil
  }

  /// The names inside the record that a type names, where they are known.
  func recordScope(of type: TypeSyntax) -> Scope? {
    guard case .named(let name) = type.kind else { return nil }
    return entry(of: name)?.scope
  }

  // MARK: Declarations with declarators

  /// Reads specifiers, a type and what is declared, with the `;` or a function's body.
  mutating func parseSimpleDeclaration(
    _ context: DeclarationContext
  ) throws(ParseFailure) -> [Declaration] {
    let template = pendingTemplate
    let head = try parseHead()
    guard let base = head.type else { return [try parseUntyped(head, context)] }
    if template != nil, pendingTemplate == nil, !head.definitions.isEmpty {
      // The template was a record: nothing else belongs to it.
      expectSemicolon(after: "the definition")
      return head.definitions
    }
    if accept(";") { return head.definitions }
    if !head.definitions.isEmpty, previous.isPunctuator("}"), current.startsLine,
      current.kind == .identifier, Keywords.all.contains(current.text)
    {
      expectSemicolon(after: "the definition")
      return head.definitions
    }
    let parameters = takeTemplate()
    var declarations = head.definitions
    repeat {
      if context == .record, at(":") {
        // A nameless bit-field only shifts its neighbours.
        throw unsupported("bit-fields without a name")
      }
      let declarator = try parseDeclarator(base, style: .functionOrVariable)
      if let arguments = declarator.parameters {
        let function = try parseFunction(
          head, declarator, arguments, template: parameters, context: context)
        declarations.append(.function(function))
        if function.hasBody {
          accept(";")
          return declarations
        }
      } else if head.isTypedef {
        declarations.append(try makeTypedef(head, declarator))
      } else {
        declarations.append(
          .variable(try finishVariable(head, declarator, templateParameters: parameters)))
      }
    } while accept(",")
    expectSemicolon(after: head.isTypedef ? "the typedef" : "the declaration")
    return declarations
  }

  private mutating func makeTypedef(
    _ head: DeclarationHead, _ declarator: Declarator
  ) throws(ParseFailure) -> Declaration {
    guard let simple = declarator.name?.simple, let place = declarator.name?.range else {
      throw fail("expected a simple name for the typedef")
    }
    scope.declare(simple, .type, scope: recordScope(of: declarator.type) ?? head.definedScope)
    return .alias(
      AliasDeclaration(
        id: makeNode(), name: Identifier(text: simple, range: place), type: declarator.type,
        templateParameters: nil, range: range(from: head.start)))
  }

  /// Reads the initialiser of a variable whose declarator is read.
  mutating func finishVariable(
    _ head: DeclarationHead, _ declarator: Declarator, templateParameters: [TemplateParameter]?
  ) throws(ParseFailure) -> VariableDeclaration {
    guard let name = declarator.name else { throw fail("expected a name") }
    if let simple = name.simple {
      scope.declare(simple, templateParameters == nil ? .value : .valueTemplate)
    }
    skipAttributes()
    var width: Expression?
    if scope.isRecord, accept(":") { width = try parseConditional() }
    var alignment = head.alignment
    if at("__attribute__") || at("alignas") || at("__align__") {
      alignment = try parseHead(isTypeOnly: true).alignment ?? alignment
    }
    let initializer = try parseInitializer()
    return VariableDeclaration(
      id: makeNode(), name: name, type: declarator.type, specifiers: head.variable,
      alignment: alignment, bitWidth: width, initializer: initializer,
      templateParameters: templateParameters, range: range(from: head.start))
  }

  private mutating func parseInitializer() throws(ParseFailure) -> VariableDeclaration.Initializer?
  {
    let outer = isInTemplateArguments
    isInTemplateArguments = false
    defer { isInTemplateArguments = outer }
    if accept("=") { return .copy(try parseInitializerClause()) }
    if at("(") { return .direct(try parseArguments(closing: ")")) }
    if at("{") { return .braced(try parseInitializerList()) }
    return nil
  }
}

extension FunctionDeclaration {
  /// True where something follows the head that ends the declaration.
  var hasBody: Bool {
    switch body {
    case .statement, .skippedHostCode: true
    case .none, .defaulted, .deleted: false
    }
  }
}
