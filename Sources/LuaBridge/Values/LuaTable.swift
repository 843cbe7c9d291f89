import CLua
import CLuaSupport

/// A Lua table kept from Swift.
public struct LuaTable: Hashable, Sendable {
  /// What keeps the table.
  public let reference: LuaReference

  init(_ reference: LuaReference) { self.reference = reference }

  /// The value of a key without metamethods; setting nil removes the key.
  ///
  /// Setting a key of nil or NaN, which Lua refuses, does nothing.
  public subscript(key: LuaValue) -> LuaValue {
    get {
      let stack = reference.stack
      reserve(stack, 4)
      reference.luaPush(stack)
      key.luaPush(stack)
      lua_rawget(stack, -2)
      defer { lb_pop(stack, 2) }
      return LuaValue.luaRead(stack, -1) ?? .nil
    }
    nonmutating set {
      let stack = reference.stack
      reserve(stack, 4)
      reference.luaPush(stack)
      key.luaPush(stack)
      newValue.luaPush(stack)
      setRaw(stack, -3)
      lb_pop(stack, 1)
    }
  }

  /// The number of elements from 1 on, without metamethods.
  public var count: Int {
    let stack = reference.stack
    reserve(stack, 2)
    reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return Int(lua_rawlen(stack, -1))
  }

  /// Reads the value of a key as a Swift type, without metamethods; nil when it is of another kind.
  public func read<Value: LuaReadable>(_ key: LuaValue, as type: Value.Type = Value.self) -> Value?
  {
    let stack = reference.stack
    reserve(stack, 4)
    reference.luaPush(stack)
    key.luaPush(stack)
    lua_rawget(stack, -2)
    defer { lb_pop(stack, 2) }
    return Value.luaRead(stack, -1)
  }

  /// Reads the whole table as a Swift type, such as `[Double]`; nil when it is of another kind.
  public func read<Value: LuaReadable>(as type: Value.Type = Value.self) -> Value? {
    let stack = reference.stack
    reserve(stack, 4)
    reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return Value.luaRead(stack, -1)
  }

  /// Sets a key to any writable value, without metamethods.
  public func write(_ key: LuaValue, _ value: some LuaWritable) {
    let stack = reference.stack
    reserve(stack, 4)
    reference.luaPush(stack)
    key.luaPush(stack)
    value.luaPush(stack)
    setRaw(stack, -3)
    lb_pop(stack, 1)
  }

  /// The value of a key as Lua code sees it, metamethods included.
  public func get(_ key: LuaValue) throws(LuaError) -> LuaValue {
    let stack = reference.stack
    reserve(stack, 4)
    reference.luaPush(stack)
    key.luaPush(stack)
    try check(lb_protect(stack, lb_op_get, 2, 1), stack)
    defer { lb_pop(stack, 1) }
    return LuaValue.luaRead(stack, -1) ?? .nil
  }

  /// Sets a key as Lua code does, metamethods included.
  public func set(_ key: LuaValue, _ value: LuaValue) throws(LuaError) {
    let stack = reference.stack
    reserve(stack, 5)
    reference.luaPush(stack)
    key.luaPush(stack)
    value.luaPush(stack)
    try check(lb_protect(stack, lb_op_set, 3, 0), stack)
  }

  /// The elements from 1 to `count`, without metamethods.
  public var elements: [LuaValue] {
    let stack = reference.stack
    reserve(stack, 2)
    reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return [LuaValue].luaRead(stack, -1) ?? []
  }

  /// Every pair in Lua's order, without metamethods, as they are now.
  public var pairs: [(key: LuaValue, value: LuaValue)] {
    let stack = reference.stack
    reserve(stack, 5)
    reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    var pairs: [(key: LuaValue, value: LuaValue)] = []
    lua_pushnil(stack)
    while lua_next(stack, -2) != 0 {
      pairs.append((LuaValue.luaRead(stack, -2) ?? .nil, LuaValue.luaRead(stack, -1) ?? .nil))
      lb_pop(stack, 1)
    }
    return pairs
  }

  /// The metatable, or nil.
  public var metatable: LuaTable? {
    get {
      let stack = reference.stack
      reserve(stack, 3)
      reference.luaPush(stack)
      defer { lb_pop(stack, 1) }
      guard lua_getmetatable(stack, -1) != 0 else { return nil }
      return LuaTable(LuaReference(taking: stack))
    }
    nonmutating set {
      let stack = reference.stack
      reserve(stack, 3)
      reference.luaPush(stack)
      newValue.luaPush(stack)
      lua_setmetatable(stack, -2)
      lb_pop(stack, 1)
    }
  }
}

/// A userdata kept from Swift.
public struct LuaUserdata: Hashable, Sendable {
  /// What keeps the userdata.
  public let reference: LuaReference

  init(_ reference: LuaReference) { self.reference = reference }

  /// The value of a key as Lua code sees it: a property's value, a method, what `__index` gives.
  public func get(_ key: LuaValue) throws(LuaError) -> LuaValue {
    let stack = reference.stack
    reserve(stack, 4)
    reference.luaPush(stack)
    key.luaPush(stack)
    try check(lb_protect(stack, lb_op_get, 2, 1), stack)
    defer { lb_pop(stack, 1) }
    return LuaValue.luaRead(stack, -1) ?? .nil
  }

  /// The Swift object inside, when it is of that type and not closed.
  public func object<Object: LuaExported>(_ type: Object.Type) -> Object? {
    let stack = reference.stack
    reserve(stack, 2)
    reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return Object.luaRead(stack, -1)
  }
}
