import Base
import CLua
import CLuaSupport

/// The values of a table of named arguments, in the order of their declaration.
///
/// ```swift
/// function("area", "Area of a rectangle.",
///   .named(.number("width", "length of one side"), .number("height", "of the other", default: 1))
/// ) { sides in
///   let (width, height) = sides.values
///   return width * height
/// }
/// ```
public struct Named<each Value: LuaReadable>: ArgumentValue {
  /// The values.
  public let values: (repeat each Value)

  /// Reads the table; an unknown name is an error that shows the nearest known one.
  public static func read(
    _ argument: Argument<Named>, _ stack: LuaStack, _ index: CInt
  ) throws -> Named {
    guard let reader = argument.reader else { preconditionFailure("named arguments have a reader") }
    return try reader(stack, index)
  }
}

extension Argument {
  /// A trailing table of named arguments.
  public static func named<each Named: LuaReadable>(
    _ arguments: repeat Argument<each Named>, name: String = "options", summary: String = ""
  ) -> Argument where Value == LuaBridge.Named<repeat each Named> {
    var options: [Parameter] = []
    for argument in repeat each arguments {
      if let parameter = argument.parameter { options.append(parameter) }
    }
    let known = options
    let isOptional = known.allSatisfy(\.isOptional)
    let parameter = Parameter(
      name: name, kind: .table("table"), isOptional: isOptional, summary: summary)
    return Argument(parameter, role: .named, options: known) { stack, index in
      try checkNames(stack, index, parameter, known)
      return try LuaBridge.Named(values: (repeat readOption(stack, index, each arguments)))
    }
  }
}

/// Checks that the value is a table, or absent, and holds only names that are known.
func checkNames(
  _ stack: LuaStack, _ index: CInt, _ parameter: Parameter, _ known: [Parameter]
) throws {
  let type = lua_type(stack, index)
  if type <= LUA_TNIL { return }
  guard type == LUA_TTABLE else {
    throw ArgumentFault(
      index: index, name: parameter.name, expected: "table of named arguments",
      found: foundName(stack, index))
  }
  reserve(stack, 6)
  lua_pushnil(stack)
  while lua_next(stack, index) != 0 {
    let value = lua_type(stack, -1) == LUA_TNUMBER ? Double.luaRead(stack, -1) : nil
    lb_pop(stack, 1)
    let name = String.luaRead(stack, -1)
    if let name, known.contains(where: { $0.name == name }) { continue }
    let shown = name ?? "[\(shownArgument(stack, -1))]"
    lb_pop(stack, 1)
    throw Problem.unknown("option", shown, value: value, among: known.map(\.name))
  }
}

/// Reads one named argument from the table.
private func readOption<Value: LuaReadable>(
  _ stack: LuaStack, _ index: CInt, _ argument: Argument<Value>
) throws -> Value {
  reserve(stack, 6)
  if lua_type(stack, index) == LUA_TTABLE, let name = argument.parameter?.name {
    name.luaPush(stack)
    lua_rawget(stack, index)
  } else {
    lua_pushnil(stack)
  }
  defer { lb_pop(stack, 1) }
  do {
    return try Value.read(argument, stack, lua_gettop(stack))
  } catch let fault as ArgumentFault {
    throw ArgumentFault(
      index: nil, name: fault.name, expected: fault.expected,
      found: fault.found == "nil" ? "nothing" : fault.found)
  }
}

/// All arguments from a position on.
public struct Rest<Value: LuaReadable>: ArgumentValue {
  /// The values in order.
  public let values: [Value]

  /// Reads the argument and all behind it.
  public static func read(
    _ argument: Argument<Rest>, _ stack: LuaStack, _ index: CInt
  ) throws -> Rest {
    var values: [Value] = []
    for position in stride(from: index, through: lua_gettop(stack), by: 1) {
      guard let value = Value.luaRead(stack, position) else {
        throw argumentFault(stack, position, argument.parameter?.name ?? "...", Value.self)
      }
      values.append(value)
    }
    return Rest(values: values)
  }
}

extension Argument {
  /// Any number of arguments of one kind, the last in the list.
  public static func rest<Element: LuaReadable>(
    _ name: String, _ summary: String = "", of type: Element.Type = Element.self
  ) -> Argument where Value == Rest<Element> {
    let parameter = Parameter(
      name: name, kind: Element.luaKind, isOptional: true, summary: summary)
    return Argument(parameter, role: .rest, reader: nil)
  }
}

extension LuaState: ArgumentValue {
  /// The state that calls; takes nothing from the arguments.
  public static func read(
    _ argument: Argument<LuaState>, _ stack: LuaStack, _ index: CInt
  ) throws -> LuaState {
    LuaState.of(stack)
  }
}

extension Argument where Value == LuaState {
  /// The state that calls, for functions that need it; Lua passes nothing for it.
  public static var state: Argument { Argument(nil, role: .none, reader: nil) }
}
