/// Any Lua value as Swift holds it.
///
/// Integers and floats stay apart, strings keep their bytes, and what has identity is a reference.
public enum LuaValue: Hashable, Sendable {
  case `nil`
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(LuaString)
  case table(LuaTable)
  case function(LuaFunction)
  case thread(LuaThread)
  case userdata(LuaUserdata)
  /// A light userdata: an address that Lua never looks into.
  case pointer(UInt)

  /// Creates a string value from text.
  public static func text(_ text: String) -> LuaValue { .string(LuaString(text)) }

  /// True for nil.
  public var isNil: Bool { self == .nil }

  /// False for nil and false, as in a Lua condition.
  public var isTrue: Bool { self != .nil && self != .boolean(false) }

  /// The text of a string, else nil.
  public var text: String? { if case .string(let string) = self { string.text } else { nil } }

  /// The integer, also of a float with an integral value, else nil.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number of an integer or a float, else nil.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The table, else nil.
  public var table: LuaTable? { if case .table(let table) = self { table } else { nil } }

  /// The function, else nil.
  public var function: LuaFunction? {
    if case .function(let function) = self { function } else { nil }
  }

  /// Lua's name of the type: as in "table".
  public var typeName: String {
    switch self {
    case .nil: "nil"
    case .boolean: "boolean"
    case .integer, .number: "number"
    case .string: "string"
    case .table: "table"
    case .function: "function"
    case .thread: "thread"
    case .userdata, .pointer: "userdata"
    }
  }
}

extension LuaValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  /// Creates an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Creates a float.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Creates a string.
  public init(stringLiteral value: String) { self = .text(value) }
  /// Creates a boolean.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// Creates nil.
  public init(nilLiteral: ()) { self = .nil }
}
