/// The unit of a multiprocessor that carries out an instruction.
public enum Pipe: UInt8, Sendable, Hashable, CaseIterable {
  case fp32, int32, fp64
  /// Reciprocals, roots, exponentials, sines; conversions share its rate.
  case special
  case tensor
  /// Loads, stores and atomics: the memory pipeline that all schedulers share.
  case memory
  /// Branches, barriers, moves of masks.
  case control

  /// The name in reports.
  public var name: String {
    switch self {
    case .fp32: "FP32"
    case .int32: "INT32"
    case .fp64: "FP64"
    case .special: "special functions"
    case .tensor: "tensor cores"
    case .memory: "load/store"
    case .control: "control"
    }
  }
}

/// Why a warp did not issue in a cycle, in Nsight's words.
public enum Stall: UInt8, Sendable, Hashable, CaseIterable {
  /// Waits for the result of a global, local or texture access.
  case longScoreboard
  /// Waits for the result of a shared access.
  case shortScoreboard
  /// Waits for the result of an arithmetic instruction.
  case fixedLatency
  /// The memory pipeline's queue is full.
  case memoryThrottle
  /// The arithmetic unit is busy.
  case mathThrottle
  /// Waits at a barrier.
  case barrier
  /// Could issue, but another warp did.
  case notSelected

  /// The name in reports, as Nsight Compute spells it.
  public var name: String {
    switch self {
    case .longScoreboard: "long scoreboard"
    case .shortScoreboard: "short scoreboard"
    case .fixedLatency: "wait"
    case .memoryThrottle: "LSU throttle"
    case .mathThrottle: "math pipe throttle"
    case .barrier: "barrier"
    case .notSelected: "not selected"
    }
  }

  /// What would lessen it.
  public var remedy: String {
    switch self {
    case .longScoreboard:
      "more independent loads in flight, more resident warps, or reuse from shared memory"
    case .shortScoreboard: "more independent work between a shared access and its use"
    case .fixedLatency: "more independent arithmetic, or more resident warps"
    case .memoryThrottle: "fewer or wider accesses: vector loads, registers, fewer bank conflicts"
    case .mathThrottle: "cheaper arithmetic: the unit itself is the limit"
    case .barrier: "fewer barriers, or more blocks beside one another"
    case .notSelected: "nothing: the schedulers are busy"
    }
  }
}
