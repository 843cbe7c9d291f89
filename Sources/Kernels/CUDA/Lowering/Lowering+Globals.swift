/// Variables outside of functions, and those that outlive a call.
extension Lowering {
  /// A variable of a namespace or a static member.
  func declareGlobal(_ variable: VariableDeclaration, in region: Region) throws(Fault) {
    guard let name = variable.name.last.word else { return }
    if let parameters = variable.templateParameters, !parameters.isEmpty {
      let template = VariableTemplate(declaration: variable, scope: region)
      return region.define(name, .variableTemplate(template))
    }
    if variable.name.components.count > 1 { return }
    if !variable.specifiers.isDisjoint(with: [.constant, .device, .managed, .shared]) {
      let made = try outlasting(variable, instance: "")
      return region.define(name, .variable(made))
    }
    do throws(Fault) {
      if let entity = try hostConstant(variable, name) { return region.define(name, entity) }
    } catch {
      if variable.specifiers.contains(.constexpr) { throw error }
    }
    region.define(name, .value(Value(.unresolved, .nothing)))
  }

  /// A constant of the host that device code may use by its value.
  private func hostConstant(_ variable: VariableDeclaration, _ name: String) throws(Fault)
    -> Entity?
  {
    let declared = try variable.type.isAutomatic ? nil : resolve(variable.type)
    if let unit = textureReference(declared?.type, name) { return unit }
    let isConst =
      declared?.isConst ?? variable.type.qualifiers.contains(.const)
      || variable.specifiers.contains(.constexpr)
    guard isConst || variable.specifiers.contains(.constexpr), variable.initializer != nil
    else { return nil }
    let value = try constantInitializer(of: variable)
    guard value.isConstant else { return nil }
    if case .array = value.type { return .variable(constantBank(name, value, variable)) }
    return .value(value)
  }

  private func constantBank(
    _ name: String, _ value: Value, _ variable: VariableDeclaration
  ) -> Variable {
    let pointer = module.addConstant(name, value.type, initial: bytes(of: value, value.type))
    return Variable(
      name: name, type: QualifiedType(value.type, isConst: true),
      place: .memory(pointer, bits: nil), location: variable.range.start)
  }

  /// `texture<float, 2> name`: the unit has the variable's name.
  private func textureReference(_ type: CType?, _ name: String) -> Entity? {
    guard let type, type.record?.origin?.template.name == "texture" else { return nil }
    let unit = Value.integer(module.texture(name))
    return .value(Value(type, .aggregate([unit])))
  }

  /// The value of a variable that is known while compiling.
  func constantInitializer(of variable: VariableDeclaration) throws(Fault) -> Value {
    try detached { () throws(Fault) in
      let declared = variable.type.isAutomatic ? nil : try resolve(variable.type)
      guard
        let value = try initialValue(variable.initializer, as: declared, at: variable.range)
      else {
        throw fail("'\(variable.name.spelling)' needs a value", at: variable.range)
      }
      return value
    }
  }

  // MARK: Memory that outlasts a call

  /// A `__shared__`, `__constant__`, `__device__` or static variable.
  func outlasting(
    _ variable: VariableDeclaration, instance: String
  ) throws(Fault) -> Variable {
    let name = variable.name.last.word ?? ""
    let key = "\(number(of: variable.id)) \(instance)"
    if variable.specifiers.contains(.shared) { return try sharedVariable(variable, name, key) }
    if let known = module.statics[key] { return known }
    var type = try resolve(variable.type)
    let initial = variable.initializer == nil ? nil : try constantInitializer(of: variable)
    if let complete = initial?.type, type.type.isArray { type.type = complete }
    if let bytes = type.type.bytes, bytes > 1 << 32 {
      throw fail("'\(name)' would take \(bytes) bytes", at: variable.range)
    }
    guard type.type.bytes != nil else {
      throw fail(
        "variable '\(name)' has the incomplete type '\(type.spelling)'", at: variable.range)
    }
    if let initial, !initial.isConstant {
      throw fail("the value of '\(name)' must be a constant", at: variable.range)
    }
    let bytes = initial.map { self.bytes(of: $0, type.type) } ?? []
    let isConstant =
      variable.specifiers.contains(.constant)
      || (type.isConst && variable.specifiers.isDisjoint(with: [.device, .managed]))
    let pointer =
      isConstant
      ? module.addConstant(name, type.type, initial: bytes)
      : module.addGlobal(name, type.type, initial: bytes)
    if isConstant { type.isConst = true }
    let made = Variable(
      name: name, type: type, place: .memory(pointer, bits: nil), location: variable.range.start)
    module.statics[key] = made
    return made
  }

  private func sharedVariable(
    _ variable: VariableDeclaration, _ name: String, _ key: String
  ) throws(Fault) -> Variable {
    if let known = sharedVariables[key] { return known }
    let type = try resolve(variable.type)
    if variable.initializer != nil, type.type.record == nil {
      throw fail("a __shared__ variable cannot have a first value", at: variable.range)
    }
    let made: Variable
    if variable.specifiers.contains(.extern) || type.type.bytes == nil {
      guard variable.specifiers.contains(.extern) else {
        throw fail(
          "__shared__ array '\(name)' needs a length, or 'extern' for one that the launch gives",
          at: variable.range)
      }
      let pointer = Pointer(.shared, .special(.dynamicSharedOffset))
      made = Variable(
        name: name, type: type, place: .memory(pointer, bits: nil), location: variable.range.start)
    } else {
      let pointer = try allocateShared(name, type.type, variable)
      made = Variable(
        name: name, type: type, place: .memory(pointer, bits: nil), location: variable.range.start)
    }
    sharedVariables[key] = made
    return made
  }

  private func allocateShared(
    _ name: String, _ type: CType, _ variable: VariableDeclaration
  ) throws(Fault) -> Pointer {
    let extra = try variable.alignment.map { (e) throws(Fault) in
      try self.alignment(e)
    }
    // Arrays begin where any vector access to them is aligned.
    let wanted = type.isArray ? 16 : type.alignment
    let alignment = max(wanted, type.alignment, extra ?? 1)
    let offset = (sharedBytes + alignment - 1) / alignment * alignment
    let bytes = type.bytes ?? 0
    guard offset + bytes <= 1 << 24 else {
      throw fail(
        "\(offset + bytes) bytes of shared memory are more than any device has", at: variable.range)
    }
    sharedBytes = offset + bytes
    sharedSymbols.append(
      MemorySymbol(
        name: name, typeName: type.spelling, element: type.numberInside, byteOffset: offset,
        bytes: bytes))
    return Pointer(.shared, .word(0), offset: offset)
  }

  // MARK: Bytes

  /// A constant as it lies in memory.
  func bytes(of value: Value, _ type: CType) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: type.bytes ?? 0)
    put(value, type, at: 0, into: &bytes)
    return bytes
  }

  private func put(_ value: Value, _ type: CType, at offset: Int, into bytes: inout [UInt8]) {
    switch type {
    case .record(let record):
      for (index, field) in record.fields.enumerated() {
        guard let member = value.member(index) else { continue }
        put(member, field.type.type, at: offset + field.offset, into: &bytes)
      }
    case .array(let element, let count):
      if case .string(let text) = value.form {
        for (index, byte) in text.enumerated() where offset + index < bytes.count {
          bytes[offset + index] = byte
        }
        return
      }
      for index in 0..<(count ?? 0) {
        guard let member = value.member(index) else { continue }
        put(member, element.type, at: offset + index * (element.type.bytes ?? 0), into: &bytes)
      }
    default:
      guard case .immediate(let bits) = operand(value) else { return }
      for index in 0..<(type.bytes ?? 0) where offset + index < bytes.count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))
      }
    }
  }
}
