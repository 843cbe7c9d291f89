extension Parser {
  // MARK: Records

  /// Reads `struct S`, with its members where they follow; a definition goes to the head.
  mutating func parseRecordType(_ head: inout DeclarationHead) throws(ParseFailure) -> TypeSyntax {
    let start = current.location
    guard let keyword = RecordDeclaration.Keyword(rawValue: advance().text) else {
      throw fail("expected struct, class or union")
    }
    let attributes = try parseHeadAttributes()
    var name: QualifiedName?
    if current.kind == .identifier, !Keywords.all.contains(current.text) {
      name = try parseRecordName()
    }
    if at("final"), peek().isPunctuator("{") || peek().isPunctuator(":") { advance() }
    guard at("{") || at(":") || at(";") else {
      guard let name else { throw fail("expected a name or \"{\" after \(keyword.rawValue)") }
      return TypeSyntax(kind: .named(name), range: range(from: start))
    }
    let record = try parseRecord(
      keyword, name, alignment: attributes ?? head.alignment, from: start, head: &head)
    guard let name else { return TypeSyntax(kind: .record(record), range: record.range) }
    head.definitions.append(.record(record))
    return TypeSyntax(kind: .named(name), range: range(from: start))
  }

  private mutating func parseHeadAttributes() throws(ParseFailure) -> Expression? {
    guard
      at("__align__") || at("alignas") || at("__attribute__") || at("__builtin_align__") || at("[")
    else { return nil }
    return try parseHead(isTypeOnly: true).alignment
  }

  /// The name of a record as it is declared; `<` opens the arguments of a specialisation.
  private mutating func parseRecordName() throws(ParseFailure) -> QualifiedName {
    let word = current.text
    if peek().isPunctuator("<") || peek().isPunctuator("::") {
      return try parseQualifiedName("the name of a record")
    }
    // A second declaration of a template names it without arguments.
    let place = advance().range
    let component = NameComponent(kind: .identifier(word), templateArguments: nil, range: place)
    return QualifiedName(isGlobal: false, components: [component], range: place)
  }

  private mutating func parseRecord(
    _ keyword: RecordDeclaration.Keyword, _ name: QualifiedName?, alignment: Expression?,
    from start: SourceLocation, head: inout DeclarationHead
  ) throws(ParseFailure) -> RecordDeclaration {
    let template = takeTemplate()
    let inner = Scope(.record, in: scope)
    if let name, case .identifier(let word) = name.last.kind {
      inner.recordName = word
      declareRecord(name, word, inner, isTemplate: template != nil)
    }
    head.definedScope = inner
    var bases: [TypeSyntax] = []
    if accept(":") { bases = try parseBases(inner) }
    var members: [Declaration]?
    if at("{") { members = try parseMembers(inner) }
    return RecordDeclaration(
      id: makeNode(), keyword: keyword, name: name, templateParameters: template, bases: bases,
      members: members, alignment: alignment, range: range(from: start))
  }

  private mutating func declareRecord(
    _ name: QualifiedName, _ word: String, _ inner: Scope, isTemplate: Bool
  ) {
    let isSpecialization = name.last.templateArguments != nil
    let meaning: Scope.Meaning = isTemplate || isSpecialization ? .typeTemplate : .type
    inner.insert(word, meaning, scope: inner)
    guard !isSpecialization, name.components.count == 1 else { return }
    // A definition fills the scope that a forward declaration opened.
    let isKnown = scope.member(word).map { $0.scope != nil } ?? false
    if !isKnown || at("{") || at(":") { scope.declare(word, meaning, scope: inner) }
  }

  private mutating func parseBases(_ inner: Scope) throws(ParseFailure) -> [TypeSyntax] {
    var bases: [TypeSyntax] = []
    repeat {
      while ["public", "private", "protected"].contains(current.text) { advance() }
      if at("virtual") { throw unsupported("virtual base classes") }
      accept("typename")
      let name = try parseQualifiedName("the name of a base class")
      let type = TypeSyntax(kind: .named(name), range: name.range)
      if let base = recordScope(of: type) { inner.opened.append(base) }
      bases.append(type)
    } while accept(",")
    guard at("{") else { throw fail("expected \"{\" after the base classes") }
    return bases
  }

  private mutating func parseMembers(_ inner: Scope) throws(ParseFailure) -> [Declaration] {
    let open = advance()
    let outer = scope
    scope = inner
    defer { scope = outer }
    var members: [Declaration] = []
    while !isAtEnd, !at("}") {
      if accept(";") { continue }
      if ["public", "private", "protected"].contains(current.text), peek().isPunctuator(":") {
        advance()
        advance()
        continue
      }
      members += try parseTolerantly(.record) { (parser) throws(ParseFailure) in
        try parser.parseMember()
      }
    }
    try closeBlock(open)
    return members
  }

  private mutating func parseMember() throws(ParseFailure) -> [Declaration] {
    if at("friend"), ["class", "struct"].contains(peek().text) {
      while !isAtEnd, !accept(";") { advance() }
      return []
    }
    if at("template") { return try parseTemplate(.record) }
    if let special = try parseSpecialDeclaration() { return special }
    return try parseSimpleDeclaration(.record)
  }

  // MARK: Enumerations

  /// Reads `enum E { … }` or the use of one.
  mutating func parseEnumType(_ head: inout DeclarationHead) throws(ParseFailure) -> TypeSyntax {
    let start = advance().location
    let isScoped = accept("class") || accept("struct")
    skipAttributes()
    var name: Identifier?
    if current.kind == .identifier, !Keywords.all.contains(current.text) {
      if peek().isPunctuator("::")
        || (!peek().isPunctuator("{") && !peek().isPunctuator(":") && !peek().isPunctuator(";"))
      {
        let used = try parseQualifiedName("the name of an enumeration")
        return TypeSyntax(kind: .named(used), range: range(from: start))
      }
      name = try expectIdentifier("the name of the enumeration")
    }
    var underlying: TypeSyntax?
    if accept(":") { underlying = try parseHead(isTypeOnly: true).type }
    let inner = Scope(.record, in: scope)
    if let name { scope.declare(name.text, .type, scope: inner) }
    var enumerators: [EnumDeclaration.Enumerator]?
    if at("{") { enumerators = try parseEnumerators(isScoped ? inner : scope, inner) }
    let declaration = EnumDeclaration(
      id: makeNode(), name: name, isScoped: isScoped, underlying: underlying,
      enumerators: enumerators, range: range(from: start))
    head.definitions.append(.enumeration(declaration))
    guard let name else {
      return TypeSyntax(kind: .enumeration(declaration), range: range(from: start))
    }
    let component = NameComponent(
      kind: .identifier(name.text), templateArguments: nil, range: name.range)
    let used = QualifiedName(isGlobal: false, components: [component], range: name.range)
    return TypeSyntax(kind: .named(used), range: range(from: start))
  }

  private mutating func parseEnumerators(
    _ visible: Scope, _ inner: Scope
  ) throws(ParseFailure) -> [EnumDeclaration.Enumerator] {
    let open = advance()
    var enumerators: [EnumDeclaration.Enumerator] = []
    while !at("}"), !isAtEnd {
      let name = try expectIdentifier("the name of an enumerator")
      skipAttributes()
      let value: Expression? = accept("=") ? try parseConditional() : nil
      visible.declare(name.text, .value)
      inner.declare(name.text, .value)
      enumerators.append(.init(name: name, value: value))
      guard accept(",") else { break }
    }
    guard accept("}") else {
      throw fail(
        "expected \",\" or \"}\" in the enumeration of line \(open.location.line)",
        isAfterPrevious: true)
    }
    return enumerators
  }
}
