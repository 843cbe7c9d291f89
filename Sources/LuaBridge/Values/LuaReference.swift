public import CLua
public import CLuaSupport

/// Keeps one Lua value alive and reachable from Swift: a table, function, thread or userdata.
///
/// The value is anchored in the registry until the last copy of the reference is gone.
public final class LuaReference: @unchecked Sendable {
  // Unchecked: one thread at a time uses a state and its references; deinit may run on any.
  let core: LuaCore
  @usableFromInline let slot: CInt

  /// Takes the value on top of the stack.
  init(taking stack: LuaStack) {
    core = LuaCore.of(stack)
    slot = luaL_ref(stack, lb_registry())
  }

  deinit { core.release(slot) }

  /// The state the value lives in, or nil once it is closed.
  public var state: LuaState? { core.state }

  /// The address that tells one value from another.
  public var identity: UInt {
    let stack = core.running
    luaPush(stack)
    defer { lb_pop(stack, 1) }
    return UInt(bitPattern: lua_topointer(stack, -1))
  }

  /// Pushes the value.
  @inlinable public func luaPush(_ stack: LuaStack) {
    lua_rawgeti(stack, lb_registry(), lua_Integer(slot))
  }

  /// The stack to work on: of the coroutine that runs now.
  @usableFromInline var stack: LuaStack { core.running }
}

extension LuaReference: Hashable {
  /// Tells whether two references hold the very same value.
  public static func == (a: LuaReference, b: LuaReference) -> Bool {
    a === b || (a.core === b.core && a.identity == b.identity)
  }

  /// Feeds the value's address.
  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}
