/// What accesses of one kind did, in Nsight Compute's terms.
public struct AccessCounts: Hashable, Sendable {
  /// Warps that made an access with at least one active lane.
  public var requests = 0
  /// Active lanes over all requests.
  public var activeLanes = 0
  /// Bytes that those lanes asked for.
  public var bytesRequested = 0
  /// Distinct 32-byte segments, counted per request.
  public var sectors = 0
  /// Sectors that the model of L1 held; loads only.
  public var l1HitSectors = 0
  /// Passes over the banks of shared memory.
  public var wavefronts = 0
  /// The passes that would be enough without conflicts.
  public var idealWavefronts = 0

  /// Creates counts of nothing.
  public init() {}

  /// Sectors of an average request; 4 is best for 4-byte lanes.
  public var sectorsPerRequest: Double { ratio(sectors, requests) }
  /// Active lanes of an average request.
  public var lanesPerRequest: Double { ratio(activeLanes, requests) }
  /// Bytes asked for per byte of the sectors moved; above 1 where lanes share.
  public var efficiency: Double { ratio(bytesRequested, 32 * sectors) }
  /// Passes of an average request.
  public var wavefrontsPerRequest: Double { ratio(wavefronts, requests) }
  /// Passes beyond those needed: bank conflicts.
  public var conflicts: Int { wavefronts - idealWavefronts }
  /// The part of sectors that the model of L1 held.
  public var l1HitRate: Double { ratio(l1HitSectors, sectors) }

  private func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }

  static func += (left: inout AccessCounts, right: AccessCounts) {
    left.requests += right.requests
    left.activeLanes += right.activeLanes
    left.bytesRequested += right.bytesRequested
    left.sectors += right.sectors
    left.l1HitSectors += right.l1HitSectors
    left.wavefronts += right.wavefronts
    left.idealWavefronts += right.idealWavefronts
  }
}

/// What instructions of one class were issued.
public struct InstructionCounts: Hashable, Sendable {
  /// Once per warp.
  public var warp = 0
  /// Once per active lane.
  public var thread = 0

  /// Creates counts of nothing.
  public init() {}

  static func += (left: inout InstructionCounts, right: InstructionCounts) {
    left.warp += right.warp
    left.thread += right.thread
  }
}

/// What a kernel, or one line of it, did.
public struct CounterSet: Hashable, Sendable {
  /// Loads from global memory.
  public var globalLoad = AccessCounts()
  /// Stores to global memory.
  public var globalStore = AccessCounts()
  /// Atomics on global memory.
  public var globalAtomic = AccessCounts()
  /// Loads from shared memory.
  public var sharedLoad = AccessCounts()
  /// Stores to shared memory.
  public var sharedStore = AccessCounts()
  /// Atomics on shared memory.
  public var sharedAtomic = AccessCounts()
  /// Loads from local memory.
  public var localLoad = AccessCounts()
  /// Stores to local memory.
  public var localStore = AccessCounts()
  /// Loads from the constant bank.
  public var constantLoad = AccessCounts()
  /// Texture reads.
  public var texture = AccessCounts()
  /// Conditions of `if`, `for`, `while` that a warp evaluated.
  public var branches = 0
  /// Those that came out both ways among the active lanes.
  public var divergentBranches = 0
  /// Instructions by class.
  public var instructions: [InstructionClass: InstructionCounts] = [:]
  /// Arithmetic operations, over all lanes.
  public var operations = Operations()

  /// Creates counts of nothing.
  public init() {}

  /// Instructions issued, once per warp.
  public var warpInstructions: Int { instructions.values.reduce(0) { $0 + $1.warp } }
  /// Instructions done, once per active lane.
  public var threadInstructions: Int { instructions.values.reduce(0) { $0 + $1.thread } }
  /// Active lanes of an average instruction.
  public var averageActiveLanes: Double {
    warpInstructions == 0 ? 0 : Double(threadInstructions) / Double(warpInstructions)
  }
  /// Bytes that lanes asked global memory for.
  public var globalBytesRequested: Int {
    globalLoad.bytesRequested + globalStore.bytesRequested + globalAtomic.bytesRequested
  }

  static func += (left: inout CounterSet, right: CounterSet) {
    left.globalLoad += right.globalLoad
    left.globalStore += right.globalStore
    left.globalAtomic += right.globalAtomic
    left.sharedLoad += right.sharedLoad
    left.sharedStore += right.sharedStore
    left.sharedAtomic += right.sharedAtomic
    left.localLoad += right.localLoad
    left.localStore += right.localStore
    left.constantLoad += right.constantLoad
    left.texture += right.texture
    left.branches += right.branches
    left.divergentBranches += right.divergentBranches
    for (kind, counts) in right.instructions { left.instructions[kind, default: .init()] += counts }
    left.operations += right.operations
  }
}
