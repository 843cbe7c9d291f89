public import Base
import CLua
import CLuaSupport

/// A table of named arguments whose declaration is data, for calls that share many options.
///
/// `Named` knows its options by type, one by one; this one takes a list of parameters, so that ten
/// functions can share it. Names and kinds are checked before the function is called.
public struct OptionTable: ArgumentValue {
  private let values: [String: LuaValue]

  /// The value of an option; nil where it was left out.
  public subscript(name: String) -> LuaValue {
    values[name] ?? .nil
  }

  /// Reads and checks the table.
  public static func read(
    _ argument: Argument<OptionTable>, _ stack: LuaStack, _ index: CInt
  ) throws -> OptionTable {
    guard let reader = argument.reader else { preconditionFailure("options have a reader") }
    return try reader(stack, index)
  }

  fileprivate init(_ values: [String: LuaValue]) { self.values = values }
}

extension Argument where Value == OptionTable {
  /// A trailing table of the named arguments in a list.
  public static func options(
    _ parameters: [Parameter], name: String = "options", summary: String = ""
  ) -> Argument {
    let parameter = Parameter(
      name: name, kind: .table("table"), isOptional: parameters.allSatisfy(\.isOptional),
      summary: summary)
    return Argument(parameter, role: .named, options: parameters) { stack, index in
      try checkNames(stack, index, parameter, parameters)
      var values: [String: LuaValue] = [:]
      for option in parameters {
        let value = readOptionValue(stack, index, option.name)
        if value.isNil, option.isOptional { continue }
        guard option.accepts(value) else {
          throw ArgumentFault(
            index: nil, name: option.name, expected: option.expectation,
            found: value.isNil ? "nothing" : shownOption(value))
        }
        values[option.name] = value
      }
      return OptionTable(values)
    }
  }
}

private func readOptionValue(_ stack: LuaStack, _ index: CInt, _ name: String) -> LuaValue {
  guard lua_type(stack, index) == LUA_TTABLE else { return .nil }
  reserve(stack, 4)
  name.luaPush(stack)
  lua_rawget(stack, index)
  defer { lb_pop(stack, 1) }
  return LuaValue.luaRead(stack, -1) ?? .nil
}

private func shownOption(_ value: LuaValue) -> String {
  switch value {
  case .integer(let number): String(number)
  case .number(let number): luaText(number)
  case .string(let text): "\"\(text.text)\""
  default: value.typeName
  }
}

extension Parameter {
  /// True when a value is of the kind and in the range.
  fileprivate func accepts(_ value: LuaValue) -> Bool {
    if case .choice(let words) = kind { return value.text.map(words.contains) ?? false }
    guard kind.accepts(value) else { return false }
    if let range, let number = value.number { return range.contains(number) }
    return true
  }
}

extension Parameter.Kind {
  fileprivate func accepts(_ value: LuaValue) -> Bool {
    switch self {
    case .any: true
    case .integer: value.integer != nil
    case .number: value.number != nil
    case .boolean: if case .boolean = value { true } else { false }
    case .string: value.text != nil
    case .choice(let words): value.text.map(words.contains) ?? false
    case .function: value.function != nil
    case .table: value.table != nil
    case .object: if case .userdata = value { true } else { false }
    case .either(let kinds): kinds.contains { $0.accepts(value) }
    }
  }
}
