import Base
import Glibc
import Kernels

/// The warp machine: a naive matrix product with every access counted, and numba's simulator beside it.
struct KernelsSuite: Suite {
  let name = "kernels"
  let summary = "CUDA programs on the warp machine, against numba's simulator."

  func cases() throws -> [Case] {
    let product = try MatrixProduct(256)
    return [
      Case("naive matmul N=256, thread instructions, one core", .perSecond, .atLeast(500e6)) {
        let run = try product.run(threads: 1)
        return Double(run.threadInstructions) / run.processorSeconds
      },
      Case("the same without the cache model", .perSecond, .none) {
        let run = try product.run(threads: 1, modelsCaches: false)
        return Double(run.threadInstructions) / run.processorSeconds
      },
      Case("the same, two cores over one", .share, .atLeast(1.8)) {
        // What else runs slows both down, seldom both alike: the best of a few.
        let one = try (0..<5).map { _ in try product.run(threads: 1).wallSeconds }.min() ?? 0
        let two = try (0..<5).map { _ in try product.run(threads: 2).wallSeconds }.min() ?? 1
        return one / two
      },
      Case(
        "naive matmul N=256, multiply-adds", .perSecond, .fasterAtLeast(300), peer: numba(),
        rounds: 3
      ) {
        let run = try product.run(threads: 1)
        return Double(256 * 256 * 256) / run.processorSeconds
      },
    ]
  }
}

/// C = A·B, a thread for each element.
private struct MatrixProduct {
  struct Run {
    let threadInstructions: Int
    let processorSeconds: Double
    let wallSeconds: Double
  }

  private let module: KernelModule
  private let buffers: [DeviceBuffer]
  private let size: Int

  init(_ size: Int) throws {
    self.size = size
    let source = """
      __global__ void matmul(const float *A, const float *B, float *C, int n) {
        int r = blockIdx.y * blockDim.y + threadIdx.y, c = blockIdx.x * blockDim.x + threadIdx.x;
        float t = 0;
        for (int k = 0; k < n; k++) t = t + A[r * n + k] * B[k * n + c];
        C[r * n + c] = t;
      }
      """
    let memory = DeviceMemory()
    module = try KernelModule(source: try CUDASource(source), memory: memory)
    let values = (0..<size * size).map { Float($0 % 7) - 3 }
    buffers = [
      try memory.allocate(values), try memory.allocate(values),
      try memory.allocate(bytes: size * size * 4),
    ]
    _ = try run(threads: 1)
    let first = try memory.values(buffers[2], as: Float.self)[0]
    let wanted = (0..<size).reduce(Float(0)) { $0 + values[$1] * values[$1 * size] }
    guard first == wanted else { throw Problem("the product is \(first), expected \(wanted)") }
  }

  func run(threads: Int, modelsCaches: Bool = true) throws -> Run {
    var options = LaunchOptions()
    options.threads = threads
    options.modelsCaches = modelsCaches
    var result: LaunchResult?
    let start = wallClock()
    let processor = try processorSeconds {
      result = try module.launch(
        "matmul", grid: Extent(size / 16, size / 16), block: Extent(16, 16),
        arguments: buffers.map { .buffer($0) } + [.integer(Int64(size))], options: options
      ).checked()
    }
    return Run(
      threadInstructions: result?.counters.total.threadInstructions ?? 0,
      processorSeconds: processor, wallSeconds: wallClock() - start)
  }

  private func wallClock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// One block of the same launch: numba's simulator starts a thread for each of the kernel's.
private func numba() -> Peer {
  let code = """
    import os, time
    os.environ["NUMBA_ENABLE_CUDASIM"] = "1"
    import numpy as np
    from numba import cuda
    @cuda.jit
    def matmul(A, B, C, n):
        r = cuda.blockIdx.y * cuda.blockDim.y + cuda.threadIdx.y
        c = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
        t = np.float32(0)
        for k in range(n):
            t = t + A[r, k] * B[k, c]
        C[r, c] = t
    n = 256
    A = np.ones((n, n), np.float32)
    C = np.zeros((n, n), np.float32)
    start = time.process_time()
    matmul[(1, 1), (16, 16)](A, A, C, n)
    took = time.process_time() - start
    assert C[3, 3] == n
    print(16 * 16 * n / took)
    """
  return PythonPeers.peer("numba") { python in
    let run = try ChildRun.run([python, "-c", code])
    guard let rate = run.output.split(separator: "\n").last.flatMap({ Double($0) }) else {
      throw Problem("numba printed no figure: \(run.output)")
    }
    return rate
  }
}
