internal import CKernels
public import Devices

/// What the units of one multiprocessor take, in its own cycles.
public struct MultiprocessorRates: Sendable, Hashable {
  /// Schedulers, each with its share of the warps.
  public var schedulers: Int
  /// Cycles of work that the memory pipeline queues before schedulers must wait.
  public var memoryQueue = 48.0
  /// What the first-level cache gives in a cycle, in bytes.
  public var l1BytesPerCycle: Double
  /// Cycles of this multiprocessor's share of the second-level cache for one sector.
  public var l2Sector: Double
  /// Cycles of its share of device memory for one sector.
  public var dramSector: Double
  /// Cycles from a shared access to its result.
  public var sharedLatency: Int
  /// Cycles from a global access to its result from the first-level cache.
  public var l1Latency: Int
  /// The same from the second-level cache.
  public var l2Latency: Int
  /// The same from device memory.
  public var dramLatency: Int
  /// Cycles from a block's end to the first instruction of the next one in its place.
  public var blockStart: Int
  /// Cycles of a barrier after the last warp came.
  public var barrierLatency = 16
  /// Cycles of queued traffic at which accesses must wait.
  public var backlog: Double
  /// Cycles of device memory that a burst may take in advance: others are idle while this one is busy.
  public var dramCredit: Double
  /// Arithmetic units that all schedulers share, being too narrow to be split.
  public var sharedPipes: [Pipe]

  /// The rates of one multiprocessor of a device when so many of them are active, and that share of
  /// what goes to and from device memory is written.
  public init(_ device: Device, active: Int, writtenShare: Double = 0) {
    let limits = device.limits
    let active = Double(max(1, min(active, device.multiprocessors.value)))
    let clock = device.clocks.boost.value
    // One multiprocessor alone cannot draw more than its port to the second-level cache carries.
    let port = 64.0
    let l2Share = min(port, device.memory.l2BytesPerSecond.value / active / clock)
    let streamed = device.memory.bytesPerSecond.value * device.memory.streamedShare.value
    // As much written as read costs most; a stream of one direction never turns the bus around.
    let turning = 4 * writtenShare * (1 - writtenShare) * (1 / device.memory.mixedShare.value - 1)
    let dramShare = min(port, streamed / (1 + turning) / active / clock)
    schedulers = limits.schedulers
    l1BytesPerCycle = Double(limits.l1BytesPerCycle)
    l2Sector = 32 / l2Share
    dramSector = 32 / dramShare
    sharedLatency = Int(device.latencies.shared.value)
    l1Latency = Int(device.latencies.l1.value)
    l2Latency = Int(device.latencies.l2.value)
    dramLatency = Int(device.latencies.dram.value)
    blockStart = Int(device.latencies.block.value)
    backlog = 2 * device.latencies.dram.value
    // Writes are drained in batches, behind which reads wait; streams of one direction flow.
    dramCredit =
      device.latencies.dram.value / 2 * (1 - 4 * writtenShare * (1 - writtenShare))
    sharedPipes = limits.sharesDoubles ? [.fp64] : []
  }

  /// The same for the replay.
  func forReplay(residentBlocks: Int, warpsPerBlock: Int) -> or_multiprocessor {
    or_multiprocessor(
      schedulers: Int32(schedulers), resident_blocks: Int32(residentBlocks),
      warps_per_block: Int32(warpsPerBlock), block_start: Int32(blockStart),
      barrier_latency: Int32(barrierLatency), shared_latency: Int32(sharedLatency),
      l1_latency: Int32(l1Latency), l2_latency: Int32(l2Latency),
      dram_latency: Int32(dramLatency), memory_queue: memoryQueue,
      l1_bytes_per_cycle: l1BytesPerCycle, l2_sector: l2Sector,
      dram_sector: dramSector, backlog: backlog, dram_credit: dramCredit,
      shared_pipes: sharedPipes.reduce(0) { $0 | 1 << UInt32($1.rawValue) })
  }
}
