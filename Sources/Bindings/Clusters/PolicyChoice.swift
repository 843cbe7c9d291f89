import Base
import Clusters
import LuaBridge
import Serving

/// Which policy of a kind is meant: a native one by name and options, or one written in Lua.
struct PolicyChoice<Policy: Sendable>: Sendable {
  /// What it decides.
  let policy: Policy
  /// What reports and messages call it.
  let name: String
  /// True when it can run in other threads than Lua's.
  let isNative: Bool
}

/// Reads policies where Lua gives them: a name, `{ name, option = value }`, a function, or a table.
enum PolicyReader {
  static let forms =
    "a name, { name, option = value }, a function, or a table with a method"

  static func scheduler(_ value: LuaValue, in state: LuaState) throws -> PolicyChoice<any Scheduler>
  {
    guard let native = try NativePolicy(value, "scheduler", SchedulerKind.catalog) else {
      let lua = try LuaScheduler(value, in: state)
      return PolicyChoice(policy: lua, name: lua.policy.name, isNative: false)
    }
    var options = SchedulerOptions()
    for (name, option) in native.options {
      switch name {
      case "watermark": options.watermark = option.number ?? options.watermark
      case "sequence_tokens": options.sequenceTokens = option.integer ?? options.sequenceTokens
      case "long_prefill_tokens":
        options.longPrefillTokens = option.integer ?? options.longPrefillTokens
      case "by_priority": options.isByPriority = option.isTrue
      case "preemption": options.preemption = option == "swap" ? .swap : .recompute
      default: preconditionFailure("the scheduler option \(name) goes nowhere")
      }
    }
    return PolicyChoice(
      policy: native.kind.make(options), name: native.text, isNative: true)
  }

  static func router(_ value: LuaValue, seed: UInt64, in state: LuaState) throws
    -> PolicyChoice<any Router>
  {
    guard let native = try NativePolicy(value, "router", RouterKind.catalog) else {
      let lua = try LuaRouter(value, in: state)
      return PolicyChoice(policy: lua, name: lua.policy.name, isNative: false)
    }
    var options = RouterOptions(seed: seed)
    for (name, option) in native.options {
      switch name {
      case "slack_tokens": options.slackTokens = option.integer ?? options.slackTokens
      default: preconditionFailure("the router option \(name) goes nowhere")
      }
    }
    return PolicyChoice(policy: native.kind.make(options), name: native.text, isNative: true)
  }

  /// The autoscaler that is meant; nothing for nil and false.
  static func autoscaler(_ value: LuaValue, in state: LuaState) throws
    -> PolicyChoice<any Autoscaler>?
  {
    guard value.isTrue else { return nil }
    guard let native = try NativePolicy(value, "autoscaler", AutoscalerKind.catalog) else {
      let lua = try LuaAutoscaler(value, in: state)
      return PolicyChoice(policy: lua, name: lua.policy.name, isNative: false)
    }
    var options = AutoscalerOptions()
    for (name, option) in native.options {
      let number = option.number ?? 0
      switch name {
      case "interval_seconds": options.intervalSeconds = number
      case "target_requests": options.targetRequests = number
      case "hold_seconds": options.holdSeconds = number
      case "replica_requests_per_second": options.replicaRequestsPerSecond = number
      case "smoothing": options.smoothing = number
      default: preconditionFailure("the autoscaler option \(name) goes nowhere")
      }
    }
    return PolicyChoice(policy: native.kind.make(options), name: native.text, isNative: true)
  }
}

/// A policy of a catalogue with options, checked against its declaration.
struct NativePolicy<Kind: Described & Sendable> {
  let kind: Kind
  let options: [(name: String, value: LuaValue)]

  /// Reads a name, or a table that begins with one; nothing for what is written in Lua.
  init?(_ value: LuaValue, _ noun: String, _ catalog: Catalog<Kind>) throws {
    if let name = value.text {
      kind = try catalog[name]
      options = []
      return
    }
    guard case .table(let table) = value, let name = table[.integer(1)].text else { return nil }
    let kind = try catalog[name]
    var options: [(name: String, value: LuaValue)] = []
    for (key, value) in table.pairs where key != .integer(1) {
      let key = key.text ?? LuaPolicy.shown(key)
      let parameters = kind.info.parameters
      guard let parameter = parameters.first(where: { $0.name == key }) else {
        throw .unknown(
          "option of \(noun) \(name)", key, value: value.number, among: parameters.map(\.name))
          as Problem
      }
      try Self.check(value, parameter, "\(noun) \(name)")
      options.append((key, value))
    }
    self.kind = kind
    self.options = options.sorted { $0.name < $1.name }
  }

  private static func check(_ value: LuaValue, _ parameter: Parameter, _ subject: String) throws {
    let isRight =
      switch parameter.kind {
      case .integer: value.integer != nil
      case .number: value.number != nil
      case .boolean: value == true || value == false
      case .choice(let words): value.text.map(words.contains) ?? false
      default: true
      }
    guard isRight, parameter.range?.contains(value.number ?? 0) ?? true else {
      throw Problem(
        "\(subject): \(parameter.name): \(parameter.expectation) expected, "
          + "got \(LuaPolicy.shown(value))")
    }
  }

  /// The name with the options, as Lua writes them.
  var text: String {
    guard !options.isEmpty else { return kind.info.name }
    let pairs = options.map { "\($0.name) = \(LuaPolicy.shown($0.value))" }
    return "\(kind.info.name) { \(pairs.joined(separator: ", ")) }"
  }
}

/// The catalogues of policies as help shows them and as tables.
enum PolicyLists {
  /// One line for each, for help.
  static func text<Kind>(_ catalog: Catalog<Kind>) -> String {
    catalog.elements.map { kind in
      let names = kind.info.parameters.map(\.name).joined(separator: ", ")
      return "- `\(kind.info.name)`\(names.isEmpty ? "" : " { \(names) }"): \(kind.info.summary)"
    }.joined(separator: "\n")
  }

  /// One line for each, whose options are the same.
  static func names<Kind>(_ catalog: Catalog<Kind>) -> String {
    catalog.elements.map { "- `\($0.info.name)`: \($0.info.summary)." }.joined(separator: "\n")
  }

  /// A row for each engine.
  static func engines(in state: LuaState) -> ClusterTable {
    let rows = EngineKind.catalog.elements.map { kind -> [(String, LuaValue)] in
      row(kind.info, in: state) + [
        ("scheduler", .text(kind.scheduler)),
        ("devices", .table(state.makeTable(kind.devices.map { .text($0) }))),
        ("measured_on", .text(kind.devices.joined(separator: ", "))),
      ]
    }
    return ClusterTable(
      rows,
      columns: [.init("name"), .init("scheduler"), .init("measured_on")], title: "Engines",
      in: state)
  }

  /// A row for each.
  static func table<Kind>(_ catalog: Catalog<Kind>, _ title: String, in state: LuaState)
    -> ClusterTable
  {
    ClusterTable(
      catalog.elements.map { row($0.info, in: state) },
      columns: [.init("name"), .init("summary"), .init("options")], title: title, in: state)
  }

  private static func row(_ info: Info, in state: LuaState) -> [(String, LuaValue)] {
    let parameters = info.parameters.map { parameter in
      LuaValue.table(
        state.makeTable(fields: [
          "name": .text(parameter.name), "summary": .text(parameter.summary),
          "default": parameter.defaultValue.map { .text($0) } ?? .nil,
          "trade_off": parameter.tradeOff.map { .text($0) } ?? .nil,
        ]))
    }
    return [
      ("name", .text(info.name)), ("summary", .text(info.summary)), ("detail", .text(info.detail)),
      ("source", info.source.map { .text($0) } ?? .nil),
      ("parameters", .table(state.makeTable(parameters))),
      ("options", .text(info.parameters.map(\.name).joined(separator: ", "))),
    ]
  }
}
