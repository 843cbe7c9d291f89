/// Declarations outside of functions, and types wherever they are declared.
extension Lowering {
  /// Gives the declared names their meaning in a region.
  func declare(_ declaration: Declaration, in region: Region) throws(Fault) {
    switch declaration {
    case .function(let function): try declareFunction(function, in: region)
    case .variable(let variable): try declareGlobal(variable, in: region)
    case .record(let record): _ = try declareRecord(record, in: region)
    case .enumeration(let enumeration): _ = try declareEnumeration(enumeration, in: region)
    case .alias(let alias): try declareAlias(alias, in: region)
    case .namespace(let namespace): try declareNamespace(namespace, in: region)
    case .usingNamespace(let name): try useNamespace(name, in: region)
    case .usingName(let name): try useName(name, in: region)
    case .namespaceAlias(let name, let target):
      if let entity = try lookup(target) { region.define(name.text, entity) }
    case .staticAssert(let condition, let message, let range):
      try checkAssertion(condition, message, range)
    case .explicitInstantiation, .skipped: break
    }
  }

  func declareAlias(_ alias: AliasDeclaration, in region: Region) throws(Fault) {
    if let parameters = alias.templateParameters, !parameters.isEmpty {
      region.define(
        alias.name.text, .aliasTemplate(AliasTemplate(declaration: alias, scope: region)))
      return
    }
    if case .record(let record) = alias.type.kind, record.name == nil {
      let made = try declareRecord(record, in: region, named: alias.name.text)
      if let made { region.define(alias.name.text, .type(QualifiedType(.record(made)))) }
      return
    }
    let type = try inside(region) { () throws(Fault) in try resolve(alias.type) }
    region.define(alias.name.text, .type(type))
  }

  private func declareNamespace(
    _ namespace: NamespaceDeclaration, in region: Region
  ) throws(Fault) {
    let inner: Region
    if let name = namespace.name?.text {
      if case .namespace(let known)? = region.entities[name] {
        inner = known
      } else {
        inner = Region(parent: region, name: name)
        region.define(name, .namespace(inner))
      }
    } else {
      inner = Region(parent: region, name: "")
      region.usings.append(inner)
    }
    var first: Fault?
    for declaration in namespace.declarations {
      do throws(Fault) {
        try inside(inner) { () throws(Fault) in try declare(declaration, in: inner) }
      } catch {
        first = first ?? error
      }
    }
    if let first { throw first }
  }

  func useNamespace(_ name: QualifiedName, in region: Region) throws(Fault) {
    guard case .namespace(let scope)? = try inside(region, { () throws(Fault) in try lookup(name) })
    else {
      // Host code may use namespaces that no header here declares.
      if region.isNamespace || region.parent == nil { return }
      throw unknown("namespace", name)
    }
    if scope !== region { region.usings.append(scope) }
  }

  func useName(_ name: QualifiedName, in region: Region) throws(Fault) {
    guard let word = name.last.word,
      let entity = try inside(region, { () throws(Fault) in try lookup(name) })
    else { return }
    region.define(word, entity)
  }

  func checkAssertion(
    _ condition: Expression, _ message: [UInt8]?, _ range: SourceRange
  ) throws(Fault) {
    guard let value = try self.condition(try constant(condition), at: condition).integer else {
      throw fail("a static assertion needs a constant condition", at: condition.range)
    }
    if value == 0 {
      let text = message.map { ": " + String(decoding: $0, as: UTF8.self) } ?? ""
      throw fail("static assertion failed\(text)", at: condition.range)
    }
  }

  // MARK: Functions

  private func declareFunction(_ function: FunctionDeclaration, in region: Region) throws(Fault) {
    if function.name.components.count > 1 { return try declareOutside(function, in: region) }
    let set = region.functionSet(function.filedName)
    try add(function, to: set, in: region, owner: region.record)
  }

  /// A member that is defined outside of its record, or a function of a namespace.
  private func declareOutside(_ function: FunctionDeclaration, in region: Region) throws(Fault) {
    let owner = QualifiedName(
      isGlobal: function.name.isGlobal, components: Array(function.name.components.dropLast()),
      range: function.name.range)
    let plain = QualifiedName(
      isGlobal: owner.isGlobal, components: owner.components.map(\.withoutArguments),
      range: owner.range)
    switch try lookup(plain) {
    case .classTemplate(let template)?: template.outsideMembers.append(function)
    case .namespace(let scope)?:
      try add(function, to: scope.functionSet(function.filedName), in: scope, owner: nil)
    case .type(let type)?:
      guard let record = type.type.record, let scope = record.scope else { return }
      let set = scope.functionSet(function.filedName)
      try add(function, to: set, in: scope, owner: record)
    default: return
    }
  }

  func add(
    _ function: FunctionDeclaration, to set: FunctionSet, in region: Region, owner: Record?
  ) throws(Fault) {
    let isLibrary = isInLibrary
    let entity = FunctionEntity(
      name: set.name, declaration: function, scope: region, owner: owner, isLibrary: isLibrary)
    if let parameters = function.templateParameters, parameters.isEmpty {
      if let arguments = function.name.last.templateArguments,
        let primary = set.candidates.first(where: \.isTemplate)
      {
        let values = try resolve(arguments, for: primary.declaration.templateParameters)
        primary.specializations.append((values, entity))
        entity.bound = values
        return
      }
    }
    if let twin = set.candidates.firstIndex(where: { $0.declaration.isSameFunction(as: function) })
    {
      let known = set.candidates[twin]
      if function.hasNoBody { return }
      guard known.declaration.hasNoBody else {
        throw fail(
          "'\(set.name)' is defined twice", at: function.headRange,
          notes: [Diagnostic(.note, "first defined here", at: known.declaration.headRange.start)])
      }
      known.declaration = function.with(specifiersOf: known.declaration)
    } else {
      set.candidates.append(entity)
    }
    guard !isLibrary, owner == nil else { return }
    let kept = set.candidates.first { $0.declaration.isSameFunction(as: function) } ?? entity
    if function.specifiers.contains(.global) {
      if !module.kernels.contains(where: { $0 === kept }) { module.kernels.append(kept) }
    } else if function.specifiers.contains(.device), !kept.isTemplate {
      module.plainFunctions.append(kept)
    }
  }

  // MARK: Enumerations

  func declareEnumeration(
    _ declaration: EnumDeclaration, in region: Region
  ) throws(Fault) -> Enumeration {
    let key = module.keys.variable(on: frame.path, number(of: declaration.id))
    if let known = module.enumerations[key] {
      defineConstants(of: known, declaration, in: region)
      return known
    }
    var underlying = Arithmetic.unsignedInt
    if let syntax = declaration.underlying {
      underlying = try resolve(syntax).type.arithmetic ?? .int
    } else if declaration.isScoped {
      underlying = .int
    }
    var (next, constants) = (0, [String: Int]())
    // Enumerators see those before them.
    let inner = Region(parent: region)
    for enumerator in declaration.enumerators ?? [] {
      if let expression = enumerator.value {
        next = try inside(inner) { () throws(Fault) in
          try constantInteger(expression, for: "an enumerator")
        }
      }
      if declaration.underlying == nil, next < 0 { underlying = .int }
      constants[enumerator.name.text] = next
      inner.define(enumerator.name.text, .value(.integer(next)))
      next &+= 1
    }
    let enumeration = Enumeration(
      name: declaration.name?.text ?? "enum", underlying: underlying,
      isScoped: declaration.isScoped)
    enumeration.constants = constants
    module.enumerations[key] = enumeration
    defineConstants(of: enumeration, declaration, in: region)
    return enumeration
  }

  private func defineConstants(
    of enumeration: Enumeration, _ declaration: EnumDeclaration, in region: Region
  ) {
    let type = CType.enumeration(enumeration)
    if let name = declaration.name { region.define(name.text, .type(QualifiedType(type))) }
    guard !enumeration.isScoped else { return }
    for (name, value) in enumeration.constants {
      region.define(name, .value(.integer(value, type)))
    }
  }
}

extension QualifiedName {
  /// The name under which functions are filed: "operator+", "operator T", "~S" or the word.
  var functionName: String {
    switch last.kind {
    case .identifier(let word): word
    case .operatorName(let which): "operator" + which.rawValue
    case .destructor(let word): "~" + word
    }
  }
}

extension NameComponent {
  var withoutArguments: NameComponent {
    NameComponent(kind: kind, templateArguments: nil, range: range)
  }
}

extension FunctionDeclaration {
  /// The name under which it is filed; a constructor's own name stays the record's.
  var filedName: String {
    if case .constructor = role { "constructor " + name.functionName } else { name.functionName }
  }

  var hasNoBody: Bool { if case .none = body { true } else { false } }

  /// True where both declare one function: the same parameters as written.
  func isSameFunction(as other: FunctionDeclaration) -> Bool {
    parameters.count == other.parameters.count
      && (templateParameters ?? []).count == (other.templateParameters ?? []).count
      && zip(parameters, other.parameters).allSatisfy { $0.type.spelling == $1.type.spelling }
      && specifiers.contains(.constMember) == other.specifiers.contains(.constMember)
      && isForHostAlone == other.isForHostAlone
  }

  /// Overloads by place, as `#ifdef`-free headers have them, are different functions.
  private var isForHostAlone: Bool {
    specifiers.contains(.host) && !specifiers.isForDevice
  }

  /// The definition with the words and defaults of its prototype.
  func with(specifiersOf prototype: FunctionDeclaration) -> FunctionDeclaration {
    var merged: [ParameterDeclaration] = []
    for (index, parameter) in parameters.enumerated() {
      let before = prototype.parameters.indices.contains(index) ? prototype.parameters[index] : nil
      merged.append(
        ParameterDeclaration(
          name: parameter.name, type: parameter.type,
          defaultValue: parameter.defaultValue ?? before?.defaultValue, range: parameter.range))
    }
    return FunctionDeclaration(
      id: id, role: role, name: name, specifiers: specifiers.union(prototype.specifiers),
      launchBounds: launchBounds ?? prototype.launchBounds, templateParameters: templateParameters,
      result: result, parameters: merged, memberInitializers: memberInitializers, body: body,
      headRange: headRange, range: range)
  }
}
