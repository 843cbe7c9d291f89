import CLuaSupport

extension LuaState {
  /// True when the code that runs is to stop; a Swift loop longer than 10 ms asks and returns.
  ///
  /// What it returns does not matter: Lua raises the error at its next instruction.
  public var isStopRequested: Bool { core.context.pointee.stop.reason != LB_RUNS }

  /// The number that is not zero when the code that runs is to stop, for native loops to look at.
  ///
  /// Valid while the state is open, from any thread.
  public var stopFlag: UnsafePointer<CInt> {
    // The context lies on the heap until the state is closed, so the address stays.
    withUnsafeMutablePointer(to: &core.context.pointee.stop.reason) { UnsafePointer($0) }
  }
}
