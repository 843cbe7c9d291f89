/// Operators: on numbers, pointers and what programs define them for.
extension Lowering {
  // MARK: One operand

  func lower(
    _ op: UnaryOperator, _ operand: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    switch op {
    case .addressOf: return try address(of: operand, at: expression)
    case .preIncrement, .preDecrement, .postIncrement, .postDecrement:
      return try step(op, operand, at: expression)
    default: break
    }
    let object = try lower(operand)
    if let overloaded = op.overloaded, object.type.isUserDefined,
      let value = try overloadedOperator(overloaded, [object], at: expression)
    {
      return value
    }
    switch op {
    case .dereference: return try dereference(try read(object, operand), at: expression)
    case .not: return inverted(try condition(object, at: operand))
    default: return try unary(op, try read(object, operand), at: expression)
    }
  }

  /// Reads an object for the expression that named it.
  func read(_ object: Value, _ expression: Expression) throws(Fault) -> Value {
    let saved = current
    current = SourceRange(expression.location, expression.range.end)
    defer { current = saved }
    return try rvalue(object)
  }

  private func dereference(_ value: Value, at expression: Expression) throws(Fault) -> Value {
    if case .functions = value.form { return value }
    guard let target = value.type.pointee, let pointer = value.pointer else {
      throw fail(
        "'*' needs a pointer, got '\(value.qualifiedType.spelling)'", at: expression)
    }
    if target.type == .void { throw fail("'*' on a pointer to void", at: expression) }
    return object(at: pointer, target)
  }

  private func address(of operand: Expression, at expression: Expression) throws(Fault) -> Value {
    let object = try lower(operand)
    if case .functions = object.form { return object }
    if object.type.isUserDefined,
      let value = try overloadedOperator(.ampersand, [object], at: expression)
    {
      return value
    }
    guard let place = object.place else {
      throw fail(
        "'&' needs an object, got a value of type '\(object.qualifiedType.spelling)'",
        at: expression)
    }
    if case .memory(_, .some) = place { throw fail("a bit-field has no address", at: expression) }
    return Value(.pointer(object.qualifiedType), .pointer(wholePointer(to: place)))
  }

  /// The address of the object itself, also where it is an array.
  private func wholePointer(to place: Place) -> Pointer {
    if case .cell(let cell) = place, case .members = cell.content {
      return Pointer(cells: [cell], at: 0)
    }
    return pointer(to: place)
  }

  /// `++` and `--`.
  private func step(
    _ op: UnaryOperator, _ operand: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let object = try lower(operand)
    let isPost = op == .postIncrement || op == .postDecrement
    let isUp = op == .preIncrement || op == .postIncrement
    if object.type.isUserDefined {
      let arguments = isPost ? [object, .integer(0)] : [object]
      if let value = try overloadedOperator(
        isUp ? .increment : .decrement, arguments, at: expression)
      {
        return value
      }
    }
    let place = try assignable(object, at: operand)
    let old = try read(object, operand)
    let kept = isPost ? keep(old) : old
    let new: Value
    if let target = old.type.pointee, let pointer = old.pointer {
      let moved = try advanced(
        pointer, by: .integer(isUp ? 1 : -1), elementBytes: try elementBytes(target, at: expression)
      )
      new = Value(old.type, .pointer(moved))
    } else {
      guard old.type.arithmetic != nil, old.type.arithmetic != .bool else {
        throw fail(
          "'\(isUp ? "++" : "--")' cannot step a '\(object.qualifiedType.spelling)'", at: expression
        )
      }
      let sum = try arithmetic(isUp ? .add : .subtract, old, .integer(1), at: expression)
      new = number(sum, to: old.type)
    }
    mark(expression.location)
    try write(new, to: place, object.qualifiedType)
    return isPost ? kept : object
  }

  func elementBytes(_ type: QualifiedType, at expression: Expression) throws(Fault) -> Int {
    guard let bytes = type.type.bytes else {
      throw fail(
        "arithmetic on a pointer to the incomplete type '\(type.spelling)'", at: expression)
    }
    return bytes
  }

  // MARK: Two operands

  func lower(
    _ op: BinaryOperator, _ left: Expression, _ right: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    switch op {
    case .comma:
      _ = try value(left)
      return try lower(right)
    case .logicalAnd, .logicalOr: return try logical(op, left, right, at: expression)
    case .add, .subtract:
      if let fused = try contracted(op, left, right, at: expression) { return fused }
    default: break
    }
    let (a, b) = (try lower(left), try lower(right))
    return try combine(op, a, b, left, right, at: expression)
  }

  /// Two operands that may be of any type.
  func combine(
    _ op: BinaryOperator, _ left: Value, _ right: Value, _ leftSyntax: Expression,
    _ rightSyntax: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    if left.type.isUserDefined || right.type.isUserDefined, let overloaded = op.overloaded,
      let value = try overloadedOperator(overloaded, [left, right], at: expression)
    {
      return value
    }
    var (a, b) = (try read(left, leftSyntax), try read(right, rightSyntax))
    if a.type.record != nil { a = try toNumber(a) }
    if b.type.record != nil { b = try toNumber(b) }
    if a.type.isPointer || b.type.isPointer || a.type == .null || b.type == .null {
      return try pointerOperation(op, a, b, at: expression)
    }
    if let scoped = [a, b].first(where: \.type.isScopedEnumeration),
      a.type != b.type || op.comparison == nil
    {
      throw fail(
        "'\(op.rawValue)' is not defined for the scoped enumeration '\(scoped.type.spelling)'; "
          + "convert it with static_cast", at: expression)
    }
    return try arithmetic(op, a, b, at: expression)
  }

  /// A record that converts to one kind of number is that number.
  private func toNumber(_ value: Value) throws(Fault) -> Value {
    guard let (entity, scope) = conversions(of: value.type).first else { return value }
    return try rvalue(try invokeConversion(entity, scope, value))
  }

  /// `a · b ± c` in one instruction, where nvcc would contract it.
  private func contracted(
    _ op: BinaryOperator, _ left: Expression, _ right: Expression, at expression: Expression
  ) throws(Fault) -> Value? {
    if case .binary(.multiply, let x, let y) = left.kind {
      let (a, b) = (try lower(x), try lower(y))
      guard !a.type.isUserDefined, !b.type.isUserDefined else {
        let product = try combine(.multiply, a, b, x, y, at: left)
        return try combine(op, product, try lower(right), left, right, at: expression)
      }
      let factors = (try read(a, x), try read(b, y))
      let other = try lower(right)
      if !other.type.isUserDefined, factors.0.type.arithmetic != nil,
        factors.1.type.arithmetic != nil,
        other.type.arithmetic != nil
      {
        let addend = try read(other, right)
        if let fused = try fuse(op, factors, addend, isProductFirst: true, at: expression) {
          return fused
        }
        let product = try arithmetic(.multiply, factors.0, factors.1, at: left)
        return try arithmetic(op, product, addend, at: expression)
      }
      let product = try combine(.multiply, factors.0, factors.1, x, y, at: left)
      return try combine(op, product, other, left, right, at: expression)
    }
    guard case .binary(.multiply, let x, let y) = right.kind else { return nil }
    let other = try lower(left)
    let (a, b) = (try lower(x), try lower(y))
    if [other, a, b].allSatisfy({ $0.type.arithmetic != nil }) {
      let addend = try read(other, left)
      let factors = (try read(a, x), try read(b, y))
      if let fused = try fuse(op, factors, addend, isProductFirst: false, at: expression) {
        return fused
      }
      let product = try arithmetic(.multiply, factors.0, factors.1, at: right)
      return try arithmetic(op, addend, product, at: expression)
    }
    let product = try combine(.multiply, a, b, x, y, at: right)
    return try combine(op, other, product, left, right, at: expression)
  }

  /// The fused form, or nothing where C's types or known values ask for separate steps.
  func fuse(
    _ op: BinaryOperator, _ factors: (Value, Value), _ addend: Value, isProductFirst: Bool,
    at expression: Expression
  ) throws(Fault) -> Value? {
    guard let a = factors.0.type.arithmetic, let b = factors.1.type.arithmetic,
      let c = addend.type.arithmetic
    else { return nil }
    let type = Arithmetic.common(a, b)
    let isFraction = type == .float || type == .double
    guard Arithmetic.common(type, c) == type, type != .half, type != .bfloat,
      isFraction || (op == .add && type.isInteger)
    else { return nil }
    let result = CType.arithmetic(type)
    var x = try convert(factors.0, to: result)
    let y = try convert(factors.1, to: result)
    var z = try convert(addend, to: result)
    if x.isConstant && y.isConstant { return nil }
    if type.isInteger, x.isConstant || y.isConstant || z.isConstant {
      // Multiplying by 0 or 1 and adding 0 needs no instruction.
      if [x, y].contains(where: { $0.integer == 0 || $0.integer == 1 }) || z.integer == 0 {
        return nil
      }
    }
    mark(expression.location)
    if op == .subtract {
      if isProductFirst {
        z = try unary(.minus, z, at: expression)
      } else {
        x = try unary(.minus, x, at: expression)
      }
    }
    return multiplyAdd(x, y, z, result)
  }

  // MARK: Pointers

  private func pointerOperation(
    _ op: BinaryOperator, _ left: Value, _ right: Value, at expression: Expression
  ) throws(Fault) -> Value {
    mark(expression.location)
    if op == .add || op == .subtract, let target = left.type.pointee, let pointer = left.pointer,
      right.type.isInteger
    {
      let bytes = try elementBytes(target, at: expression)
      let moved = try advanced(
        pointer, by: right, elementBytes: bytes, isNegated: op == .subtract)
      return Value(left.type, .pointer(moved))
    }
    if op == .add, let target = right.type.pointee, let pointer = right.pointer, left.type.isInteger
    {
      let bytes = try elementBytes(target, at: expression)
      return Value(right.type, .pointer(try advanced(pointer, by: left, elementBytes: bytes)))
    }
    if op == .subtract, let target = left.type.pointee, let a = left.pointer, let b = right.pointer
    {
      return try distance(a, b, try elementBytes(target, at: expression))
    }
    if let comparison = op.comparison, let pair = try comparable(left, right) {
      return comparePointers(comparison, pair.0, pair.1)
    }
    throw invalidOperands(op.rawValue, left, right, at: expression)
  }

  private func comparable(_ left: Value, _ right: Value) throws(Fault) -> (Pointer, Pointer)? {
    if let a = left.pointer, let b = right.pointer { return (a, b) }
    if let a = left.pointer, right.integer == 0 { return (a, .null) }
    if let b = right.pointer, left.integer == 0 { return (.null, b) }
    return nil
  }

  private func comparePointers(_ op: Comparison, _ left: Pointer, _ right: Pointer) -> Value {
    if let (a, i) = left.cells, let (b, j) = right.cells, let first = a.first, first === b.first {
      return .boolean(op.holds(i, j))
    }
    if left.isNull && right.isNull { return .boolean(op.holds(0, 0)) }
    if left.isNull || right.isNull, left.cells != nil || right.cells != nil {
      return .boolean(op == .notEqual)
    }
    let (a, b, space) = aligned(left, right)
    let register = builder.makeRegister(.predicate)
    emit(.compare(op), space.isWide ? .u64 : .u32, to: [register], from: [a, b])
    return Value(.bool, .operand(.register(register)))
  }

  private func distance(_ left: Pointer, _ right: Pointer, _ bytes: Int) throws(Fault) -> Value {
    if let (a, i) = left.cells, let (b, j) = right.cells, let first = a.first, first === b.first {
      return .integer(i - j, .arithmetic(.long))
    }
    let (a, b, space) = aligned(left, right)
    var difference: Operand
    if space.isWide {
      difference = builder.compute(.binary(.subtract), .s64, a, b)
    } else {
      let word = builder.compute(.binary(.subtract), .s32, a, b)
      difference = builder.compute(.convert(from: .s32, .nearest, saturates: false), .s64, word)
    }
    if bytes & (bytes - 1) == 0 {
      difference = builder.compute(
        .binary(.shiftRight), .s64, difference, .word(bytes.trailingZeroBitCount))
    } else {
      difference = builder.compute(.binary(.divide), .s64, difference, .wide(bytes))
    }
    return Value(.arithmetic(.long), .operand(difference))
  }
}

extension CType {
  /// True of types that a program may define operators for.
  var isUserDefined: Bool {
    switch self {
    case .record, .enumeration: true
    default: false
    }
  }

  var isScopedEnumeration: Bool {
    if case .enumeration(let enumeration) = self { enumeration.isScoped } else { false }
  }
}

extension UnaryOperator {
  /// The name under which a program defines it.
  var overloaded: OverloadedOperator? {
    switch self {
    case .plus: .plus
    case .minus: .minus
    case .not: .exclamation
    case .complement: .tilde
    case .dereference: .star
    case .addressOf: .ampersand
    case .preIncrement, .postIncrement: .increment
    case .preDecrement, .postDecrement: .decrement
    }
  }
}
