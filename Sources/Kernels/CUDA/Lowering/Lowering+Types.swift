/// Types as written, resolved.
extension Lowering {
  /// The type that a syntax stands for; `auto` is the caller's business.
  func resolve(_ syntax: TypeSyntax) throws(Fault) -> QualifiedType {
    let isConst = syntax.qualifiers.contains(.const)
    let isVolatile = syntax.qualifiers.contains(.volatile)
    let plain = try resolveKind(syntax)
    if plain.type.isReference { return plain }
    if case .array(let element, let count) = plain.type {
      let inner = element.qualified(isConst: isConst, isVolatile: isVolatile)
      return QualifiedType(
        .array(inner, count: count), isConst: plain.isConst || isConst,
        isVolatile: plain.isVolatile || isVolatile)
    }
    return plain.qualified(isConst: isConst, isVolatile: isVolatile)
  }

  private func resolveKind(_ syntax: TypeSyntax) throws(Fault) -> QualifiedType {
    switch syntax.kind {
    case .builtin(let builtin): return QualifiedType(builtin.type)
    case .named(let name): return try type(named: name)
    case .automatic:
      throw fail("'auto' is only possible where a first value says the type", at: syntax.range)
    case .decltype(let expression): return try declaredType(expression, at: syntax.range)
    case .pointer(let target):
      let pointee = try resolve(target)
      if pointee.type.isReference {
        throw fail("pointer to a reference", at: syntax.range)
      }
      return QualifiedType(.pointer(pointee))
    case .reference(let target): return try reference(target, isRvalue: false)
    case .rvalueReference(let target): return try reference(target, isRvalue: true)
    case .array(let element, let count):
      return try arrayType(try resolve(element), count, at: syntax.range)
    case .function(let result, let parameters):
      var types: [CType] = []
      for parameter in parameters { types.append(try parameterType(parameter).type) }
      return QualifiedType(
        .function(FunctionType(result: try resolve(result).type, parameters: types)))
    case .record(let record):
      guard let made = try declareRecord(record, in: scope) else {
        throw fail("a template cannot be used as a type here", at: syntax.range)
      }
      return QualifiedType(.record(made))
    case .enumeration(let declaration):
      return QualifiedType(.enumeration(try declareEnumeration(declaration, in: scope)))
    case .invalid: throw fail("this type could not be read", at: syntax.range)
    }
  }

  private func reference(_ target: TypeSyntax, isRvalue: Bool) throws(Fault) -> QualifiedType {
    let inner = try resolve(target)
    // References to references collapse; an lvalue one wins.
    if case .reference(let deep, let inside) = inner.type {
      return QualifiedType(.reference(deep, isRvalue: isRvalue && inside))
    }
    return QualifiedType(.reference(inner, isRvalue: isRvalue))
  }

  private func arrayType(
    _ element: QualifiedType, _ count: Expression?, at range: SourceRange
  ) throws(Fault) -> QualifiedType {
    guard let count else { return QualifiedType(.array(element, count: nil)) }
    let number = try constantInteger(count, for: "the length of an array")
    guard number >= 0 else {
      throw fail("an array cannot have \(number) elements", at: count.range)
    }
    guard number < 1 << 31 else {
      throw fail("an array of \(number) elements is too long", at: count.range)
    }
    if element.type == .void { throw fail("array of 'void'", at: range) }
    let (bytes, isTooLong) = (element.type.bytes ?? 1).multipliedReportingOverflow(by: number)
    guard !isTooLong, bytes < 1 << 40 else {
      throw fail("an array of this type would have more than a terabyte", at: range)
    }
    return QualifiedType(
      .array(element, count: number), isConst: element.isConst, isVolatile: element.isVolatile)
  }

  private func declaredType(
    _ expression: Expression?, at range: SourceRange
  ) throws(Fault) -> QualifiedType {
    guard let expression else {
      throw fail("'decltype(auto)' is only possible where a value says the type", at: range)
    }
    let value = try detached { () throws(Fault) in try lower(expression) }
    return value.qualifiedType
  }

  /// The type of a parameter: arrays and functions become pointers.
  func parameterType(_ parameter: ParameterDeclaration) throws(Fault) -> QualifiedType {
    adjusted(try resolve(parameter.type))
  }

  func adjusted(_ type: QualifiedType) -> QualifiedType {
    switch type.type {
    case .array(let element, _): QualifiedType(.pointer(element))
    case .function: QualifiedType(.pointer(type))
    default: type
    }
  }

  // MARK: Constants

  /// The whole number that an expression must have while compiling.
  func constantInteger(_ expression: Expression, for purpose: String) throws(Fault) -> Int {
    let value = try constant(expression)
    let whole: CType = value.type.isFloating ? .arithmetic(.long) : value.type
    guard let number = try convert(value, to: whole).integer
    else {
      throw fail("\(purpose) must be a constant whole number", at: expression.range)
    }
    return number
  }

  /// An expression's value without its code.
  func constant(_ expression: Expression) throws(Fault) -> Value {
    try detached { () throws(Fault) in try rvalue(try lower(expression)) }
  }
}

extension BuiltinType {
  /// The resolved type; `long double` is a double on devices.
  var type: CType {
    switch self {
    case .void: .void
    case .bool: .bool
    case .char: .arithmetic(.char)
    case .signedChar: .arithmetic(.signedChar)
    case .unsignedChar: .arithmetic(.unsignedChar)
    case .short: .arithmetic(.short)
    case .unsignedShort, .char16: .arithmetic(.unsignedShort)
    case .int, .wideChar: .int
    case .unsignedInt, .char32: .unsignedInt
    case .long: .arithmetic(.long)
    case .unsignedLong: .size
    case .longLong: .arithmetic(.longLong)
    case .unsignedLongLong: .arithmetic(.unsignedLongLong)
    case .float: .float
    case .double, .longDouble: .double
    }
  }
}
