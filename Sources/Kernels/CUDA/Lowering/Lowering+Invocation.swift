/// Bodies of called functions, written in place of the call.
extension Lowering {
  /// How often a function may stand in a chain of calls.
  static let recursionLimit = 60

  func invoke(
    _ candidate: Candidate, _ arguments: [Value], _ object: Value?, at expression: Expression
  ) throws(Fault) -> Value {
    var entity = candidate.entity
    var region = candidate.region
    if let special = entity.specializations.first(where: { $0.arguments == candidate.values }) {
      entity = special.function
      region = entity.scope
    }
    let arguments = try listsFilled(arguments, candidate, at: expression)
    let body = try body(of: entity, candidate, arguments, at: expression)
    let call = CalledFunction(
      entity: entity, region: region, parameters: candidate.parameters,
      instance: candidate.spelling)
    let walk = { () throws(Fault) -> Value in
      try self.enter(call, object, at: expression) { () throws(Fault) in
        try self.bindParameters(call, arguments)
        self.frame.result = try self.resultType(of: entity)
        if case .constructor = entity.declaration.role { try self.initializeMembers(of: entity) }
        return try self.run(body)
      }
    }
    if let known = evaluated(entity, arguments, object, walk) { return known }
    return try walk()
  }

  /// A list among the arguments is read where the call stands.
  private func listsFilled(
    _ arguments: [Value], _ candidate: Candidate, at expression: Expression
  ) throws(Fault) -> [Value] {
    var filled = arguments
    for (index, argument) in arguments.enumerated() {
      guard case .list(let list) = argument.form, candidate.parameters.indices.contains(index)
      else { continue }
      let type = QualifiedType(candidate.parameters[index].type.referred)
      filled[index] = try initialize(list, as: type, at: expression.range)
    }
    return filled
  }

  private func resultType(of entity: FunctionEntity) throws(Fault) -> CType? {
    guard let result = entity.declaration.result else { return .void }
    if result.mentionsAuto { return nil }
    return try resolve(result).type
  }

  private func body(
    of entity: FunctionEntity, _ candidate: Candidate, _ arguments: [Value],
    at expression: Expression
  ) throws(Fault) -> StatementSyntax {
    let name = candidate.spelling
    if entity.declaration.specifiers.contains(.global) {
      throw fail(
        "not supported: launching '\(name)' from device code; kernels are launched from the host",
        at: expression)
    }
    try checkRecursion(entity, name, arguments, at: expression)
    switch entity.declaration.body {
    case .statement(let body): return body
    case .skippedHostCode:
      throw fail(
        "'\(name)' is a function of the host and cannot be called from device code; is __device__ "
          + "missing?", at: expression)
    case .none:
      throw fail("'\(name)' is declared but has no body in this source", at: expression)
    case .defaulted: return StatementSyntax(kind: .empty, range: entity.declaration.range)
    case .deleted: throw fail("'\(name)' is deleted", at: expression)
    }
  }

  private func checkRecursion(
    _ entity: FunctionEntity, _ name: String, _ arguments: [Value], at expression: Expression
  ) throws(Fault) {
    var (depth, next) = (0, Optional(frame))
    while let caller = next {
      if caller.instance == name, caller.declaration == entity.declaration.id { depth += 1 }
      next = caller.caller
    }
    guard depth > 0 else { return }
    let isKnown = arguments.allSatisfy { argument in
      ((try? rvalue(argument))?.isConstant ?? false)
    }
    if !isKnown || depth > Self.recursionLimit {
      throw fail(
        "not supported: recursion of '\(name)'; device functions are inlined, so rewrite it as a loop",
        at: expression)
    }
  }

  /// Walks a body with a frame of its own.
  private func enter(
    _ call: CalledFunction, _ object: Value?, at expression: Expression,
    _ body: () throws(Fault) -> Value
  ) throws(Fault) -> Value {
    try checkDepth(call.instance, at: expression.range)
    let saved = (frame, scope, pinned, current, unrollFactor)
    let site = pinned ?? SourceRange(expression.location, expression.range.end)
    let path = module.keys.call(
      from: frame.path, to: call.entity.declaration.id.number, at: expression.location)
    let inner = Frame(name: call.entity.name, path: path, result: nil, caller: frame)
    inner.instance = call.instance
    inner.declaration = call.entity.declaration.id
    inner.isLibrary = call.entity.isLibrary
    inner.callSite = site
    if call.entity.owner != nil, !call.entity.isStatic, let object {
      try setThis(object, of: call.entity, in: inner)
    }
    if call.entity.isLibrary, pinned == nil { pinned = site }
    frame = inner
    scope = Region(parent: call.region)
    inlineDepth += 1
    defer {
      (frame, scope, pinned, current, unrollFactor) = saved
      inlineDepth -= 1
    }
    return try body()
  }

  /// Calls and instances nest and multiply only so far, whatever a source asks for.
  func checkDepth(_ name: String, at range: SourceRange) throws(Fault) {
    invocations += 1
    guard inlineDepth < 100 else {
      throw fail("calls and templates nest deeper than 100 at '\(name)'", at: range)
    }
    guard invocations < 100_000, builder.statements.count < 1_000_000 else {
      throw fail("the kernel grows beyond a million instructions at '\(name)'", at: range)
    }
  }

  private func setThis(
    _ object: Value, of entity: FunctionEntity, in inner: Frame
  ) throws(Fault) {
    var object = object
    if let owner = entity.owner, object.type.record != owner { object = sliced(object, to: owner) }
    var type = object.qualifiedType
    if entity.declaration.specifiers.contains(.constMember) { type.isConst = true }
    if let place = object.place { inner.this = place } else { inner.this = try temporary(object) }
    inner.thisType = type
  }

  // MARK: Parameters

  private func bindParameters(_ call: CalledFunction, _ arguments: [Value]) throws(Fault) {
    for (index, parameter) in call.entity.declaration.parameters.enumerated() {
      let type =
        call.parameters.indices.contains(index)
        ? call.parameters[index] : try parameterType(parameter, given: nil)
      var argument: Value
      if arguments.indices.contains(index) {
        argument = arguments[index]
      } else if let expression = parameter.defaultValue {
        argument = try lower(expression)
      } else {
        continue
      }
      try bind(parameter, index, type, &argument)
    }
  }

  /// Gives a parameter its argument: a reference is another name for the object.
  func bind(
    _ parameter: ParameterDeclaration, _ index: Int, _ type: QualifiedType, _ argument: inout Value
  ) throws(Fault) {
    guard let name = parameter.name?.text else { return }
    let key = module.keys.child(of: module.keys.variable(on: frame.path, -1), index)
    let variable: Variable
    if case .reference(let target, _) = type.type {
      let bound = try referent(argument, target, key, parameter.range)
      variable = Variable(
        name: name, type: bound.0, place: bound.1, location: parameter.range.start)
    } else {
      let value = try convertImplicitly(
        argument, to: type.type, as: "argument '\(name)'", at: current)
      let cell = try makeCell(type.type, key: key, initial: value)
      variable = Variable(
        name: name, type: type, place: .cell(cell), location: parameter.range.start)
    }
    scope.define(name, .variable(variable))
  }

  /// What a reference refers to: the object itself, or a new one with the converted value.
  func referent(
    _ argument: Value, _ target: QualifiedType, _ key: Int, _ range: SourceRange
  ) throws(Fault) -> (QualifiedType, Place) {
    if case .functions = argument.form {
      let cell = Cell(type: target.type, key: key, root: key, content: .fixed(argument))
      return (target, .cell(cell))
    }
    if let place = argument.place {
      if argument.type == target.type || argument.type.isArray {
        var type = argument.qualifiedType
        type = type.qualified(isConst: target.isConst, isVolatile: target.isVolatile)
        return (type, keep(place))
      }
      if let base = target.type.record, let record = argument.type.record,
        record.allBases.contains(base)
      {
        let part = sliced(argument, to: base)
        if let place = part.place { return (target, place) }
      }
    }
    let value = try convertImplicitly(argument, to: target.type, as: "the argument", at: current)
    return (target, .cell(try makeCell(target.type, key: key, initial: value)))
  }

  /// A place whose address no longer depends on variables that may change.
  func keep(_ place: Place) -> Place {
    guard case .memory(let pointer, let bits) = place else { return place }
    guard case .operand(let base) = pointer.base else { return place }
    let dependsOnIndex = pointer.index.map(isChanging) ?? false
    return dependsOnIndex || isChanging(base) ? .memory(keep(pointer), bits: bits) : place
  }

  // MARK: Bodies

  /// Walks a body and gives what it returns.
  func run(_ body: StatementSyntax) throws(Fault) -> Value {
    frame.isTail = true
    try lower(body)
    if let end = frame.end { builder.place(end) }
    if let returned = frame.returned {
      let value = Value(returned.type, returned.place)
      if case .reference(let target, _)? = frame.result {
        let address = try rvalue(value)
        return object(at: address.pointer ?? .null, target)
      }
      return try rvalue(value)
    }
    if let direct = frame.directResult { return direct }
    guard let result = frame.result, result != .void else { return .nothing }
    if frame.returnCount == 0, !frame.isLibrary {
      warn("'\(frame.name)' ends without returning a value", at: body.range)
    }
    return zero(result.referred)
  }
}

/// What is about to be walked.
struct CalledFunction {
  let entity: FunctionEntity
  let region: Region
  let parameters: [QualifiedType]
  let instance: String
}
