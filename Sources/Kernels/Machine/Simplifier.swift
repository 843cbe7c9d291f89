/// Passes that make a kernel shorter without changing what its accesses are: constants and copies
/// are read at their source, addresses that a program adds up itself become those of an access, and
/// what nobody reads any more goes.
enum Simplifier {
  /// The text after all passes.
  static func simplified(_ text: ProgramText) -> ProgramText {
    var text = text
    forwardConstants(&text)
    for block in text.blocks.indices { simplifyBlock(&text.blocks[block].steps) }
    removeUnread(&text)
    return text
  }

  // MARK: - Constants

  /// A register whose only definition is a move of a constant is that constant.
  private static func forwardConstants(_ text: inout ProgramText) {
    var constants = [Operand?](repeating: nil, count: text.registerNumbers)
    var definitions = [Int](repeating: 0, count: text.registerNumbers)
    for step in text.blocks.flatMap(\.steps) {
      for register in step.instruction.destinations { definitions[register.number] += 1 }
      let it = step.instruction
      if it.condition == nil, case .move = it.operation, case .immediate? = it.sources.first {
        constants[it.destinations[0].number] = it.sources[0]
      }
    }
    for number in constants.indices where definitions[number] != 1 { constants[number] = nil }
    guard constants.contains(where: { $0 != nil }) else { return }
    for block in text.blocks.indices {
      for step in text.blocks[block].steps.indices {
        text.blocks[block].steps[step].instruction.replaceSources { constants[$0.number] }
      }
    }
  }

  // MARK: - Inside a block

  /// Walks a block forwards with what its registers hold.
  private static func simplifyBlock(_ steps: inout [ProgramText.Step]) {
    var values = LocalValues()
    for index in steps.indices {
      let copies = values.copies
      steps[index].instruction.replaceSources { copies[$0] }
      if let address = steps[index].instruction.address {
        steps[index].instruction.address = values.folded(address)
      }
      values.note(steps[index].instruction)
    }
  }

  // MARK: - What nobody reads

  /// Removes arithmetic whose results no instruction reads.
  private static func removeUnread(_ text: inout ProgramText) {
    var removed = true
    while removed {
      removed = false
      var isRead = [Bool](repeating: false, count: text.registerNumbers)
      for step in text.blocks.flatMap(\.steps) {
        for register in step.instruction.uses { isRead[register.number] = true }
      }
      for block in text.blocks.indices {
        let before = text.blocks[block].steps.count
        text.blocks[block].steps.removeAll { step in
          step.instruction.isPure
            && !step.instruction.destinations.contains { isRead[$0.number] }
        }
        removed = removed || text.blocks[block].steps.count != before
      }
    }
  }
}

/// What registers hold at a place of a block, as far as the block itself says.
private struct LocalValues {
  /// Registers that hold what another register or a constant holds.
  private(set) var copies: [Register: Operand] = [:]
  /// The instructions that set registers, as long as what they read is unchanged.
  private var definitions: [Register: Instruction] = [:]
  /// The registers whose entry above reads a register.
  private var readers: [Register: [Register]] = [:]

  /// Takes in what an instruction sets.
  mutating func note(_ it: Instruction) {
    for register in it.destinations {
      copies[register] = nil
      definitions[register] = nil
      for reader in readers.removeValue(forKey: register) ?? [] {
        copies[reader] = nil
        definitions[reader] = nil
      }
    }
    guard it.condition == nil, it.isPure, let result = it.destinations.first,
      it.destinations.count == 1, !it.uses.contains(result)
    else { return }
    definitions[result] = it
    for register in it.uses { readers[register, default: []].append(result) }
    if case .move = it.operation, case .register(let source)? = it.sources.first,
      source.kind == result.kind
    {
      copies[result] = .register(source)
    }
  }

  /// The address with sums that the program formed itself taken apart: a base, an index times a
  /// scale, an offset.
  func folded(_ address: Address) -> Address {
    var address = address
    for _ in 0..<4 {
      guard case .register(let base) = address.base, base.kind == .wide,
        let sum = definitions[base], case .binary(.add) = sum.operation, sum.type.bytes == 8
      else { return address }
      let (first, second) = (sum.sources[0], sum.sources[1])
      if case .immediate(let bits) = second {
        address.base = first
        address.offset &+= Int(Int64(bitPattern: bits))
      } else if address.index == nil, let product = product(second), isAddress(first) {
        address.base = first
        (address.index, address.indexIsSigned, address.scale) = product
      } else if address.index == nil, let product = product(first), isAddress(second) {
        address.base = second
        (address.index, address.indexIsSigned, address.scale) = product
      } else {
        return address
      }
    }
    return address
  }

  private func isAddress(_ operand: Operand) -> Bool {
    switch operand {
    case .register(let register): register.kind == .wide
    case .argument, .global: true
    default: false
    }
  }

  /// A 32-bit index times a scale, widened.
  private func product(_ operand: Operand) -> (Operand?, Bool, Int)? {
    guard case .register(let register) = operand, let it = definitions[register] else { return nil }
    switch it.operation {
    case .binary(.multiplyWide):
      guard it.type.bytes == 4, case .immediate(let scale) = it.sources[1],
        (1...1 << 20).contains(scale), case .register = it.sources[0]
      else { return nil }
      return (it.sources[0], it.type.isSigned, Int(scale))
    case .binary(.shiftLeft):
      guard case .immediate(let count) = it.sources[1], count <= 20,
        let (index, isSigned, scale) = product(it.sources[0]), scale == 1
      else { return nil }
      return (index, isSigned, 1 << Int(count))
    case .convert(let from, _, false):
      guard from == .s32 || from == .u32, it.type == .s64 || it.type == .u64,
        case .register = it.sources[0]
      else { return nil }
      return (it.sources[0], from == .s32, 1)
    default: return nil
    }
  }
}

extension Instruction {
  /// Replaces registers that it reads, guards apart.
  mutating func replaceSources(_ replacement: (Register) -> Operand?) {
    for index in sources.indices {
      if case .register(let register) = sources[index], let other = replacement(register) {
        sources[index] = other
      }
    }
    guard var address else { return }
    if case .register(let register) = address.base, let other = replacement(register) {
      address.base = other
    }
    if case .register(let register)? = address.index, let other = replacement(register) {
      address.index = other
    }
    self.address = address
  }
}
