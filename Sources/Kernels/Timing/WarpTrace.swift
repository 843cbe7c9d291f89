/// One instruction of a warp as it ran, with what its memory access took.
public struct TraceStep: Hashable, Sendable {
  /// The instruction, as an index into the kernel's instructions.
  public var instruction: Int32
  /// How many lanes acted.
  public var lanes: UInt8
  /// Cycles in which the first-level cache looks up the 128-byte lines of a global access.
  public var tagPasses: UInt8
  /// Passes over the banks: wavefronts of a shared access, the same count over a global one; for an
  /// atomic the most lanes that met at one address.
  public var wavefronts: UInt8
  /// Distinct 32-byte sectors of a global access.
  public var sectors: UInt8
  /// Sectors that went to the second-level cache.
  public var l2Sectors: UInt8
  /// Sectors of those that went to device memory.
  public var dramSectors: UInt8

  /// Creates a step; an instruction without memory needs its number and lanes only.
  public init(
    instruction: Int, lanes: Int = 32, tagPasses: Int = 0, wavefronts: Int = 0, sectors: Int = 0,
    l2Sectors: Int = 0, dramSectors: Int = 0
  ) {
    self.instruction = Int32(instruction)
    self.lanes = UInt8(lanes)
    self.tagPasses = UInt8(tagPasses)
    self.wavefronts = UInt8(wavefronts)
    self.sectors = UInt8(sectors)
    self.l2Sectors = UInt8(l2Sectors)
    self.dramSectors = UInt8(dramSectors)
  }
}

/// What one block did, warp by warp.
public struct BlockTrace: Sendable {
  /// The steps of each warp, in order.
  public var warps: [[TraceStep]]

  /// Creates a trace.
  public init(warps: [[TraceStep]]) { self.warps = warps }

  /// Warp instructions of the block.
  public var steps: Int { warps.reduce(0) { $0 + $1.count } }
}
