import Testing

@testable import Kernels

@Suite struct TagPassTests {
  private static let source = """
    __global__ void strided(const float *a, float *out, int stride) {
      const float *p = a + threadIdx.x * stride;
      out[threadIdx.x] = p[0] * p[4] + p[8] * p[12] + p[20] * p[16] + p[24] * p[28];
    }
    """

  /// Cycles of a load by te42kyfo/gpu-benches, gpu-strides, as counted on A100 and A40.
  @Test(
    "strided loads take as many passes over the tags as measured",
    arguments: [
      (1, 1.0), (4, 1.89), (8, 2.83), (16, 4.67), (24, 6.2), (30, 8.0), (33, 8.8), (36, 8.9),
      (48, 10.4), (53, 11.1), (57, 9.2), (63, 8.8), (64, 8.0),
    ])
  func passes(_ stride: Int, measured: Double) throws {
    var run = try KernelRun(Self.source)
    run.options.tracedBlocks = [0]
    let (_, result) = try run.run(
      "strided", block: Extent(64),
      [[Float](repeating: 0, count: 64 * stride + 64), [Float](repeating: 0, count: 64)],
      [.integer(Int64(stride))])
    let trace = try #require(result.traces.traces.first)
    let loads = trace.warps.joined().filter { step in
      step.tagPasses > 0 && !result.traces.instructions.instructions[Int(step.instruction)].isStore
    }
    #expect(loads.count == 16)
    let mean = Double(loads.reduce(0) { $0 + Int($1.tagPasses) }) / Double(loads.count)
    #expect(abs(mean / measured - 1) < 0.06)
  }
}
