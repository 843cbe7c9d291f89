import Base
import Devices
import Kernels

/// A kernel of a source with memory on a device, ready to be estimated.
struct Prepared {
  private let module: KernelModule
  private let memory: DeviceMemory
  private let name: String
  private let device: Device

  init(_ source: CUDASource, _ name: String, _ device: Device) throws(Problem) {
    memory = DeviceMemory(capacity: 1 << 34)
    module = try KernelModule(source: source, memory: memory)
    self.name = name
    self.device = device
  }

  func buffer(_ bytes: Int) throws(Problem) -> DeviceBuffer { try memory.allocate(bytes: bytes) }

  /// Runs the traced blocks of a launch whose blocks are alike, and estimates it with its loads
  /// answered by a level of the memory: what a benchmark arranges.
  func estimate(
    grid: Extent, block: Extent, _ arguments: [LaunchArgument], resident: Int,
    level: MemoryLevel? = nil
  ) throws(Problem) -> TimeEstimate? {
    var options = try options(block: block)
    options.tracedBlocks =
      TracePlan(
        multiprocessors: device.multiprocessors.value, blockCount: grid.count, most: 2
      ).blocks
    options.onlyBlocks = options.tracedBlocks
    let result = try module.launch(
      name, grid: grid, block: block, arguments: arguments, options: options
    ).checked()
    guard let level else {
      return result.estimate(on: device, residentBlocks: resident, blockCount: grid.count)
    }
    return result.estimate(
      on: device, residentBlocks: resident, blockCount: grid.count, answeredBy: level)
  }

  /// Estimates the launch from some of its blocks.
  func sampled(
    grid: Extent, block: Extent, _ arguments: [LaunchArgument]
  ) throws(Problem) -> TimeEstimate? {
    let occupancy = try occupancy(block: block)
    let launch = SampledLaunch(module, on: device, residentBlocks: max(1, occupancy.activeBlocks))
    return try launch.estimate(
      name, grid: grid, block: block, arguments: arguments, options: try options(block: block))
  }

  private func occupancy(block: Extent) throws(Problem) -> Occupancy {
    let program = try module.program(named: name)
    return try Occupancy(
      OccupancyQuery(
        blockSize: block.count,
        registersPerThread: min(255, try module.registersPerThread(of: program)),
        staticShared: program.sharedBytes, dynamicShared: 0), on: device.limits)
  }

  private func options(block: Extent) throws(Problem) -> LaunchOptions {
    var options = LaunchOptions()
    options.multiprocessors = device.multiprocessors.value
    options.l1Bytes = device.limits.l1AndShared ?? 64 * 1024
    options.carveOutBytes = try occupancy(block: block).chosenCarveout(on: device.limits)
    options.l2Bytes = device.memory.l2Size.value.count
    return options
  }
}
