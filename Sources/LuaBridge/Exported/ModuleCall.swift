import CLua
import CLuaSupport

/// Lets a module's function be called with a dot or with a colon, as in `sim.run{}` and `sim:run{}`.
///
/// It stands first in the declaration and takes no value from Lua: where a module's table is the
/// first argument, it is taken away before the others are read.
public struct ModuleCall: ArgumentValue {
  /// The state that calls.
  public let state: LuaState

  /// Takes a module's table away.
  public static func read(
    _ argument: Argument<ModuleCall>, _ stack: LuaStack, _ index: CInt
  ) throws -> ModuleCall {
    reserve(stack, 4)
    let state = LuaState.of(stack)
    if lua_type(stack, index) == LUA_TTABLE, isModule(stack, index) {
      lua_rotate(stack, index, -1)
      lb_pop(stack, 1)
    }
    return ModuleCall(state: state)
  }

  private static func isModule(_ stack: LuaStack, _ index: CInt) -> Bool {
    guard luaL_getmetafield(stack, index, "__name") != LUA_TNIL else { return false }
    defer { lb_pop(stack, 1) }
    return String.luaRead(stack, -1)?.hasPrefix("module ") ?? false
  }
}

extension Argument where Value == ModuleCall {
  /// Takes the module's table away where the function was called with a colon.
  public static var moduleCall: Argument { Argument(nil, role: .none, reader: nil) }
}
