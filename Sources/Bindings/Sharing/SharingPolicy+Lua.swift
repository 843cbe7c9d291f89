import Base
import Devices
public import LuaBridge
import Sharing

/// A policy as Lua holds it.
public final class PolicyObject: CustomStringConvertible {
  /// The policy.
  let policy: any SharingPolicy

  init(_ policy: any SharingPolicy) { self.policy = policy }

  /// Its name and what it was made with.
  public var description: String { "sharing.Policy \(policy)" }
}

extension PolicyObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "sharing.Policy"

  /// What Lua sees of a policy.
  public static let exported = Exported<PolicyObject>(
    "A way of sharing a GPU.", example: #"return sharing.policy("mps", { thread_percentage = 25 })"#
  ) {
    property("name", "Its name and what it was made with.") { $0.policy.description }
  }
}

/// What is taken where a policy is wanted: one that was made, a name, or a function that decides.
enum PolicyArgument: LuaReadable {
  case made(PolicyObject)
  case name(String)
  case function(LuaFunction)

  static func luaRead(_ stack: LuaStack, _ index: CInt) -> PolicyArgument? {
    if let made = PolicyObject.luaRead(stack, index) { return .made(made) }
    if let name = String.luaRead(stack, index) { return .name(name) }
    return LuaFunction.luaRead(stack, index).map { .function($0) }
  }

  static var luaKind: Parameter.Kind { .either([PolicyObject.luaKind, .string, .function]) }

  /// The policy that is meant.
  func policy(in state: LuaState) throws(Problem) -> any SharingPolicy {
    switch self {
    case .made(let object): object.policy
    case .name(let name): try SharingFamily.catalog[name].make()
    case .function(let function):
      CustomSharing("function") { try Self.ask(function, $0, in: state) }
    }
  }

  /// Asks a function: it answers a tenant's number, or the multiprocessors of each, and perhaps for
  /// how many seconds its answer stands.
  private static func ask(_ function: LuaFunction, _ view: IslandView, in state: LuaState) throws
    -> (shares: [Double], seconds: Double)
  {
    let now = state.makeTable(fields: [
      "now_seconds": .number(view.now), "multiprocessors": .number(view.multiprocessors),
      "runnable": .table(state.makeTable(view.isRunnable.map { .boolean($0) })),
      "useful": .table(state.makeTable(view.useful.map { .number($0) })),
      "busy_seconds": .table(state.makeTable(view.busySeconds.map { .number($0) })),
    ])
    let answer = try function.call([.table(now)])
    let seconds = answer.count > 1 ? answer[1].number ?? answer[1].integer.map(Double.init) : nil
    guard let shares = shares(answer.first ?? .nil, view) else {
      throw Problem(
        "a policy answers a tenant's number from 1 to \(view.isRunnable.count), or a list of "
          + "\(view.isRunnable.count) numbers of multiprocessors")
    }
    return (shares, seconds ?? 0)
  }

  private static func shares(_ answer: LuaValue, _ view: IslandView) -> [Double]? {
    var shares = view.isRunnable.map { _ in 0.0 }
    switch answer {
    case .nil: return shares
    case .integer(let number) where shares.indices.contains(number - 1):
      shares[number - 1] = view.multiprocessors
      return shares
    case .table(let table):
      let given = table.read(as: [Double].self)
      return given?.count == shares.count ? given : nil
    default: return nil
    }
  }
}

/// Options of a policy as the catalogue takes them.
enum PolicyTables {
  static func options(_ table: LuaTable?) throws(Problem) -> JSONObject {
    var options = JSONObject()
    for (key, value) in table?.pairs ?? [] {
      guard let name = key.text else { throw Problem("options of a policy have names") }
      switch value {
      case .integer(let number): options[name] = .integer(number)
      case .number(let number): options[name] = .number(number)
      case .boolean(let flag): options[name] = .boolean(flag)
      default:
        guard let text = value.text else { throw Problem("\(name) is a number or a text") }
        options[name] = .string(text)
      }
    }
    return options
  }

  /// Every policy with its options, for help.
  static let list = SharingFamily.catalog.elements.map { family in
    let names = family.info.parameters.map(\.name).joined(separator: ", ")
    return "- `\(family.info.name)`\(names.isEmpty ? "" : " { \(names) }"): \(family.info.summary)"
  }.joined(separator: "\n")

  static func tables(in state: LuaState) -> [LuaTable] {
    SharingFamily.catalog.elements.map { family in
      let parameters = family.info.parameters.map { parameter in
        LuaValue.table(
          state.makeTable(fields: [
            "name": .text(parameter.name), "summary": .text(parameter.summary),
            "default": parameter.defaultValue.map { .text($0) } ?? .nil,
          ]))
      }
      return state.makeTable(fields: [
        "name": .text(family.info.name), "summary": .text(family.info.summary),
        "detail": .text(family.info.detail), "source": .text(family.info.source ?? ""),
        "parameters": .table(state.makeTable(parameters)),
      ])
    }
  }
}
