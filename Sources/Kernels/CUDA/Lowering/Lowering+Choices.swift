/// `&&`, `||` and `?:`: both sides at once where that does no harm, else branches.
extension Lowering {
  func logical(
    _ op: BinaryOperator, _ left: Expression, _ right: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let first = try condition(try lower(left), at: left)
    let isAnd = op == .logicalAnd
    if let known = first.integer {
      if (known != 0) == isAnd { return try condition(try lower(right), at: right) }
      return .boolean(!isAnd)
    }
    if !right.mayHaveEffects {
      let start = builder.statements.count
      let second = try condition(try lower(right), at: right)
      if isPure(from: start) {
        mark(expression.location)
        if let known = second.integer { return (known != 0) == isAnd ? first : .boolean(!isAnd) }
        return combine(isAnd ? .and : .or, first, second)
      }
      builder.discard(from: start)
    }
    return try branchingLogic(isAnd, first, right, at: expression)
  }

  private func branchingLogic(
    _ isAnd: Bool, _ first: Value, _ right: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    mark(expression.location)
    let result = builder.makeRegister(.predicate)
    changing.insert(result.number)
    emit(.move, .predicate, to: [result], from: [operand(first)])
    let end = builder.makeLabel()
    builder.branch(to: end, if: Guard(result, isNegated: isAnd))
    let second = try condition(try lower(right), at: right)
    mark(expression.location)
    emit(.move, .predicate, to: [result], from: [operand(second)])
    builder.place(end)
    return Value(.bool, .operand(.register(result)))
  }

  /// True where nothing written since a place touches memory, branches or waits.
  func isPure(from start: Int) -> Bool {
    let written = builder.statements[start...]
    guard written.count <= 48 else { return false }
    return written.allSatisfy {
      if case .instruction(let instruction) = $0 { instruction.hasNoEffect } else { false }
    }
  }

  // MARK: The conditional operator

  func conditional(
    _ test: Expression, _ then: Expression, _ otherwise: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let choice = try condition(try lower(test), at: test)
    if let known = choice.integer {
      let (taken, other) = known != 0 ? (then, otherwise) : (otherwise, then)
      // The end of a recursion must not walk into it for the sake of a type.
      if isRecursive(other) { return try value(taken) }
      let type = try detached { () throws(Fault) in
        let (a, b) = (try value(then), try value(otherwise))
        return try commonType(a, b, at: expression)
      }
      let chosen = try lower(taken)
      if chosen.type == type { return chosen }
      return try convertImplicitly(chosen, to: type, as: "an arm of '?:'", at: expression.range)
    }
    if !then.mayHaveEffects, !otherwise.mayHaveEffects {
      let start = builder.statements.count
      let (a, b) = (try value(then), try value(otherwise))
      let type = try commonType(a, b, at: expression)
      let (x, y) = (try arm(a, type, then), try arm(b, type, otherwise))
      if isPure(from: start), !type.isOpaque {
        mark(expression.location)
        return try select(choice, x, y, type)
      }
      builder.discard(from: start)
    }
    return try branchingChoice(choice, then, otherwise, at: expression)
  }

  /// True where an expression calls a function that is being walked.
  private func isRecursive(_ expression: Expression) -> Bool {
    var next: Frame? = frame
    while let frame = next {
      if expression.mentions(frame.name) { return true }
      next = frame.caller
    }
    return false
  }

  private func arm(_ value: Value, _ type: CType, _ syntax: Expression) throws(Fault) -> Value {
    if type == .void { return .nothing }
    return try convertImplicitly(value, to: type, as: "an arm of '?:'", at: syntax.range)
  }

  /// One of two values of a type, without a branch.
  func select(
    _ choice: Value, _ then: Value, _ otherwise: Value, _ type: CType
  ) throws(Fault) -> Value {
    switch type {
    case .record(let record):
      var members: [Value] = []
      for (index, field) in record.fields.enumerated() {
        members.append(
          try select(
            choice, then.member(index) ?? zero(field.type.type),
            otherwise.member(index) ?? zero(field.type.type), field.type.type))
      }
      return Value(type, .aggregate(members))
    case .array(let element, let count):
      var members: [Value] = []
      for index in 0..<(count ?? 0) {
        members.append(
          try select(
            choice, then.member(index) ?? zero(element.type),
            otherwise.member(index) ?? zero(element.type), element.type))
      }
      return Value(type, .aggregate(members))
    case .pointer, .null:
      guard let a = then.pointer, let b = otherwise.pointer else { return then }
      let (x, y, space) = aligned(a, b)
      let picked = builder.compute(.select, space.isWide ? .u64 : .u32, x, y, operand(choice))
      return Value(type, .pointer(Pointer(space, picked)))
    case .void: return .nothing
    default:
      if type.arithmetic == .bool { return selectBoolean(choice, then, otherwise) }
      let valueType = type.arithmetic?.valueType ?? .u32
      return Value(
        type,
        .operand(
          builder.compute(.select, valueType, operand(then), operand(otherwise), operand(choice))))
    }
  }

  private func selectBoolean(_ choice: Value, _ then: Value, _ otherwise: Value) -> Value {
    let left = combine(.and, choice, then)
    let right = combine(.andNot, otherwise, choice)
    return combine(.or, left, right)
  }

  private func branchingChoice(
    _ choice: Value, _ then: Expression, _ otherwise: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let type = try detached { () throws(Fault) in
      let (a, b) = (try value(then), try value(otherwise))
      return try commonType(a, b, at: expression)
    }
    guard case .operand(.register(let predicate)) = choice.form else { return try value(then) }
    let key = module.keys.temporary(
      on: frame.path, at: expression.location, expression.range.end.column)
    let result = type == .void ? nil : try makeCell(type, key: key, initial: nil)
    let (other, end) = (builder.makeLabel(), builder.makeLabel())
    mark(expression.location)
    builder.branch(to: other, if: Guard(predicate, isNegated: true))
    try writeArm(then, type, result)
    builder.branch(to: end)
    builder.place(other)
    try writeArm(otherwise, type, result)
    builder.place(end)
    guard let result else { return .nothing }
    return try rvalue(Value(QualifiedType(type), .cell(result)))
  }

  private func writeArm(_ syntax: Expression, _ type: CType, _ result: Cell?) throws(Fault) {
    let given = try value(syntax)
    guard let result else { return }
    let converted = try convertImplicitly(given, to: type, as: "an arm of '?:'", at: syntax.range)
    mark(syntax.location)
    try write(converted, to: .cell(result))
  }

  /// The type of a conditional's value.
  private func commonType(
    _ left: Value, _ right: Value, at expression: Expression
  ) throws(Fault) -> CType {
    if left.type == right.type { return left.type }
    switch (left.type, right.type) {
    case (.pointer, .null): return left.type
    case (.null, .pointer): return right.type
    case (.pointer(let a), .pointer(let b)):
      if a.type == b.type || b.type == .void {
        return .pointer(
          QualifiedType(a.type == b.type ? a.type : .void, isConst: a.isConst || b.isConst))
      }
      if a.type == .void { return left.type }
    case (.pointer, _) where right.integer == 0: return left.type
    case (_, .pointer) where left.integer == 0: return right.type
    case (.record, _) where right.type.arithmetic != nil:
      if conversionCost(right, to: QualifiedType(left.type)) != nil { return left.type }
      if conversionCost(left, to: QualifiedType(right.type)) != nil { return right.type }
    case (_, .record) where left.type.arithmetic != nil:
      if conversionCost(left, to: QualifiedType(right.type)) != nil { return right.type }
      if conversionCost(right, to: QualifiedType(left.type)) != nil { return left.type }
    case (.record, .record):
      if conversionCost(right, to: QualifiedType(left.type)) != nil { return left.type }
      if conversionCost(left, to: QualifiedType(right.type)) != nil { return right.type }
    default: break
    }
    if let a = left.type.arithmetic, let b = right.type.arithmetic {
      return .arithmetic(.common(a, b))
    }
    throw fail(
      "the arms of '?:' have types without a common one: '\(left.qualifiedType.spelling)' and "
        + "'\(right.qualifiedType.spelling)'", at: expression)
  }
}

extension Instruction {
  /// True where leaving it out or running it in further lanes would not be seen.
  var hasNoEffect: Bool {
    guard condition == nil else { return false }
    switch operation {
    case .move, .unary, .binary, .ternary, .compare, .select, .logic, .convert: return true
    default: return false
    }
  }
}
