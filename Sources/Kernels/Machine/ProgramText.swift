import Base

/// A kernel's instructions as a control-flow graph: what the passes of the assembler work on.
///
/// Positions number instructions; a block is a range of them that is entered at its first and left
/// at its last.
struct ProgramText {
  /// One instruction with the number of its target block.
  struct Step {
    var instruction: Instruction
    /// The block that a branch goes to.
    var target = -1
  }

  /// A stretch without entries or exits between its ends.
  struct Block {
    var steps: [Step]
    /// Where control may go next; the block behind, and a branch's target.
    var successors: [Int] = []
  }

  var blocks: [Block]
  var registerNumbers: Int

  /// Splits a kernel's statements.
  ///
  /// - Throws: A problem when a branch names a label that stands nowhere.
  init(_ program: KernelProgram) throws(Problem) {
    registerNumbers = program.registerNumbers
    var placed = [Int](repeating: -1, count: max(program.labelNumbers, 0))
    var lists: [[Step]] = [[]]
    for statement in program.statements {
      switch statement {
      case .label(let label):
        if !(lists.last?.isEmpty ?? true) { lists.append([]) }
        if label.number >= placed.count {
          placed += [Int](repeating: -1, count: label.number + 1 - placed.count)
        }
        placed[label.number] = lists.count - 1
      case .instruction(let instruction):
        lists[lists.count - 1].append(Step(instruction: instruction))
        if Self.endsBlock(instruction) { lists.append([]) }
      }
    }
    blocks = lists.map { Block(steps: $0) }
    try resolve(labels: placed, in: program.name)
    findSuccessors()
  }

  /// True where another group of lanes may go on behind an instruction.
  static func endsBlock(_ instruction: Instruction) -> Bool {
    switch instruction.operation {
    case .branch, .exit, .trap, .barrier, .warpBarrier: true
    default: false
    }
  }

  private mutating func resolve(labels: [Int], in kernel: String) throws(Problem) {
    for block in blocks.indices {
      for index in blocks[block].steps.indices {
        guard let target = blocks[block].steps[index].instruction.target else { continue }
        guard target.number < labels.count, labels[target.number] >= 0 else {
          throw Problem(
            "kernel \"\(kernel)\": a branch at line "
              + "\(blocks[block].steps[index].instruction.location.line) goes to label "
              + "\(target.number), which stands nowhere")
        }
        blocks[block].steps[index].target = labels[target.number]
      }
    }
  }

  /// Fills in where control goes from each block.
  mutating func findSuccessors() {
    for block in blocks.indices {
      var next: [Int] = []
      var falls = true
      if let last = blocks[block].steps.last {
        if last.target >= 0 { next.append(last.target) }
        switch last.instruction.operation {
        case .branch, .exit, .trap: falls = last.instruction.condition != nil
        default: break
        }
      }
      if falls, block + 1 < blocks.count, !next.contains(block + 1) { next.append(block + 1) }
      blocks[block].successors = next
    }
  }
}

extension Instruction {
  /// The registers it reads, its address and guard included.
  var uses: [Register] {
    var found: [Register] = []
    for case .register(let register) in sources { found.append(register) }
    if let address {
      if case .register(let register) = address.base { found.append(register) }
      if case .register(let register)? = address.index { found.append(register) }
    }
    if let condition { found.append(condition.register) }
    return found
  }

  /// True where it does nothing but set its destinations from its sources.
  var isPure: Bool {
    switch operation {
    case .move, .unary, .binary, .ternary, .compare, .select, .logic, .convert: true
    default: false
    }
  }
}
