import Testing

@testable import Kernels

@Suite struct LoopTableTests {
  /// A loop over a counter from a start to a bound, with a body of some multiply-adds.
  private static func loop(
    from start: Operand, to bound: Operand, by step: UInt64, length: Int, inner: Int? = nil
  ) -> InstructionList {
    var builder = ProgramBuilder()
    turn(&builder, from: start, to: bound, by: step) { builder in
      for _ in 0..<length {
        _ = builder.compute(.ternary(.multiplyAdd), .f32, .float(1), .float(2), .float(3))
      }
      if let inner {
        turn(&builder, from: .immediate(0), to: .immediate(UInt64(inner)), by: 1) { _ in }
      }
    }
    return InstructionList(builder.statements, labelNumbers: builder.labelNumbers)
  }

  private static func turn(
    _ builder: inout ProgramBuilder, from start: Operand, to bound: Operand, by step: UInt64,
    body: (inout ProgramBuilder) -> Void
  ) {
    let counter = builder.makeRegister(.word)
    builder.emit(Instruction(.move, .s32, to: [counter], from: [start]))
    let head = builder.makeLabel()
    let end = builder.makeLabel()
    builder.place(head)
    let isOver = builder.compute(.compare(.greaterOrEqual), .s32, .register(counter), bound)
    guard case .register(let predicate) = isOver else { return }
    builder.branch(to: end, if: Guard(predicate), isCondition: true)
    body(&builder)
    builder.emit(
      Instruction(
        .binary(.add), .s32, to: [counter], from: [.register(counter), .immediate(step)]))
    builder.branch(to: head)
    builder.place(end)
  }

  @Test(
    "a loop stays unless its turns are known and its body short",
    arguments: [
      (Operand.immediate(0), Operand.immediate(32), UInt64(1), 8, true),
      (.immediate(0), .immediate(4096), 256, 8, true),
      (.immediate(0), .immediate(1000), 1, 8, false),
      (.immediate(0), .argument(byteOffset: 0), 1, 8, false),
      (.special(.threadX), .immediate(32), 1, 8, false),
    ])
  func stays(_ start: Operand, _ bound: Operand, _ step: UInt64, _ length: Int, _ goes: Bool) {
    let list = Self.loop(from: start, to: bound, by: step, length: length)
    let table = LoopTable(list)
    #expect(table.loops.isEmpty == goes)
    // Comparison, its jump, the step and the jump back; the start runs once.
    #expect(list.instructions.indices.filter(table.vanishes).count == (goes ? 4 : 0))
  }

  @Test func `a loop around one that is laid out is the innermost`() throws {
    let list = Self.loop(
      from: .immediate(0), to: .argument(byteOffset: 0), by: 1, length: 2, inner: 8)
    let table = LoopTable(list)
    let loop = try #require(table.loops.first)
    #expect(table.loops.count == 1)
    #expect(loop.range == 1...(list.instructions.count - 1))
    #expect(loop.turns == nil)
  }
}
