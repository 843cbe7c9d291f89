/// Arithmetic on values that are known while compiling.
extension Lowering {
  /// A whole number cut to its type, as the machine would hold it.
  func wrap(_ number: Int, _ type: CType) -> Int {
    switch type.arithmetic {
    case .bool: number == 0 ? 0 : 1
    case .char, .signedChar: Int(Int8(truncatingIfNeeded: number))
    case .unsignedChar: Int(UInt8(truncatingIfNeeded: number))
    case .short: Int(Int16(truncatingIfNeeded: number))
    case .unsignedShort: Int(UInt16(truncatingIfNeeded: number))
    case .int: Int(Int32(truncatingIfNeeded: number))
    case .unsignedInt: Int(UInt32(truncatingIfNeeded: number))
    default: number
    }
  }

  /// A fraction rounded to its type.
  func round(_ number: Double, _ type: CType) -> Double {
    switch type.arithmetic {
    case .float: Double(Float(number))
    case .half: Double(Float16(number))
    case .bfloat: Double(Float(bitPattern: UInt32(Self.bfloatBits(Float(number))) << 16))
    default: number
    }
  }

  func fold(_ op: BinaryOperator, _ left: Value, _ right: Value, _ type: CType) -> Value? {
    if let a = left.integer, let b = right.integer {
      return foldIntegers(op, a, b, type)
    }
    if let a = left.floating, let b = right.floating { return foldFractions(op, a, b, type) }
    return nil
  }

  private func foldIntegers(_ op: BinaryOperator, _ a: Int, _ b: Int, _ type: CType) -> Value? {
    let isUnsigned = type.arithmetic?.isUnsigned ?? false
    if let comparison = op.comparison {
      let holds =
        isUnsigned
        ? comparison.holds(UInt(bitPattern: a), UInt(bitPattern: b)) : comparison.holds(a, b)
      return .boolean(holds)
    }
    let result: Int
    switch op {
    case .add: result = a &+ b
    case .subtract: result = a &- b
    case .multiply: result = a &* b
    case .bitAnd: result = a & b
    case .bitOr: result = a | b
    case .bitXor: result = a ^ b
    case .divide, .remainder:
      guard b != 0, !(a == .min && b == -1) else { return nil }
      let isDivision = op == .divide
      if isUnsigned {
        let (x, y) = (UInt(bitPattern: a), UInt(bitPattern: b))
        result = Int(bitPattern: isDivision ? x / y : x % y)
      } else {
        result = isDivision ? a / b : a % b
      }
    default: return nil
    }
    return Value(type, .integer(wrap(result, type)))
  }

  private func foldFractions(
    _ op: BinaryOperator, _ a: Double, _ b: Double, _ type: CType
  ) -> Value? {
    if let comparison = op.comparison { return .boolean(comparison.holds(a, b)) }
    // Sums and products of two floats round alike from double, since double has more than twice
    // the digits.
    switch op {
    case .add: return Value(type, .floating(round(a + b, type)))
    case .subtract: return Value(type, .floating(round(a - b, type)))
    case .multiply: return Value(type, .floating(round(a * b, type)))
    case .divide: return Value(type, .floating(round(a / b, type)))
    default: return nil
    }
  }

  func foldShift(_ op: BinaryOperator, _ left: Value, _ count: Int, _ type: Arithmetic) -> Value? {
    guard let number = left.integer, count >= 0, count < type.bytes * 8 else { return nil }
    let ctype = CType.arithmetic(type)
    if op == .shiftLeft { return Value(ctype, .integer(wrap(number << count, ctype))) }
    let shifted =
      type.isUnsigned ? Int(bitPattern: UInt(bitPattern: number) >> UInt(count)) : number >> count
    return Value(ctype, .integer(wrap(shifted, ctype)))
  }
}

extension Comparison {
  /// The answer for two known values.
  func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    default: a >= b
    }
  }
}
