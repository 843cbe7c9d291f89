import Base
import Kernels
import Testing

@Suite struct BlockLayoutTests {
  @Test("lanes take the same path as before", arguments: 0..<200)
  func samePath(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let program = Self.randomProgram(blocks: 2 + seed % 14, &random)
    let arranged = BlockLayout.arrange(program)
    for lane in 0..<8 {
      #expect(Walker.path(of: program, lane: lane) == Walker.path(of: arranged, lane: lane))
    }
  }

  @Test("each reachable instruction stands once", arguments: 0..<50)
  func once(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(1000 + seed))
    let arranged = BlockLayout.arrange(Self.randomProgram(blocks: 12, &random))
    let steps = arranged.statements.compactMap { statement -> Int? in
      guard case .instruction(let instruction) = statement, instruction.operation == .fence
      else { return nil }
      return instruction.location.line
    }
    #expect(Set(steps).count == steps.count)
  }

  /// Lanes that run the lowest place first meet again where structured code joins.
  @Test func `a loop with a break and a continue keeps its lanes together`() {
    // 0: head; 1: continue path; 2: break test; 3: latch; 4: behind.
    var builder = ProgramBuilder()
    let labels = (0..<5).map { _ in builder.makeLabel() }
    let predicates = (0..<3).map { _ in builder.makeRegister(.predicate) }
    func step(_ line: Int) {
      builder.emit(Instruction(.fence, location: SourceLocation(line: line)))
    }
    // The code behind the loop stands first in the text, as compilers like to do.
    builder.branch(to: labels[0])
    builder.place(labels[4])
    step(5)
    builder.emit(Instruction(.exit))
    builder.place(labels[3])
    step(4)
    builder.branch(to: labels[0], if: Guard(predicates[2]))
    builder.branch(to: labels[4])
    builder.place(labels[0])
    step(1)
    builder.branch(to: labels[3], if: Guard(predicates[0]))
    step(2)
    builder.branch(to: labels[4], if: Guard(predicates[1]))
    step(3)
    builder.branch(to: labels[3])
    let arranged = BlockLayout.arrange(Self.program(builder))
    let lines = arranged.statements.compactMap { statement -> Int? in
      guard case .instruction(let instruction) = statement, instruction.location.line > 0,
        instruction.operation == .fence
      else { return nil }
      return instruction.location.line
    }
    #expect(lines == [1, 2, 3, 4, 5])
  }

  @Test func `a loop with two entries stays one piece`() {
    var builder = ProgramBuilder()
    let labels = (0..<4).map { _ in builder.makeLabel() }
    let predicates = (0..<3).map { _ in builder.makeRegister(.predicate) }
    func step(_ line: Int) {
      builder.emit(Instruction(.fence, location: SourceLocation(line: line)))
    }
    builder.branch(to: labels[1], if: Guard(predicates[0]))
    builder.place(labels[0])
    step(1)
    builder.branch(to: labels[3], if: Guard(predicates[1]))
    builder.place(labels[1])
    step(2)
    builder.branch(to: labels[0], if: Guard(predicates[2]))
    builder.place(labels[3])
    step(3)
    let arranged = BlockLayout.arrange(Self.program(builder))
    guard case .instruction(let last)? = arranged.statements.last else { return }
    #expect(last.location.line == 3)
    for lane in 0..<8 {
      #expect(
        Walker.path(of: Self.program(builder), lane: lane)
          == Walker.path(of: arranged, lane: lane))
    }
  }

  @Test func `a long chain of nested loops is arranged in time`() {
    var builder = ProgramBuilder()
    let depth = 3000
    let labels = (0..<depth).map { _ in builder.makeLabel() }
    let predicate = builder.makeRegister(.predicate)
    for label in labels {
      builder.place(label)
      builder.emit(Instruction(.fence))
    }
    for label in labels.reversed() {
      builder.branch(to: label, if: Guard(predicate))
      builder.emit(Instruction(.fence))
    }
    let arranged = BlockLayout.arrange(Self.program(builder))
    #expect(arranged.statements.count > 2 * depth)
  }

  // MARK: Programs

  private static func program(_ builder: ProgramBuilder) -> KernelProgram {
    KernelProgram(
      name: "k", parameters: [], argumentBytes: 0, statements: builder.statements,
      registerNumbers: builder.registerNumbers, labelNumbers: builder.labelNumbers)
  }

  /// Blocks of one marked step, each ending in a jump, a choice, an exit or nothing.
  private static func randomProgram(blocks: Int, _ random: inout SeededRandom) -> KernelProgram {
    var builder = ProgramBuilder()
    let labels = (0..<blocks).map { _ in builder.makeLabel() }
    for block in 0..<blocks {
      builder.place(labels[block])
      builder.emit(Instruction(.fence, location: SourceLocation(line: block + 1)))
      let target = labels[random.nextInteger(below: blocks)]
      switch random.nextInteger(below: 8) {
      case 0: builder.emit(Instruction(.exit))
      case 1: builder.branch(to: target)
      case 2:
        let predicate = builder.makeRegister(.predicate)
        builder.emit(Instruction(.exit, if: Guard(predicate)))
      case 3: break
      default:
        let predicate = builder.makeRegister(.predicate)
        builder.branch(
          to: target, if: Guard(predicate, isNegated: random.nextInteger(below: 2) == 0))
      }
    }
    return program(builder)
  }
}

/// Follows one lane through a text whose predicates are decided by a rule.
private enum Walker {
  /// The marks that the lane passes, up to a limit.
  static func path(of program: KernelProgram, lane: Int) -> [Int] {
    var places: [Label: Int] = [:]
    for (index, statement) in program.statements.enumerated() {
      if case .label(let label) = statement { places[label] = index }
    }
    var path: [Int] = []
    var visits: [Int: Int] = [:]
    var index = 0
    while index < program.statements.count, path.count < 300 {
      defer { index += 1 }
      guard case .instruction(let instruction) = program.statements[index] else { continue }
      if let condition = instruction.condition {
        let number = condition.register.number
        visits[number, default: 0] += 1
        // Any rule will do that depends on the predicate, the lane and the turn alone.
        let mixed = (number &* 31 &+ lane &* 17 &+ (visits[number] ?? 0) &* 7) % 5
        if (mixed < 2) == condition.isNegated { continue }
      }
      switch instruction.operation {
      case .fence: path.append(instruction.location.line)
      case .exit: return path
      case .branch:
        guard let target = instruction.target, let place = places[target] else { return [-1] }
        // An empty endless loop passes no mark.
        visits[-1 - index, default: 0] += 1
        if visits[-1 - index] ?? 0 > 400 { return path }
        index = place
      default: break
      }
    }
    return path
  }
}
