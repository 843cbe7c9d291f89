public import Base
public import Devices

extension Occupancy {
  /// What a sweep varies.
  public enum Variable: String, Sendable, CaseIterable {
    case blockSize = "block_size"
    case registers
    case shared
  }

  /// One point of a sweep.
  public struct Point: Sendable, Hashable {
    /// The varied quantity: threads, registers a thread or bytes of dynamic shared memory.
    public let value: Int
    /// What comes of it.
    public let occupancy: Occupancy
  }

  /// The occupancy over one quantity, the others kept: block sizes by warp, registers one by one,
  /// dynamic shared memory by KiB.
  public func sweep(_ variable: Variable) throws(Problem) -> [Point] {
    let values: [Int] =
      switch variable {
      case .blockSize:
        Array(stride(from: limits.warpSize, through: limits.threadsPerBlock, by: limits.warpSize))
      case .registers: Array(1...limits.registersPerThread)
      case .shared:
        Array(
          stride(
            from: 0,
            through: query.optsIn ? limits.sharedPerBlockOptIn : limits.sharedPerBlock, by: 1024))
      }
    var points: [Point] = []
    points.reserveCapacity(values.count)
    for value in values {
      var changed = query
      switch variable {
      case .blockSize: changed.blockSize = value
      case .registers: changed.registersPerThread = value
      case .shared: changed.dynamicShared = value
      }
      points.append(Point(value: value, occupancy: try Occupancy(changed, on: limits)))
    }
    return points
  }

  /// The block size with the most resident threads, the larger of equals, as
  /// `cudaOccupancyMaxPotentialBlockSize` picks it; nil when no block fits.
  public static func bestBlockSize(
    _ query: OccupancyQuery, on limits: ComputeLimits
  ) throws(Problem) -> Occupancy? {
    var best: Occupancy?
    for size in stride(from: limits.threadsPerBlock, through: limits.warpSize, by: -limits.warpSize)
    {
      var changed = query
      changed.blockSize = size
      let found = try Occupancy(changed, on: limits)
      if found.activeThreads > best?.activeThreads ?? 0 { best = found }
      if found.activeThreads == limits.threadsPerMultiprocessor { break }
    }
    return best
  }

  /// The most dynamic shared memory a block may ask for with a number of blocks resident, in bytes;
  /// nil when so many do not fit without any.
  public func dynamicShared(keeping blocks: Int) throws(Problem) -> Int? {
    var none = query
    none.dynamicShared = 0
    guard blocks > 0, try Occupancy(none, on: limits).activeBlocks >= blocks else { return nil }
    var (low, high) = (0, limits.sharedPerMultiprocessor + 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      none.dynamicShared = middle
      if try Occupancy(none, on: limits).activeBlocks >= blocks {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }
}
