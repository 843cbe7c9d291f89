public import Devices

/// What one launch of a kernel asks of a GPU: its grid, how long a block takes and what it moves.
public struct KernelDemand: Hashable, Sendable {
  /// Blocks of the grid.
  public var blocks: Int
  /// How long one block takes where memory bandwidth does not hold it up, in seconds.
  public var blockSeconds: Double
  /// Blocks that one multiprocessor holds at a time: its occupancy.
  public var blocksPerMultiprocessor: Int
  /// What one block moves to and from device memory, in bytes.
  public var bytesPerBlock: Double

  /// Creates a demand.
  public init(
    blocks: Int, blockSeconds: Double, blocksPerMultiprocessor: Int = 1, bytesPerBlock: Double = 0
  ) {
    precondition(blocks > 0 && blockSeconds > 0 && blocksPerMultiprocessor > 0, "an empty kernel")
    precondition(bytesPerBlock >= 0, "a kernel moves \(bytesPerBlock) bytes")
    self.blocks = blocks
    self.blockSeconds = blockSeconds
    self.blocksPerMultiprocessor = blocksPerMultiprocessor
    self.bytesPerBlock = bytesPerBlock
  }

  /// Creates the demand that takes a time alone on a device and moves so much that it uses a share of
  /// the memory bandwidth.
  ///
  /// A share of the multiprocessors below 1 means a grid with too few blocks for the others, so it runs
  /// in one wave; else it runs in as many waves as told.
  public init(
    seconds: Double, on device: Device, multiprocessorShare: Double = 1,
    bandwidthShare: Double = 0, waves: Int = 4, blocksPerMultiprocessor: Int = 2
  ) {
    let multiprocessors = Double(device.multiprocessors.value) * multiprocessorShare
    let perWave = max(1, Int(multiprocessors.rounded()) * blocksPerMultiprocessor)
    let waves = multiprocessorShare < 1 ? 1 : waves
    let blocks = perWave * waves
    self.init(
      blocks: blocks, blockSeconds: seconds / Double(waves),
      blocksPerMultiprocessor: blocksPerMultiprocessor,
      bytesPerBlock: device.memory.bytesPerSecond.value * bandwidthShare * seconds
        / Double(blocks))
  }

  /// Multiprocessors that it can fill.
  var usefulMultiprocessors: Double { Double(blocks) / Double(blocksPerMultiprocessor) }

  /// Seconds of block time in all.
  var work: Double { Double(blocks) * blockSeconds }

  /// How long it takes on so many multiprocessors: whole waves of as many blocks as they hold.
  func duration(on multiprocessors: Double) -> Double {
    // The small amount keeps 13.999999 multiprocessors from holding 27 blocks instead of 28.
    let slots = max(1, Int(multiprocessors * Double(blocksPerMultiprocessor) + 1e-6))
    return Double((blocks + slots - 1) / slots) * blockSeconds
  }
}
