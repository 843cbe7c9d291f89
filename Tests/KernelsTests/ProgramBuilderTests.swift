import Kernels
import Testing

@Suite struct ProgramBuilderTests {
  @Test func `registers take the class of their type`() {
    var builder = ProgramBuilder()
    let sum = builder.compute(.binary(.add), .f64, .double(1), .double(2))
    let isLess = builder.compute(.compare(.less), .s32, .word(1), .word(2))
    #expect(sum == .register(Register(0, .wide)))
    #expect(isLess == .register(Register(1, .predicate)))
    #expect(builder.registerNumbers == 2)
  }

  @Test func `instructions carry the line they were written for`() {
    var builder = ProgramBuilder()
    builder.location = SourceLocation(line: 7, column: 3)
    let label = builder.makeLabel()
    builder.branch(to: label)
    builder.place(label)
    guard case .instruction(let branch) = builder.statements[0] else { return }
    #expect(branch.location.line == 7 && branch.target == label)
    #expect(builder.statements[1] == .label(label))
  }
}
