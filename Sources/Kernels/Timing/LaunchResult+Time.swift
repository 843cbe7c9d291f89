public import Devices

extension LaunchResult {
  /// Estimates how long the launch takes on a device; nil where no block was traced.
  ///
  /// - Parameters:
  ///   - device: whose multiprocessors the launch was run for.
  ///   - residentBlocks: blocks that a multiprocessor holds at a time.
  ///   - blockCount: blocks of the grid.
  /// - Returns: The estimate.
  public func estimate(
    on device: Device, residentBlocks: Int, blockCount: Int
  ) -> TimeEstimate? {
    guard !traces.traces.isEmpty, residentBlocks > 0 else { return nil }
    let traffic = counters.traffic
    return estimate(
      on: device, residentBlocks: residentBlocks, blockCount: blockCount,
      reads: ratio(traffic.dramReadBytes, traffic.l2ReadBytes),
      writes: ratio(traffic.dramWriteBytes, traffic.l2WriteBytes))
  }

  /// Estimates with given shares of sectors past L1 that come from and go to device memory.
  func estimate(
    on device: Device, residentBlocks: Int, blockCount: Int, reads: Double, writes: Double
  ) -> TimeEstimate? {
    guard !traces.traces.isEmpty else { return nil }
    let blocks = traces.traces.map { missing($0, reads: reads, writes: writes) }
    return KernelTiming(device).estimate(
      LaunchWork(
        instructions: traces.instructions, blocks: blocks, tracedShare: traces.share,
        blockCount: blockCount, residentBlocks: residentBlocks,
        flops: Double(counters.total.operations.total), dramBytes: counters.traffic.dramBytes))
  }

  private func ratio(_ part: Double, _ whole: Int) -> Double {
    whole == 0 ? 0 : min(1, part / Double(whole))
  }

  /// Says of each access how many of its sectors come from device memory: the launch's share of all
  /// that went past the first-level cache, carried from access to access.
  private func missing(_ block: BlockTrace, reads: Double, writes: Double) -> BlockTrace {
    var result = block
    var (readDebt, writeDebt) = (0.0, 0.0)
    for warp in result.warps.indices {
      for place in result.warps[warp].indices where result.warps[warp][place].l2Sectors > 0 {
        let step = result.warps[warp][place]
        let isStore = traces.instructions.instructions[Int(step.instruction)].isStore
        let wanted = Double(step.l2Sectors) * (isStore ? writes : reads)
        let due = (isStore ? writeDebt : readDebt) + wanted
        let whole = min(due.rounded(.down), Double(step.l2Sectors))
        if isStore { writeDebt = due - whole } else { readDebt = due - whole }
        result.warps[warp][place].dramSectors = UInt8(whole)
      }
    }
    return result
  }

  /// Estimates the launch as if every load of global memory were answered by one level: for chains of
  /// loads that a benchmark keeps there.
  public func estimate(
    on device: Device, residentBlocks: Int, blockCount: Int, answeredBy level: MemoryLevel
  ) -> TimeEstimate? {
    var blocks = traces.traces
    for block in blocks.indices {
      for warp in blocks[block].warps.indices {
        for place in blocks[block].warps[warp].indices
        where blocks[block].warps[warp][place].tagPasses > 0 {
          let sectors = blocks[block].warps[warp][place].sectors
          blocks[block].warps[warp][place].l2Sectors = level == .l1 ? 0 : sectors
          blocks[block].warps[warp][place].dramSectors = level == .dram ? sectors : 0
        }
      }
    }
    guard !blocks.isEmpty else { return nil }
    return KernelTiming(device).estimate(
      LaunchWork(
        instructions: traces.instructions, blocks: blocks, tracedShare: traces.share,
        blockCount: blockCount, residentBlocks: residentBlocks))
  }

  /// The first traced access of a line; of the line that costs most where none is named.
  public func sample(line: Int?) -> AccessSample? {
    let shown = traces.samples.filter { $0.space == .shared || $0.space == .global }
    guard let line else { return shown.max { $0.cost < $1.cost } }
    return shown.filter { $0.line == line }.max { $0.cost < $1.cost }
  }
}

/// A level of the memory behind a multiprocessor.
public enum MemoryLevel: Sendable {
  /// The first-level cache.
  case l1
  /// The second-level cache.
  case l2
  /// Device memory.
  case dram
}

/// Which blocks of a launch are traced: some of those that run on one multiprocessor.
public struct TracePlan: Sendable {
  /// The blocks, by rising number.
  public let blocks: [Int]

  /// Chooses up to `most` blocks of multiprocessor 0, spread evenly.
  public init(multiprocessors: Int, blockCount: Int, most: Int = 4) {
    let own = (blockCount + multiprocessors - 1) / multiprocessors
    let count = max(1, min(own, most))
    blocks = (0..<count).map { $0 * (own - 1) / max(1, count - 1) * multiprocessors }
      .filter { $0 < blockCount }
  }
}
