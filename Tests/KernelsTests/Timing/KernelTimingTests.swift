import Base
import Devices
import Kernels
import Testing

@Suite struct KernelTimingTests {
  /// `double x = in[i]` of one element per thread, stored or used once: the streams of gpu-benches.
  private static func stream(loads: Int, stores: Int) -> (InstructionList, BlockTrace) {
    var builder = ProgramBuilder()
    let index = builder.compute(
      .ternary(.multiplyAdd), .s32, .special(.blockX), .special(.blockSizeX), .special(.threadX))
    let outside = builder.compute(.compare(.greaterOrEqual), .s32, index, .argument(byteOffset: 32))
    let end = builder.makeLabel()
    guard case .register(let predicate) = outside else { fatalError("no predicate") }
    builder.branch(to: end, if: Guard(predicate), isCondition: true)
    var sum: Operand = .double(1.2)
    for load in 0..<loads {
      let value = builder.makeRegister(.wide)
      builder.emit(
        Instruction(
          .load(.global, .plain), .f64, to: [value],
          at: Address(base: .argument(byteOffset: 8 * load), index: index, scale: 8)))
      sum = builder.compute(.binary(.multiply), .f64, .register(value), sum)
    }
    for _ in 0..<stores {
      builder.emit(
        Instruction(
          .store(.global, .plain), .f64, from: [sum],
          at: Address(base: .argument(byteOffset: 0), index: index, scale: 8)))
    }
    builder.place(end)
    let list = InstructionList(builder.statements, labelNumbers: builder.labelNumbers)
    let steps = list.instructions.enumerated().map { number, instruction in
      switch instruction.operation {
      case .load, .store:
        TraceStep(instruction: number, tagPasses: 1, wavefronts: 2, l2Sectors: 8, dramSectors: 8)
      default: TraceStep(instruction: number)
      }
    }
    return (list, BlockTrace(warps: [steps]))
  }

  /// Reads, in GB/s, by te42kyfo/gpu-benches, gpu-stream: two blocks on each multiprocessor.
  @Test(
    "streams of few warps are bound by latency, streams of many by memory",
    arguments: [
      ("A100-SXM4-40GB", 1, 0, 32, 81.0), ("A100-SXM4-40GB", 1, 0, 256, 579),
      ("A100-SXM4-40GB", 1, 0, 1024, 1490), ("A100-SXM4-40GB", 0, 1, 128, 788),
      ("A100-SXM4-40GB", 2, 1, 128, 743), ("H100-PCIe-80GB", 1, 0, 32, 96),
      ("H100-PCIe-80GB", 1, 0, 256, 702), ("A40", 1, 0, 64, 160), ("A40", 2, 1, 256, 660),
    ])
  func streams(_ name: String, loads: Int, stores: Int, threads: Int, measured: Double) throws {
    let device = try Device.catalog[name]
    let (list, block) = Self.stream(loads: loads, stores: stores)
    let warps = BlockTrace(warps: Array(repeating: block.warps[0], count: threads / 32))
    let blocks = device.multiprocessors.value * 40
    let work = LaunchWork(
      instructions: list, blocks: [warps], blockCount: blocks, residentBlocks: 2)
    let estimate = try #require(KernelTiming(device).estimate(work))
    let bytes = Double(blocks * threads * 8 * (loads + stores))
    let rate = bytes / (estimate.seconds - estimate.launchSeconds) / 1e9
    #expect(abs(rate / measured - 1) < 0.25)
  }
}
