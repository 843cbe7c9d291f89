extension KernelProgram {
  /// The kernel as text, an instruction a line: `@!p3 load.f32.global r5 = [r2 + r4*4 + 16]`.
  ///
  /// Registers are p (predicate), r (word) and d (wide) by number; a line number of the source
  /// stands behind where it changes.
  public func listing() -> String {
    var lines = ["kernel \(name)"]
    var line = 0
    for statement in statements {
      switch statement {
      case .label(let label): lines.append("L\(label.number):")
      case .instruction(let instruction):
        var text = "  \(instruction.listing)"
        if instruction.location.line != line {
          line = instruction.location.line
          text += "  ; \(line)"
        }
        lines.append(text)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Instruction {
  /// The instruction on one line.
  var listing: String {
    var parts: [String] = []
    if let condition {
      parts.append("@\(condition.isNegated ? "!" : "")\(condition.register.listing)")
    }
    var name = operation.listing
    if hasType { name += ".\(type)" }
    parts.append(name)
    if !destinations.isEmpty {
      parts.append(destinations.map(\.listing).joined(separator: ", ") + " =")
    }
    var operands = sources.map(\.listing)
    if let address { operands.insert(address.listing, at: 0) }
    if let target { operands.append("L\(target.number)") }
    if !operands.isEmpty { parts.append(operands.joined(separator: ", ")) }
    return parts.joined(separator: " ")
  }

  private var hasType: Bool {
    switch operation {
    case .branch, .exit, .trap, .print, .fence, .warpBarrier, .barrier, .logic, .activeMask, .vote,
      .matrix:
      false
    default: true
    }
  }
}

extension Operation {
  /// The operation's name.
  fileprivate var listing: String {
    switch self {
    case .move: return "move"
    case .unary(let unary): return "\(unary)"
    case .binary(let binary): return "\(binary)"
    case .ternary(let ternary): return "\(ternary)"
    case .compare(let comparison): return "compare.\(comparison)"
    case .select: return "select"
    case .logic(let logic): return "logic.\(logic)"
    case .convert(let from, let rounding, let saturates):
      return "convert.\(from).\(rounding)" + (saturates ? ".saturating" : "")
    case .load(let space, let hint): return "load.\(space)" + Self.suffix(hint)
    case .store(let space, let hint): return "store.\(space)" + Self.suffix(hint)
    case .atomic(let space, let atomic): return "atomic.\(space).\(atomic)"
    case .shuffle(let shuffle): return "shuffle.\(shuffle)"
    case .vote(let vote): return "vote.\(vote)"
    case .match(let match): return "match.\(match)"
    case .reduce(let atomic): return "reduce.\(atomic)"
    case .activeMask: return "activeMask"
    case .barrier(let barrier): return "barrier.\(barrier)"
    case .warpBarrier: return "warpBarrier"
    case .fence: return "fence"
    case .branch(let isCondition): return isCondition ? "branch.if" : "branch"
    case .exit: return "exit"
    case .trap(let message): return "trap #\(message)"
    case .print(let format, let types):
      return "print #\(format) (\(types.map { "\($0)" }.joined(separator: ", ")))"
    case .clock: return "clock"
    case .texture(let unit, let texture): return "texture.\(texture) #\(unit)"
    case .matrix(let matrix): return matrix.listing
    }
  }

  private static func suffix(_ hint: MemoryHint) -> String { hint == .plain ? "" : ".\(hint)" }
}

extension MatrixOperation {
  fileprivate var listing: String {
    switch self {
    case .load(let fragment): "matrix.load.\(fragment.listing)"
    case .store(let fragment): "matrix.store.\(fragment.listing)"
    case .multiply(let shape, let input, let accumulator, _):
      "matrix.multiply.m\(shape.m)n\(shape.n)k\(shape.k).\(input).\(accumulator)"
    }
  }
}

extension MatrixFragment {
  fileprivate var listing: String {
    "\(role).m\(shape.m)n\(shape.n)k\(shape.k).\(type).\(isRowMajor ? "rows" : "columns").\(space)"
  }
}

extension Register {
  fileprivate var listing: String {
    switch kind {
    case .predicate: "p\(number)"
    case .word: "r\(number)"
    case .wide: "d\(number)"
    }
  }
}

extension Operand {
  fileprivate var listing: String {
    switch self {
    case .register(let register): register.listing
    case .immediate(let bits): bits < 65536 ? "\(bits)" : "0x\(String(bits, radix: 16))"
    case .special(let value): "%\(value)"
    case .argument(let offset): "argument[\(offset)]"
    case .global(let symbol): "global#\(symbol)"
    }
  }
}

extension Address {
  fileprivate var listing: String {
    var text = base.listing
    if let index { text += " + \(index.listing)*\(scale)\(indexIsSigned ? "" : "u")" }
    if offset != 0 { text += " + \(offset)" }
    return "[\(text)]"
  }
}
