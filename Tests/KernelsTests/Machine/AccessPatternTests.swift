import Base
import Kernels
import Testing

/// Counters of single accesses, worked out by hand from where the lanes' bytes lie: 32-byte
/// sectors from the address, banks from the word's number modulo 32.
@Suite struct AccessPatternTests {
  /// What one kind of access did in all.
  struct Expected: Sendable, Equatable {
    var requests: Int
    var lanes: Int
    var sectors = 0
    var wavefronts = 0
    var conflicts = 0

    init(_ requests: Int, _ lanes: Int, sectors: Int) {
      (self.requests, self.lanes, self.sectors) = (requests, lanes, sectors)
    }

    init(_ requests: Int, _ lanes: Int, waves: Int, conflicts: Int) {
      (self.requests, self.lanes, wavefronts) = (requests, lanes, waves)
      self.conflicts = conflicts
    }

    init(_ counts: AccessCounts) {
      (requests, lanes, sectors) = (counts.requests, counts.activeLanes, counts.sectors)
      (wavefronts, conflicts) = (counts.wavefronts, counts.conflicts)
    }
  }

  private static let types = """
    struct Three { float x, y, z; };
    struct alignas(16) Four { float a, b; int c, d; };
    struct Mixed { double d; int i; };
    """

  private func counters(_ body: String, block: Extent) throws -> CounterSet {
    let run = try KernelRun(
      """
      \(Self.types)
      __global__ void k(float *in, float *out) {
        const int t = threadIdx.x, i = threadIdx.y * blockDim.x + threadIdx.x;
        \(body)
      }
      """)
    let arrays = [[Float]](repeating: [Float](repeating: 0, count: 4096), count: 2)
    let result = try run.run("k", block: block, arrays).result
    #expect(result.fault == nil)
    return result.counters.total
  }

  @Test(
    "loads from global memory",
    arguments: [
      // Bytes 8 to 135 of each warp's 128: five sectors.
      ("out[i] = in[i + 2];", 64, Expected(2, 64, sectors: 10)),
      // 12 bytes apart the lanes touch every sector of 384 bytes.
      ("out[i] = in[3 * i];", 64, Expected(2, 64, sectors: 24)),
      ("out[i] = in[63 - i];", 64, Expected(2, 64, sectors: 8)),
      ("out[i] = ((Three *)in)[i].x;", 32, Expected(1, 32, sectors: 12)),
      // A structure of three floats is three requests.
      ("Three v = ((Three *)in)[i]; out[i] = v.x + v.y + v.z;", 32, Expected(3, 96, sectors: 36)),
      // One of sixteen aligned bytes is one request.
      ("Four v = ((Four *)in)[i]; out[i] = v.a + v.d;", 32, Expected(1, 32, sectors: 16)),
      // 16 bytes a structure, of which 8 and 4 are read by two requests.
      ("Mixed v = ((Mixed *)in)[i]; out[i] = v.d + v.i;", 32, Expected(2, 64, sectors: 32)),
      ("float2 v = ((float2 *)in)[i]; out[i] = v.x + v.y;", 32, Expected(1, 32, sectors: 8)),
      // From byte 8 on 256 bytes reach into a ninth sector.
      ("float2 v = ((float2 *)(in + 2))[i]; out[i] = v.y;", 32, Expected(1, 32, sectors: 9)),
      ("float4 v = ((float4 *)in)[i]; out[i] = v.w;", 32, Expected(1, 32, sectors: 16)),
      // A float3 has no alignment that one request could use.
      ("float3 v = ((float3 *)in)[i]; out[i] = v.z + v.x + v.y;", 32, Expected(3, 96, sectors: 36)),
      ("out[i] = in[i];", 48, Expected(2, 48, sectors: 6)),
      ("out[i] = in[i];", 1, Expected(1, 1, sectors: 1)),
      ("out[i] = ((short *)in)[i];", 64, Expected(2, 64, sectors: 4)),
      ("out[i] = ((signed char *)in)[2 * i];", 32, Expected(1, 32, sectors: 2)),
      ("out[i] = (float)((long long *)in)[i];", 32, Expected(1, 32, sectors: 8)),
      ("out[i] = in[i / 16];", 32, Expected(1, 32, sectors: 1)),
      ("out[i] = in[i / 16 * 8];", 32, Expected(1, 32, sectors: 2)),
      ("out[i] = in[(i * 5) & 31];", 32, Expected(1, 32, sectors: 4)),
      ("out[i] = in[(i & 3) * 64];", 32, Expected(1, 32, sectors: 4)),
      ("if (i % 4 == 0) out[i] = in[i];", 32, Expected(1, 8, sectors: 4)),
      ("if (i < 5) out[i] = in[16 * i];", 32, Expected(1, 5, sectors: 5)),
      ("out[i] += 1;", 32, Expected(1, 32, sectors: 4)),
      ("out[i] = in[i] + in[i];", 32, Expected(2, 64, sectors: 8)),
      ("out[i] = __ldg(&in[i]);", 32, Expected(1, 32, sectors: 4)),
      // Lanes leave one by one: 32 + 31 + … + 1 of them, all at one address each turn.
      ("for (int j = 0; j <= i; j++) out[i] = in[j];", 32, Expected(32, 528, sectors: 32)),
      ("out[i] = i < 16 ? in[i] : in[512 + i];", 32, Expected(2, 32, sectors: 4)),
    ])
  func globalLoads(body: String, threads: Int, expected: Expected) throws {
    let counts = try counters(body, block: Extent(threads)).globalLoad
    #expect(Expected(counts) == expected, "\(body)")
  }

  @Test(
    "stores and atomics of global memory",
    arguments: [
      ("out[2 * i] = 1;", Expected(1, 32, sectors: 8), Expected(0, 0, sectors: 0)),
      ("((double *)out)[i] = 1;", Expected(1, 32, sectors: 8), Expected(0, 0, sectors: 0)),
      (
        "((float4 *)out)[i] = make_float4(1, 2, 3, 4);", Expected(1, 32, sectors: 16),
        Expected(0, 0, sectors: 0)
      ),
      ("out[0] = i;", Expected(1, 32, sectors: 1), Expected(0, 0, sectors: 0)),
      (
        "if (i & 1) out[i] = 1; else out[i] = 2;", Expected(2, 32, sectors: 8),
        Expected(0, 0, sectors: 0)
      ),
      ("atomicAdd(out, 1.0f);", Expected(0, 0, sectors: 0), Expected(1, 32, sectors: 1)),
      ("atomicAdd(&out[i], 1.0f);", Expected(0, 0, sectors: 0), Expected(1, 32, sectors: 4)),
      (
        "atomicMax((int *)&out[i % 4 * 8], i);", Expected(0, 0, sectors: 0),
        Expected(1, 32, sectors: 4)
      ),
      (
        "if (i < 3) atomicExch(&out[8 * i], 1.0f);", Expected(0, 0, sectors: 0),
        Expected(1, 3, sectors: 3)
      ),
    ])
  func globalStores(body: String, stores: Expected, atomics: Expected) throws {
    let set = try counters(body, block: Extent(32))
    #expect(Expected(set.globalStore) == stores, "\(body)")
    #expect(Expected(set.globalAtomic) == atomics, "\(body)")
  }

  @Test(
    "loads from shared memory",
    arguments: [
      (
        "__shared__ float s[64]; s[t] = 1; out[t] = s[t ^ 5];",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ float s[2][32]; s[0][t] = 1; out[t] = s[t & 1][0];",
        Expected(1, 32, waves: 2, conflicts: 1)
      ),
      (
        "__shared__ float s[32][16]; s[t][0] = 1; out[t] = s[t][3];",
        Expected(1, 32, waves: 16, conflicts: 15)
      ),
      (
        "__shared__ float s[32][17]; s[t][0] = 1; out[t] = s[t][3];",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ float s[32][34]; s[t][0] = 1; out[t] = s[t][3];",
        Expected(1, 32, waves: 2, conflicts: 1)
      ),
      (
        "__shared__ float s[32][32]; s[t][t] = 1; out[t] = s[t][t];",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      // Half warps: words 4l and 4l + 1 of 16 lanes meet twice in each bank.
      (
        "__shared__ double s[64]; s[t] = 1; out[t] = s[2 * t];",
        Expected(1, 32, waves: 4, conflicts: 2)
      ),
      (
        "__shared__ double s[32]; s[t] = 1; out[t] = s[t];", Expected(1, 32, waves: 2, conflicts: 0)
      ),
      // Quarter warps: eight lanes of four words fill the banks once, with stride two twice.
      (
        "__shared__ float4 s[32]; s[t].x = 1; float4 v = s[t]; out[t] = v.x + v.w;",
        Expected(1, 32, waves: 4, conflicts: 0)
      ),
      (
        "__shared__ float4 s[64]; s[t].x = 1; float4 v = s[2 * t]; out[t] = v.x + v.w;",
        Expected(1, 32, waves: 8, conflicts: 4)
      ),
      (
        "__shared__ float4 s[32]; s[t].x = 1; out[t] = s[t].y;",
        Expected(1, 32, waves: 4, conflicts: 3)
      ),
      (
        "__shared__ unsigned char s[128]; s[t] = 1; out[t] = s[t];",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ unsigned char s[4096]; s[t] = 1; out[t] = s[128 * t];",
        Expected(1, 32, waves: 32, conflicts: 31)
      ),
      (
        "__shared__ short s[64]; s[t] = 1; out[t] = s[2 * t + 1];",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ float s[32]; s[t] = 1; if (t < 7) out[t] = s[t];",
        Expected(1, 7, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ float s[64]; s[t] = 1; s[t] += s[t + 32]; out[t] = 1;",
        Expected(2, 64, waves: 2, conflicts: 0)
      ),
      (
        "__shared__ Three s[32]; s[t].x = 1; out[t] = s[t].y;",
        Expected(1, 32, waves: 1, conflicts: 0)
      ),
      (
        "__shared__ float s[32]; s[t] = 1; float *p = t & 1 ? s : in; out[t] = p[t];",
        Expected(1, 16, waves: 1, conflicts: 0)
      ),
    ])
  func sharedLoads(body: String, expected: Expected) throws {
    let counts = try counters(body, block: Extent(32)).sharedLoad
    #expect(Expected(counts) == expected, "\(body)")
  }

  @Test func `rows of a two-dimensional block are pieces of one request`() throws {
    let set = try counters(
      "out[threadIdx.y * 64 + t] = in[threadIdx.y * 64 + t];", block: Extent(16, 4))
    #expect(Expected(set.globalLoad) == Expected(2, 64, sectors: 8))
    let narrow = try counters("out[i] = in[threadIdx.y * 100 + t];", block: Extent(4, 8))
    // Rows of 16 bytes begin at multiples of 400 bytes, which is 16 over a sector's border at most.
    #expect(Expected(narrow.globalLoad) == Expected(1, 32, sectors: 8))
  }

  @Test func `a pointer into either memory counts where each lane's bytes lie`() throws {
    let set = try counters(
      "__shared__ float s[32]; s[t] = 1; float *p = t < 8 ? s : in; out[t] = p[t];",
      block: Extent(32))
    #expect(Expected(set.sharedLoad) == Expected(1, 8, waves: 1, conflicts: 0))
    #expect(Expected(set.globalLoad) == Expected(1, 24, sectors: 3))
  }

  @Test(
    "divergent branches",
    arguments: [
      ("if (i < 16) out[i] = 1;", 1), ("if (i < 32) out[i] = 1;", 0),
      ("for (int j = 0; j < i; j++) out[i] = j;", 31),
      ("for (int j = 0; j < 9; j++) out[i] = j;", 0),
      ("int j = i; while (j > 0) j /= 2; out[i] = j;", 5),
      ("if (i > 3 && in[i] > 5) out[i] = 1;", 0), ("if (i > 3 || in[i] > 5) out[i] = 1;", 1),
      ("int j = 0; do { j++; } while (j < (i & 3)); out[i] = j;", 2),
      ("out[i] = i < 7 ? 1 : 2;", 0),
      ("if (i & 1) { if (i & 2) out[i] = 1; } else out[i] = 2;", 2),
    ])
  func divergence(body: String, expected: Int) throws {
    #expect(try counters(body, block: Extent(32)).divergentBranches == expected, "\(body)")
  }
}
