/// Calls: what is called, and the called function's body in place of the call.
extension Lowering {
  func lowerCall(
    _ callee: Expression, _ syntax: [Expression], at expression: Expression
  ) throws(Fault) -> Value {
    if case .name(let name) = callee.kind, let type = try typeNamed(name) {
      return try construct(type, try lowerArguments(syntax), isBraced: false, at: expression)
    }
    let function = try lower(callee)
    let arguments = try lowerArguments(syntax)
    return try call(function, arguments, callee, at: expression)
  }

  /// Objects stay objects, since a parameter may be a reference.
  func lowerArguments(_ syntax: [Expression]) throws(Fault) -> [Value] {
    var arguments: [Value] = []
    for argument in syntax {
      let value = try lower(argument)
      if value.type == .void, case .nothing = value.form {
        throw fail("a void value cannot be an argument", at: argument)
      }
      arguments.append(value)
    }
    return arguments
  }

  private func typeNamed(_ name: QualifiedName) throws(Fault) -> QualifiedType? {
    if let word = name.simple {
      for region in scope.chain {
        if let entity = region.own(word) {
          if case .type(let type) = entity { return type }
          if case .classTemplate(let template) = entity {
            // Only a record's own name stands for it inside.
            return template.declaration.members == nil ? nil : try? self.type(named: name)
          }
          return nil
        }
      }
      return nil
    }
    if case .type(let type)? = try lookup(name) { return type }
    return nil
  }

  func call(
    _ function: Value, _ arguments: [Value], _ callee: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    switch function.form {
    case .functions(let reference):
      return try call(reference, arguments, at: expression)
    default: break
    }
    if function.type.record != nil {
      if let reference = function.type.record?.function {
        return try call(reference, arguments, at: expression)
      }
      if let closure = function.type.record?.closure {
        return try call(closure, function, arguments, at: expression)
      }
      if let value = try overloadedOperator(.call, [function] + arguments, at: expression) {
        return value
      }
    }
    let target = try rvalue(function)
    if case .functions(let reference) = target.form {
      return try call(reference, arguments, at: expression)
    }
    if case .pointer(let inner) = target.type, case .function = inner.type {
      throw fail(
        "not supported: a call through a function pointer that is not known while compiling",
        at: callee)
    }
    throw fail(
      "'\(function.qualifiedType.spelling)' cannot be called; a function or an object with "
        + "operator() is expected", at: callee)
  }

  func call(
    _ reference: FunctionReference, _ arguments: [Value], at expression: Expression
  ) throws(Fault) -> Value {
    current = expression.range
    if let candidate = try resolve(reference, arguments, at: expression) {
      return try invoke(candidate, arguments, reference.object, at: expression)
    }
    guard let name = reference.builtin, let intrinsic = module.intrinsics[name] else {
      throw fail("'\(reference.name)' cannot be called", at: expression)
    }
    mark(expression.location)
    let call = IntrinsicCall(
      name: name, arguments: arguments, templateArguments: reference.arguments ?? [],
      expression: expression)
    return try intrinsic.body(self, call)
  }

  /// An operator that the program defines for the operands' types, if there is one.
  func overloadedOperator(
    _ op: OverloadedOperator, _ operands: [Value], at expression: Expression
  ) throws(Fault) -> Value? {
    let name = "operator" + op.rawValue
    var viable: (FunctionReference, [Value])?
    if let record = operands[0].type.record, case .functions(let set)? = record.scope?.own(name) {
      viable = (
        FunctionReference(name: name, candidates: set.candidates, object: operands[0]),
        Array(operands.dropFirst())
      )
    }
    let free = op.isMemberOnly ? [] : freeOperators(name, operands)
    if let (reference, arguments) = viable {
      if free.isEmpty || fits(reference, arguments) {
        return try call(reference, arguments, at: expression)
      }
    }
    guard !free.isEmpty else { return nil }
    // An operator that does not fit leaves the built-in meaning, which a record has none of.
    let reference = FunctionReference(name: name, candidates: free)
    if !fits(reference, operands) {
      let hasRecord = operands.contains { $0.type.record != nil }
      let canConvert = operands.contains { !conversions(of: $0.type).isEmpty }
      if !hasRecord || canConvert { return nil }
    }
    return try call(reference, operands, at: expression)
  }

  private func fits(_ reference: FunctionReference, _ arguments: [Value]) -> Bool {
    reference.candidates.contains { entity in
      let single = FunctionReference(
        name: reference.name, candidates: [entity], object: reference.object, builtin: "?")
      return ((try? resolve(single, arguments, at: Expression(.invalid, current))) ?? nil) != nil
    }
  }

  /// Operators outside of records: in the regions around and where the operands' types come from.
  private func freeOperators(_ name: String, _ operands: [Value]) -> [FunctionEntity] {
    var regions = scope.chain.flatMap { [$0] + $0.usings }
    for operand in operands {
      var next = operand.type.record?.scope?.parent
      while let region = next {
        regions.append(region)
        next = region.parent
      }
    }
    var (seen, found) = (Set<ObjectIdentifier>(), [FunctionEntity]())
    for region in regions
    where seen.insert(ObjectIdentifier(region)).inserted && region.record == nil {
      if case .functions(let set)? = region.entities[name] { found += set.candidates }
    }
    for operand in operands {
      // Friends are filed in their record.
      if case .functions(let set)? = operand.type.record?.scope?.own(name) {
        found += set.candidates.filter { $0.declaration.specifiers.contains(.friend) }
      }
    }
    return found
  }

  // MARK: Implicit conversions

  /// A value where another type is expected.
  func convertImplicitly(
    _ value: Value, to type: CType, as role: String, at range: SourceRange, target: String? = nil
  ) throws(Fault) -> Value {
    if case .list(let list) = value.form {
      return try initialize(list, as: QualifiedType(type), at: range)
    }
    if case .reference(let target, _) = type {
      return try convertImplicitly(value, to: target.type, as: role, at: range)
    }
    let value = try rvalue(value)
    if value.type == type { return value }
    guard let cost = conversionCost(value, to: QualifiedType(type)) else {
      throw conversionFault(value, type, role, range, target)
    }
    if cost >= 4 || (type.record != nil && value.type.record != type.record) {
      return try convertByProgram(value, to: type, at: range)
    }
    return try convert(value, to: type)
  }

  private func conversionFault(
    _ value: Value, _ type: CType, _ role: String, _ range: SourceRange, _ target: String?
  ) -> Fault {
    let named =
      target.map { "'\($0)' is '\(type.spelling)', " } ?? "'\(type.spelling)' is expected, "
    if case .pointer(let a) = value.type, case .pointer(let b) = type, a.type == b.type,
      a.isConst, !b.isConst
    {
      return fail(
        "\(named)\(role) is '\(value.spelling)': the conversion would drop 'const'", at: range)
    }
    return fail("\(named)\(role) is '\(value.spelling)'", at: range)
  }

  private func convertByProgram(
    _ value: Value, to type: CType, at range: SourceRange
  ) throws(Fault) -> Value {
    let place = Expression(.invalid, range)
    if let record = type.record {
      if let from = value.type.record, from.allBases.contains(record) {
        return try rvalue(sliced(value, to: record))
      }
      return try rvalue(try construct(QualifiedType(type), [value], isBraced: false, at: place))
    }
    let all = conversions(of: value.type)
    var best: (FunctionEntity, Region)?
    for (entity, region) in all {
      guard let result = entity.declaration.result else { continue }
      let made = try inside(region) { () throws(Fault) in try resolve(result) }
      if made.type.referred == type { best = (entity, region) }
    }
    guard let (entity, region) = best ?? all.first else {
      throw fail("'\(value.spelling)' does not convert to '\(type.spelling)'", at: range)
    }
    return try convert(try invokeConversion(entity, region, value), to: type)
  }

  /// The part of a record that is its base.
  func sliced(_ value: Value, to base: Record) -> Value {
    guard let record = value.type.record, let path = record.path(toBase: base) else { return value }
    var part = value
    for index in path { part = member(of: part, at: index) }
    return part
  }

  func invokeConversion(
    _ entity: FunctionEntity, _ region: Region, _ value: Value
  ) throws(Fault) -> Value {
    let candidate = Candidate(
      entity: entity, region: region, values: [], parameters: [], costs: [], depth: 0)
    return try invoke(candidate, [], value, at: Expression(.invalid, current))
  }
}

extension OverloadedOperator {
  /// True of those that only a record can define.
  var isMemberOnly: Bool {
    switch self {
    case .assign, .call, .subscriptBrackets, .arrow: true
    default: false
    }
  }
}
