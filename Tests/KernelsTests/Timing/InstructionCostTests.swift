import Devices
import Testing

@testable import Kernels

@Suite struct InstructionCostTests {
  private let table = CostTable(.of70)

  private func issues(_ operation: Binary, _ type: ValueType, by divisor: Operand) -> Int {
    let register = Register(0, type.register)
    return table.cost(
      of: Instruction(
        .binary(operation), type, to: [register], from: [.register(register), divisor])
    ).issues
  }

  @Test func `a division by a power of two is a shift`() {
    #expect(issues(.divide, .u32, by: .immediate(32)) == 1)
    #expect(issues(.remainder, .u32, by: .immediate(32)) == 1)
    #expect(issues(.divide, .s32, by: .immediate(2)) == 3)
  }

  @Test(
    "what a compiler knows of a divisor makes a division cheaper",
    arguments: [Binary.divide, .remainder], [ValueType.u32, .s32, .u64, .s64])
  func order(_ operation: Binary, _ type: ValueType) {
    let shift = issues(operation, type, by: .immediate(8))
    let product = issues(operation, type, by: .immediate(7))
    let unknown = issues(operation, type, by: .register(Register(1, type.register)))
    #expect(shift < product)
    #expect(2 * product < unknown)
  }
}

extension ComputeLimits {
  fileprivate static var of70: ComputeLimits {
    ComputeLimits.all.first { $0.name == "7.0" } ?? ComputeLimits.all[0]
  }
}
