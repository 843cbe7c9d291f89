import Base
public import Devices

/// What decides how many blocks of a kernel a multiprocessor holds at once.
public struct OccupancyQuery: Sendable, Hashable {
  /// Threads of a block.
  public var blockSize: Int
  /// Registers of a thread, as the compiler reports them.
  public var registersPerThread: Int
  /// Shared memory that the kernel declares, in bytes a block.
  public var staticShared: Int
  /// Shared memory that the launch asks for, in bytes a block.
  public var dynamicShared: Int
  /// True when the kernel has asked to have more than the usual shared memory of a block.
  public var optsIn: Bool
  /// How much of the common memory should be shared memory, in percent; nil leaves it to the driver.
  public var carveoutPercent: Int?
  /// Named barriers that a block uses; they limit blocks from 9.0 on.
  public var barriers: Int

  /// States a launch.
  public init(
    blockSize: Int, registersPerThread: Int = 32, staticShared: Int = 0, dynamicShared: Int = 0,
    optsIn: Bool = false, carveoutPercent: Int? = nil, barriers: Int = 1
  ) {
    self.blockSize = blockSize
    self.registersPerThread = registersPerThread
    self.staticShared = staticShared
    self.dynamicShared = dynamicShared
    self.optsIn = optsIn
    self.carveoutPercent = carveoutPercent
    self.barriers = barriers
  }

  /// The number of warps that a block takes.
  public func warps(on limits: ComputeLimits) -> Int {
    divideUp(blockSize, limits.warpSize)
  }

  /// Refuses what no launch can be.
  func check(_ limits: ComputeLimits) throws(Problem) {
    guard limits.capability != nil else {
      throw Problem(
        "NVIDIA's occupancy calculator knows no \(limits.name)",
        fix:
          "take a compute capability from \(ComputeLimits.all.map(\.name).joined(separator: ", "))")
    }
    try Self.check("block size", blockSize, from: 1)
    try Self.check("registers per thread", registersPerThread, from: 0)
    try Self.check("static shared memory", staticShared, from: 0)
    try Self.check("dynamic shared memory", dynamicShared, from: 0)
    try Self.check("block barriers", barriers, from: 0)
    if let carveoutPercent, !(0...100).contains(carveoutPercent) {
      throw Problem("a carve-out of \(carveoutPercent) percent", fix: "0 to 100, or none")
    }
  }

  private static func check(_ what: String, _ value: Int, from least: Int) throws(Problem) {
    // 2^30 keeps every product below within an Int.
    guard value >= least, value <= 1 << 30 else {
      throw Problem("\(what) is \(value)", fix: "it is at least \(least)")
    }
  }
}

/// The least multiple of a unit that is not below a number.
func roundUp(_ number: Int, to unit: Int) -> Int { divideUp(number, unit) * unit }

/// How many of a size it takes to hold a number.
func divideUp(_ number: Int, _ size: Int) -> Int { (number + size - 1) / size }
