import CLua
import CLuaSupport

extension LuaState {
  /// Makes the state fit for code of strangers; call it once, before any of that code runs.
  ///
  /// Methods of strings are fixed and `string.dump` is out of reach. The code itself is then run
  /// in an environment from `makeRestrictedEnvironment`, under limits.
  public func restrict() {
    let stack = core.running
    reserve(stack, 8)
    let status = lb_protect(stack, lb_restrict_state, 0, 0)
    precondition(status == LUA_OK, "the state has no memory left to be restricted")
  }

  /// Creates an environment without files, processes, bytecode and debugging.
  ///
  /// It holds copies of the safe libraries, `load` for texts only, `setmetatable` that refuses
  /// `__gc`, and a `collectgarbage` that tunes nothing. What code changes in it stays in it.
  public func makeRestrictedEnvironment() throws(LuaError) -> LuaTable {
    let stack = core.running
    reserve(stack, 8)
    try check(lb_protect(stack, lb_push_restricted_environment, 0, 1), stack)
    return LuaTable(LuaReference(taking: stack))
  }

  /// Compiles a chunk whose global variables live in a table.
  public func load(
    _ code: String, chunkName: String, shownAs shown: String? = nil, environment: LuaTable
  ) throws(LuaError) -> LuaFunction {
    let function = try load(code, chunkName: chunkName, shownAs: shown)
    let stack = core.running
    reserve(stack, 4)
    function.luaPush(stack)
    environment.luaPush(stack)
    // The first upvalue of a chunk is its environment.
    lua_setupvalue(stack, -2, 1)
    lb_pop(stack, 1)
    return function
  }
}
