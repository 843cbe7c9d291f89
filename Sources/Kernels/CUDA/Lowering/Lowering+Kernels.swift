/// A kernel: its parameters, its body, and the walks until nothing new is learned.
extension Lowering {
  /// Writes a kernel; what earlier passes learned comes in, what this one did is in `facts`.
  func lowerKernel(
    _ entity: FunctionEntity, _ values: [TemplateValue], name: String
  ) throws(Fault) -> KernelProgram {
    let declaration = specialized(entity, values).declaration
    guard case .statement(let body) = declaration.body else {
      throw fail("kernel '\(name)' is declared but has no body", at: declaration.headRange)
    }
    let region = bind(declaration.templateParameters ?? [], values, around: entity.scope)
    frame = Frame(
      name: entity.name,
      path: module.keys.call(from: 0, to: declaration.id.number, at: declaration.range.start),
      result: .void)
    frame.isKernelBody = true
    frame.instance = name
    scope = Region(parent: region)
    if let result = declaration.result, try resolve(result).type != .void {
      throw fail("a kernel returns 'void'", at: result.range)
    }
    mark(declaration.headRange.start)
    let (parameters, bytes) = try declareParameters(declaration)
    let limit = try declaration.launchBounds.map { (b) throws(Fault) in
      try constantInteger(b.maximumThreads, for: "a launch bound")
    }
    try lower(body)
    let statements = Cleanup(builder.statements).result
    return KernelProgram(
      name: name, parameters: parameters, argumentBytes: bytes, statements: statements,
      registerNumbers: builder.registerNumbers, labelNumbers: builder.labelNumbers,
      sharedSymbols: sharedSymbols, sharedBytes: sharedBytes, localBytes: localBytes,
      maximumBlockThreads: limit)
  }

  private func specialized(_ entity: FunctionEntity, _ values: [TemplateValue]) -> FunctionEntity {
    entity.specializations.first { $0.arguments == values }?.function ?? entity
  }

  /// Reads a function by itself, with arguments that nothing is known of.
  func check(_ entity: FunctionEntity) throws(Fault) {
    guard case .statement(let body) = entity.declaration.body else { return }
    frame = Frame(
      name: entity.name,
      path: module.keys.call(
        from: 0, to: entity.declaration.id.number, at: entity.declaration.range.start),
      result: nil, caller: Frame(name: "", path: 0, result: .void))
    frame.instance = entity.name
    frame.declaration = entity.declaration.id
    scope = Region(parent: entity.scope)
    for (index, parameter) in entity.declaration.parameters.enumerated() {
      let type = try parameterType(parameter)
      guard let name = parameter.name?.text else { continue }
      let key = module.keys.child(of: module.keys.variable(on: frame.path, -1), index)
      var plain = type
      if case .reference(let target, _) = type.type { plain = target }
      let cell = try makeCell(plain.type, key: key, initial: nil)
      scope.define(
        name,
        .variable(
          Variable(name: name, type: plain, place: .cell(cell), location: parameter.range.start)))
    }
    if let result = entity.declaration.result, !result.mentionsAuto {
      frame.result = try resolve(result).type
    }
    _ = try run(body)
  }

  // MARK: Parameters

  private func declareParameters(
    _ declaration: FunctionDeclaration
  ) throws(Fault) -> ([KernelParameter], Int) {
    var (parameters, end) = ([KernelParameter](), 0)
    for (index, parameter) in declaration.parameters.enumerated() {
      let type = try parameterType(parameter)
      let name = parameter.name?.text ?? "parameter \(index + 1)"
      guard let bytes = type.type.bytes, !type.type.isReference else {
        throw fail("a kernel cannot take a '\(type.spelling)'", at: parameter.range)
      }
      let offset = (end + type.type.alignment - 1) / type.type.alignment * type.type.alignment
      end = offset + bytes
      parameters.append(
        KernelParameter(
          name: name, typeName: type.spelling, kind: type.type.parameterKind, byteOffset: offset,
          bytes: bytes))
      let initial = argument(type.type, at: offset, name)
      let key = module.keys.child(of: module.keys.variable(on: frame.path, -1), index)
      let cell = try makeCell(type.type, key: key, initial: initial)
      if let word = parameter.name?.text {
        if scope.entities[word] != nil {
          throw fail("parameter '\(word)' is declared twice", at: parameter.range)
        }
        scope.define(
          word,
          .variable(
            Variable(name: word, type: type, place: .cell(cell), location: parameter.range.start)))
      }
    }
    return (parameters, end)
  }

  /// What a launch passes, read into registers; addresses are of device memory.
  private func argument(_ type: CType, at offset: Int, _ name: String) -> Value {
    switch type {
    case .record(let record):
      if record.name == "cudaTextureObject_t" {
        return Value(type, .aggregate([.integer(module.texture(name))]))
      }
      if record.isOpaque { return opaqueArgument(type, at: offset) }
      return Value(
        type,
        .aggregate(record.fields.map { argument($0.type.type, at: offset + $0.offset, $0.name) }))
    case .array(let element, let count):
      let step = element.type.bytes ?? 0
      return Value(
        type,
        .aggregate((0..<(count ?? 0)).map { argument(element.type, at: offset + $0 * step, name) }))
    default: return scalarArgument(type, at: offset)
    }
  }

  private func scalarArgument(_ type: CType, at offset: Int) -> Value {
    let memory = type.memoryType ?? .u32
    let register = builder.compute(.move, memory, .argument(byteOffset: offset))
    if type.arithmetic == .bool {
      return Value(
        type, .operand(builder.compute(.compare(.notEqual), .u32, register, .word(0))))
    }
    if type.arithmetic == nil {
      return Value(type, .pointer(Pointer(.global, register)))
    }
    return Value(type, .operand(register))
  }

  /// A union lies in memory, so its bytes are copied there.
  private func opaqueArgument(_ type: CType, at offset: Int) -> Value {
    let place = allocateLocal(type)
    let unit = min(4, type.alignment)
    let memory: ValueType = unit == 4 ? .u32 : unit == 2 ? .u16 : .u8
    for step in stride(from: 0, to: type.bytes ?? 0, by: unit) {
      var target = place
      target.offset += step
      let word = builder.compute(.move, memory, .argument(byteOffset: offset + step))
      emit(.store(.local, .plain), memory, from: [word], at: address(of: target))
    }
    return Value(QualifiedType(type), .memory(place, bits: nil))
  }
}

extension CType {
  /// How a launch passes a parameter of the type.
  var parameterKind: KernelParameter.Kind {
    switch self {
    case .pointer(let target):
      return .pointer(
        to: target.type.numberInside, elementBytes: target.type.bytes ?? 1,
        isConstant: target.isConst)
    case .record: return .structure(members: structureMembers(prefix: "", offset: 0))
    default: return .scalar(memoryType ?? .u32)
    }
  }

  private func structureMembers(prefix: String, offset: Int) -> [StructureMember] {
    switch self {
    case .record(let record):
      return record.fields.flatMap { field in
        let inner =
          field.isTransparent ? prefix : prefix.isEmpty ? field.name : "\(prefix).\(field.name)"
        return field.type.type.structureMembers(prefix: inner, offset: offset + field.offset)
      }
    case .array(let element, let count):
      return (0..<(count ?? 0)).flatMap { index in
        element.type.structureMembers(
          prefix: "\(prefix)[\(index)]", offset: offset + index * (element.type.bytes ?? 0))
      }
    default:
      return [StructureMember(name: prefix, type: memoryType ?? .u32, byteOffset: offset)]
    }
  }
}
