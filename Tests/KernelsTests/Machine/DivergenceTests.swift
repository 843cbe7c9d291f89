import Base
import Kernels
import Testing

@Suite struct DivergenceTests {
  @Test func `a loop whose turns differ by lane gives each lane its own result`() throws {
    let run = try KernelRun(
      """
      __global__ void collatz(const int *start, int *steps, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i >= n) return;
        long long v = start[i];
        int c = 0;
        while (v != 1) {
          if (v % 2 == 0) v /= 2; else v = 3 * v + 1;
          if (++c == 300) break;
        }
        steps[i] = c;
      }
      """)
    let start = (0..<100).map { Int32($0 * 7 + 1) }
    let out = try run.run(
      "collatz", grid: Extent(4), block: Extent(32), [start, [Int32](repeating: -1, count: 128)],
      [.integer(100)])
    #expect(out.result.fault == nil)
    for (lane, first) in start.enumerated() {
      var (value, count) = (Int(first), Int32(0))
      while value != 1, count < 300 {
        value = value % 2 == 0 ? value / 2 : 3 * value + 1
        count += 1
      }
      #expect(out.arrays[1][lane] == count)
    }
    #expect(out.arrays[1][100...].allSatisfy { $0 == -1 })
  }

  @Test func `what a thread computes does not depend on which threads share its warp`() throws {
    // Nested loops, breaks and continues, by the thread's own number; blocks of every size put the
    // same work into other warps and lanes.
    let source = """
      __global__ void tangle(unsigned *out, int n) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i >= n) return;
        unsigned h = i * 2654435761u;
        for (int a = 0; a < (int)(h % 7); ++a) {
          if ((h >> a) & 1) { h ^= h << 5; continue; }
          int b = a;
          do {
            h = h * 1664525u + 1013904223u;
            if (h % 5 == 0) break;
            switch (h % 3) { case 0: h += 11; break; case 1: h ^= 77; default: h -= b; }
          } while (++b < (int)(h % 9));
          if (h % 31 == 0) { out[i] = h; return; }
        }
        out[i] = h ^ 1;
      }
      """
    var first: [UInt32]?
    for size in [32, 1, 7, 33, 64, 100] {
      let run = try KernelRun(source)
      let out = try run.run(
        "tangle", grid: Extent((300 + size - 1) / size), block: Extent(size),
        [[UInt32](repeating: 0, count: 300)], [.integer(300)])
      #expect(out.result.fault == nil)
      if let first { #expect(out.arrays[0] == first, "blocks of \(size)") }
      first = first ?? out.arrays[0]
    }
  }

  @Test func `lanes of a loop meet at every turn and both sides of an if run apart`() throws {
    let run = try KernelRun(
      """
      __global__ void triangle(const float *in, float *out) {
        int l = threadIdx.x; float t = 0;
        for (int j = 0; j < l; j++) t = t + in[j * 32 + l];
        out[l] = t;
      }
      __global__ void sides(float *out, const float *in) {
        int i = threadIdx.x;
        if ((i & 1) != 0) out[i] = 1.0f;
        else out[i] = 2.0f;
      }
      """)
    let zeros = [Float](repeating: 0, count: 1024)
    let triangle = try run.run("triangle", block: Extent(32), [zeros, zeros]).result.counters.total
    #expect(triangle.globalLoad.requests == 31)
    #expect(triangle.globalLoad.activeLanes == 496)
    #expect(triangle.globalLoad.sectors == 76)
    #expect(triangle.globalStore.requests == 1)
    #expect(triangle.divergentBranches == 31)
    let sides = try run.run("sides", block: Extent(64), [zeros, zeros]).result.counters.total
    #expect(sides.globalStore.requests == 4)
    #expect(sides.globalStore.lanesPerRequest == 16)
    #expect(sides.divergentBranches == 2)
  }

  @Test func `a lock that lanes of one warp spin on is passed on`() throws {
    let run = try KernelRun(
      """
      __device__ int lock = 0;
      __global__ void locked(int *sum) {
        bool done = false;
        while (!done) {
          if (atomicCAS(&lock, 0, 1) == 0) {
            *sum = *sum + threadIdx.x;
            __threadfence();
            atomicExch(&lock, 0);
            done = true;
          }
        }
      }
      __global__ void spinning(int *sum) {
        while (atomicCAS(&lock, 0, 1) != 0) {}
        *sum = *sum + 1;
        atomicExch(&lock, 0);
      }
      """)
    let out = try run.run("locked", grid: Extent(2), block: Extent(64), [[Int32(0)]])
    #expect(out.result.fault == nil)
    #expect(out.arrays[0][0] == 2 * (0..<64).reduce(0, +))
    let spun = try run.run("spinning", block: Extent(40), [[Int32(0)]])
    #expect(spun.result.fault == nil)
    #expect(spun.arrays[0][0] == 40)
  }

  @Test func `shuffles, votes and matches work over the lanes that are there`() throws {
    let run = try KernelRun(
      """
      __global__ void warps(int *out) {
        int l = threadIdx.x;
        unsigned all = 0xffffffffu;
        out[l] = __shfl_sync(all, l * 10, 3, 8);
        out[32 + l] = __shfl_up_sync(all, l, 2);
        out[64 + l] = __shfl_down_sync(all, l, 4, 16);
        out[96 + l] = __shfl_xor_sync(all, l, 5);
        out[128 + l] = __ballot_sync(all, l % 3 == 0);
        out[160 + l] = __any_sync(all, l == 7) + 2 * __all_sync(all, l < 32);
        out[192 + l] = __match_any_sync(all, l / 8);
        if (l < 12) out[224 + l] = __activemask();
      }
      """)
    let out = try run.run("warps", block: Extent(32), [[Int32](repeating: 0, count: 256)]).arrays[0]
    for l in 0..<32 {
      #expect(out[l] == Int32((l & ~7 | 3) * 10))
      #expect(out[32 + l] == Int32(l < 2 ? l : l - 2))
      #expect(out[64 + l] == Int32(l % 16 + 4 < 16 ? l + 4 : l))
      #expect(out[96 + l] == Int32(l ^ 5))
      #expect(out[128 + l] == 0x4924_9249)
      #expect(out[160 + l] == 3)
      #expect(UInt32(bitPattern: out[192 + l]) == 0xff << UInt32(l / 8 * 8))
      #expect(out[224 + l] == (l < 12 ? 0xfff : 0))
    }
  }
}
