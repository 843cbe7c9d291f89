import Base
import Kernels
import Testing

@Suite struct SimplifierTests {
  /// Adds pointers up itself, as PTX does: `base + index · scale + offset`.
  private func program(redefinesIndex: Bool) -> KernelProgram {
    var k = HandBuilt()
    let (input, output) = (k.pointer("in"), k.pointer("out"))
    let index = k.builder.makeRegister(.word)
    k.builder.emit(
      Instruction(.binary(.add), .s32, to: [index], from: [.special(.threadX), .word(1)]))
    let scale = k.builder.compute(.move, .s32, .word(4))
    let distance = k.builder.compute(.binary(.multiplyWide), .s32, .register(index), scale)
    let place = k.builder.compute(.binary(.add), .s64, input, distance)
    if redefinesIndex {
      k.builder.emit(
        Instruction(.binary(.add), .s32, to: [index], from: [.register(index), .word(3)]))
    }
    let next = k.builder.compute(.binary(.add), .s64, place, .wide(8))
    let value = k.load(.global, .f32, next)
    let unread = k.builder.compute(.binary(.multiply), .f32, value, value)
    _ = k.builder.compute(.unary(.sine), .f32, unread)
    k.store(.global, .f32, value, output, .special(.threadX))
    return k.program()
  }

  @Test(arguments: [false, true])
  func `addresses that a program adds up are read where they were`(redefinesIndex: Bool) throws {
    let module = try KernelModule.of(program(redefinesIndex: redefinesIndex))
    let input = try module.memory.allocate((0..<64).map { Float($0) })
    let output = try module.memory.allocate(bytes: 128)
    let result = try module.launch(
      "k", grid: Extent(1), block: Extent(32), arguments: [.buffer(input), .buffer(output)]
    ).checked()
    #expect(
      try module.memory.values(output, as: Float.self) == (0..<32).map { Float($0 + 3) })
    let total = result.counters.total
    #expect(total.globalLoad.requests == 1 && total.globalLoad.sectors == 5)
    // Neither the unread product nor its sine runs; the sums stay where the index changes.
    #expect(total.instructions[.special] == nil && total.instructions[.float32] == nil)
    #expect(total.instructions[.integer]?.warp == (redefinesIndex ? 4 : 1))
  }
}
