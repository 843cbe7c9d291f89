import Base
import Kernels
import Testing

@Suite struct MemoryTests {
  @Test func `sectors and wavefronts are those of a count by hand`() throws {
    let run = try KernelRun(
      """
      __global__ void gather(const int *index, int *data) { data[threadIdx.x] = data[index[threadIdx.x]]; }
      __global__ void banks(const int *index, int *out) {
        __shared__ int s[4096];
        out[threadIdx.x] = s[index[threadIdx.x]];
      }
      __global__ void banks2(const int *index, double *out) {
        __shared__ double s[2048];
        out[threadIdx.x] = s[index[threadIdx.x]];
      }
      __global__ void banks4(const int *index, float4 *out) {
        __shared__ float4 s[1024];
        out[threadIdx.x] = s[index[threadIdx.x]];
      }
      """)
    var random = SeededRandom(seed: 3)
    for trial in 0..<60 {
      let range = [1, 8, 40, 200, 500, 1024][trial % 6]
      let stride = trial % 5 + 1
      let index = (0..<32).map { lane in
        trial % 4 == 0 ? Int32(lane * stride % range) : Int32(random.nextInteger(below: range))
      }
      let data = [Int32](repeating: 1, count: 4096)
      let total = try run.run("gather", block: Extent(32), [index, data]).result.counters.total
      #expect(total.globalLoad.sectors == 4 + Set(index.map { $0 / 8 }).count, "\(index)")
      for (kernel, words, lanes) in [("banks", 1, 32), ("banks2", 2, 16), ("banks4", 4, 8)] {
        let shared = try run.run(kernel, block: Extent(32), [index, data]).result.counters.total
        var passes = 0
        for start in Swift.stride(from: 0, to: 32, by: lanes) {
          let touched = Set(
            index[start..<start + lanes].flatMap { at in (0..<words).map { Int(at) * words + $0 } })
          passes += Dictionary(grouping: touched) { $0 % 32 }.values.map(\.count).max() ?? 0
        }
        #expect(shared.sharedLoad.wavefronts == passes, "\(kernel) \(index)")
        #expect(shared.sharedLoad.idealWavefronts == words)
      }
    }
  }

  @Test func `atomics give old values in order of lanes, warps and blocks`() throws {
    let run = try KernelRun(
      """
      __global__ void tickets(int *counter, int *out) {
        out[blockIdx.x * blockDim.x + threadIdx.x] = atomicAdd(counter, 1);
      }
      __global__ void extremes(int *p, unsigned *q) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        atomicMin(p, 50 - i); atomicMax(p + 1, i); atomicAnd(p + 2, ~(1 << (i % 5)));
        atomicOr(p + 3, 1 << (i % 7)); atomicXor(p + 4, i); atomicSub(p + 5, 2);
        atomicInc(q, 9); atomicDec(q + 1, 4);
      }
      """)
    let zeros = [Int32](repeating: 0, count: 192)
    let tickets = try run.run("tickets", grid: Extent(3), block: Extent(64), [[0], zeros])
    #expect(tickets.arrays[1] == (0..<192).map { Int32($0) })
    #expect(tickets.result.orderReason != nil)
    #expect(tickets.result.counters.total.globalAtomic.requests == 6)
    let out = try run.run(
      "extremes", grid: Extent(2), block: Extent(50),
      [[99, -9, -1, 0, 0, 0], [0, 0]] as [[Int32]])
    #expect(out.arrays[0] == [-49, 99, ~31, 127, (0..<100).reduce(0, ^), -200])
    #expect(out.arrays[1] == [0, 0])
  }

  @Test func `generic, local and constant memory are each their own`() throws {
    let run = try KernelRun(
      """
      __constant__ int table[4] = {10, 20, 30, 40};
      __device__ int total = 5;
      __device__ int pick(const int *p, int i) { return p[i]; }
      __global__ void mixed(int *out, int which) {
        __shared__ int s[4];
        int mine[4];
        for (int i = 0; i < 4; i++) { s[i] = i + 100; mine[(i + threadIdx.x) & 3] = i * 7; }
        __syncthreads();
        const int *p = which == 0 ? s : which == 1 ? mine : which == 2 ? table : out;
        out[threadIdx.x + 8] = pick(p, threadIdx.x & 3);
        if (threadIdx.x == 0) total += which;
      }
      """)
    let start = [Int32](repeating: 9, count: 16)
    let wanted: [[Int32]] = [
      [100, 101, 102, 103, 100, 101, 102, 103], [0, 0, 0, 0, 0, 0, 0, 0],
      [10, 20, 30, 40, 10, 20, 30, 40], [9, 9, 9, 9, 9, 9, 9, 9],
    ]
    for which in 0..<4 {
      let out = try run.run("mixed", block: Extent(8), [start], [.integer(Int64(which))])
      #expect(out.result.fault == nil)
      #expect(Array(out.arrays[0][8...]) == wanted[which], "window \(which)")
    }
    #expect(try run.module.symbolBytes("total").first == 11)
    try run.module.setSymbol("table", [UInt8](repeating: 1, count: 16))
    let changed = try run.run("mixed", block: Extent(8), [start], [.integer(2)])
    #expect(changed.arrays[0][8] == 0x0101_0101)
  }

  @Test func `printed text comes by blocks in order and stops at its limit`() throws {
    var run = try KernelRun(
      #"""
      __global__ void say(int *n) {
        if (threadIdx.x % 32 == 0)
          printf("block %d of %u: %5.2f %s %c%%\n", blockIdx.x, gridDim.x, blockIdx.x * 0.5, "half", 'x');
      }
      """#)
    let out = try run.run("say", grid: Extent(40), block: Extent(64), [[Int32(0)]])
    let lines = out.result.printed.text.split(separator: "\n")
    #expect(lines.count == 80)
    #expect(lines.first == "block 0 of 40:  0.00 half x%")
    #expect(lines.last == "block 39 of 40: 19.50 half x%")
    run.options.printLimit = 1000
    run.options.threads = 3
    let cut = try run.run("say", grid: Extent(40), block: Extent(64), [[Int32(0)]]).result.printed
    #expect(cut.dropped > 0)
    #expect(lines.joined(separator: "\n").hasPrefix(cut.text.dropLast()))
  }
}
