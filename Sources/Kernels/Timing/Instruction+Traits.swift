extension Instruction {
  /// The registers it reads: sources, address and guard.
  var readRegisters: [Register] {
    var registers: [Register] = []
    for source in sources {
      if case .register(let register) = source { registers.append(register) }
    }
    if case .register(let register)? = address?.base { registers.append(register) }
    if case .register(let register)? = address?.index { registers.append(register) }
    if let condition { registers.append(condition.register) }
    return registers
  }

  /// All registers it names.
  var allRegisters: [Register] { destinations + readRegisters }

  /// The space of its access, where it has one.
  var accessedSpace: Space? {
    switch operation {
    case .load(let space, _), .store(let space, _), .atomic(let space, _): space
    case .matrix(.load(let fragment)), .matrix(.store(let fragment)): fragment.space
    default: nil
    }
  }

  /// True when it changes memory.
  var isStore: Bool {
    switch operation {
    case .store, .atomic, .matrix(.store): true
    default: false
    }
  }

  /// True when it waits for other warps of the block.
  var isBarrier: Bool {
    if case .barrier(let kind) = operation { return kind != .arrive }
    return false
  }

  /// True of barriers and jumps, which code before them does not pass.
  var endsCode: Bool {
    switch operation {
    case .barrier, .branch, .exit: true
    default: false
    }
  }
}
