/// What a multiprocessor and a block of a compute capability may hold, and what the first does a cycle.
///
/// Sizes are in bytes.
public struct ComputeLimits: Sendable, Hashable {
  /// The capability; nil for devices that are not NVIDIA's.
  public let capability: ComputeCapability?
  /// The name, as in "8.0".
  public let name: String
  /// Lanes of a warp.
  public var warpSize = 32
  /// The most threads a block may have.
  public var threadsPerBlock = 1024
  /// The most threads resident on a multiprocessor.
  public let threadsPerMultiprocessor: Int
  /// The most blocks resident on a multiprocessor.
  public let blocksPerMultiprocessor: Int
  /// Registers of a multiprocessor, 4 bytes each.
  public var registersPerMultiprocessor = 65536
  /// The most registers a block may have.
  public var registersPerBlock = 65536
  /// The most registers a thread may have, as the compiler knows it.
  public var registersPerThread = 255
  /// The most registers a thread may have, as the occupancy calculator checks it.
  public var checkedRegistersPerThread = 256
  /// Registers are given to a warp in multiples of this.
  public var registerUnit = 256
  /// Partitions of a multiprocessor, each with a scheduler and its own registers.
  public var schedulers = 4
  /// Shared memory of a multiprocessor.
  public let sharedPerMultiprocessor: Int
  /// The most shared memory a block has without asking for more.
  public var sharedPerBlock = 48 * 1024
  /// The most shared memory a block has when the kernel opts in.
  public let sharedPerBlockOptIn: Int
  /// Shared memory that the driver takes in each block.
  public var reservedSharedPerBlock = 0
  /// Shared memory is given to a block in multiples of this.
  public var sharedUnit = 128
  /// How much of the common memory can be shared memory, the rest being cache; rising.
  public let sharedCarveouts: [Int]
  /// First-level cache and shared memory together; nil where they are not one memory.
  public let l1AndShared: Int?
  /// Named barriers of a multiprocessor; nil where they do not limit blocks.
  public var barriersPerMultiprocessor: Int?
  /// Constant memory of a kernel.
  public var constantMemory = 64 * 1024
  /// Banks of shared memory.
  public var banks = 32
  /// Width of a bank.
  public var bankWidth = 4
  /// Lanes that calculate in FP32.
  public let fp32Lanes: Int
  /// Lanes that calculate in FP64.
  public let fp64Lanes: Int
  /// Lanes that calculate with integers.
  public var int32Lanes = 64
  /// Lanes for reciprocals, roots, sines and exponentials.
  public var specialLanes = 16
  /// Lanes that make addresses for loads and stores.
  public var loadStoreLanes = 32
  /// Tensor cores.
  public let tensorCores: Int
  /// Dense fused multiply-adds of one tensor core in a cycle, FP16 inputs.
  public let tensorFMAsPerCycle: Int
  /// What the first-level cache gives in a cycle.
  public var l1BytesPerCycle = 128
  /// What shared memory gives in a cycle.
  public var sharedBytesPerCycle = 128
  /// Cycles until the result of a multiply-add can be used.
  public var arithmeticLatency = 4

  /// The most warps resident on a multiprocessor.
  public var warpsPerMultiprocessor: Int { threadsPerMultiprocessor / warpSize }
}

extension ComputeLimits: CustomStringConvertible {
  /// The name, as in "limits of 8.0".
  public var description: String { "limits of \(name)" }
}
