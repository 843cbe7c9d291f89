extension PTXLowering {
  // MARK: Spaces and addresses

  /// The space in the name; nil for `.param`.
  private func space() -> Space? {
    for modifier in instruction.modifiers {
      switch modifier {
      case "global": return .global
      case "shared", "shared::cta", "shared::cluster": return .shared
      case "local": return .local
      case "const": return .constant
      case "param", "param::entry", "param::func": return nil
      default: continue
      }
    }
    return .generic
  }

  /// The machine's form of `[base + offset]`.
  mutating func address(
    _ operand: PTXOperand, _ space: Space
  ) throws(PTXFault) -> Address {
    guard case .address(let base, let offset) = operand else {
      throw fault("expected an address in brackets")
    }
    switch base {
    case .register(let number):
      let found = register(number)
      guard found.kind == .wide || (found.kind == .word && space != .generic && space != .global)
      else { throw fault("an address of this space needs a register of 64 bits") }
      return Address(base: .register(found), offset: offset)
    case .integer(let bits): return Address(base: .immediate(bits), offset: offset)
    case .variable(let index, _):
      return Address(base: try variableBase(try storage(of: index), space), offset: offset)
    case .name(let name, _, _):
      return Address(
        base: try variableBase(try storage(ofModuleVariable: name), space), offset: offset)
    default: throw fault("an address begins with a register, a variable or a number")
    }
  }

  private func variableBase(
    _ storage: PTXStorage, _ space: Space
  ) throws(PTXFault) -> Operand {
    switch (storage, space) {
    case (.local(let start), .local), (.shared(let start), .shared),
      (.constant(let start), .constant):
      return .word(start)
    case (.dynamicShared, .shared): return .special(.dynamicSharedOffset)
    case (.global(let symbol), .global), (.global(let symbol), .generic):
      return .global(symbol: symbol)
    case (.shared(let start), .generic):
      return .immediate(AddressWindow.shared + UInt64(start))
    case (.constant(let start), .generic):
      return .immediate(AddressWindow.constant + UInt64(start))
    case (.local(let start), .generic):
      return .immediate(AddressWindow.local + UInt64(start))
    default: throw fault("\(instruction.fullName) names a variable of another space")
    }
  }

  private var hint: MemoryHint {
    for modifier in instruction.modifiers {
      switch modifier {
      case "volatile", "relaxed", "acquire", "release", "mmio", "cv": return .volatile
      case "nc": return .readOnly
      case "cs": return .streaming
      case "cg": return .cacheGlobal
      case "lu": return .lastUse
      case "wb": return .writeBack
      case "wt": return .writeThrough
      default: continue
      }
    }
    return instruction.name == "ldu" ? .readOnly : .plain
  }

  // MARK: Loads and stores

  mutating func lowerLoad() throws(PTXFault) {
    guard instruction.operands.count >= 2 else { return try expectOperands(2...2) }
    let type = try type()
    guard type.bytes > 0, type.bytes <= 8 else { throw unsupported() }
    let parts = elements(try operand(0))
    try checkLanes(parts.count)
    guard let space = space() else { return try lowerParameterLoad(parts, type) }
    let place = try address(try operand(1), space)
    try load(parts, type, space, place)
    if instruction.has("acquire") { emit(.fence) }
  }

  private func checkLanes(_ count: Int) throws(PTXFault) {
    let wanted =
      instruction.has("v8") ? 8 : instruction.has("v4") ? 4 : instruction.has("v2") ? 2 : 1
    guard count == wanted, wanted <= 4 else {
      throw wanted > 4
        ? unsupported()
        : fault("\(instruction.fullName) moves \(wanted) values, \(count) are named")
    }
  }

  private mutating func load(
    _ parts: [PTXOperand], _ type: PTXType, _ space: Space, _ place: Address
  ) throws(PTXFault) {
    var results: [WideResult] = []
    for part in parts { results.append(try wideDestination(part, type)) }
    emit(.load(space, hint), type.value, to: results.map(\.register), at: place)
    for result in results { widen(result, type) }
  }

  mutating func lowerStore() throws(PTXFault) {
    guard instruction.operands.count >= 2 else { return try expectOperands(2...2) }
    let type = try type()
    guard type.bytes > 0, type.bytes <= 8 else { throw unsupported() }
    let parts = elements(try operand(1))
    try checkLanes(parts.count)
    guard let space = space() else { return try lowerParameterStore(parts, type) }
    if instruction.has("async") { throw unsupported() }
    if instruction.has("release") { emit(.fence) }
    var values: [Operand] = []
    for part in parts { values.append(try wideSource(part, type)) }
    let place = try address(try operand(0), space)
    emit(.store(space, hint), type.value, from: values, at: place)
  }

  // MARK: Parameters

  private mutating func lowerParameterLoad(
    _ parts: [PTXOperand], _ type: PTXType
  ) throws(PTXFault) {
    guard case .address(let base, let more) = try operand(1) else {
      throw fault("expected a parameter in brackets")
    }
    // A register holds the address of a parameter's copy.
    guard case .variable(let index, let inner) = base else {
      return try load(parts, type, .local, try address(try operand(1), .local))
    }
    let offset = inner + more
    switch try storage(of: index) {
    case .argument(let start):
      let bytes = frame.function.variables[index].bytes
      for (lane, part) in parts.enumerated() {
        let place = offset + lane * type.bytes
        guard place >= 0, place + type.bytes <= bytes else {
          throw fault("bytes \(place) to \(place + type.bytes - 1) are outside the parameter")
        }
        let result = try wideDestination(part, type)
        if parts.count == 1 { remember(part, .argument(start + place)) }
        move(type.value, to: result.register, from: .argument(byteOffset: start + place))
        widen(result, type)
      }
    case .slots(let slots):
      for (lane, part) in parts.enumerated() {
        let slot = try slot(slots, offset + lane * type.bytes, type)
        let result = try wideDestination(part, type)
        remember(part, known[slot.register.number])
        // The type says how narrow bits are extended.
        let operation: Operation =
          type.bytes < 4
          ? .convert(from: type.value, .towardZero, saturates: false) : .move
        let target: ValueType = type.bytes < 4 ? (type.isSigned ? .s32 : .u32) : type.value
        emit(operation, target, to: [result.register], from: [.register(slot.register)])
        widen(result, type)
      }
    case .local:
      try load(parts, type, .local, try address(try operand(1), .local))
    default: throw fault("ld.param reads parameters")
    }
  }

  private mutating func lowerParameterStore(
    _ parts: [PTXOperand], _ type: PTXType
  ) throws(PTXFault) {
    guard case .address(.variable(let index, let inner), let more) = try operand(0) else {
      throw fault("expected a parameter in brackets")
    }
    switch try storage(of: index) {
    case .slots(let slots):
      for (lane, part) in parts.enumerated() {
        let slot = try slot(slots, inner + more + lane * type.bytes, type)
        let value = try wideSource(part, type)
        known[slot.register.number] = knownValue(part)
        move(type.bytes == 8 ? .u64 : .u32, to: slot.register, from: value)
      }
    case .local:
      var values: [Operand] = []
      for part in parts { values.append(try wideSource(part, type)) }
      let place = try address(try operand(0), .local)
      emit(.store(.local, .plain), type.value, from: values, at: place)
    default: throw fault("st.param writes the parameters of calls")
    }
  }

  private func slot(
    _ slots: [PTXSlot], _ offset: Int, _ type: PTXType
  ) throws(PTXFault) -> PTXSlot {
    guard let slot = slots.first(where: { $0.offset == offset && $0.bytes == type.bytes }) else {
      throw fault("the parameter has no part of \(type.bytes) bytes at \(offset)")
    }
    return slot
  }

  // MARK: Atomics

  mutating func lowerAtomic(hasResult: Bool) throws(PTXFault) {
    guard let space = space() else { throw unsupported() }
    let type = try type()
    guard type.bytes >= 2, type.bytes <= 8, let operation = atomicOperation else {
      throw unsupported()
    }
    let first = hasResult ? 1 : 0
    let count = operation == .compareAndSwap ? 2 : 1
    // A cache policy may follow.
    try expectOperands((first + 1 + count)...(first + 2 + count))
    let parts = elements(try operand(first + 1))
    if parts.count > 1 || instruction.has("v2") || instruction.has("v4") || instruction.has("v8") {
      throw unsupported()
    }
    var sources: [Operand] = []
    for index in 0..<count { sources.append(try source(first + 1 + index, type)) }
    var results: [Register] = []
    if hasResult, case .sink = try operand(0) {
    } else if hasResult {
      results = [try destination(0, type)]
    }
    let orders = ["acquire", "release", "acq_rel"].contains { instruction.has($0) }
    if orders { emit(.fence) }
    let place = try address(try operand(first), space)
    emit(.atomic(space, operation), type.value, to: results, from: sources, at: place)
    if orders { emit(.fence) }
  }

  private var atomicOperation: Atomic? {
    for modifier in instruction.modifiers {
      switch modifier {
      case "add": return .add
      case "min": return .minimum
      case "max": return .maximum
      case "and": return .and
      case "or": return .or
      case "xor": return .xor
      case "exch": return .exchange
      case "cas": return .compareAndSwap
      case "inc": return .increment
      case "dec": return .decrement
      default: continue
      }
    }
    return nil
  }

  // MARK: Asynchronous copies

  /// `cp.async`: a copy that is done at once, so that waiting for it is nothing.
  mutating func lowerCopy() throws(PTXFault) {
    guard instruction.has("async"), !instruction.has("bulk"), !instruction.has("mbarrier")
    else { throw unsupported() }
    if ["commit_group", "wait_group", "wait_all"].contains(where: { instruction.has($0) }) {
      return
    }
    guard instruction.operands.count >= 3, case .integer(let size) = instruction.operands[2],
      [4, 8, 16].contains(size)
    else { throw fault("cp.async copies 4, 8 or 16 bytes") }
    let words = Int(size) / 4
    let to = try address(try operand(0), .shared)
    let from = try address(try operand(1), .global)
    let registers = (0..<words).map { _ in temporary(.word) }
    if instruction.operands.count > 3, !instruction.has("L2::cache_hint") {
      try loadPart(registers, from)
    } else {
      emit(.load(.global, .plain), .u32, to: registers, at: from)
    }
    emit(.store(.shared, .plain), .u32, from: registers.map { .register($0) }, at: to)
  }

  /// Loads the words that the source has (a size, or a predicate to ignore it); zeros elsewhere.
  private mutating func loadPart(_ registers: [Register], _ from: Address) throws(PTXFault) {
    let extra = try operand(3)
    var ignores: Operand?
    var bytes: Operand = .word(0)
    if case .register(let number) = extra, frame.function.registers[number] == .pred {
      ignores = try source(extra, .pred)
    } else {
      bytes = try source(extra, .u32)
    }
    for (place, register) in registers.enumerated() {
      let reads: Operand
      if let ignores {
        reads = compute(.logic(.not), .predicate, ignores)
      } else {
        reads = compute(.compare(.greater), .u32, bytes, .word(4 * place))
      }
      move(.u32, to: register, from: .word(0))
      var own = reads
      if let condition {
        let outer: PredicateLogic = condition.isNegated ? .andNot : .and
        own = compute(.logic(outer), .predicate, reads, .register(condition.register))
      }
      guard case .register(let predicate) = own else { continue }
      var word = from
      word.offset += 4 * place
      builder.emit(
        Instruction(
          .load(.global, .plain), .u32, to: [register], at: word, if: Guard(predicate)))
    }
  }

  // MARK: Textures

  /// `tex.1d.v4.f32.s32 {r, g, b, a}, [texture, {coordinates}]`.
  mutating func lowerTexture() throws(PTXFault) {
    try expectOperands(2...2)
    let found = try types(2)
    let (element, coordinate) = (found[0], found[1])
    guard case .texture(let parts) = try operand(1), let last = parts.last, parts.count == 2
    else { throw unsupported() }
    let coordinates = elements(last)
    let shape: Texture
    switch (instruction.modifiers.first, coordinate) {
    case ("1d", .s32): shape = .fetch1D
    case ("1d", .f32): shape = .sample1D
    case ("2d", .f32): shape = .sample2D
    default: throw unsupported()
    }
    guard coordinates.count >= (shape == .sample2D ? 2 : 1) else {
      throw fault("\(instruction.fullName) takes \(shape == .sample2D ? 2 : 1) coordinates")
    }
    var sources: [Operand] = []
    for part in coordinates.prefix(shape == .sample2D ? 2 : 1) {
      sources.append(try source(part, coordinate))
    }
    let unit = image.number(ofTexture: try textureName(parts[0]))
    var results: [Register] = []
    for part in elements(try operand(0)) { results.append(try destination(part, element)) }
    emit(.texture(unit: unit, shape), element.value, to: results, from: sources)
  }

  /// A unit is named after the parameter that brings it, or the `.texref` variable.
  private mutating func textureName(_ operand: PTXOperand) throws(PTXFault) -> String {
    switch knownValue(operand) {
    case .argument(let offset):
      if let index = parameterOffsets.firstIndex(of: offset) { return "param_\(index)" }
    case .symbol(let name, _): return name
    default: break
    }
    throw fault(
      "this texture is not a parameter of the kernel",
      fix: "pass texture objects as parameters, so that each access has one texture")
  }
}
