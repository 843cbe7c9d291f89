/// Statements.
extension Lowering {
  func lower(_ statement: StatementSyntax) throws(Fault) {
    let isTail = frame.isTail
    current = statement.range
    switch statement.kind {
    case .block, .ifElse: break
    case .returnValue: break
    default: frame.isTail = false
    }
    defer { frame.isTail = isTail }
    switch statement.kind {
    case .empty: break
    case .expression(let expression): try lowerDiscarded(expression)
    case .declaration(let declarations):
      for declaration in declarations { try declareLocal(declaration) }
    case .block(let statements):
      let region = Region(parent: scope)
      try inside(region) { () throws(Fault) in try lower(statements, isTail: isTail) }
    case .ifElse(let branch): try lower(branch)
    case .forLoop(let loop): try lower(loop)
    case .whileLoop(let condition, let body, _): try lowerWhile(condition, body)
    case .doWhile(let body, let condition, _): try lowerDoWhile(body, condition)
    case .switchCase(let choice): try lower(choice)
    case .breakLoop:
      guard let loop = frame.loops.last else {
        throw fail("'break' needs a loop or a switch around it", at: statement.range)
      }
      if isEvaluating { return frame.signal = .endLoop }
      mark(statement.range.start)
      builder.branch(to: loop.breakLabel)
    case .continueLoop:
      guard let label = frame.loops.last(where: { $0.continueLabel != nil })?.continueLabel else {
        throw fail("'continue' needs a loop around it", at: statement.range)
      }
      if isEvaluating { return frame.signal = .nextTurn }
      mark(statement.range.start)
      builder.branch(to: label)
    case .returnValue(let expression): try lowerReturn(expression, statement.range)
    case .invalid: throw fail("this statement could not be read", at: statement.range)
    }
  }

  private func lower(_ statements: [StatementSyntax], isTail: Bool) throws(Fault) {
    for (index, statement) in statements.enumerated() where frame.signal == nil {
      frame.isTail = isTail && index == statements.count - 1
      try lower(statement)
    }
  }

  /// An expression whose value nobody uses; a load from memory still happens.
  private func lowerDiscarded(_ expression: Expression) throws(Fault) {
    if case .unary(let op, let operand) = expression.kind,
      op == .postIncrement || op == .postDecrement
    {
      // The old value is not wanted, so it needs no copy.
      let before: UnaryOperator = op == .postIncrement ? .preIncrement : .preDecrement
      let object = try detached { () throws(Fault) in try lower(operand) }
      if !object.type.isUserDefined {
        _ = try lower(
          Expression(.unary(before, operand), expression.range, at: expression.location))
        return
      }
    }
    let value = try lower(expression)
    if case .functions = value.form {
      return warn("a function is named but not called", at: expression.range)
    }
    switch expression.kind {
    case .assignment, .call, .unary(.preIncrement, _), .unary(.preDecrement, _),
      .unary(.postIncrement, _), .unary(.postDecrement, _), .cast, .conditional, .construct:
      break
    case .binary(.comma, _, _), .binary(.shiftLeft, _, _): break
    default:
      _ = try read(value, expression)
      if !value.type.isUserDefined {
        warn("the value of this expression is not used", at: expression.range)
      }
    }
  }

  // MARK: Declarations

  func declareLocal(_ declaration: Declaration) throws(Fault) {
    switch declaration {
    case .variable(let variable): try declareLocal(variable)
    case .record(let record): _ = try declareRecord(record, in: scope)
    case .enumeration(let enumeration): _ = try declareEnumeration(enumeration, in: scope)
    case .alias(let alias): try declareAlias(alias, in: scope)
    case .usingNamespace(let name): try useNamespace(name, in: scope)
    case .usingName(let name): try useName(name, in: scope)
    case .namespaceAlias(let name, let target):
      if let entity = try lookup(target) { scope.define(name.text, entity) }
    case .staticAssert(let condition, let message, let range):
      try checkAssertion(condition, message, range)
    case .function(let function):
      // A prototype inside a function says nothing new.
      if !function.hasNoBody { throw fail("a function inside a function", at: function.headRange) }
    default: break
    }
  }

  @discardableResult
  func declareLocal(_ variable: VariableDeclaration) throws(Fault) -> Variable {
    let name = variable.name.last.word ?? ""
    if scope.entities[name] != nil, !name.isEmpty {
      throw fail("'\(name)' is declared twice in this block", at: variable.name.range)
    }
    let made = try makeLocal(variable, name)
    scope.define(name, .variable(made))
    return made
  }

  private func makeLocal(_ variable: VariableDeclaration, _ name: String) throws(Fault) -> Variable
  {
    let outlasts: VariableSpecifiers = [.shared, .constant, .device, .managed]
    if !variable.specifiers.isDisjoint(with: outlasts) {
      let made = try outlasting(variable, instance: frame.staticInstance)
      if variable.specifiers.contains(.shared), variable.initializer == nil { return made }
      return made
    }
    if variable.specifiers.contains(.static) {
      let isConst = variable.type.isConstant || variable.specifiers.contains(.constexpr)
      if !isConst { return try outlasting(variable, instance: frame.staticInstance) }
    }
    return try automatic(variable, name)
  }

  private func automatic(_ variable: VariableDeclaration, _ name: String) throws(Fault) -> Variable
  {
    let key = module.keys.variable(on: frame.path, number(of: variable.id))
    if variable.type.mentionsAuto { return try deduced(variable, name, key) }
    var type = try resolve(variable.type)
    if variable.specifiers.contains(.constexpr) { type.isConst = true }
    if case .reference(let target, _) = type.type {
      guard let value = try initialValue(variable.initializer, as: type, at: variable.range) else {
        throw fail("reference '\(name)' needs something to refer to", at: variable.range)
      }
      let bound = try bindReference(value, target, key, name, variable.range)
      return Variable(name: name, type: bound.0, place: bound.1, location: variable.range.start)
    }
    if type.type == .void { throw fail("variable '\(name)' cannot be 'void'", at: variable.range) }
    let initial = try initialValue(variable.initializer, as: type, at: variable.range)
    if case .array(_, nil) = type.type, let complete = initial?.type { type.type = complete }
    guard type.type.bytes != nil || type.type.isPointer else {
      throw fail(
        "variable '\(name)' has the incomplete type '\(type.spelling)'", at: variable.range)
    }
    if initial == nil, type.isConst, type.type.record == nil {
      throw fail("constant '\(name)' needs a value", at: variable.range)
    }
    if let bytes = type.type.bytes, bytes > 1 << 19 {
      throw fail(
        "'\(name)' takes \(bytes) bytes; a lane has 512 KiB of its own", at: variable.range)
    }
    mark(variable.name.range.start)
    if variable.specifiers.contains(.constexpr), let initial, !initial.isConstant,
      type.type.arithmetic != nil
    {
      throw fail(
        "the value of the constexpr variable '\(name)' is not constant", at: variable.range)
    }
    if let table = constantTable(type, initial, key) {
      return Variable(name: name, type: type, place: table, location: variable.range.start)
    }
    let cell = try makeCell(type.type, key: key, initial: initial)
    return Variable(name: name, type: type, place: .cell(cell), location: variable.range.start)
  }

  /// A constant array that is indexed by a running number lies in constant memory.
  private func constantTable(_ type: QualifiedType, _ initial: Value?, _ key: Int) -> Place? {
    guard type.isConst, type.type.isArray, let initial, initial.isConstant,
      facts[key]?.needsMemory == true || !type.type.fitsRegisters
    else { return nil }
    let name = "table \(key)"
    if let known = module.statics[name] { return known.place }
    let pointer = module.addConstant(name, type.type, initial: bytes(of: initial, type.type))
    let place = Place.memory(pointer, bits: nil)
    module.statics[name] = Variable(
      name: name, type: type, place: place, location: SourceLocation())
    return place
  }

  private func deduced(
    _ variable: VariableDeclaration, _ name: String, _ key: Int
  ) throws(Fault) -> Variable {
    let value: Value
    switch variable.initializer {
    case .copy(let expression)?: value = try lower(expression)
    case .direct(let list)? where list.count == 1: value = try lower(list[0])
    case .braced(let list)? where list.elements.count == 1:
      value = try lower(list.elements[0].value)
    default: throw fail("'auto' needs one value to deduce '\(name)' from", at: variable.range)
    }
    let type = try automaticType(variable.type, value)
    if case .reference(let target, _) = type.type {
      let bound = try bindReference(value, target, key, name, variable.range)
      return Variable(name: name, type: bound.0, place: bound.1, location: variable.range.start)
    }
    mark(variable.name.range.start)
    let initial = try rvalue(value)
    let cell = try makeCell(type.type, key: key, initial: retyped(initial, type.type))
    return Variable(name: name, type: type, place: .cell(cell), location: variable.range.start)
  }

  private func bindReference(
    _ value: Value, _ target: QualifiedType, _ key: Int, _ name: String, _ range: SourceRange
  ) throws(Fault) -> (QualifiedType, Place) {
    if !target.isConst, let place = value.place, value.isConst, value.type == target.type {
      _ = place
      throw fail(
        "reference '\(name)' would let '\(value.qualifiedType.spelling)' be changed", at: range)
    }
    return try referent(value, target, key, range)
  }

  // MARK: Return

  private func lowerReturn(_ expression: Expression?, _ range: SourceRange) throws(Fault) {
    frame.returnCount += 1
    guard let expression else {
      if let result = frame.result, result != .void {
        throw fail("'\(frame.name)' must return a '\(result.spelling)'", at: range)
      }
      frame.result = .void
      return leave(range)
    }
    let given = try lower(expression)
    if frame.result == nil { frame.result = try rvalue(given).type }
    guard let result = frame.result, result != .void else {
      let value = try rvalue(given)
      if value.type != .void {
        throw fail(
          "'\(frame.name)' returns nothing, but a value is given here", at: expression.range)
      }
      return leave(range)
    }
    try leave(with: given, as: result, expression, range)
  }

  private func leave(_ range: SourceRange) {
    mark(range.start)
    if isEvaluating { return frame.signal = .leave }
    if frame.isKernel { return emit(.exit) }
    if frame.isTail { return }
    let end = frame.end ?? builder.makeLabel()
    frame.end = end
    builder.branch(to: end)
  }

  private func leave(
    with given: Value, as result: CType, _ expression: Expression, _ range: SourceRange
  ) throws(Fault) {
    let converted: Value
    if case .reference(let target, _) = result {
      if frame.isTail, frame.returned == nil, frame.end == nil {
        frame.directResult = given
        return
      }
      guard let place = given.place else {
        throw fail("a reference to a value that ends here", at: expression.range)
      }
      converted = Value(.pointer(target), .pointer(pointer(to: place)))
    } else {
      converted = try convertImplicitly(
        try read(given, expression), to: result, as: "what is returned", at: expression.range)
    }
    if isEvaluating {
      frame.directResult = converted
      frame.signal = .leave
      return
    }
    if frame.isTail, frame.returned == nil, frame.end == nil {
      frame.directResult = released(converted)
      return
    }
    if frame.returned == nil {
      let key = module.keys.variable(on: frame.path, -2)
      var type = result
      if case .reference(let target, _) = result { type = .pointer(target) }
      let cell = try makeCell(type, key: key, initial: nil)
      frame.returned = Variable(
        name: "result", type: QualifiedType(type), place: .cell(cell), location: range.start)
    }
    mark(range.start)
    if let returned = frame.returned { try write(converted, to: returned.place, returned.type) }
    leave(range)
  }

  /// A variable of a function that ends here is never written again.
  private func released(_ value: Value) -> Value {
    switch value.form {
    case .operand(.register(let register)): changing.remove(register.number)
    case .aggregate(let members): for member in members { _ = released(member) }
    default: break
    }
    return value
  }
}

extension Frame {
  /// True of the kernel itself, whose `return` ends the lane.
  var isKernel: Bool { caller == nil || isKernelBody }

  /// What tells static variables of template instances apart.
  var staticInstance: String { instance }
}

extension TypeSyntax {
  /// True where the object itself is constant, also through array bounds.
  var isConstant: Bool {
    if case .array(let element, _) = kind {
      return qualifiers.contains(.const) || element.isConstant
    }
    return qualifiers.contains(.const)
  }
}
