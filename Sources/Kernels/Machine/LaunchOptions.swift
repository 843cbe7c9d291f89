/// Sizes of a grid or a block.
public struct Extent: Hashable, Sendable {
  /// The size in x.
  public var x: Int
  /// The size in y.
  public var y: Int
  /// The size in z.
  public var z: Int

  /// Creates sizes.
  public init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// How many there are in all.
  public var count: Int { x * y * z }
}

/// One argument of a launch.
public enum LaunchArgument: Sendable, Hashable {
  /// A pointer to an allocation.
  case buffer(DeviceBuffer)
  /// A pointer to anywhere.
  case address(UInt64)
  /// A whole number, for integers and floats.
  case integer(Int64)
  /// A number, for floats; for integers where it is whole.
  case number(Double)
  /// The bytes of a structure, as they lie in memory.
  case bytes([UInt8])
}

/// How a launch runs.
public struct LaunchOptions {
  /// What is looked for at run time, at a cost.
  public struct Checks: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Creates a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Warps that touch one shared byte between two barriers, one of them to write it.
    public static let races = Checks(rawValue: 1)
    /// Shared bytes read before any thread wrote them.
    public static let uninitialised = Checks(rawValue: 2)
    /// Barriers that some lanes of a warp do not reach, or reach elsewhere.
    public static let barriers = Checks(rawValue: 4)
    /// Shuffles whose mask names lanes that are elsewhere.
    public static let synchronisationMasks = Checks(rawValue: 8)
    /// All of them.
    public static let all: Checks = [.races, .uninitialised, .barriers, .synchronisationMasks]
  }

  /// The most instructions that one warp may run; an endless loop ends there.
  public var instructionBudget = 1 << 32
  /// What is looked for.
  public var checks: Checks = [.barriers]
  /// How many threads run blocks; nil for one per core.
  ///
  /// Results and counters do not depend on it.
  public var threads: Int?
  /// Whether L1 and L2 are modelled.
  public var modelsCaches = true
  /// The multiprocessors of the device: block b runs on multiprocessor b mod n.
  public var multiprocessors = 108
  /// The bytes of a multiprocessor's L1 and shared memory together.
  public var l1Bytes = 192 * 1024
  /// The bytes of it that are set aside for shared memory; nil for what the blocks need.
  public var carveOutBytes: Int?
  /// The bytes of L2.
  public var l2Bytes = 40 * 1024 * 1024
  /// The most bytes of shared memory that a block may ask for.
  public var maximumSharedBytes = 227 * 1024
  /// The most bytes of printed text.
  public var printLimit = 1 << 20
  /// How wide the vectors of the machine are; nil for the widest there are.
  ///
  /// Results do not depend on it.
  public var vectorLevel: Int?
  /// Blocks whose warps are followed step by step, for estimates of time and pictures.
  public var tracedBlocks: [Int] = []
  /// The most steps of one warp that are kept: basic blocks entered and accesses made.
  public var traceSteps = 12_000
  /// The only blocks that run; nil for all.
  ///
  /// What the others would have written is missing.
  public var onlyBlocks: [Int]?
  /// After how many instructions each warp ends quietly; nil for never.
  public var stepLimit: Int?
  /// Asked about every millisecond on the calling thread; true ends the launch.
  public var isStopped: (() -> Bool)?

  /// Creates the usual options.
  public init() {}
}
