/// Templates: filling in parameters, instances, specialisations.
extension Lowering {
  /// Arguments as written, resolved against the parameters they are for.
  func resolve(
    _ arguments: [TemplateArgument], for parameters: [TemplateParameter]?
  ) throws(Fault) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for (index, argument) in arguments.enumerated() {
      let parameter = parameters.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      values.append(try resolve(argument, for: parameter))
    }
    return values
  }

  func resolve(
    _ argument: TemplateArgument, for parameter: TemplateParameter?
  ) throws(Fault) -> TemplateValue {
    switch argument {
    case .type(let syntax):
      if case .named(let name) = syntax.kind, let value = try resolve(name) { return value }
      return .type(try resolve(syntax))
    case .expression(let expression):
      if case .name(let name) = expression.kind, let value = try resolve(name) { return value }
      return try resolve(expression, for: parameter)
    }
  }

  /// A lone name among template arguments may be a type or a template.
  private func resolve(_ name: QualifiedName) throws(Fault) -> TemplateValue? {
    switch try lookup(name) {
    case .type(let type)?: return .type(type)
    case .classTemplate(let template)?, .template(let template)?: return .template(template)
    default: return nil
    }
  }

  private func resolve(
    _ expression: Expression, for parameter: TemplateParameter?
  ) throws(Fault) -> TemplateValue {
    let value = try constant(expression)
    var type = value.type
    if case .value(let syntax, _)? = parameter?.kind, !syntax.isAutomatic,
      let wanted = try? resolve(syntax).type, wanted.isInteger
    {
      type = wanted
    }
    if case .type? = parameter?.kind {
      throw fail("a type is expected as this template argument", at: expression.range)
    }
    if case .functions(let reference) = value.form { return .type(module.functionType(reference)) }
    guard let number = try convert(value, to: type).integer else {
      throw fail("a template argument must be a constant", at: expression.range)
    }
    return .integer(number, type)
  }

  /// A region in which the parameters mean what an instance gave them.
  func bind(
    _ parameters: [TemplateParameter], _ values: [TemplateValue], around parent: Region
  ) -> Region {
    let region = Region(parent: parent)
    for (parameter, value) in zip(parameters, values) {
      guard let name = parameter.name?.text else { continue }
      if case .type = parameter.kind, case .type(let type) = value {
        region.define(name, .type(type))
      } else {
        region.define(name, value.entity)
      }
    }
    return region
  }

  /// Adds the defaults of parameters that no argument is given for.
  func completed(
    _ values: [TemplateValue], _ parameters: [TemplateParameter], around parent: Region,
    name: String, at range: SourceRange
  ) throws(Fault) -> [TemplateValue] {
    if values.count > parameters.count {
      throw fail(
        "too many template arguments for '\(name)': \(values.count) given, it has \(parameters.count)",
        at: range)
    }
    var values = values
    while values.count < parameters.count {
      let region = bind(parameters, values, around: parent)
      guard
        let value = try inside(
          region, { () throws(Fault) in try defaultValue(of: parameters[values.count]) })
      else {
        let missing = parameters[values.count].name?.text ?? "#\(values.count + 1)"
        throw fail("template '\(name)' needs an argument for '\(missing)'", at: range)
      }
      values.append(value)
    }
    for (index, parameter) in parameters.enumerated() {
      try check(values[index], against: parameter, name: name, at: range)
    }
    return values
  }

  func defaultValue(of parameter: TemplateParameter) throws(Fault) -> TemplateValue? {
    switch parameter.kind {
    case .type(let type): if let type { return .type(try resolve(type)) }
    case .value(_, let expression):
      if let expression { return try resolve(expression, for: parameter) }
    case .template(_, let name):
      if let name, case .classTemplate(let template)? = try lookup(name) {
        return .template(template)
      }
    }
    return nil
  }

  private func check(
    _ value: TemplateValue, against parameter: TemplateParameter, name: String,
    at range: SourceRange
  ) throws(Fault) {
    switch (parameter.kind, value) {
    case (.type, .integer):
      throw fail(
        "template '\(name)' expects a type for '\(parameter.name?.text ?? "")', got \(value.spelling)",
        at: range)
    case (.value, .type(let type)) where type.type.record?.function == nil:
      throw fail(
        "template '\(name)' expects a value for '\(parameter.name?.text ?? "")', got the type "
          + "'\(value.spelling)'", at: range)
    default: return
    }
  }

  // MARK: Instances

  func instantiate(
    _ template: ClassTemplate, _ arguments: [TemplateArgument], _ range: SourceRange
  ) throws(Fault) -> Record {
    let parameters = template.declaration.templateParameters ?? []
    return try instantiate(template, try resolve(arguments, for: parameters), at: range)
  }

  func instantiate(
    _ template: ClassTemplate, _ given: [TemplateValue], at range: SourceRange
  ) throws(Fault) -> Record {
    let parameters = template.declaration.templateParameters ?? []
    let values = try completed(
      given, parameters, around: template.scope, name: template.name, at: range)
    if let known = template.instances[values] { return known }
    try checkDepth(template.name, at: range)
    module.instanceDepth += 1
    defer { module.instanceDepth -= 1 }
    guard module.instanceDepth < 60 else {
      throw fail("instances of '\(template.name)' nest deeper than 60", at: range)
    }
    let spelled = values.map(\.spelling).joined(separator: ", ")
    let record = Record(name: "\(template.name)<\(spelled)>")
    record.origin = (template, values)
    template.instances[values] = record
    var declaration = template.declaration
    var region = bind(parameters, values, around: template.scope)
    if let (special, bindings) = try specialization(of: template, values) {
      declaration = special
      region = bind(special.templateParameters ?? [], bindings, around: template.scope)
    }
    guard declaration.members != nil else {
      template.instances[values] = nil
      throw fail("template '\(record.name)' is declared but has no body", at: range)
    }
    let wasLibrary = module.declaresLibrary
    module.declaresLibrary = template.isLibrary
    defer { module.declaresLibrary = wasLibrary }
    try inside(region) { () throws(Fault) in
      try layOut(record, declaration, in: region, isLibrary: template.isLibrary)
    }
    for member in template.outsideMembers {
      if let scope = record.scope { addOutsideMember(member, record, scope, template.isLibrary) }
    }
    return record
  }

  private func addOutsideMember(
    _ member: FunctionDeclaration, _ record: Record, _ scope: Region, _ isLibrary: Bool
  ) {
    let set = scope.functionSet(member.filedName)
    let twin = set.candidates.first {
      $0.declaration.parameters.count == member.parameters.count && $0.declaration.hasNoBody
    }
    if let twin {
      twin.declaration = member.with(specifiersOf: twin.declaration)
    } else {
      set.candidates.append(
        FunctionEntity(
          name: set.name, declaration: member, scope: scope, owner: record, isLibrary: isLibrary))
    }
  }

  /// The specialisation that fits, with the values of its own parameters: the one with the fewest
  /// parameters left is the most special.
  private func specialization(
    of template: ClassTemplate, _ values: [TemplateValue]
  ) throws(Fault) -> (RecordDeclaration, [TemplateValue])? {
    var best: (declaration: RecordDeclaration, values: [TemplateValue], score: Int)?
    for candidate in template.specializations {
      let parameters = candidate.templateParameters ?? []
      guard let patterns = candidate.name?.last.templateArguments else { continue }
      var deduction = Deduction(parameters: parameters)
      let fits = try inside(template.scope) { () throws(Fault) in
        try match(patterns, values, &deduction)
      }
      guard fits, let bindings = deduction.complete else { continue }
      let score = patterns.reduce(0) { $0 + $1.depth } - parameters.count
      if best.map({ score > $0.score }) ?? true { best = (candidate, bindings, score) }
    }
    return best.map { ($0.declaration, $0.values) }
  }

  func instantiate(
    _ alias: AliasTemplate, _ arguments: [TemplateArgument], _ range: SourceRange
  ) throws(Fault) -> QualifiedType {
    let parameters = alias.declaration.templateParameters ?? []
    let values = try completed(
      try resolve(arguments, for: parameters), parameters, around: alias.scope,
      name: alias.declaration.name.text, at: range)
    return try inside(bind(parameters, values, around: alias.scope)) { () throws(Fault) in
      try resolve(alias.declaration.type)
    }
  }

  func instantiate(
    _ variable: VariableTemplate, _ arguments: [TemplateArgument], _ range: SourceRange
  ) throws(Fault) -> Value {
    let parameters = variable.declaration.templateParameters ?? []
    let values = try completed(
      try resolve(arguments, for: parameters), parameters, around: variable.scope,
      name: variable.declaration.name.spelling, at: range)
    if let known = variable.instances[values] { return known }
    let region = bind(parameters, values, around: variable.scope)
    let value = try inside(region) { () throws(Fault) in
      try constantInitializer(of: variable.declaration)
    }
    variable.instances[values] = value
    return value
  }
}

extension TemplateValue {
  /// What the parameter's name means inside.
  var entity: Entity {
    switch self {
    case .type(let type):
      if let function = type.type.record?.function {
        .value(Value(.unresolved, .functions(function)))
      } else {
        .type(type)
      }
    case .integer(let value, let type): .value(.integer(value, type))
    case .template(let template): .template(template)
    }
  }
}

extension TypeSyntax {
  var isAutomatic: Bool { if case .automatic = kind { true } else { false } }
}

extension TemplateArgument {
  /// How much of a pattern is fixed: parameters alone count least.
  var depth: Int {
    switch self {
    case .type(let type): type.depth
    case .expression: 2
    }
  }
}

extension TypeSyntax {
  var depth: Int {
    switch kind {
    case .pointer(let inner), .reference(let inner), .rvalueReference(let inner):
      1 + inner.depth + (qualifiers.isEmpty ? 0 : 1)
    case .array(let inner, _): 1 + inner.depth
    case .named(let name):
      1 + (name.last.templateArguments ?? []).reduce(0) { $0 + 1 + $1.depth }
        + (qualifiers.isEmpty ? 0 : 1)
    default: 2
    }
  }
}
