public import Base
public import CLua
import CLuaSupport

extension Optional: ArgumentValue where Wrapped: LuaReadable {}

extension Optional: LuaReadable where Wrapped: LuaReadable {
  /// Reads nil and an absent argument as none.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Wrapped?? {
    if lua_type(stack, index) <= LUA_TNIL { return .some(.none) }
    guard let value = Wrapped.luaRead(stack, index) else { return .none }
    return .some(value)
  }

  /// The kind of what is wrapped.
  public static var luaKind: Parameter.Kind { Wrapped.luaKind }

  /// What came, as the wrapped type says it.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    Wrapped.luaFound(stack, index)
  }
}

extension Optional: LuaResult where Wrapped: LuaWritable {}

extension Optional: LuaWritable where Wrapped: LuaWritable {
  /// Pushes the value or nil.
  @inlinable public func luaPush(_ stack: LuaStack) {
    if let self { self.luaPush(stack) } else { lua_pushnil(stack) }
  }

  /// The wrapped type with a question mark.
  public static var luaType: String { Wrapped.luaType + "?" }
}

extension Array: ArgumentValue where Element: LuaReadable {}

extension Array: LuaReadable where Element: LuaReadable {
  /// Reads a sequence from 1 to the table's length, without metamethods.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> [Element]? {
    guard lua_type(stack, index) == LUA_TTABLE, lua_checkstack(stack, 4) != 0 else { return nil }
    let table = lua_absindex(stack, index)
    let count = Int(lua_rawlen(stack, table))
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for position in 0..<count {
      lua_rawgeti(stack, table, lua_Integer(position + 1))
      defer { lb_pop(stack, 1) }
      guard let element = Element.luaRead(stack, -1) else { return nil }
      elements.append(element)
    }
    return elements
  }

  /// "T[]".
  public static var luaKind: Parameter.Kind { .table(Element.luaKind.elementType + "[]") }

  /// Names the first element of another kind.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    guard lua_type(stack, index) == LUA_TTABLE, lua_checkstack(stack, 4) != 0 else {
      return foundName(stack, index)
    }
    let table = lua_absindex(stack, index)
    for position in 1...Swift.max(1, Int(lua_rawlen(stack, table))) {
      lua_rawgeti(stack, table, lua_Integer(position))
      defer { lb_pop(stack, 1) }
      if Element.luaRead(stack, -1) == nil {
        return "table with \(Element.luaFound(stack, -1)) at [\(position)]"
      }
    }
    return "table"
  }
}

extension Array: LuaResult where Element: LuaWritable {}

extension Array: LuaWritable where Element: LuaWritable {
  /// Pushes a table with the elements from 1 on.
  public func luaPush(_ stack: LuaStack) {
    reserve(stack, 4)
    lua_createtable(stack, CInt(clamping: count), 0)
    for (position, element) in enumerated() {
      element.luaPush(stack)
      lua_rawseti(stack, -2, lua_Integer(position + 1))
    }
  }

  /// "T[]".
  public static var luaType: String {
    let element = Element.luaType
    return (element.contains("|") || element.hasSuffix("?") ? "(\(element))" : element) + "[]"
  }
}

extension Dictionary: ArgumentValue where Key: LuaReadable, Value: LuaReadable {}

extension Dictionary: LuaReadable where Key: LuaReadable, Value: LuaReadable {
  /// Reads every pair of a table, without metamethods.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> [Key: Value]? {
    guard lua_type(stack, index) == LUA_TTABLE, lua_checkstack(stack, 5) != 0 else { return nil }
    let table = lua_absindex(stack, index)
    var pairs: [Key: Value] = [:]
    lua_pushnil(stack)
    // The key is the one that lua_next gave, unchanged, so it cannot raise.
    while lua_next(stack, table) != 0 {
      guard let key = Key.luaRead(stack, -2), let value = Value.luaRead(stack, -1) else {
        lb_pop(stack, 2)
        return nil
      }
      pairs[key] = value
      lb_pop(stack, 1)
    }
    return pairs
  }

  /// "table<K, V>".
  public static var luaKind: Parameter.Kind {
    .table("table<\(Key.luaKind.luaType), \(Value.luaKind.luaType)>")
  }
}

extension Dictionary: LuaResult where Key: LuaWritable, Value: LuaWritable {}

extension Dictionary: LuaWritable where Key: LuaWritable, Value: LuaWritable {
  /// Pushes a table with the pairs; a key that Lua cannot have (NaN) is left out.
  public func luaPush(_ stack: LuaStack) {
    reserve(stack, 5)
    lua_createtable(stack, 0, CInt(clamping: count))
    for (key, value) in self {
      key.luaPush(stack)
      value.luaPush(stack)
      setRaw(stack, -3)
    }
  }

  /// "table<K, V>".
  public static var luaType: String { "table<\(Key.luaType), \(Value.luaType)>" }
}

extension Parameter.Kind {
  /// The kind as an element of a sequence: in brackets where it has alternatives.
  fileprivate var elementType: String {
    switch self {
    case .choice, .either: "(\(luaType))"
    default: luaType
    }
  }
}

/// Makes room on the stack; to be out of it means Lua's limit of a million values is reached.
@usableFromInline func reserve(_ stack: LuaStack, _ slots: CInt) {
  precondition(lua_checkstack(stack, slots) != 0, "the Lua stack is full")
}

/// Sets a pair without metamethods; drops it where the key is nil or NaN, which would raise.
func setRaw(_ stack: LuaStack, _ table: CInt) {
  let isNaN = lua_type(stack, -2) == LUA_TNUMBER && lua_tonumberx(stack, -2, nil).isNaN
  if lua_type(stack, -2) == LUA_TNIL || isNaN {
    lb_pop(stack, 2)
  } else {
    lua_rawset(stack, table)
  }
}
