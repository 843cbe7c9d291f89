public import Base
import CLua
import CLuaSupport

/// A type that can be the argument of a declared function.
///
/// Everything `LuaReadable` is one; the others are `Named` options, `Rest` and `LuaState`.
public protocol ArgumentValue: SendableMetatype {
  /// Reads the argument at an index where the stack alone is enough, else nil.
  static func luaQuick(_ stack: LuaStack, _ index: CInt) -> Self?
  /// Reads the argument at an index, or throws what was expected and what came.
  static func read(_ argument: Argument<Self>, _ stack: LuaStack, _ index: CInt) throws -> Self
}

/// A declared argument: what people read about it and how it is read.
///
/// It is written by its kind, as in `.number("share", "part of the whole", range: 0...1)`.
public final class Argument<Value: ArgumentValue> {
  /// How an argument takes part in the argument list.
  enum Role { case one, none, rest, named }

  /// Its declaration; nil where it takes no value from Lua.
  public let parameter: Parameter?
  /// The options of a table of named arguments.
  public let options: [Parameter]
  let role: Role
  /// True where any value of the kind is taken, so that reading is all there is.
  let isPlain: Bool
  let fallback: Value?
  let accepts: ((Value) -> Bool)?
  /// Reads what the type alone cannot: a table of named arguments.
  let reader: ((LuaStack, CInt) throws -> Value)?

  /// Creates an argument of one value.
  ///
  /// - Parameters:
  ///   - parameter: What people read about it.
  ///   - fallback: The value when nothing comes; nil where it is required.
  ///   - accepts: Tells which values of the kind are taken; nil takes all.
  public init(_ parameter: Parameter, default fallback: Value?, accepts: ((Value) -> Bool)? = nil) {
    self.parameter = parameter
    options = []
    role = .one
    isPlain = accepts == nil
    self.fallback = fallback
    self.accepts = accepts
    reader = nil
  }

  init(
    _ parameter: Parameter?, role: Role, options: [Parameter] = [],
    reader: ((LuaStack, CInt) throws -> Value)?
  ) {
    self.parameter = parameter
    self.role = role
    self.options = options
    isPlain = false
    fallback = nil
    accepts = nil
    self.reader = reader
  }

  /// The number of stack slots it takes.
  var width: CInt { role == .none ? 0 : 1 }
}

extension ArgumentValue {
  /// Nil: the declaration is needed.
  @inlinable public static func luaQuick(_ stack: LuaStack, _ index: CInt) -> Self? { nil }
}

extension LuaReadable {
  /// Reads a value of the kind.
  @inlinable public static func luaQuick(_ stack: LuaStack, _ index: CInt) -> Self? {
    luaRead(stack, index)
  }

  /// Reads the value, checks its range, or takes the default.
  public static func read(
    _ argument: Argument<Self>, _ stack: LuaStack, _ index: CInt
  ) throws -> Self {
    try argument.readWithCare(stack, index)
  }
}

extension Argument where Value: LuaReadable {
  /// Reads a value that may be out of range or absent.
  func readWithCare(_ stack: LuaStack, _ index: CInt) throws -> Value {
    if lua_type(stack, index) <= LUA_TNIL, let fallback { return fallback }
    if let value = Value.luaRead(stack, index) {
      if accepts?(value) ?? true { return value }
      throw fault(stack, index, found: refused(stack, index))
    }
    throw fault(stack, index, found: Value.luaFound(stack, index))
  }

  /// A value of the right kind that is not taken: out of range, or none of the words.
  private func refused(_ stack: LuaStack, _ index: CInt) -> String {
    guard case .choice(let words)? = parameter?.kind else { return shownArgument(stack, index) }
    return foundWord(stack, index, among: words)
  }

  private func fault(_ stack: LuaStack, _ index: CInt, found: String) -> ArgumentFault {
    ArgumentFault(
      index: parameter == nil ? nil : index, name: parameter?.name ?? "",
      expected: parameter?.expectation ?? Value.luaKind.expectation, found: found)
  }
}

/// The value itself where it is short, so that "0 to 1 expected" meets "got 3".
func shownArgument(_ stack: LuaStack, _ index: CInt) -> String {
  switch LuaValue.luaRead(stack, index) {
  case .integer(let value): String(value)
  case .number(let value): luaText(value)
  case .string(let text): "\"\(text.text)\""
  default: foundName(stack, index)
  }
}

extension Parameter {
  /// What is taken, in the words of messages: "number from 0 to 1", "integer in bytes".
  public var expectation: String {
    var text = kind.expectation
    if let unit, unit != .ratio { text += " in \(unit.rawValue.replacing("_", with: " "))" }
    guard let range else { return text }
    switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (true, true): text += " from \(luaText(range.lowerBound)) to \(luaText(range.upperBound))"
    case (true, false): text += ", at least \(luaText(range.lowerBound)),"
    case (false, true): text += ", at most \(luaText(range.upperBound)),"
    case (false, false): break
    }
    return text
  }
}

/// Reads an argument of a list and moves on to the next one.
func readNext<Value: ArgumentValue>(
  _ argument: Argument<Value>, _ stack: LuaStack, _ index: inout CInt
) throws -> Value {
  defer { index += argument.width }
  return try Value.read(argument, stack, index)
}
