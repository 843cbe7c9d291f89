/// Structures, classes and unions.
extension Lowering {
  /// Declares a record; nil for a template.
  func declareRecord(
    _ declaration: RecordDeclaration, in region: Region, named hint: String? = nil
  ) throws(Fault) -> Record? {
    let isLibrary = isInLibrary
    let name = declaration.name?.last.word ?? hint
    if let parameters = declaration.templateParameters {
      try declareTemplate(declaration, parameters, name ?? "", in: region, isLibrary)
      return nil
    }
    // A record inside a function is met again in each pass and each call.
    let key = module.keys.variable(on: frame.path, number(of: declaration.id))
    if let known = module.localRecords[key] {
      if let name { region.define(name, .type(QualifiedType(.record(known)))) }
      return known
    }
    let record =
      forwarded(name, in: region)
      ?? Record(
        name: name ?? "(unnamed \(declaration.keyword.rawValue))",
        isUnion: declaration.keyword == .union)
    if let name { region.define(name, .type(QualifiedType(.record(record)))) }
    guard declaration.members != nil else { return record }
    if record.isComplete, name != nil {
      throw fail("'\(record.name)' is defined twice", at: declaration.range)
    }
    module.localRecords[key] = record
    try layOut(record, declaration, in: region, isLibrary: isLibrary)
    return record
  }

  private func forwarded(_ name: String?, in region: Region) -> Record? {
    guard let name, case .type(let type)? = region.entities[name] else { return nil }
    guard let record = type.type.record, record.name == name else { return nil }
    return record
  }

  private func declareTemplate(
    _ declaration: RecordDeclaration, _ parameters: [TemplateParameter], _ name: String,
    in region: Region, _ isLibrary: Bool
  ) throws(Fault) {
    if declaration.name?.last.templateArguments != nil {
      guard case .classTemplate(let template)? = region.own(name) ?? find(name) else {
        throw fail("'\(name)' is specialised before it is declared", at: declaration.range)
      }
      template.specializations.append(declaration)
      return
    }
    if case .classTemplate(let template)? = region.entities[name] {
      if declaration.members != nil {
        template.declaration = declaration.with(defaultsOf: template.declaration)
      }
      return
    }
    region.define(
      name,
      .classTemplate(
        ClassTemplate(name: name, declaration: declaration, scope: region, isLibrary: isLibrary)))
  }

  /// Places the members of a record and declares what else it contains.
  func layOut(
    _ record: Record, _ declaration: RecordDeclaration, in region: Region, isLibrary: Bool
  ) throws(Fault) {
    let inner = Region(parent: region, record: record)
    record.scope = inner
    if let word = declaration.name?.last.word {
      inner.define(word, .type(QualifiedType(.record(record))))
    }
    if let alignment = declaration.alignment {
      record.align(to: try self.alignment(alignment))
    }
    for (index, base) in declaration.bases.enumerated() {
      let type = try resolve(base)
      guard type.type.record?.isComplete == true else {
        throw fail("'\(type.spelling)' cannot be a base class", at: base.range)
      }
      record.addField("base \(index)", type, isTransparent: true)
    }
    try inside(inner) { () throws(Fault) in
      for member in declaration.members ?? [] {
        try declareMember(member, of: record, in: inner, isLibrary: isLibrary)
      }
    }
    record.isComplete = true
    try declareStatics(of: record, declaration, in: inner)
  }

  private func declareMember(
    _ member: Declaration, of record: Record, in inner: Region, isLibrary: Bool
  ) throws(Fault) {
    switch member {
    case .variable(let variable):
      if !variable.specifiers.isDisjoint(with: [.static, .constexpr]) {
        // Constants may size the arrays behind them.
        if let value = try? constantInitializer(of: variable), value.isConstant,
          let name = variable.name.simple
        {
          inner.define(name, .value(value))
        }
      } else {
        try addField(variable, to: record)
      }
    case .function(let function) where function.specifiers.contains(.friend):
      // A friend belongs to the region around; a mere declaration says nothing new.
      var outer = inner.parent
      while let region = outer, !region.isNamespace, region.parent != nil { outer = region.parent }
      guard let outer, !function.hasNoBody else { return }
      outer.functionSet(function.filedName).candidates.append(
        FunctionEntity(
          name: function.name.functionName, declaration: function, scope: inner, owner: nil,
          isLibrary: isLibrary))
    case .function(let function):
      inner.functionSet(function.filedName).candidates.append(
        FunctionEntity(
          name: function.name.functionName, declaration: function, scope: inner, owner: record,
          isLibrary: isLibrary))
    case .record(let nested) where nested.name == nil && nested.templateParameters == nil:
      if let made = try declareRecord(nested, in: inner) {
        record.addField("", QualifiedType(.record(made)), isTransparent: true)
      }
    default: try declare(member, in: inner)
    }
  }

  private func addField(_ variable: VariableDeclaration, to record: Record) throws(Fault) {
    let type = try resolve(variable.type)
    let name = variable.name.simple ?? ""
    if let record = type.type.record, !record.isComplete {
      throw fail("member '\(name)' has the incomplete type '\(record.name)'", at: variable.range)
    }
    if record.fields.contains(where: { $0.name == name && !name.isEmpty }) {
      throw fail("'\(record.name)' has two members '\(name)'", at: variable.range)
    }
    let width = try variable.bitWidth.map { (e) throws(Fault) in
      try constantInteger(e, for: "the width of a bit-field")
    }
    if let width, width < 0 || width > 8 * (type.type.bytes ?? 4) {
      throw fail("a bit-field of \(type.spelling) cannot have \(width) bits", at: variable.range)
    }
    let alignment = try variable.alignment.map { (e) throws(Fault) in
      try self.alignment(e)
    }
    let isUnnamed = name.isEmpty && type.type.record != nil
    record.addField(
      name, type, bits: width, isTransparent: isUnnamed, alignedTo: alignment ?? 1)
    if let initializer = variable.initializer { record.defaults[name] = initializer }
  }

  /// What `alignas` asks for.
  func alignment(_ expression: Expression) throws(Fault) -> Int {
    let bytes = try constantInteger(expression, for: "an alignment")
    guard bytes >= 1, bytes <= 4096, bytes & (bytes - 1) == 0 else {
      throw fail("an alignment is a power of two up to 4096, got \(bytes)", at: expression.range)
    }
    return bytes
  }

  /// Static members with values that need the complete record.
  private func declareStatics(
    of record: Record, _ declaration: RecordDeclaration, in inner: Region
  ) throws(Fault) {
    for case .variable(let variable) in declaration.members ?? [] {
      guard let name = variable.name.simple,
        !variable.specifiers.isDisjoint(with: [.static, .constexpr]), inner.entities[name] == nil
      else { continue }
      try inside(inner) { () throws(Fault) in try declareGlobal(variable, in: inner) }
    }
  }
}

extension RecordDeclaration {
  /// The definition with the default arguments of an earlier declaration.
  func with(defaultsOf earlier: RecordDeclaration) -> RecordDeclaration {
    guard let old = earlier.templateParameters, let new = templateParameters,
      old.count == new.count
    else { return self }
    let merged = zip(new, old).map { $0.hasDefault ? $0 : $1.hasDefault ? $1.renamed($0.name) : $0 }
    return RecordDeclaration(
      id: id, keyword: keyword, name: name, templateParameters: merged, bases: bases,
      members: members, alignment: alignment, range: range)
  }
}

extension TemplateParameter {
  var hasDefault: Bool {
    switch kind {
    case .type(let value): value != nil
    case .value(_, let value): value != nil
    case .template(_, let value): value != nil
    }
  }

  func renamed(_ name: Identifier?) -> TemplateParameter {
    TemplateParameter(name: name, kind: kind, range: range)
  }
}
