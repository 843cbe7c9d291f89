/// Assignments.
extension Lowering {
  func assign(
    _ op: BinaryOperator?, _ target: Expression, _ syntax: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    if let op { return try compound(op, target, syntax, at: expression) }
    let given = try lower(syntax)
    let object = try lower(target)
    if object.type.record?.scope?.own("operator=") != nil,
      let value = try overloadedOperator(.assign, [object, given], at: expression)
    {
      return value
    }
    let place = try assignable(object, at: target)
    let read = try self.read(given, syntax)
    let converted = try convertImplicitly(
      read, to: object.type, as: "what is assigned to it", at: syntax.range,
      target: target.plainName)
    mark(target.location)
    try write(converted, to: place, object.qualifiedType)
    return object
  }

  private func compound(
    _ op: BinaryOperator, _ target: Expression, _ syntax: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    if op == .add || op == .subtract, case .binary(.multiply, let x, let y) = syntax.kind {
      let (a, b) = (try lower(x), try lower(y))
      if a.type.arithmetic != nil, b.type.arithmetic != nil,
        !a.type.isUserDefined, !b.type.isUserDefined
      {
        let factors = (try read(a, x), try read(b, y))
        let object = try lower(target)
        if object.type.arithmetic != nil {
          return try accumulate(op, factors, object, target, syntax, at: expression)
        }
        let product = try arithmetic(.multiply, factors.0, factors.1, at: syntax)
        return try compound(op, object, product, target, syntax, at: expression)
      }
      let product = try combine(.multiply, a, b, x, y, at: syntax)
      return try compound(op, try lower(target), product, target, syntax, at: expression)
    }
    let given = try lower(syntax)
    let object = try lower(target)
    if object.type.isUserDefined {
      return try compound(op, object, given, target, syntax, at: expression)
    }
    return try compound(op, object, try read(given, syntax), target, syntax, at: expression)
  }

  private func accumulate(
    _ op: BinaryOperator, _ factors: (Value, Value), _ object: Value, _ target: Expression,
    _ syntax: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    let place = try assignable(object, at: target)
    let old = try read(object, target)
    let sum: Value
    if let fused = try fuse(op, factors, old, isProductFirst: false, at: expression) {
      sum = fused
    } else {
      let product = try arithmetic(.multiply, factors.0, factors.1, at: syntax)
      sum = try arithmetic(op, old, product, at: expression)
    }
    let result = try convert(sum, to: object.type)
    mark(target.location)
    try write(result, to: place, object.qualifiedType)
    return object
  }

  private func compound(
    _ op: BinaryOperator, _ object: Value, _ given: Value, _ target: Expression,
    _ syntax: Expression, at expression: Expression
  ) throws(Fault) -> Value {
    if object.type.isUserDefined,
      let overloaded = OverloadedOperator(rawValue: op.rawValue + "="),
      let value = try overloadedOperator(overloaded, [object, given], at: expression)
    {
      return value
    }
    let place = try assignable(object, at: target)
    let result = try combine(op, object, given, target, syntax, at: expression)
    let converted: Value
    if result.type.arithmetic != nil, object.type.arithmetic != nil {
      converted = try convert(result, to: object.type)
    } else {
      converted = try convertImplicitly(
        result, to: object.type, as: "what is assigned to it", at: expression.range)
    }
    mark(target.location)
    try write(converted, to: place, object.qualifiedType)
    return object
  }

  /// The object of an assignment.
  func assignable(_ object: Value, at target: Expression) throws(Fault) -> Place {
    guard let place = object.place else {
      if case .functions = object.form {
        throw fail("a function cannot be assigned to", at: target)
      }
      let name = target.rootName.map { "'\($0)'" } ?? "this"
      if object.isConst || object.isConstant {
        throw fail("\(name) is constant and cannot be changed", at: target.range)
      }
      throw fail("\(name) is a value, not an object that can be assigned to", at: target.range)
    }
    if object.isConst {
      let name = target.rootName.map { "'\($0)'" } ?? "this"
      throw fail(
        "\(name) is of type '\(object.qualifiedType.spelling)' and cannot be changed",
        at: target.range)
    }
    if object.type.isArray { throw fail("an array cannot be assigned to", at: target.range) }
    return place
  }
}
