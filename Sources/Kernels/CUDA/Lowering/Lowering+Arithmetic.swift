/// Operators on numbers.
extension Lowering {
  /// A number as an instruction reads it; addresses become generic.
  func operand(_ value: Value) -> Operand {
    switch value.form {
    case .operand(let operand): return operand
    case .integer(let number):
      if value.type.isFloating { return immediate(Double(number), value.type.arithmetic ?? .float) }
      if value.type.arithmetic == .bool { return .immediate(number == 0 ? 0 : 1) }
      return (value.type.bytes ?? 4) == 8 ? .wide(number) : .word(number)
    case .floating(let number): return immediate(number, value.type.arithmetic ?? .float)
    case .pointer(let pointer): return addressOperand(pointer, in: .generic)
    default: return .word(0)
    }
  }

  private func immediate(_ number: Double, _ type: Arithmetic) -> Operand {
    switch type {
    case .double: .double(number)
    case .half: .immediate(UInt64(Float16(number).bitPattern))
    case .bfloat: .immediate(UInt64(Self.bfloatBits(Float(number))))
    default: .float(Float(number))
    }
  }

  /// The nearest bfloat16, ties to even.
  static func bfloatBits(_ number: Float) -> UInt16 {
    if number.isNaN { return 0x7fff }
    let bits = number.bitPattern
    return UInt16(truncatingIfNeeded: (bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }

  /// Writes one instruction on numbers of a type.
  func compute(_ operation: Operation, _ type: CType, _ sources: Value...) -> Value {
    let operands = sources.map { operand($0) }
    let valueType = type.arithmetic?.valueType ?? .u64
    let register = builder.makeRegister(valueType.register)
    emit(operation, valueType, to: [register], from: operands)
    return Value(type, .operand(.register(register)))
  }

  /// `left op right` for numbers; the result's type follows C's rules.
  func arithmetic(
    _ op: BinaryOperator, _ left: Value, _ right: Value, at place: Expression
  ) throws(Fault) -> Value {
    guard let a = left.type.arithmetic, let b = right.type.arithmetic else {
      throw invalidOperands(op.rawValue, left, right, at: place)
    }
    if op == .shiftLeft || op == .shiftRight { return try shift(op, left, right, at: place) }
    let common = CType.arithmetic(.common(a, b))
    if a == .bool, b == .bool, let combined = booleanLogic(op, left, right) { return combined }
    if common.isFloating, [.remainder, .bitAnd, .bitOr, .bitXor].contains(op) {
      throw invalidOperands(op.rawValue, left, right, at: place)
    }
    let (x, y) = (try convert(left, to: common), try convert(right, to: common))
    if op == .divide || op == .remainder, y.integer == 0 {
      warn("division by zero", at: place.range)
    }
    if let folded = fold(op, x, y, common) { return folded }
    mark(place.location)
    if let comparison = op.comparison { return compare(comparison, x, y) }
    if let same = simplified(op, x, y) { return same }
    return compute(.binary(op.binary), common, x, y)
  }

  func invalidOperands(
    _ op: String, _ left: Value, _ right: Value, at place: Expression
  ) -> Fault {
    fail(
      "invalid operands to binary '\(op)' ('\(left.qualifiedType.spelling)' and "
        + "'\(right.qualifiedType.spelling)')", at: place)
  }

  /// Compares two numbers of one type.
  func compare(_ comparison: Comparison, _ left: Value, _ right: Value) -> Value {
    let register = builder.makeRegister(.predicate)
    emit(
      .compare(comparison), left.type.arithmetic?.valueType ?? .u64, to: [register],
      from: [operand(left), operand(right)])
    return Value(.bool, .operand(.register(register)))
  }

  private func booleanLogic(_ op: BinaryOperator, _ left: Value, _ right: Value) -> Value? {
    let logic: PredicateLogic
    switch op {
    case .bitAnd: logic = .and
    case .bitOr: logic = .or
    case .bitXor, .notEqual: logic = .xor
    default: return nil
    }
    if left.isConstant && right.isConstant { return nil }
    let both = combine(logic, left, right)
    return op == .notEqual ? both : integer(fromBoolean: both)
  }

  /// Combines two booleans.
  func combine(_ logic: PredicateLogic, _ left: Value, _ right: Value) -> Value {
    Value(
      .bool, .operand(builder.compute(.logic(logic), .predicate, operand(left), operand(right))))
  }

  /// `!value`.
  func inverted(_ value: Value) -> Value {
    if let constant = value.integer { return .boolean(constant == 0) }
    return Value(.bool, .operand(builder.compute(.logic(.not), .predicate, operand(value))))
  }

  private func shift(
    _ op: BinaryOperator, _ left: Value, _ right: Value, at place: Expression
  ) throws(Fault) -> Value {
    guard let a = left.type.arithmetic, left.type.isInteger, right.type.isInteger else {
      throw invalidOperands(op.rawValue, left, right, at: place)
    }
    let type = CType.arithmetic(a.promoted)
    let x = try convert(left, to: type)
    if let count = right.integer {
      if count < 0 || count >= a.promoted.bytes * 8 {
        warn(
          "shift count \(count) is outside of the type's \(a.promoted.bytes * 8) bits",
          at: place.range)
      }
      if let folded = foldShift(op, x, count, a.promoted) { return folded }
    }
    let count = try convert(right, to: .unsignedInt)
    mark(place.location)
    return compute(.binary(op == .shiftLeft ? .shiftLeft : .shiftRight), type, x, count)
  }

  /// Operations that leave one operand as it is.
  private func simplified(_ op: BinaryOperator, _ left: Value, _ right: Value) -> Value? {
    guard left.type.isInteger else { return nil }
    switch (op, left.integer, right.integer) {
    case (.add, 0, _): return right
    case (.add, _, 0), (.subtract, _, 0), (.multiply, _, 1), (.divide, _, 1): return left
    case (.multiply, 1, _): return right
    case (.multiply, 0, _), (.multiply, _, 0), (.bitAnd, 0, _), (.bitAnd, _, 0):
      return Value(left.type, .integer(0))
    case (.bitOr, _, 0), (.bitXor, _, 0): return left
    default: return nil
    }
  }

  /// `-value`, `~value`, `+value`.
  func unary(_ op: UnaryOperator, _ value: Value, at place: Expression) throws(Fault) -> Value {
    guard let number = value.type.arithmetic, op != .complement || number.isInteger else {
      throw fail(
        "invalid argument type '\(value.qualifiedType.spelling)' to unary '\(op.rawValue)'",
        at: place)
    }
    let type = CType.arithmetic(number.promoted)
    let operand = try convert(value, to: type)
    mark(place.location)
    switch op {
    case .minus:
      if let constant = operand.integer { return Value(type, .integer(wrap(0 &- constant, type))) }
      if let constant = operand.floating { return Value(type, .floating(-constant)) }
      return compute(.unary(.negate), type, operand)
    case .complement:
      if let constant = operand.integer { return Value(type, .integer(wrap(~constant, type))) }
      return compute(.unary(.not), type, operand)
    default: return operand
    }
  }

  /// `a · b + c`, rounded once for floats, as nvcc contracts it.
  func multiplyAdd(_ a: Value, _ b: Value, _ c: Value, _ type: CType) -> Value {
    compute(.ternary(.multiplyAdd), type, a, b, c)
  }
}

extension BinaryOperator {
  /// The machine's operation; comparisons and logic have others.
  var binary: Binary {
    switch self {
    case .multiply: .multiply
    case .divide: .divide
    case .remainder: .remainder
    case .subtract: .subtract
    case .shiftLeft: .shiftLeft
    case .shiftRight: .shiftRight
    case .bitAnd: .and
    case .bitOr: .or
    case .bitXor: .xor
    default: .add
    }
  }

  var comparison: Comparison? {
    switch self {
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .equal: .equal
    case .notEqual: .notEqual
    default: nil
    }
  }

  /// The name under which a program defines it.
  var overloaded: OverloadedOperator? { OverloadedOperator(rawValue: rawValue) }
}
