extension PTXLowering {
  /// Where a variable of the innermost function is.
  mutating func storage(of index: Int) throws(PTXFault) -> PTXStorage {
    if let known = frame.storage[index] { return known }
    let variable = frame.function.variables[index]
    let made: PTXStorage
    switch variable.space {
    case .local: made = .local(try allocateLocal(variable.bytes, variable.alignment))
    case .shared:
      made =
        variable.isExtern
        ? .dynamicShared
        : .shared(try allocateShared(variable, key: "\(frame.function.name).\(variable.name)"))
    case .param: made = try parameterStorage(index, variable)
    case .const, .global:
      throw unsupported("variables of .\(variable.space) inside a function")
    }
    frame.storage[index] = made
    return made
  }

  mutating func allocateLocal(_ bytes: Int, _ alignment: Int) throws(PTXFault) -> Int {
    let offset = aligned(localBytes, to: alignment)
    guard bytes <= PTXLimit.localBytes, offset + bytes <= PTXLimit.localBytes else {
      throw fault("local memory takes more than \(PTXLimit.localBytes) bytes")
    }
    localBytes = offset + bytes
    return offset
  }

  /// A shared variable lies at one place for all copies of a function.
  private mutating func allocateShared(
    _ variable: PTXVariable, key: String
  ) throws(PTXFault) -> Int {
    if let known = sharedOffsets[key] { return known }
    let offset = aligned(sharedBytes, to: variable.alignment)
    guard variable.bytes <= PTXLimit.sharedBytes,
      offset + variable.bytes <= PTXLimit.sharedBytes
    else { throw fault("shared memory takes more than \(PTXLimit.sharedBytes) bytes") }
    sharedOffsets[key] = offset
    sharedBytes = offset + variable.bytes
    sharedSymbols.append(
      MemorySymbol(
        name: Demangler.name(of: variable.name), typeName: ".\(variable.type)",
        element: variable.type == .b8 ? nil : variable.type.value, byteOffset: offset,
        bytes: variable.bytes))
    return offset
  }

  /// The part of shared memory that cooperative groups keep for themselves.
  mutating func reservedShared() throws(PTXFault) -> Int {
    try allocateShared(
      PTXVariable(
        name: "reserved", space: .shared, type: .b8, isArray: true, bytes: 1024, alignment: 16,
        isExtern: false, position: position), key: "%reserved")
  }

  mutating func storage(ofModuleVariable name: String) throws(PTXFault) -> PTXStorage {
    switch image.places[name] {
    case .global(let index): return .global(index)
    case .constant(let offset): return .constant(offset)
    case .dynamicShared: return .dynamicShared
    case .shared:
      guard let variable = image.variables[name] else { break }
      return .shared(try allocateShared(variable, key: name))
    case .missing: throw fault("'\(name)' is declared .extern and defined nowhere")
    case nil: break
    }
    throw fault("nothing is called '\(name)' here")
  }

  // MARK: Parameters of calls

  /// A `.param` variable of a call sequence: registers where all accesses fit, else local memory.
  private mutating func parameterStorage(
    _ index: Int, _ variable: PTXVariable
  ) throws(PTXFault) -> PTXStorage {
    let plan = plan(of: frame.function)[index] ?? PTXParameterPlan()
    guard let parts = plan.parts else {
      return .local(try allocateLocal(variable.bytes, max(variable.alignment, 8)))
    }
    var slots: [PTXSlot] = []
    for part in parts.sorted(by: { $0.offset < $1.offset }) {
      let register = temporary(part.bytes == 8 ? .wide : .word)
      slots.append(PTXSlot(offset: part.offset, bytes: part.bytes, register: register))
    }
    return .slots(slots)
  }

  /// How each parameter variable of a function is used, by itself and by what it calls.
  mutating func plan(of function: PTXFunction) -> [Int: PTXParameterPlan] {
    if let known = plans[function.name] { return known }
    var result = PTXParameterPlan.direct(in: function)
    for case .instruction(let call) in function.statements where call.name == "call" {
      guard let shape = PTXCallShape(call) else { continue }
      for callee in candidates(for: shape) {
        let inner = PTXParameterPlan.direct(in: callee)
        let formals =
          callee.results.indices.map { $0 }
          + callee.parameters.indices.map { callee.results.count + $0 }
        for (actual, formal) in zip(shape.results + shape.arguments, formals) {
          guard case .variable(let index, _) = actual, let plan = inner[formal] else { continue }
          result[index, default: PTXParameterPlan()].join(plan)
        }
      }
    }
    plans[function.name] = result
    return result
  }

  /// The functions a call may reach: the named one, or those of fitting shape whose address is taken.
  func candidates(for shape: PTXCallShape) -> [PTXFunction] {
    if let name = shape.name { return image.function(named: name).map { [$0] } ?? [] }
    return image.addressed.sorted().compactMap { image.function(named: $0) }.filter {
      $0.hasBody && $0.parameters.count == shape.arguments.count
        && $0.results.count == shape.results.count
    }
  }
}

/// How a parameter variable is read and written.
struct PTXParameterPlan {
  /// A stretch of bytes.
  struct Part: Hashable {
    let offset: Int
    let bytes: Int
  }

  private var found: Set<Part> = []
  private var hasAddress = false

  /// The parts, or nil where the variable must lie in memory.
  var parts: [Part]? {
    guard !hasAddress else { return nil }
    let sorted = found.sorted { $0.offset < $1.offset }
    for (part, next) in zip(sorted, sorted.dropFirst())
    where part.offset + part.bytes > next.offset { return nil }
    return sorted
  }

  /// True where an instruction takes the variable's address.
  var isAddressed: Bool { hasAddress }

  mutating func join(_ other: PTXParameterPlan) {
    found.formUnion(other.found)
    hasAddress = hasAddress || other.hasAddress
  }

  /// The accesses that stand in the function itself.
  static func direct(in function: PTXFunction) -> [Int: PTXParameterPlan] {
    var result: [Int: PTXParameterPlan] = [:]
    for case .instruction(let instruction) in function.statements {
      let accesses = ["ld", "st"].contains(instruction.name) && instruction.has("param")
      for operand in instruction.operands {
        switch operand {
        case .address(.variable(let index, let offset), let more) where accesses:
          guard let type = instruction.types.last else { continue }
          let lanes = instruction.has("v4") ? 4 : instruction.has("v2") ? 2 : 1
          for lane in 0..<lanes {
            result[index, default: PTXParameterPlan()].found.insert(
              Part(offset: offset + more + lane * type.bytes, bytes: type.bytes))
          }
        case .variable(let index, _) where instruction.name != "call",
          .address(.variable(let index, _), _):
          result[index, default: PTXParameterPlan()].hasAddress = true
        default: continue
        }
      }
    }
    return result
  }
}
