public import Base
public import Devices

/// Estimates the time of a launch from a few of its blocks: for grids that would take too long to run.
///
/// Some blocks of one multiprocessor run to their end and are traced. All blocks that a device holds
/// at a time run a little way, so that it is known how much of what one of them reads another one has
/// brought into the second-level cache. What kernels write is incomplete after it.
public struct SampledLaunch {
  private let module: KernelModule
  private let device: Device
  private let residentBlocks: Int

  /// How many warp instructions the partial run may take in all.
  static let partialInstructions = 4_000_000

  /// Creates an estimator for launches of a module on a device.
  public init(_ module: KernelModule, on device: Device, residentBlocks: Int) {
    precondition(residentBlocks > 0, "a multiprocessor holds \(residentBlocks) blocks")
    self.module = module
    self.device = device
    self.residentBlocks = residentBlocks
  }

  /// Estimates one launch; nil when memory ran out.
  ///
  /// - Throws: A problem when the launch is wrong or the kernel faults.
  public func estimate(
    _ name: String, grid: Extent, block: Extent, sharedBytes: Int = 0,
    arguments: [LaunchArgument], options: LaunchOptions
  ) throws(Problem) -> TimeEstimate? {
    let multiprocessors = device.multiprocessors.value
    var full = options
    full.tracedBlocks =
      TracePlan(
        multiprocessors: multiprocessors, blockCount: grid.count, most: min(2, residentBlocks)
      ).blocks
    full.onlyBlocks = full.tracedBlocks
    let traced = try module.launch(
      name, grid: grid, block: block, sharedBytes: sharedBytes, arguments: arguments,
      options: full
    ).checked()
    var partial = options
    let wave = min(grid.count, multiprocessors * residentBlocks)
    partial.onlyBlocks = Array(0..<wave)
    let warps = wave * ((block.count + 31) / 32)
    partial.stepLimit = min(20_000, max(200, Self.partialInstructions / max(1, warps)))
    let beside = try module.launch(
      name, grid: grid, block: block, sharedBytes: sharedBytes, arguments: arguments,
      options: partial
    ).checked()
    let shares = missShares(traced, beside, grid: grid, arguments: arguments, options: options)
    return traced.estimate(
      on: device, residentBlocks: residentBlocks, blockCount: grid.count, reads: shares.reads,
      writes: shares.writes)
  }

  /// The shares of sectors past L1 that come from and go to device memory.
  private func missShares(
    _ traced: LaunchResult, _ beside: LaunchResult, grid: Extent, arguments: [LaunchArgument],
    options: LaunchOptions
  ) -> (reads: Double, writes: Double) {
    let scale = Double(grid.count) / Double(max(1, traced.traces.blocks.count))
    let buffers = Set(
      arguments.compactMap { argument in
        if case .buffer(let buffer) = argument { buffer } else { nil }
      })
    let footprint = Double(buffers.reduce(0) { $0 + $1.bytes })
    let sample = beside.counters.traffic
    func share(_ moved: Double, _ asked: Int, all: Int) -> Double {
      guard asked > 0, all > 0 else { return 1 }
      // Every byte comes at least once; what does not fit comes anew for each wave of blocks.
      let once = min(1, footprint / (Double(all) * scale))
      let wave = min(1, moved / Double(asked))
      return footprint <= Double(options.l2Bytes) ? min(once, wave) : max(min(once, wave), wave)
    }
    return (
      share(sample.dramReadBytes, sample.l2ReadBytes, all: traced.counters.traffic.l2ReadBytes),
      share(sample.dramWriteBytes, sample.l2WriteBytes, all: traced.counters.traffic.l2WriteBytes)
    )
  }
}
