/// Which instructions only work out addresses.
///
/// A compiler works out one base for accesses that differ by constants and puts the differences into the
/// accesses themselves; the program form works out each index anew.
struct AddressArithmetic: Sendable {
  /// True for instructions whose results end in addresses and nowhere else.
  let isAddress: [Bool]

  init(_ kernel: InstructionList) {
    let instructions = kernel.instructions
    var isAddress = instructions.map(\.canBeAddress)
    var writers: [Int: [Int]] = [:]
    for (place, instruction) in instructions.enumerated() {
      for register in instruction.destinations {
        writers[register.number, default: []].append(place)
      }
    }
    var changed = true
    while changed {
      changed = false
      for (place, instruction) in instructions.enumerated() {
        var uses = instruction.sources.compactMap { source in
          if case .register(let register) = source { register.number } else { nil }
        }
        if let condition = instruction.condition { uses.append(condition.register.number) }
        guard !isAddress[place] else { continue }
        for register in uses {
          for writer in writers[register] ?? [] where isAddress[writer] {
            isAddress[writer] = false
            changed = true
          }
        }
      }
    }
    self.isAddress = isAddress
  }
}

extension Instruction {
  /// True of whole-number arithmetic that a compiler can see through.
  fileprivate var canBeAddress: Bool {
    guard condition == nil, destinations.count == 1, !type.isFloating else { return false }
    switch operation {
    case .binary(.add), .binary(.subtract), .binary(.multiply), .binary(.shiftLeft),
      .binary(.multiplyWide), .ternary(.multiplyAdd), .ternary(.multiplyAddWide),
      .ternary(.addAdd), .move:
      return true
    case .convert(let from, _, _): return !from.isFloating
    default: return false
    }
  }
}
