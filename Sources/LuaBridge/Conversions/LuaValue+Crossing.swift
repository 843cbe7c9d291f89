public import Base
import CLua
import CLuaSupport

extension LuaValue: LuaReadable, LuaWritable {
  /// Reads any value; tables, functions, threads and userdata become references.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaValue? {
    switch lua_type(stack, index) {
    case LUA_TBOOLEAN: .boolean(lua_toboolean(stack, index) != 0)
    case LUA_TNUMBER:
      lua_isinteger(stack, index) != 0
        ? .integer(Int(lua_tointegerx(stack, index, nil)))
        : .number(lua_tonumberx(stack, index, nil))
    case LUA_TSTRING: LuaString.luaRead(stack, index).map { .string($0) }
    case LUA_TTABLE: .table(LuaTable(LuaReference(stack, index)))
    case LUA_TFUNCTION: .function(LuaFunction(LuaReference(stack, index)))
    case LUA_TTHREAD: LuaThread.luaRead(stack, index).map { .thread($0) }
    case LUA_TUSERDATA: .userdata(LuaUserdata(LuaReference(stack, index)))
    case LUA_TLIGHTUSERDATA: .pointer(UInt(bitPattern: lua_touserdata(stack, index)))
    default: .nil
    }
  }

  /// Pushes the value.
  public func luaPush(_ stack: LuaStack) {
    switch self {
    case .nil: lua_pushnil(stack)
    case .boolean(let value): value.luaPush(stack)
    case .integer(let value): value.luaPush(stack)
    case .number(let value): value.luaPush(stack)
    case .string(let value): value.luaPush(stack)
    case .table(let value): value.luaPush(stack)
    case .function(let value): value.luaPush(stack)
    case .thread(let value): value.luaPush(stack)
    case .userdata(let value): value.luaPush(stack)
    case .pointer(let value):
      lua_pushlightuserdata(stack, UnsafeMutableRawPointer(bitPattern: value))
    }
  }

  /// "any".
  public static var luaKind: Parameter.Kind { .any }
  /// "any".
  public static var luaType: String { "any" }
}

extension LuaValue {
  /// The Lua value of any writable Swift value, made in a state.
  public static func of(_ value: some LuaWritable, in state: LuaState) -> LuaValue {
    let stack = state.stack
    reserve(stack, 6)
    value.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return luaRead(stack, -1) ?? .nil
  }
}

extension LuaReference {
  /// Takes the value at an index, which stays where it is.
  convenience init(_ stack: LuaStack, _ index: CInt) {
    reserve(stack, 4)
    lua_pushvalue(stack, index)
    self.init(taking: stack)
  }
}

extension LuaTable: LuaReadable, LuaWritable {
  /// Reads a table.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaTable? {
    guard lua_type(stack, index) == LUA_TTABLE else { return nil }
    return LuaTable(LuaReference(stack, index))
  }

  /// Pushes the table.
  public func luaPush(_ stack: LuaStack) { reference.luaPush(stack) }

  /// "table".
  public static var luaKind: Parameter.Kind { .table("table") }
  /// "table".
  public static var luaType: String { "table" }
}

extension LuaFunction: LuaReadable, LuaWritable {
  /// Reads a function.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaFunction? {
    guard lua_type(stack, index) == LUA_TFUNCTION else { return nil }
    return LuaFunction(LuaReference(stack, index))
  }

  /// Pushes the function.
  @inlinable public func luaPush(_ stack: LuaStack) { reference.luaPush(stack) }

  /// "function".
  public static var luaKind: Parameter.Kind { .function }
  /// "function".
  public static var luaType: String { "function" }
}

extension LuaThread: LuaReadable, LuaWritable {
  /// Reads a coroutine.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaThread? {
    guard let thread = lua_tothread(stack, index) else { return nil }
    return LuaThread(LuaReference(stack, index), thread)
  }

  /// Pushes the coroutine.
  public func luaPush(_ stack: LuaStack) { reference.luaPush(stack) }

  /// "thread".
  public static var luaKind: Parameter.Kind { .object("thread") }
  /// "thread".
  public static var luaType: String { "thread" }
}

extension LuaUserdata: LuaReadable, LuaWritable {
  /// Reads a full userdata.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaUserdata? {
    guard lua_type(stack, index) == LUA_TUSERDATA else { return nil }
    return LuaUserdata(LuaReference(stack, index))
  }

  /// Pushes the userdata.
  public func luaPush(_ stack: LuaStack) { reference.luaPush(stack) }

  /// "userdata".
  public static var luaKind: Parameter.Kind { .object("userdata") }
  /// "userdata".
  public static var luaType: String { "userdata" }
}
