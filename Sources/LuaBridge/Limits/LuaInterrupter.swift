import CLuaSupport

/// Stops what a Lua state runs, from any thread and from signal handlers.
///
/// It may outlive the state; interrupting a state that runs nothing has no effect.
public struct LuaInterrupter: Sendable {
  private let core: LuaCore

  init(_ core: LuaCore) { self.core = core }

  /// Stops the outermost run within moments, whatever Lua code or C function it is in.
  ///
  /// A Swift function that Lua called goes on until it returns or looks at `isStopRequested`.
  public func interrupt() { lb_interrupt(core.context) }
}

extension LuaState {
  /// What other threads stop this state with.
  public var interrupter: LuaInterrupter { LuaInterrupter(core) }

  /// Stops the outermost run, as `LuaInterrupter` does.
  public func interrupt() { lb_interrupt(core.context) }
}

/// Ctrl-C for programs that run Lua.
///
/// The first press stops what every state runs, the second says on the terminal what is still
/// running, the third ends the process as if nothing had handled the signal.
public enum LuaInterruptHandler {
  /// What a press does while no Lua code runs.
  public enum IdleAction: Sendable {
    /// Nothing, as in a session that goes on.
    case ignore
    /// Ends the process, as in a script.
    case endProcess
  }

  /// Installs the handler for SIGINT; a second time only changes the action.
  public static func install(whenIdle action: IdleAction = .ignore) {
    lb_install_interrupt_handler(action == .endProcess ? 1 : 0)
  }

  /// Puts back the handler that was there before.
  public static func uninstall() { lb_uninstall_interrupt_handler() }
}
