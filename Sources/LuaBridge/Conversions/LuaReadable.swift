public import Base
import CLua
import CLuaSupport

/// A Swift type that a Lua value can be read as.
///
/// Reading never raises and runs no Lua code; a value of another kind gives nil.
public protocol LuaReadable: ArgumentValue {
  /// Reads the value at an index, or nil when it is of another kind.
  static func luaRead(_ stack: LuaStack, _ index: CInt) -> Self?
  /// What messages and generated texts call the kind.
  static var luaKind: Parameter.Kind { get }
  /// What came instead, where more can be said than the kind of the value.
  static func luaFound(_ stack: LuaStack, _ index: CInt) -> String
}

extension LuaReadable {
  /// The name of the kind that came.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    foundName(stack, index)
  }
}

/// A Swift value that can be pushed as one Lua value.
public protocol LuaWritable: LuaResult {
  /// Pushes the value. Needs one free stack slot; may allocate, never raises.
  func luaPush(_ stack: LuaStack)
  /// The LuaCATS name of the type.
  static var luaType: String { get }
}

extension LuaWritable {
  /// Pushes one value.
  @inlinable public func luaReturn(_ stack: LuaStack) throws -> CInt {
    luaPush(stack)
    return 1
  }

  /// The type of the one value.
  public static var luaResults: [String] { [luaType] }
}

/// What a Swift function may return to Lua: one value, several, none, or a yield.
public protocol LuaResult: SendableMetatype {
  /// Pushes the results and returns their number (or the code of a yield).
  func luaReturn(_ stack: LuaStack) throws -> CInt
  /// The LuaCATS types of the results.
  static var luaResults: [String] { get }
}

/// A type that crosses in both directions.
public typealias LuaConvertible = LuaReadable & LuaWritable

/// What the value at an index is, in the words of messages: its kind, or its type's name.
func foundName(_ stack: LuaStack, _ index: CInt) -> String {
  let type = lua_type(stack, index)
  if type == LUA_TNONE { return "no value" }
  if type == LUA_TUSERDATA || type == LUA_TTABLE {
    let absolute = lua_absindex(stack, index)
    if luaL_getmetafield(stack, absolute, "__name") != LUA_TNIL {
      defer { lb_pop(stack, 1) }
      if let name = String.luaRead(stack, -1) { return name }
    }
  }
  return String(cString: lua_typename(stack, type))
}

extension Parameter.Kind {
  /// The kind as LuaCATS writes it.
  public var luaType: String {
    switch self {
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .string: "string"
    case .function: "function"
    case .any: "any"
    case .table(let text): text.isEmpty ? "table" : text
    case .object(let name): name
    case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: "|")
    case .either(let kinds): kinds.map(\.luaType).joined(separator: "|")
    }
  }

  /// The kind as messages name it.
  var expectation: String {
    switch self {
    case .any: "value"
    case .choice(let words): words.map { "\"\($0)\"" }.alternatives
    case .either(let kinds): kinds.map(\.expectation).alternatives
    default: luaType
    }
  }
}

extension [String] {
  /// The words joined as in "a, b or c".
  var alternatives: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " or " + last
  }
}
