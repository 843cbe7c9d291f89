import Base
import Kernels
import Testing

/// Launches whose blocks wait for one another.
@Suite struct GridBarrierTests {
  private static let source = """
    #include <cooperative_groups.h>
    namespace cg = cooperative_groups;
    __global__ void rotate(int *x, int turns) {
      cg::grid_group grid = cg::this_grid();
      int i = grid.thread_rank(), n = grid.size();
      for (int turn = 0; turn < turns; turn++) {
        int next = x[(i + 33) % n];
        grid.sync();
        x[i] = next;
        grid.sync();
      }
    }
    __global__ void leaves(int *x) {
      if (blockIdx.x == 2) return;
      cg::this_grid().sync();
      x[0] = 1;
    }
    __global__ void half(int *x) {
      if (threadIdx.x < 8) cg::this_grid().sync();
      x[0] = 1;
    }
    __global__ void shared(int *x) {
      __shared__ int kept[64];
      int local[4] = {1, 2, 3, 4};
      kept[threadIdx.x] = blockIdx.x;
      local[x[0]] += threadIdx.x;
      cg::sync(cg::this_grid());
      x[blockIdx.x * 64 + threadIdx.x] = kept[63 - threadIdx.x] * 100 + local[x[512] & 3];
    }
    """

  @Test(
    "all blocks come to the barrier before any goes on",
    arguments: [(grid: 1, block: 64, turns: 1), (5, 96, 3), (40, 32, 2), (130, 64, 1)])
  func rotation(grid: Int, block: Int, turns: Int) throws {
    let run = try KernelRun(Self.source)
    let count = grid * block
    let (arrays, result) = try run.run(
      "rotate", grid: Extent(grid), block: Extent(block), [(0..<count).map { Int32($0) }],
      [.integer(Int64(turns))])
    #expect(result.fault == nil)
    #expect(arrays[0] == (0..<count).map { Int32(($0 + 33 * turns) % count) })
    #expect(result.orderReason == "line 8 waits for all blocks")
  }

  @Test func `shared and local memory of each block outlast the wait`() throws {
    let run = try KernelRun(Self.source)
    let (arrays, result) = try run.run(
      "shared", grid: Extent(6), block: Extent(64), [[Int32](repeating: 0, count: 600)])
    #expect(result.fault == nil)
    let expected = (0..<384).map { (index: Int) -> Int32 in
      let (block, thread) = (index / 64, index % 64)
      return Int32(block * 100 + 1 + thread)
    }
    #expect(Array(arrays[0].prefix(384)) == expected)
  }

  @Test func `a block that has left is a deadlock for the others`() throws {
    let run = try KernelRun(Self.source)
    let fault = try #require(
      try run.fault("leaves", grid: Extent(4), block: Extent(32), [[0]]))
    #expect(fault.kind == .deadlock)
    #expect(fault.location.line == 15)
  }

  @Test func `lanes that do not come are found as at other barriers`() throws {
    let run = try KernelRun(Self.source)
    let fault = try #require(try run.fault("half", grid: Extent(2), block: Extent(32), [[0]]))
    #expect(fault.kind == .divergentBarrier)
  }

  @Test func `more blocks than a device could hold are refused`() throws {
    let run = try KernelRun(Self.source)
    let error = try #require(throws: Problem.self) {
      try run.fault("leaves", grid: Extent(108 * 32 + 1), block: Extent(32), [[0]])
    }
    #expect(error.message.contains("cannot be resident at once"))
  }
}
