/// One `.entry` on its way to a program.
struct PTXKernel {
  let entry: PTXFunction
  let name: String
  let registersPerThread: Int?

  init(_ entry: PTXFunction, name: String, registersPerThread: Int?) {
    self.entry = entry
    self.name = name
    self.registersPerThread = registersPerThread
  }

  /// Writes the kernel; strings it needs are added to the image.
  func lower(_ image: inout PTXImage, lines: PTXLineTable) throws(PTXFault) -> KernelProgram {
    var lowering = PTXLowering(image: image, lines: lines)
    var frame = PTXFrame(entry, exit: nil)
    let (parameters, bytes) = parameters()
    lowering.parameterOffsets = parameters.map(\.byteOffset)
    for (index, parameter) in parameters.enumerated() {
      frame.storage[index] = .argument(parameter.byteOffset)
    }
    lowering.frames = [frame]
    try copyAddressedParameters(parameters, &lowering)
    try lowering.lowerStatements()
    image = lowering.image
    let program = KernelProgram(
      name: name, parameters: parameters, argumentBytes: bytes,
      statements: lowering.builder.statements, registerNumbers: lowering.builder.registerNumbers,
      labelNumbers: lowering.builder.labelNumbers, sharedSymbols: lowering.sharedSymbols,
      sharedBytes: lowering.sharedBytes, localBytes: aligned(lowering.localBytes, to: 16),
      registersPerThread: registersPerThread, maximumBlockThreads: entry.maximumThreads)
    return BlockLayout.arrange(dropUnreadResults(program))
  }

  /// An atomic whose old value nobody reads is a reduction: its blocks may run in any order.
  private func dropUnreadResults(_ program: KernelProgram) -> KernelProgram {
    var isRead = Array(repeating: false, count: program.registerNumbers)
    func note(_ operand: Operand?) {
      if case .register(let register)? = operand { isRead[register.number] = true }
    }
    for case .instruction(let instruction) in program.statements {
      for source in instruction.sources { note(source) }
      note(instruction.address?.base)
      note(instruction.address?.index)
    }
    var result = program
    for (index, statement) in program.statements.enumerated() {
      guard case .instruction(var instruction) = statement,
        case .atomic = instruction.operation, let old = instruction.destinations.first,
        !isRead[old.number]
      else { continue }
      instruction.destinations = []
      result.statements[index] = .instruction(instruction)
    }
    return result
  }

  /// Parameters that are read through a register get a copy in local memory.
  private func copyAddressedParameters(
    _ parameters: [KernelParameter], _ lowering: inout PTXLowering
  ) throws(PTXFault) {
    for (index, plan) in PTXParameterPlan.direct(in: entry)
    where index < parameters.count && plan.isAddressed {
      let offset = try lowering.allocateLocal(aligned(parameters[index].bytes, to: 4), 16)
      lowering.parameterCopies[index] = offset
      for place in stride(from: 0, to: parameters[index].bytes, by: 4) {
        let word = lowering.temporary(.word)
        lowering.move(
          .u32, to: word, from: .argument(byteOffset: parameters[index].byteOffset + place))
        lowering.emit(
          .store(.local, .plain), .u32, from: [.register(word)],
          at: Address(base: .word(offset + place)))
      }
    }
  }

  // MARK: Parameters

  private func parameters() -> ([KernelParameter], bytes: Int) {
    let types = Demangler.signature(of: entry.name).parameters
    var result: [KernelParameter] = []
    var offset = 0
    for (index, variable) in entry.parameters.enumerated() {
      offset = aligned(offset, to: variable.alignment)
      let type = types.flatMap { $0.count == entry.parameters.count ? $0[index] : nil }
      result.append(
        KernelParameter(
          name: "param_\(index)", typeName: type?.text ?? ".\(variable.type)",
          kind: kind(of: index, variable, type), byteOffset: offset, bytes: variable.bytes))
      offset += variable.bytes
    }
    return (result, aligned(offset, to: 4))
  }

  private func kind(
    of index: Int, _ variable: PTXVariable, _ type: MangledType?
  ) -> KernelParameter.Kind {
    if variable.isArray { return .structure(members: members(of: index)) }
    switch type {
    case .pointer(let to, _):
      var isConstant = false
      if case .constant = to { isConstant = true }
      return .pointer(to: to.value, elementBytes: to.bytes, isConstant: isConstant)
    case .some(let type):
      if let value = type.value, value.bytes == variable.bytes { return .scalar(value) }
      return .scalar(variable.type.value)
    case nil:
      guard variable.bytes == 8, isPointer(index) else { return .scalar(variable.type.value) }
      return .pointer(to: nil, elementBytes: 1, isConstant: false)
    }
  }

  /// The numbers that the kernel reads from a structure, named after their place.
  private func members(of index: Int) -> [StructureMember] {
    var found: [Int: ValueType] = [:]
    for case .instruction(let load) in entry.statements where load.name == "ld" {
      for case .address(.variable(index, let inner), let more) in load.operands {
        guard let type = load.types.last else { continue }
        let lanes = load.has("v4") ? 4 : load.has("v2") ? 2 : 1
        for lane in 0..<lanes { found[inner + more + lane * type.bytes] = type.value }
      }
    }
    return found.sorted { $0.key < $1.key }.map {
      StructureMember(name: "at_\($0.key)", type: $0.value, byteOffset: $0.key)
    }
  }

  /// True where the kernel makes an address of a parameter.
  private func isPointer(_ index: Int) -> Bool {
    var holders: Set<Int> = []
    for case .instruction(let instruction) in entry.statements {
      if instruction.name == "ld", case .register(let register)? = instruction.operands.first {
        for case .address(.variable(index, _), _) in instruction.operands {
          holders.insert(register)
        }
      }
      if instruction.name == "cvta", instruction.operands.count == 2,
        case .register(let register) = instruction.operands[1], holders.contains(register)
      {
        return true
      }
      for case .address(.register(let register), _) in instruction.operands
      where holders.contains(register) { return true }
    }
    return false
  }
}
