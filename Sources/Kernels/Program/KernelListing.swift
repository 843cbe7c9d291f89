/// Writes a kernel's program form as text, for people.
public enum KernelListing {
  /// One line per statement: labels, and instructions with their source lines.
  public static func text(of program: KernelProgram) -> String {
    var lines = ["kernel \(program.name)"]
    for statement in program.statements {
      switch statement {
      case .label(let label): lines.append("L\(label.number):")
      case .instruction(let instruction): lines.append("  " + text(of: instruction))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// One instruction: guard, operation and type, results, operands, address, target, line.
  static func text(of instruction: Instruction) -> String {
    var text = ""
    if let condition = instruction.condition {
      text += "@\(condition.isNegated ? "!" : "")\(name(condition.register)) "
    }
    text += "\(operation(instruction.operation)).\(instruction.type)"
    let results = instruction.destinations.map(name).joined(separator: ", ")
    if !results.isEmpty { text += " \(results) =" }
    var operands = instruction.sources.map(name)
    if let address = instruction.address { operands.append(name(address)) }
    if let target = instruction.target { operands.append("L\(target.number)") }
    if !operands.isEmpty { text += " " + operands.joined(separator: ", ") }
    return instruction.location.line > 0 ? "\(text)  ; line \(instruction.location.line)" : text
  }

  private static func operation(_ operation: Operation) -> String {
    switch operation {
    case .unary(let unary): "\(unary)"
    case .binary(let binary): "\(binary)"
    case .ternary(let ternary): "\(ternary)"
    case .compare(let comparison): "compare.\(comparison)"
    case .logic(let logic): "predicate.\(logic)"
    case .convert(let from, _, _): "convert.\(from)"
    case .load(let space, _): "load.\(space)"
    case .store(let space, _): "store.\(space)"
    case .atomic(let space, let atomic): "atomic.\(space).\(atomic)"
    case .shuffle(let shuffle): "shuffle.\(shuffle)"
    case .vote(let vote): "vote.\(vote)"
    case .barrier(let barrier): "barrier.\(barrier)"
    case .branch: "branch"
    default: "\(operation)"
    }
  }

  private static func name(_ register: Register) -> String {
    switch register.kind {
    case .predicate: "p\(register.number)"
    case .word: "r\(register.number)"
    case .wide: "d\(register.number)"
    }
  }

  private static func name(_ operand: Operand) -> String {
    switch operand {
    case .register(let register): name(register)
    case .immediate(let bits): bits > 0xffff ? "0x" + String(bits, radix: 16) : "\(bits)"
    case .special(let special): "%\(special)"
    case .argument(let offset): "argument[\(offset)]"
    case .global(let symbol): "global[\(symbol)]"
    }
  }

  private static func name(_ address: Address) -> String {
    var text = "[\(name(address.base))"
    if let index = address.index { text += " + \(name(index))·\(address.scale)" }
    if address.offset != 0 { text += " + \(address.offset)" }
    return text + "]"
  }
}
