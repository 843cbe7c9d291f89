public import Base

/// What running code may use; nil leaves a resource unlimited.
public struct LuaLimits: Hashable, Sendable {
  /// The most memory that the state may hold while the code runs, garbage included.
  public var memory: Bytes?
  /// Wall time in seconds; it costs nothing while the code runs.
  public var wallSeconds: Double?
  /// Virtual machine instructions; the same code always stops at the same one.
  ///
  /// Code runs about twice as long under it. Long work in C functions is charged too.
  public var instructions: Int?

  /// Creates limits.
  public init(memory: Bytes? = nil, wallSeconds: Double? = nil, instructions: Int? = nil) {
    self.memory = memory
    self.wallSeconds = wallSeconds
    self.instructions = instructions
  }
}

/// Why a run was stopped.
///
/// Lua code cannot catch a stop, but for running out of memory, which is an error like any other
/// there.
public enum LuaStop: Hashable, Sendable {
  case interrupted
  case timeLimit
  case instructionLimit
  case outOfMemory
  /// The code called `os.exit` with this status.
  case exit(status: Int32)
}

/// How a run ended.
public enum LuaOutcome<Value> {
  case finished(Value)
  /// A limit, an interrupt or `os.exit` ended it; the error says where.
  case stopped(LuaStop, LuaError)
  case failed(LuaError)
}

extension LuaOutcome: Sendable where Value: Sendable {}
