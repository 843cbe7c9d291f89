import Base
import Kernels

/// A CUDA source run on arrays, for tests of the machine.
struct KernelRun {
  let module: KernelModule
  var options = LaunchOptions()

  init(_ source: String) throws {
    module = try KernelModule(
      source: try CUDASource(source, name: "test.cu"), memory: DeviceMemory())
  }

  /// Launches with buffers of the given values; what they hold afterwards, and the result.
  func run<T: BitwiseCopyable>(
    _ kernel: String, grid: Extent = Extent(1), block: Extent, sharedBytes: Int = 0,
    _ arrays: [[T]], _ scalars: [LaunchArgument] = []
  ) throws -> (arrays: [[T]], result: LaunchResult) {
    let buffers = try arrays.map { try module.memory.allocate($0) }
    let result = try module.launch(
      kernel, grid: grid, block: block, sharedBytes: sharedBytes,
      arguments: buffers.map { .buffer($0) } + scalars, options: options)
    return (try buffers.map { try module.memory.values($0, as: T.self) }, result)
  }

  /// The fault of a launch that must have one.
  func fault(
    _ kernel: String, grid: Extent = Extent(1), block: Extent, _ arrays: [[Int32]] = [],
    _ scalars: [LaunchArgument] = []
  ) throws -> KernelFault? {
    try run(kernel, grid: grid, block: block, arrays, scalars).result.fault
  }
}
