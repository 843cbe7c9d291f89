/// Expressions: each gives a value, writing the instructions that compute it.
extension Lowering {
  /// The most expressions that one walk of a kernel meets, copies of unrolled loops included.
  static let stepLimit = 3_000_000

  /// Walks an expression; what it gives may be an object that is still to be read.
  func lower(_ expression: Expression) throws(Fault) -> Value {
    let saved = current
    current = expression.range
    defer { current = saved }
    steps += 1
    guard steps < Self.stepLimit else {
      throw fail(
        "the kernel takes more than \(Self.stepLimit) steps to compile", at: expression.range)
    }
    switch expression.kind {
    case .integer(let literal): return integer(literal)
    case .floating(let literal):
      return literal.isFloat
        ? Value(.float, .floating(Double(literal.single)))
        : Value(.double, .floating(literal.value))
    case .character(let code): return .integer(code, .arithmetic(.char))
    case .string(let bytes):
      let type = CType.pointer(QualifiedType(.arithmetic(.char), isConst: true))
      return Value(type, .string(bytes))
    case .boolean(let value): return .boolean(value)
    case .nullPointer: return Value(.null, .pointer(.null))
    case .this: return try thisPointer(at: expression)
    case .name(let name): return try lower(name, at: expression)
    case .unary(let op, let operand): return try lower(op, operand, at: expression)
    case .binary(let op, let left, let right): return try lower(op, left, right, at: expression)
    case .assignment(let op, let target, let value):
      return try assign(op, target, value, at: expression)
    case .conditional(let condition, let then, let otherwise):
      return try conditional(condition, then, otherwise, at: expression)
    case .call(let callee, let arguments):
      return try lowerCall(callee, arguments, at: expression)
    case .subscripted(let base, let index): return try subscripted(base, index, at: expression)
    case .member(let object, let name, let isArrow):
      return try member(object, name, isArrow, at: expression)
    case .cast(let kind, let type, let operand):
      return try cast(kind, type, operand, at: expression)
    case .construct(let type, let arguments, let isBraced):
      return try construct(type, arguments, isBraced, at: expression)
    case .list(let list): return Value(.unresolved, .list(list))
    case .sizeOfType(let type): return try size(of: try resolve(type).type, at: expression)
    case .sizeOfValue(let operand):
      let value = try detached { () throws(Fault) in try lower(operand) }
      if case .string(let bytes) = value.form { return .integer(bytes.count + 1, .size) }
      return try size(of: value.type, at: expression)
    case .alignOfType(let type): return .integer(try resolve(type).type.alignment, .size)
    case .lambda(let lambda): return try closure(lambda, at: expression)
    case .invalid: throw fail("this expression could not be read", at: expression)
    }
  }

  /// The value of an expression; objects are read.
  func value(_ expression: Expression) throws(Fault) -> Value {
    let value = try lower(expression)
    let saved = current
    current = SourceRange(expression.location, expression.range.end)
    defer { current = saved }
    return try rvalue(value)
  }

  private func integer(_ literal: IntegerLiteral) -> Value {
    let value = literal.value
    let number = Int(bitPattern: UInt(value))
    let fitsInt = value <= 0x7fff_ffff
    let fitsUnsigned = value <= 0xffff_ffff && (literal.isUnsigned || !literal.isDecimal)
    let type: Arithmetic
    if literal.longs == 0, fitsInt {
      type = literal.isUnsigned ? .unsignedInt : .int
    } else if literal.longs == 0, fitsUnsigned {
      type = .unsignedInt
    } else {
      let isUnsigned = literal.isUnsigned || value > UInt64(Int64.max)
      type =
        literal.longs == 2
        ? (isUnsigned ? .unsignedLongLong : .longLong) : (isUnsigned ? .unsignedLong : .long)
    }
    return .integer(number, .arithmetic(type))
  }

  private func size(of type: CType, at expression: Expression) throws(Fault) -> Value {
    guard let bytes = type.referred.bytes else {
      throw fail("'sizeof' of the incomplete type '\(type.spelling)'", at: expression)
    }
    return .integer(bytes, .size)
  }

  // MARK: Names

  private func lower(_ name: QualifiedName, at expression: Expression) throws(Fault) -> Value {
    if let word = name.simple {
      for region in scope.chain {
        if let entity = region.entities[word] {
          return try value(of: entity, name, at: expression)
        }
        if let record = region.record, let path = record.path(to: word) {
          return try field(of: record, path, at: expression)
        }
        if let entity = region.own(word) { return try value(of: entity, name, at: expression) }
      }
    } else {
      var entity = try lookup(name.withoutLastArguments)
      if entity == nil { entity = try lookup(name) }
      if let entity { return try value(of: entity, name, at: expression) }
    }
    if let field = try memberOfBase(name, at: expression) { return field }
    guard let word = name.last.word else { throw unknown("name", name) }
    if let special = builtinVariable(word) { return special }
    if module.intrinsics[word] != nil {
      var reference = FunctionReference(name: word, candidates: [], builtin: word)
      reference.arguments = try templateArguments(of: name, [])
      return Value(.unresolved, .functions(reference))
    }
    throw unknown("name", name)
  }

  private func value(
    of entity: Entity, _ name: QualifiedName, at expression: Expression
  ) throws(Fault) -> Value {
    switch entity {
    case .variable(let variable): return Value(variable.type, variable.place)
    case .value(let value):
      if value.type == .unresolved, case .nothing = value.form {
        throw fail(
          "'\(name.spelling)' is a variable of the host; device code can use __device__, "
            + "__constant__ and constexpr variables", at: expression)
      }
      return value
    case .functions(let set): return try functions(set, name)
    case .variableTemplate(let template):
      return try instantiate(template, name.last.templateArguments ?? [], name.range)
    default:
      throw fail("'\(name.spelling)' is \(entity.noun); a value is expected", at: expression)
    }
  }

  /// All functions of a name that can be seen: inner regions first, then those around.
  private func functions(_ set: FunctionSet, _ name: QualifiedName) throws(Fault) -> Value {
    var candidates = set.candidates
    let word = set.name
    if name.components.count == 1 {
      for region in scope.chain {
        for seen in [region] + region.usings {
          if case .functions(let other)? = seen.entities[word], other !== set {
            candidates += other.candidates
          }
        }
      }
    }
    var reference = FunctionReference(name: word, candidates: candidates)
    if module.intrinsics[word] != nil { reference.builtin = word }
    if candidates.contains(where: { $0.owner != nil }), let this = frame.this,
      let type = frame.thisType
    {
      reference.object = Value(type, this)
    }
    reference.arguments = try templateArguments(of: name, candidates)
    return Value(.unresolved, .functions(reference))
  }

  func templateArguments(
    of name: QualifiedName, _ candidates: [FunctionEntity]
  ) throws(Fault) -> [TemplateValue]? {
    guard let arguments = name.last.templateArguments else { return nil }
    let parameters = candidates.first(where: \.isTemplate)?.declaration.templateParameters
    return try resolve(arguments, for: parameters)
  }

  private func field(
    of record: Record, _ path: [Int], at expression: Expression
  ) throws(Fault) -> Value {
    guard let this = frame.this, let type = frame.thisType else {
      throw fail("a member needs an object here", at: expression)
    }
    var object = Value(type, this)
    if let own = type.type.record, own != record, let up = own.path(toBase: record) {
      for index in up { object = member(of: object, at: index) }
    }
    for index in path { object = member(of: object, at: index) }
    return try dereferenced(object)
  }

  /// `Base::member` inside a method.
  private func memberOfBase(
    _ name: QualifiedName, at expression: Expression
  ) throws(Fault) -> Value? {
    guard name.components.count > 1, let word = name.last.word else { return nil }
    let owner = QualifiedName(
      isGlobal: name.isGlobal, components: Array(name.components.dropLast()), range: name.range)
    guard case .type(let type)? = try lookup(owner), let record = type.type.record,
      let path = record.path(to: word)
    else { return nil }
    return try field(of: record, path, at: expression)
  }

  func thisPointer(at expression: Expression) throws(Fault) -> Value {
    guard let this = frame.this, let type = frame.thisType else {
      throw fail("'this' is only possible in a member function", at: expression)
    }
    return Value(.pointer(type), .pointer(pointer(to: this)))
  }

  private func builtinVariable(_ word: String) -> Value? {
    let names: [String: (String, [SpecialValue])] = [
      "threadIdx": ("uint3", [.threadX, .threadY, .threadZ]),
      "blockIdx": ("uint3", [.blockX, .blockY, .blockZ]),
      "blockDim": ("dim3", [.blockSizeX, .blockSizeY, .blockSizeZ]),
      "gridDim": ("dim3", [.gridSizeX, .gridSizeY, .gridSizeZ]),
    ]
    if word == "warpSize" { return .integer(32) }
    guard let (type, parts) = names[word], let record = module.builtinRecord(type) else {
      return Constants.value(word)
    }
    let members = parts.map { Value(.unsignedInt, .operand(.special($0))) }
    var value = Value(.record(record), .aggregate(members))
    value.isConst = true
    return value
  }
}

extension QualifiedName {
  var withoutLastArguments: QualifiedName {
    QualifiedName(
      isGlobal: isGlobal, components: components.dropLast() + [last.withoutArguments], range: range)
  }
}

extension Record {
  /// The places that lead to a base record.
  func path(toBase base: Record) -> [Int]? {
    for (index, field) in fields.enumerated() where field.name.hasPrefix("base ") {
      guard let record = field.type.type.record else { continue }
      if record == base { return [index] }
      if let rest = record.path(toBase: base) { return [index] + rest }
    }
    return nil
  }
}
