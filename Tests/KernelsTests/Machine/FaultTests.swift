import Base
import Kernels
import Testing

@Suite struct FaultTests {
  @Test func `a race names both lines and both threads`() throws {
    var run = try KernelRun(
      """
      __global__ void racy(int *out) {
        __shared__ int s[64];
        s[threadIdx.x] = threadIdx.x;
        out[threadIdx.x] = s[63 - threadIdx.x];
      }
      __global__ void safe(int *out) {
        __shared__ int s[64];
        s[threadIdx.x] = threadIdx.x;
        __syncthreads();
        out[threadIdx.x] = s[63 - threadIdx.x];
        __syncthreads();
        if (threadIdx.x < 32) s[threadIdx.x] = 1;
      }
      """)
    let out = [Int32](repeating: 0, count: 64)
    #expect(try run.fault("racy", block: Extent(64), [out]) == nil)
    run.options.checks = [.races]
    let fault = try #require(try run.fault("racy", block: Extent(64), [out]))
    #expect(fault.kind == .race)
    #expect(fault.location.line == 3)
    #expect(
      fault.notes.first == "read before by thread (31, 0, 0) at test.cu:4, with no barrier between")
    #expect(try run.fault("safe", block: Extent(64), [out]) == nil)
  }

  @Test func `shared memory that nobody wrote is not read`() throws {
    var run = try KernelRun(
      """
      __global__ void reads(int *out) {
        __shared__ int s[32];
        if (threadIdx.x < 31) s[threadIdx.x] = 1;
        __syncthreads();
        out[threadIdx.x] = s[threadIdx.x];
      }
      """)
    let out = [Int32](repeating: 0, count: 32)
    #expect(try run.fault("reads", block: Extent(32), [out]) == nil)
    run.options.checks = [.uninitialised]
    let fault = try #require(try run.fault("reads", block: Extent(32), [out]))
    #expect(fault.kind == .uninitialised)
    #expect(fault.thread == Extent(31, 0, 0))
    #expect(fault.location.line == 5)
  }

  @Test func `a barrier that half a warp reaches is an error, one after an early return is not`()
    throws
  {
    var run = try KernelRun(
      """
      __global__ void half(int *out) {
        if (threadIdx.x < 16) __syncthreads();
        out[threadIdx.x] = 1;
      }
      __global__ void early(int *out, int n) {
        if (threadIdx.x >= n) return;
        __syncthreads();
        out[threadIdx.x] = 1;
      }
      __global__ void apart(int *out) {
        if (threadIdx.x < 16) { __syncthreads(); out[threadIdx.x] = 1; }
        else { __syncthreads(); out[threadIdx.x] = 2; }
      }
      """)
    let out = [Int32](repeating: 0, count: 64)
    let half = try #require(try run.fault("half", block: Extent(64), [out]))
    #expect(half.kind == .divergentBarrier)
    #expect(half.location.line == 2)
    #expect(half.message.contains("lanes 0-15 of warp 0 came to it, lanes 16-31 did not"))
    #expect(try run.fault("early", block: Extent(64), [out], [.integer(40)]) == nil)
    let apart = try #require(try run.fault("apart", block: Extent(32), [out]))
    #expect(apart.kind == .divergentBarrier)
    #expect(apart.notes.contains("the others wait at test.cu:11"))
    run.options.checks = []
    let lenient = try run.run("apart", block: Extent(32), [out])
    #expect(lenient.result.fault == nil)
    #expect(lenient.arrays[0][15] == 1 && lenient.arrays[0][16] == 2)
  }

  @Test func `warps that wait for what never comes are a deadlock`() throws {
    let run = try KernelRun(
      """
      __global__ void stuck(int *out) {
        if (threadIdx.x == 0) __syncwarp(3);
        else if (threadIdx.x == 1) __syncthreads();
        out[0] = 1;
      }
      """)
    let fault = try #require(try run.fault("stuck", block: Extent(32), [[0]]))
    #expect(fault.kind == .deadlock)
    #expect(fault.notes.contains("lane 0 of warp 0 at the warp barrier in test.cu:2"))
    #expect(fault.notes.contains("lane 1 of warp 0 at the barrier in test.cu:3"))
  }

  @Test func `an endless loop ends with the budget, and when asked to`() throws {
    var run = try KernelRun(
      """
      __global__ void endless(int *out) {
        int i = 0;
        while (true) { i++; if (i < 0) break; }
        out[0] = i;
      }
      """)
    run.options.instructionBudget = 100_000
    let fault = try #require(try run.fault("endless", grid: Extent(3), block: Extent(64), [[0]]))
    #expect(fault.kind == .budget)
    #expect(fault.location.line == 3)
    #expect(fault.block == Extent(0, 0, 0))
    run.options.instructionBudget = 1 << 40
    var asked = 0
    run.options.isStopped = {
      asked += 1
      return asked > 3
    }
    #expect(try run.fault("endless", block: Extent(32), [[0]])?.kind == .stopped)
  }

  @Test func `wrong addresses are told apart`() throws {
    let run = try KernelRun(
      """
      __global__ void at(int *p, long long offset) {
        *(int *)((char *)p + offset) = 1;
      }
      __global__ void shared(int *p, int i) {
        __shared__ int s[8];
        s[i] = 1;
        p[0] = s[0];
      }
      """)
    let memory = run.module.memory
    func kind(_ buffer: DeviceBuffer, _ offset: Int64) throws -> KernelFault? {
      try run.module.launch(
        "at", grid: Extent(1), block: Extent(1), arguments: [.buffer(buffer), .integer(offset)]
      ).fault
    }
    let buffer = try memory.allocate(bytes: 100, name: "table")
    #expect(try kind(buffer, 96) == nil)
    let past = try #require(try kind(buffer, 112))
    #expect(past.kind == .outOfBounds)
    #expect(past.notes == ["12 bytes past the end of `p` (100 bytes)"])
    #expect(try kind(buffer, -4)?.notes == ["4 bytes before `p` (100 bytes)"])
    #expect(try kind(buffer, 2)?.kind == .misaligned)
    let host = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    defer { host.deallocate() }
    let view = memory.view(of: host, bytes: 16, isReadOnly: true)
    #expect(try kind(view, 0)?.kind == .readOnly)
    try memory.free(view)
    try memory.free(buffer)
    let freed = try #require(try kind(buffer, 8))
    #expect(freed.kind == .useAfterFree)
    #expect(freed.notes == ["inside `table` (100 bytes), which was freed"])
    let other = try memory.allocate(bytes: 4)
    let shared = try run.module.launch(
      "shared", grid: Extent(1), block: Extent(1), arguments: [.buffer(other), .integer(8)]
    ).fault
    #expect(shared?.kind == .outOfBounds)
    #expect(shared?.notes == ["the block has 32 bytes of shared memory"])
    let null = try run.module.launch(
      "at", grid: Extent(1), block: Extent(1), arguments: [.address(0), .integer(0)]
    ).fault
    #expect(null?.notes == ["a null pointer"])
  }

  @Test func `of several failing blocks the lowest is told, whatever the threads`() throws {
    var run = try KernelRun(
      """
      __global__ void late(int *out) {
        if (blockIdx.x >= 37) out[1 << 20] = 1;
        out[blockIdx.x] = 1;
      }
      """)
    run.options.multiprocessors = 6
    for threads in 1...3 {
      run.options.threads = threads
      let fault = try run.fault(
        "late", grid: Extent(100), block: Extent(64), [[Int32](repeating: 0, count: 100)])
      #expect(fault?.block == Extent(37, 0, 0))
    }
  }

  @Test func `launches that no device would take are refused with the reason`() throws {
    let run = try KernelRun("__global__ void k(float *p, int n) { p[0] = n; }")
    func refusal(_ grid: Extent, _ block: Extent, _ arguments: [LaunchArgument]) -> String {
      do {
        _ = try run.module.launch("k", grid: grid, block: block, arguments: arguments)
        return "ran"
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal(Extent(1), Extent(2048), []).contains("larger than (1024, 1024, 64)"))
    #expect(refusal(Extent(0), Extent(32), []).contains("has no threads"))
    #expect(
      refusal(Extent(1), Extent(32), [.integer(0)])
        == "kernel \"k\" takes 2 arguments (float * p, int n), got 1")
    #expect(
      refusal(Extent(1), Extent(32), [.integer(5), .integer(1)]).contains("(a buffer for float *"))
    #expect(
      refusal(Extent(1), Extent(32), [.integer(0), .number(0.5)]).contains("a whole number for int")
    )
  }
}
