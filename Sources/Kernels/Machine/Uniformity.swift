/// Which registers hold one value for all lanes of a warp that have set them.
///
/// A register counts when its only definition computes from constants, arguments, block numbers and
/// other such registers: then it is the same in every lane and every turn of a loop, whatever the
/// lanes' paths were.
enum Uniformity {
  /// Finds them, by number.
  static func uniformRegisters(_ text: ProgramText) -> [Bool] {
    var definitions = [Int](repeating: 0, count: text.registerNumbers)
    for block in text.blocks {
      for step in block.steps {
        for register in step.instruction.destinations { definitions[register.number] += 1 }
      }
    }
    var uniform = [Bool](repeating: false, count: text.registerNumbers)
    var changed = true
    while changed {
      changed = false
      for block in text.blocks {
        for step in block.steps where step.instruction.isPure && step.instruction.condition == nil {
          guard let register = step.instruction.destinations.first, !uniform[register.number],
            step.instruction.destinations.count == 1, definitions[register.number] == 1,
            step.instruction.sources.allSatisfy({ isUniform($0, uniform) })
          else { continue }
          uniform[register.number] = true
          changed = true
        }
      }
    }
    return uniform
  }

  /// True where all lanes that read an operand see one value.
  static func isUniform(_ operand: Operand, _ registers: [Bool]) -> Bool {
    switch operand {
    case .register(let register): return registers[register.number]
    case .immediate, .argument, .global: return true
    case .special(let special):
      switch special {
      case .threadX, .threadY, .threadZ, .lane, .laneMaskEqual, .laneMaskLess,
        .laneMaskLessOrEqual, .laneMaskGreater, .laneMaskGreaterOrEqual:
        return false
      default: return true
      }
    }
  }
}
