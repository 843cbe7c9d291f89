import CLuaSupport

extension LuaState {
  /// True when the code that runs is to stop; a Swift loop longer than 10 ms asks and returns.
  ///
  /// What it returns does not matter: Lua raises the error at its next instruction.
  public var isStopRequested: Bool { core.context.pointee.stop.reason != LB_RUNS }
}
