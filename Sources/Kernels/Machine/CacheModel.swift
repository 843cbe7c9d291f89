internal import CKernels

/// Bytes that moved at each level of the memory.
public struct MemoryTraffic: Hashable, Sendable {
  /// What lanes asked global memory for.
  public var requestedBytes = 0
  /// What went between lanes and L1: 32 bytes per sector.
  public var l1Bytes = 0
  /// What L1 asked of L2, for lack of it.
  public var l2ReadBytes = 0
  /// What stores and atomics sent to L2; L1 writes through.
  public var l2WriteBytes = 0
  /// What L2 read from device memory.
  public var dramReadBytes = 0.0
  /// What L2 wrote back to device memory.
  public var dramWriteBytes = 0.0

  /// Creates traffic of nothing.
  public init() {}

  /// All that moved between L2 and device memory.
  public var dramBytes: Double { dramReadBytes + dramWriteBytes }
}

/// The model of the caches, the same for every number of threads.
///
/// L1: one per multiprocessor, lines of 128 bytes with four sectors, four ways, the least recently
/// used goes; it sees the blocks of its multiprocessor one after the other, stores pass through it.
/// L2: every different sector comes from device memory once; what L1 asks for again finds itself in
/// L2 as far as the different sectors fit into it, and comes from device memory once more in the part
/// that does not: misses = first touches + (requests - first touches) · max(0, 1 - capacity / footprint).
enum CacheModel {
  /// The lines of L1 that the blocks' shared memory leaves.
  static func l1Lines(_ options: LaunchOptions, sharedBytes: Int) -> Int {
    let carved =
      options.carveOutBytes ?? (sharedBytes == 0 ? 0 : min(sharedBytes + 1024, options.l1Bytes))
    return max((options.l1Bytes - carved) / 128, 32)
  }

  static func traffic(_ total: CounterSet, _ result: ok_result, _ options: LaunchOptions)
    -> MemoryTraffic
  {
    var traffic = MemoryTraffic()
    traffic.requestedBytes = total.globalBytesRequested
    traffic.l1Bytes =
      32 * (total.globalLoad.sectors + total.globalStore.sectors + total.globalAtomic.sectors)
    guard options.modelsCaches else { return traffic }
    traffic.l2ReadBytes = 32 * Int(result.l2_read_sectors)
    traffic.l2WriteBytes = 32 * Int(result.l2_write_sectors)
    let footprint = Double(result.unique_read_sectors + result.unique_written_sectors) * 32
    let lost = footprint == 0 ? 0 : max(0, 1 - Double(options.l2Bytes) / footprint)
    func moved(_ asked: UInt64, _ unique: UInt64) -> Double {
      let again = Double(asked - min(asked, unique))
      return 32 * (Double(unique) + again * lost)
    }
    traffic.dramReadBytes = moved(result.l2_read_sectors, result.unique_read_sectors)
    traffic.dramWriteBytes = moved(result.l2_write_sectors, result.unique_written_sectors)
    return traffic
  }
}
