import Base
import LuaBridge

/// Remembers why the run that is under way stopped: what a policy, a cost or a condition failed with.
final class PolicyFaults {
  /// The first error; nothing when all went well.
  var first: (any Error)?

  /// The one of a state.
  static func of(_ state: LuaState) -> PolicyFaults {
    if let known = state[PolicyFaults.self] { return known }
    let made = PolicyFaults()
    state[PolicyFaults.self] = made
    return made
  }

  /// Keeps an error unless there was one before.
  func note(_ error: any Error) {
    if first == nil { first = error }
  }

  /// Gives the error out and forgets it.
  func take() -> (any Error)? {
    defer { first = nil }
    return first
  }
}

/// A policy written in Lua: a function, or a table with a method and perhaps settings beside it.
///
/// A table keeps what it remembers in itself. Copies of a simulation share it, unless it has a method
/// `copy` that gives another one.
// Unchecked: it belongs to the one thread of its Lua state, as everything that runs it.
final class LuaPolicy: @unchecked Sendable {
  /// What it decides, as in "router".
  let noun: String
  /// What messages and reports call it.
  let name: String
  /// What is called.
  let function: LuaFunction
  /// The table it is a method of.
  let table: LuaTable?
  /// Where errors go.
  let faults: PolicyFaults

  private init(
    noun: String, name: String, function: LuaFunction, table: LuaTable?, faults: PolicyFaults
  ) {
    self.noun = noun
    self.name = name
    self.function = function
    self.table = table
    self.faults = faults
  }

  /// Takes a function, or a table that has the method.
  init(_ value: LuaValue, noun: String, method: String, in state: LuaState) throws {
    self.noun = noun
    faults = PolicyFaults.of(state)
    switch value {
    case .function(let function):
      (self.function, table, name) = (function, nil, "Lua function")
    case .table(let table):
      guard case .function(let function) = try table.get(.text(method)) else {
        throw Problem(
          "\(Self.article(noun)) \(noun) table needs a function `\(method)`",
          fix: "write function policy:\(method)(...) end, or give a name as its first element")
      }
      (self.function, self.table) = (function, table)
      name = try table.get("name").text ?? "Lua table"
    default:
      throw Problem(
        "\(Self.article(noun)) \(noun) is a name, a function or a table, got \(Self.shown(value))",
        fix: "cluster.\(noun)s() lists names")
    }
  }

  /// A setting beside the method; nil where there is none.
  func setting(_ name: String) throws -> LuaValue { try table?.get(.text(name)) ?? .nil }

  /// Its own state again, where the table says how to copy it; else the same policy.
  func copied(method: String, in state: LuaState) throws -> LuaPolicy {
    guard let table, case .function(let copy) = try table.get("copy") else { return self }
    let made = try copy.call([.table(table)]).first ?? .nil
    guard case .table = made else {
      throw Problem(
        "\(noun) \"\(name)\": copy() returned \(Self.shown(made)), and a table is expected")
    }
    return try LuaPolicy(made, noun: noun, method: method, in: state)
  }

  /// Keeps an error under the policy's name; a request to stop stays what it is.
  func fail(_ error: any Error) {
    if let error = error as? LuaError, error.kind != .runtime { return faults.note(error) }
    let text = (error as? LuaError)?.message ?? "\(error)"
    // The commonest slip: a function without `self` in a table, whose arguments are then one off.
    let isShifted = table != nil && (text.contains("nil") || text.contains("a table value"))
    let problem = Problem(
      "\(noun) \"\(name)\": \(text)",
      fix: isShifted ? "a function in a table gets the table first, as a method does" : nil)
    guard let place = (error as? LuaError)?.position else { return faults.note(problem) }
    // It crosses with the line of the policy, where it is to be mended, and not that of the run.
    faults.note(LuaError(value: .text("\(place.chunk):\(place.line): \(problem)")))
  }

  /// Keeps the error for an answer that is not what was asked.
  func refuse(_ answer: LuaValue, expected: String) {
    faults.note(
      Problem("\(noun) \"\(name)\" returned \(Self.shown(answer)), and \(expected) is expected"))
  }

  private static func article(_ noun: String) -> String {
    noun.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
  }

  /// A value as messages show it.
  static func shown(_ value: LuaValue) -> String {
    switch value {
    case .nil: "nothing"
    case .boolean(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(text.text.truncated(toWidth: 40))\""
    default: "a \(value.typeName)"
    }
  }
}

/// A result of a call that nobody looks at.
struct AnyAnswer: LuaReadable {
  /// True when it is nil.
  let isNil: Bool

  static func luaRead(_ stack: LuaStack, _ index: CInt) -> AnyAnswer? {
    AnyAnswer(isNil: Bool?.luaRead(stack, index) == .some(.none))
  }

  static var luaKind: Parameter.Kind { .any }
}
