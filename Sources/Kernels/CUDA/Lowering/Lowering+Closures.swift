/// Lambdas: a closure is a record of what it captured by copy; what it captured by reference it
/// finds where it was written, since calls are inlined.
extension Lowering {
  func closure(_ lambda: LambdaExpression, at expression: Expression) throws(Fault) -> Value {
    let key = module.keys.variable(on: frame.path, number(of: lambda.id))
    let captures = try captured(lambda)
    let record: Record
    if let known = module.localRecords[key] {
      record = known
    } else {
      record = Record(name: "lambda at line \(expression.range.start.line)")
      for (name, value) in captures {
        record.addField(name, QualifiedType(value.type, isConst: !lambda.isMutable))
      }
      record.isComplete = true
      module.localRecords[key] = record
    }
    record.closure = Closure(
      lambda: lambda, scope: scope, this: frame.this, thisType: frame.thisType,
      isLibrary: pinned != nil)
    return Value(.record(record), .aggregate(captures.map(\.1)))
  }

  /// The values that are copied into the closure.
  private func captured(_ lambda: LambdaExpression) throws(Fault) -> [(String, Value)] {
    var list: [(String, Value)] = []
    for capture in lambda.captures where !capture.isByReference {
      if let initializer = capture.initializer {
        list.append((capture.name.text, keep(try value(initializer))))
      } else if let value = try copyOfLocal(capture.name.text) {
        list.append((capture.name.text, value))
      } else {
        throw fail("unknown variable '\(capture.name.text)'", at: capture.name.range)
      }
    }
    guard lambda.captureDefault == .byCopy else { return list }
    var seen = Set(list.map(\.0) + lambda.captures.map(\.name.text))
    var words: [String] = []
    lambda.body.visit { expression in
      if case .name(let name) = expression.kind, let word = name.simple, seen.insert(word).inserted
      {
        words.append(word)
      }
    }
    for word in words {
      if let value = try copyOfLocal(word) { list.append((word, value)) }
    }
    return list
  }

  /// A copy of a variable of the function, or nothing for other names.
  private func copyOfLocal(_ word: String) throws(Fault) -> Value? {
    for region in scope.chain where region.record == nil && !region.isNamespace {
      guard let entity = region.entities[word] else { continue }
      guard case .variable(let variable) = entity, variable.isLocal else { return nil }
      if variable.type.type.isArray { return nil }
      return keep(try rvalue(Value(variable.type, variable.place)))
    }
    return nil
  }

  func call(
    _ closure: Closure, _ object: Value, _ arguments: [Value], at expression: Expression
  ) throws(Fault) -> Value {
    let lambda = closure.lambda
    let needed = lambda.parameters.filter { $0.defaultValue == nil }.count
    guard arguments.count >= needed, arguments.count <= lambda.parameters.count else {
      throw fail(
        "the lambda takes \(lambda.parameters.count) arguments, \(arguments.count) given",
        at: expression)
    }
    let saved = (frame, scope, pinned, current)
    defer { (frame, scope, pinned, current) = saved }
    try checkDepth("lambda", at: expression.range)
    inlineDepth += 1
    defer { inlineDepth -= 1 }
    let path = module.keys.call(
      from: frame.path, to: number(of: lambda.id), at: expression.location)
    let site = pinned ?? SourceRange(expression.location, expression.range.end)
    let inner = Frame(name: "lambda", path: path, result: nil, caller: frame)
    inner.callSite = site
    inner.this = closure.this
    inner.thisType = closure.thisType
    inner.isLibrary = closure.isLibrary
    // A lambda of the person that library text calls is the person's text again.
    if !closure.isLibrary { pinned = nil }
    frame = inner
    scope = Region(parent: closure.scope)
    if let fields = object.type.record?.fields {
      for (index, field) in fields.enumerated() { try expose(field, at: index, of: object) }
    }
    for (index, parameter) in lambda.parameters.enumerated() {
      try bindLambda(parameter, index, arguments)
    }
    if let result = lambda.result { frame.result = try resolve(result).type }
    return try run(lambda.body)
  }

  private func expose(_ field: Field, at index: Int, of object: Value) throws(Fault) {
    let part = member(of: object, at: index)
    guard let place = part.place else { return scope.define(field.name, .value(part)) }
    scope.define(
      field.name,
      .variable(
        Variable(
          name: field.name, type: part.qualifiedType, place: place, location: SourceLocation())))
  }

  private func bindLambda(
    _ parameter: ParameterDeclaration, _ index: Int, _ arguments: [Value]
  ) throws(Fault) {
    var argument: Value
    if arguments.indices.contains(index) {
      argument = arguments[index]
    } else if let expression = parameter.defaultValue {
      argument = try lower(expression)
    } else {
      return
    }
    let type = try parameterType(parameter, given: argument)
    try bind(parameter, index, type, &argument)
  }

  /// The type of an `auto` variable or parameter.
  func automaticType(_ syntax: TypeSyntax, _ value: Value) throws(Fault) -> QualifiedType {
    switch syntax.kind {
    case .automatic:
      var type = value.type
      if case .array(let element, _) = type {
        type = .pointer(element.qualified(isConst: value.isConst, isVolatile: value.isVolatile))
      }
      if case .functions(let reference) = value.form { type = module.functionType(reference).type }
      if case .list = value.form {
        throw fail("'auto' cannot be deduced from a list", at: syntax.range)
      }
      if type == .void { throw fail("'auto' cannot be 'void'", at: syntax.range) }
      return QualifiedType(
        type, isConst: syntax.qualifiers.contains(.const),
        isVolatile: syntax.qualifiers.contains(.volatile))
    case .reference(let inner), .rvalueReference(let inner):
      var target =
        inner.isAutomatic
        ? value.qualifiedType.qualified(
          isConst: inner.qualifiers.contains(.const), isVolatile: false)
        : try automaticType(inner, value)
      if case .functions(let reference) = value.form { target = module.functionType(reference) }
      return QualifiedType(.reference(target, isRvalue: syntax.isRvalueReference))
    case .pointer(let inner):
      guard let pointee = try rvalue(value).type.pointee else {
        throw fail(
          "'auto *' needs a pointer, got '\(value.qualifiedType.spelling)'", at: syntax.range)
      }
      if inner.isAutomatic {
        let isConst = inner.qualifiers.contains(.const)
        return QualifiedType(.pointer(pointee.qualified(isConst: isConst, isVolatile: false)))
      }
      return try resolve(syntax)
    default: return try resolve(syntax)
    }
  }
}
