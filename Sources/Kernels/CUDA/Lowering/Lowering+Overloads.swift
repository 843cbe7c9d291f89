/// A function that a call may mean, with its template parameters filled in.
struct Candidate {
  let entity: FunctionEntity
  /// The region in which the function's own names mean something.
  let region: Region
  let values: [TemplateValue]
  let parameters: [QualifiedType]
  /// What each argument's conversion costs; 0 is none.
  let costs: [Int]
  /// How special the parameters of a template are.
  let depth: Int

  /// The name with its template arguments.
  var spelling: String {
    values.isEmpty
      ? entity.name : "\(entity.name)<\(values.map(\.spelling).joined(separator: ", "))>"
  }
}

/// Which of several functions a call means.
extension Lowering {
  /// The best candidate, or nothing when none fits.
  func resolve(
    _ reference: FunctionReference, _ arguments: [Value], at place: Expression
  ) throws(Fault) -> Candidate? {
    var viable: [Candidate] = []
    var reasons: [(FunctionEntity, String)] = []
    for entity in reference.candidates {
      do throws(Fault) {
        viable.append(try candidate(entity, reference, arguments))
      } catch {
        reasons.append((entity, error.diagnostic.message))
      }
    }
    if viable.isEmpty {
      if reference.builtin != nil || reference.candidates.isEmpty { return nil }
      throw noMatch(reference, arguments, reasons, at: place)
    }
    var best = viable[0]
    for other in viable.dropFirst() where isBetter(other, than: best) { best = other }
    if let rival = viable.first(where: { $0.entity !== best.entity && !isBetter(best, than: $0) }) {
      throw fail(
        "call of '\(reference.name)' is ambiguous", at: place,
        notes: [best, rival].map {
          Diagnostic(
            .note, "candidate '\(signature($0.entity))'", at: $0.entity.declaration.headRange.start)
        })
    }
    return best
  }

  private func noMatch(
    _ reference: FunctionReference, _ arguments: [Value], _ reasons: [(FunctionEntity, String)],
    at place: Expression
  ) -> Fault {
    if reasons.count == 1, let (entity, reason) = reasons.first {
      return fail(
        "no matching call of '\(reference.name)': \(reason)", at: place,
        notes: entity.isLibrary
          ? []
          : [
            Diagnostic(
              .note, "'\(signature(entity))' is declared here",
              at: entity.declaration.headRange.start)
          ])
    }
    let types = arguments.map(\.spelling).joined(separator: ", ")
    let notes = reasons.prefix(5).filter { !$0.0.isLibrary }.map { entity, reason in
      Diagnostic(
        .note, "candidate '\(signature(entity))' does not fit: \(reason)",
        at: entity.declaration.headRange.start)
    }
    return fail(
      "no '\(reference.name)' takes (\(types))", at: place, notes: notes)
  }

  private func signature(_ entity: FunctionEntity) -> String {
    let parameters = entity.declaration.parameters.map(\.type.spelling).joined(separator: ", ")
    return "\(entity.name)(\(parameters))"
  }

  private func isBetter(_ a: Candidate, than b: Candidate) -> Bool {
    let pairs = zip(a.costs, b.costs)
    if pairs.contains(where: { $0 > $1 }) { return false }
    if pairs.contains(where: { $0 < $1 }) { return true }
    if a.entity.isTemplate != b.entity.isTemplate { return !a.entity.isTemplate }
    if a.depth != b.depth { return a.depth > b.depth }
    // A member hides what a base has; the person's own function hides the library's.
    if a.entity.isLibrary != b.entity.isLibrary { return !a.entity.isLibrary }
    if let x = a.entity.owner, let y = b.entity.owner, x != y { return x.allBases.contains(y) }
    let (x, y) = (a.entity.declaration.specifiers, b.entity.declaration.specifiers)
    if x.isForDevice != y.isForDevice { return x.isForDevice }
    return x.contains(.constMember) != y.contains(.constMember) && !x.contains(.constMember)
  }

  // MARK: One candidate

  private func candidate(
    _ entity: FunctionEntity, _ reference: FunctionReference, _ arguments: [Value]
  ) throws(Fault) -> Candidate {
    let declaration = entity.declaration
    let needed = declaration.parameters.filter { $0.defaultValue == nil }.count
    guard arguments.count >= needed, arguments.count <= declaration.parameters.count else {
      let wanted =
        needed == declaration.parameters.count
        ? "\(needed)" : "\(needed) to \(declaration.parameters.count)"
      throw fail(
        "it takes \(wanted) argument\(wanted == "1" ? "" : "s"), \(arguments.count) given",
        at: current)
    }
    if declaration.specifiers.contains(.constMember) == false, let object = reference.object,
      object.isConst, entity.owner != nil, !entity.isStatic, declaration.role == .ordinary
    {
      throw fail("it is not const but its object is", at: current)
    }
    var (values, region) = ([TemplateValue](), entity.scope)
    if entity.isTemplate {
      values = try deducedValues(entity, reference, arguments)
      region = bind(declaration.templateParameters ?? [], values, around: entity.scope)
    }
    return try inside(region) { () throws(Fault) in
      try check(entity, values, region, arguments)
    }
  }

  private func deducedValues(
    _ entity: FunctionEntity, _ reference: FunctionReference, _ arguments: [Value]
  ) throws(Fault) -> [TemplateValue] {
    let parameters = entity.declaration.templateParameters ?? []
    let given = reference.arguments ?? []
    if given.count > parameters.count {
      throw fail("it has \(parameters.count) template parameters", at: current)
    }
    var deduction = Deduction(parameters: parameters, given: given)
    let region = bind(parameters, given, around: entity.scope)
    try inside(region) { () throws(Fault) in
      for (parameter, argument) in zip(entity.declaration.parameters, arguments) {
        guard deduction.isMentioned(in: parameter.type),
          let type = deducible(argument, parameter.type)
        else { continue }
        guard try deduce(parameter.type, from: type, &deduction) else {
          if deduction.complete != nil { continue }
          throw fail(
            "'\(argument.spelling)' does not fit parameter '\(parameter.type.spelling)'",
            at: current)
        }
      }
    }
    return try filled(deduction, entity)
  }

  /// Values for parameters that nothing was deduced for, from their defaults.
  private func filled(
    _ deduction: Deduction, _ entity: FunctionEntity
  ) throws(Fault) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for (index, parameter) in deduction.parameters.enumerated() {
      if let value = deduction.values[index] {
        values.append(value)
        continue
      }
      let region = bind(deduction.parameters, values, around: entity.scope)
      guard let value = try inside(region, { () throws(Fault) in try defaultValue(of: parameter) })
      else {
        throw fail(
          "template parameter '\(parameter.name?.text ?? "#\(index + 1)")' cannot be deduced",
          at: current)
      }
      values.append(value)
    }
    return values
  }

  /// The type that a parameter's pattern is matched with.
  private func deducible(_ argument: Value, _ pattern: TypeSyntax) -> QualifiedType? {
    switch argument.form {
    case .list: return nil
    case .functions(let reference):
      if case .pointer = pattern.kind { return nil }
      return module.functionType(reference)
    default: break
    }
    switch pattern.kind {
    case .reference, .rvalueReference: return argument.qualifiedType
    default:
      if case .array(let element, _) = argument.type {
        return QualifiedType(
          .pointer(element.qualified(isConst: argument.isConst, isVolatile: argument.isVolatile)))
      }
      return QualifiedType(argument.type)
    }
  }

  private func check(
    _ entity: FunctionEntity, _ values: [TemplateValue], _ region: Region, _ arguments: [Value]
  ) throws(Fault) -> Candidate {
    var (types, costs, depth) = ([QualifiedType](), [Int](), 0)
    for (index, parameter) in entity.declaration.parameters.enumerated() {
      let type = try parameterType(
        parameter, given: arguments.indices.contains(index) ? arguments[index] : nil)
      types.append(type)
      depth += parameter.type.depth
      guard arguments.indices.contains(index) else { continue }
      let isForwarding = entity.isTemplate && parameter.type.isRvalueReference
      guard let cost = conversionCost(arguments[index], to: type, isForwarding: isForwarding) else {
        throw fail(
          "argument \(index + 1) is '\(arguments[index].spelling)', '\(type.spelling)' is expected",
          at: current)
      }
      costs.append(cost)
    }
    // A result type that cannot be named removes the candidate (`enable_if`).
    if entity.isTemplate, let result = entity.declaration.result, !result.isAutomatic {
      _ = try resolve(result)
    }
    return Candidate(
      entity: entity, region: region, values: values, parameters: types, costs: costs, depth: depth)
  }

  /// The type of a parameter; an `auto` one has the type of its argument.
  func parameterType(
    _ parameter: ParameterDeclaration, given: Value?
  ) throws(Fault) -> QualifiedType {
    guard parameter.type.mentionsAuto else { return try parameterType(parameter) }
    guard let given else { throw fail("'auto' needs an argument", at: parameter.range) }
    return try automaticType(parameter.type, given)
  }

  // MARK: Costs

  /// What converting an argument costs: 0 nothing, 1 a promotion, 2 a conversion, 4 a program's
  /// own; nil where it cannot be converted.
  func conversionCost(
    _ value: Value, to type: QualifiedType, isForwarding: Bool = false
  ) -> Int? {
    if case .reference(let target, let isRvalue) = type.type {
      return referenceCost(value, target, isRvalue: isRvalue && !isForwarding, isForwarding)
    }
    return cost(value, from: value.type, to: type.type)
  }

  private func referenceCost(
    _ value: Value, _ target: QualifiedType, isRvalue: Bool, _ isForwarding: Bool
  ) -> Int? {
    let isObject = value.place != nil
    let isSame = value.type == target.type || sameArray(value.type, target.type)
    if isForwarding { return isSame ? 0 : cost(value, from: value.type, to: target.type) }
    if isRvalue {
      if isObject, isSame { return nil }
      return cost(value, from: value.type, to: target.type)
    }
    if target.isConst {
      if isSame { return 0 }
      return cost(value, from: value.type, to: target.type).map { $0 + (isObject ? 0 : 0) }
    }
    if case .functions = value.form { return 0 }
    // Library text may hand through objects that have no place of their own.
    guard isObject, !value.isConst else { return nil }
    if isSame { return 0 }
    guard let record = value.type.record, let base = target.type.record,
      record.allBases.contains(base)
    else { return nil }
    return 2
  }

  private func sameArray(_ a: CType, _ b: CType) -> Bool {
    guard case .array(let x, let m) = a, case .array(let y, let n) = b else { return false }
    return x.type == y.type && (m == n || n == nil)
  }

  private func cost(_ value: Value, from: CType, to: CType) -> Int? {
    if from == to { return 0 }
    if case .list = value.form { return to.record != nil || to.isArray ? 2 : 3 }
    switch (from, to) {
    case (.arithmetic(let a), .arithmetic(let b)): return numberCost(a, b)
    case (.enumeration(let e), .arithmetic(let b)):
      return e.isScoped ? nil : b == e.underlying.promoted ? 1 : 2
    case (.array(let element, _), .pointer(let target)):
      let decayed = QualifiedType(
        .pointer(element.qualified(isConst: value.isConst, isVolatile: value.isVolatile)))
      return pointerCost(decayed.type.pointee ?? element, target)
    case (.pointer(let a), .pointer(let b)): return pointerCost(a, b)
    case (.null, .pointer): return 1
    case (.arithmetic, .pointer): return value.integer == 0 && value.type.isInteger ? 3 : nil
    case (.pointer, .arithmetic(.bool)), (.array, .arithmetic(.bool)): return 3
    case (.record(let a), .record(let b)) where a.allBases.contains(b): return 2
    case (.record(let a), .record(let b)) where a.function != nil || b.function != nil:
      return a.name == b.name ? 0 : nil
    case (_, .record(let record)):
      if case .functions(let reference) = value.form {
        return record.function?.name == reference.name ? 0 : nil
      }
      return constructionCost(value, record)
    case (.record, _): return conversions(of: from).isEmpty ? nil : 4
    case (.unresolved, .pointer), (.unresolved, .function):
      if case .functions = value.form { return 0 }
      return nil
    case (.function, .pointer): return 0
    default: return nil
    }
  }

  private func numberCost(_ from: Arithmetic, _ to: Arithmetic) -> Int {
    if from.promoted == to || (from == .float && to == .double) { return 1 }
    if from.isFloating, to == .float || to == .double { return from == .double ? 3 : 1 }
    return 2
  }

  private func pointerCost(_ from: QualifiedType, _ to: QualifiedType) -> Int? {
    if from.isConst && !to.isConst { return nil }
    if from.isVolatile && !to.isVolatile { return nil }
    if from.type == to.type { return from == to ? 0 : 1 }
    if to.type == .void { return 2 }
    if case .pointer(let a) = from.type, case .pointer(let b) = to.type, a.type == b.type {
      return 1
    }
    if let a = from.type.record, let b = to.type.record, a.allBases.contains(b) { return 2 }
    return nil
  }

  private func constructionCost(_ value: Value, _ record: Record) -> Int? {
    guard constructionDepth < 2, let set = constructors(of: record) else { return nil }
    constructionDepth += 1
    defer { constructionDepth -= 1 }
    let fits = set.contains { entity in
      guard !entity.declaration.specifiers.contains(.explicit) else { return false }
      let reference = FunctionReference(name: record.name, candidates: [entity])
      return (try? candidate(entity, reference, [value])) != nil
    }
    return fits ? 4 : nil
  }

  /// The constructors that a program wrote for a record.
  func constructors(of record: Record) -> [FunctionEntity]? {
    guard let scope = record.scope else { return nil }
    let all = scope.entities.values.flatMap { entity -> [FunctionEntity] in
      if case .functions(let set) = entity { set.candidates } else { [] }
    }
    let found = all.filter {
      if case .constructor = $0.declaration.role { true } else { false }
    }
    return found.isEmpty ? nil : found
  }

  /// The conversion functions of a record, with the regions they are to be read in.
  func conversions(of type: CType) -> [(FunctionEntity, Region)] {
    guard let record = type.record else { return [] }
    return ([record] + record.allBases).flatMap { owner -> [(FunctionEntity, Region)] in
      guard let scope = owner.scope else { return [] }
      return scope.entities.values.flatMap { entity -> [(FunctionEntity, Region)] in
        guard case .functions(let set) = entity else { return [] }
        return set.candidates.filter {
          if case .conversion = $0.declaration.role { true } else { false }
        }.map { ($0, scope) }
      }
    }
  }
}

extension Deduction {
  /// True where a type as written names one of the parameters.
  func isMentioned(in type: TypeSyntax) -> Bool {
    switch type.kind {
    case .named(let name):
      return name.components.contains { component in
        if case .identifier(let word) = component.kind, index(of: word) != nil { return true }
        return (component.templateArguments ?? []).contains(where: isMentioned)
      }
    case .pointer(let inner), .reference(let inner), .rvalueReference(let inner):
      return isMentioned(in: inner)
    case .array(let inner, let count):
      return isMentioned(in: inner) || (count.map(isMentioned(in:)) ?? false)
    case .function(let result, let parameters):
      return isMentioned(in: result) || parameters.contains { isMentioned(in: $0.type) }
    default: return false
    }
  }

  private func isMentioned(_ argument: TemplateArgument) -> Bool {
    switch argument {
    case .type(let type): isMentioned(in: type)
    case .expression(let expression): isMentioned(in: expression)
    }
  }

  private func isMentioned(in expression: Expression) -> Bool {
    parameters.contains { parameter in
      parameter.name.map { expression.mentions($0.text) } ?? false
    }
  }
}

extension TypeSyntax {
  var isRvalueReference: Bool { if case .rvalueReference = kind { true } else { false } }

  /// True where the type waits for a value to be deduced.
  var mentionsAuto: Bool {
    switch kind {
    case .automatic: true
    case .pointer(let inner), .reference(let inner), .rvalueReference(let inner),
      .array(let inner, _):
      inner.mentionsAuto
    default: false
    }
  }
}

extension Value {
  /// The type as a message shows it.
  var spelling: String {
    switch form {
    case .list: "{…}"
    case .functions(let reference): "function \(reference.name)"
    default: qualifiedType.spelling
    }
  }
}
