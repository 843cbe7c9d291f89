public import Base
public import Devices

/// How many blocks of a kernel a multiprocessor holds at once, and what limits them: NVIDIA's
/// occupancy calculator (cuda_occupancy.h of CUDA 13), rule for rule.
public struct Occupancy: Sendable, Hashable {
  /// What can limit the number of blocks; the order is that of NVIDIA's flags.
  public enum Resource: String, Sendable, Hashable, CaseIterable {
    case warps, registers, shared, blocks, barriers
  }

  /// The launch.
  public let query: OccupancyQuery
  /// Where it runs.
  public let limits: ComputeLimits
  /// Blocks resident on a multiprocessor; 0: the launch is refused.
  public let activeBlocks: Int
  /// How many blocks each resource alone would allow; what does not limit is missing.
  public let blockLimits: [Resource: Int]
  /// The resources that allow no block more than there are.
  public let limiting: [Resource]
  /// Registers that a block is given.
  public let registersPerBlock: Int
  /// Shared memory that a block is given, the driver's part and rounding included, in bytes.
  public let sharedPerBlock: Int
  /// How the common memory is divided: what of it is shared memory, in bytes.
  public let sharedCarveout: Int

  /// Calculates the occupancy of a launch.
  public init(_ query: OccupancyQuery, on limits: ComputeLimits) throws(Problem) {
    try query.check(limits)
    self.query = query
    self.limits = limits
    let shared = SharedMemoryLimit(query, limits)
    let registers = RegisterLimit(query, limits)
    var allowed: [Resource: Int] = [.blocks: limits.blocksPerMultiprocessor]
    allowed[.warps] =
      query.blockSize > limits.threadsPerBlock
      ? 0 : limits.warpsPerMultiprocessor / query.warps(on: limits)
    allowed[.registers] = registers.blocks
    allowed[.shared] = shared.blocks
    if let available = limits.barriersPerMultiprocessor, query.barriers > 0 {
      allowed[.barriers] = available / query.barriers
    }
    blockLimits = allowed
    registersPerBlock = registers.perBlock
    sharedPerBlock = shared.perBlock
    sharedCarveout = shared.carveout
    activeBlocks = allowed.values.min() ?? 0
    limiting = Self.limiting(allowed)
  }

  /// The resources at the minimum.
  ///
  /// The header compares barriers last, with the minimum that they may
  /// have lowered, but keeps the flags that were set before: so do we.
  private static func limiting(_ allowed: [Resource: Int]) -> [Resource] {
    let others = allowed.filter { $0.key != .barriers }
    let least = others.values.min() ?? 0
    return Resource.allCases.filter { resource in
      guard let blocks = allowed[resource] else { return false }
      return resource == .barriers ? blocks <= least : blocks == least
    }
  }

  /// Warps resident on a multiprocessor.
  public var activeWarps: Int { activeBlocks * query.warps(on: limits) }

  /// Threads resident on a multiprocessor.
  public var activeThreads: Int { activeBlocks * query.blockSize }

  /// Resident warps over what a multiprocessor could hold, from 0 to 1.
  public var fraction: Double { Double(activeWarps) / Double(limits.warpsPerMultiprocessor) }
}

/// The limit that registers set.
struct RegisterLimit {
  /// Registers that a block is given.
  let perBlock: Int
  /// Blocks that fit; nil when the kernel uses no registers.
  let blocks: Int?

  init(_ query: OccupancyQuery, _ limits: ComputeLimits) {
    let perWarp = roundUp(query.registersPerThread * limits.warpSize, to: limits.registerUnit)
    let warps = query.warps(on: limits)
    perBlock = perWarp * warps
    blocks = Self.blocks(query, limits, perWarp: perWarp, schedulers: limits.schedulers)
  }

  private static func blocks(
    _ query: OccupancyQuery, _ limits: ComputeLimits, perWarp: Int, schedulers: Int
  ) -> Int? {
    let warps = query.warps(on: limits)
    // A kernel that cannot run on GP10x, with four partitions, is not let run on GP100 with two.
    let checked = limits.capability == ComputeCapability(6, 0) ? 4 : schedulers
    // The hardware checks as if every partition had as many warps as the fullest one.
    let assumed = perWarp * roundUp(warps, to: checked)
    if assumed > limits.registersPerBlock
      || query.registersPerThread > limits.checkedRegistersPerThread
    {
      return 0
    }
    guard perWarp > 0 else { return nil }
    func fit(_ partitions: Int) -> Int {
      (limits.registersPerMultiprocessor / partitions / perWarp) * partitions / warps
    }
    return fit(checked) == 0 ? 0 : fit(schedulers)
  }
}

/// The limit that shared memory sets.
struct SharedMemoryLimit {
  /// Shared memory that a block is given.
  let perBlock: Int
  /// The part of the common memory that is shared memory.
  let carveout: Int
  /// Blocks that fit; nil when the kernel uses no shared memory.
  let blocks: Int?

  init(_ query: OccupancyQuery, _ limits: ComputeLimits) {
    let asked = query.staticShared + limits.reservedSharedPerBlock + query.dynamicShared
    perBlock = roundUp(asked, to: limits.sharedUnit)
    let preferred = Self.preferred(query, limits)
    // A block that needs more than was preferred raises the carve-out to where it fits.
    carveout = preferred >= perBlock ? preferred : Self.legal(perBlock, limits)
    let isOverUsual = asked > limits.sharedPerBlock
    let most =
      (query.optsIn && isOverUsual ? limits.sharedPerBlockOptIn : limits.sharedPerBlock)
      + limits.reservedSharedPerBlock
    if perBlock > most {
      blocks = 0
    } else {
      blocks = perBlock == 0 ? nil : carveout / perBlock
    }
  }

  /// What the launch would like to be shared memory, rounded up to what can be set.
  private static func preferred(_ query: OccupancyQuery, _ limits: ComputeLimits) -> Int {
    guard let percent = query.carveoutPercent, limits.sharedCarveouts.count > 1,
      let capability = limits.capability, capability >= ComputeCapability(7, 0)
    else { return limits.sharedPerMultiprocessor }
    return legal(percent * limits.sharedPerMultiprocessor / 100, limits)
  }

  /// The least carve-out that can be set and holds a number of bytes.
  private static func legal(_ bytes: Int, _ limits: ComputeLimits) -> Int {
    limits.sharedCarveouts.first { $0 >= bytes } ?? limits.sharedPerMultiprocessor
  }
}
