public import Base
public import CLua
public import CLuaSupport

extension Int: LuaReadable, LuaWritable {
  /// Reads an integer, or a float with an integral value.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Int? {
    var value: Int64 = 0
    return lb_integer(stack, index, &value) != 0 ? Int(value) : nil
  }

  /// Pushes an integer.
  @inlinable public func luaPush(_ stack: LuaStack) { lua_pushinteger(stack, lua_Integer(self)) }

  /// "integer".
  public static var luaKind: Parameter.Kind { .integer }
  /// "integer".
  public static var luaType: String { "integer" }

  /// A float that is no integer shows its value.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    guard lua_type(stack, index) == LUA_TNUMBER else { return foundName(stack, index) }
    return luaText(lua_tonumberx(stack, index, nil))
  }
}

extension Double: LuaReadable, LuaWritable {
  /// Reads any number.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Double? {
    var value = 0.0
    return lb_number(stack, index, &value) != 0 ? value : nil
  }

  /// Pushes a float.
  @inlinable public func luaPush(_ stack: LuaStack) { lua_pushnumber(stack, self) }

  /// "number".
  public static var luaKind: Parameter.Kind { .number }
  /// "number".
  public static var luaType: String { "number" }
}

extension Float: LuaReadable, LuaWritable {
  /// Reads any number, rounded to single precision.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Float? {
    Double.luaRead(stack, index).map { Float($0) }
  }

  /// Pushes a float.
  @inlinable public func luaPush(_ stack: LuaStack) { lua_pushnumber(stack, Double(self)) }

  /// "number".
  public static var luaKind: Parameter.Kind { .number }
  /// "number".
  public static var luaType: String { "number" }
}

extension Bool: LuaReadable, LuaWritable {
  /// Reads a boolean and nothing else.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Bool? {
    guard lua_type(stack, index) == LUA_TBOOLEAN else { return nil }
    return lua_toboolean(stack, index) != 0
  }

  /// Pushes a boolean.
  @inlinable public func luaPush(_ stack: LuaStack) { lua_pushboolean(stack, self ? 1 : 0) }

  /// "boolean".
  public static var luaKind: Parameter.Kind { .boolean }
  /// "boolean".
  public static var luaType: String { "boolean" }
}

/// Calls a closure with the bytes of the string at an index, or returns nil when it is none.
///
/// The bytes are Lua's own: valid for the call while the string stays on the stack.
@inlinable public func withLuaBytes<Result>(
  _ stack: LuaStack, _ index: CInt, _ body: (UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result? {
  guard lua_type(stack, index) == LUA_TSTRING else { return nil }
  var count = 0
  let bytes = lua_tolstring(stack, index, &count)
  return try body(UnsafeRawBufferPointer(start: bytes, count: count))
}

/// Pushes a string of these bytes.
public func pushLuaBytes(_ stack: LuaStack, _ bytes: UnsafeRawBufferPointer) {
  lua_pushlstring(stack, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
}

extension String: LuaReadable, LuaWritable {
  /// Reads a string; bytes that are not UTF-8 become replacement characters.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> String? {
    withLuaBytes(stack, index) { String(decoding: $0, as: UTF8.self) }
  }

  /// Pushes the UTF-8 of the text.
  public func luaPush(_ stack: LuaStack) {
    var text = self
    text.withUTF8 { pushLuaBytes(stack, UnsafeRawBufferPointer($0)) }
  }

  /// "string".
  public static var luaKind: Parameter.Kind { .string }
  /// "string".
  public static var luaType: String { "string" }
}

extension LuaString: LuaReadable, LuaWritable {
  /// Reads the bytes of a string.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> LuaString? {
    withLuaBytes(stack, index) { LuaString(Array($0)) }
  }

  /// Pushes the bytes.
  public func luaPush(_ stack: LuaStack) {
    bytes.withUnsafeBytes { pushLuaBytes(stack, $0) }
  }

  /// "string".
  public static var luaKind: Parameter.Kind { .string }
  /// "string".
  public static var luaType: String { "string" }
}

/// The number as Lua code writes it: no fraction where there is none.
func luaText(_ value: Double) -> String {
  if let whole = Int(exactly: value), abs(value) < 1e15 { return String(whole) }
  return value == .infinity ? "math.huge" : value == -.infinity ? "-math.huge" : "\(value)"
}
