import Base
import Clusters
import LuaBridge
import Serving

/// A cost model as Lua holds it: how long steps take, and what it was made of.
final class CostObject {
  let model: any CostModel
  /// What it is called in reports, as in "linear" or "tables of a100".
  let name: String

  init(_ model: any CostModel, name: String) {
    self.model = model
    self.name = name
  }

  /// True when it can be asked in other threads than Lua's.
  var isNative: Bool { !(model is LuaCost) }
}

/// A cost model written in Lua: `cost(step)` gives seconds.
struct LuaCost: CostModel {
  let policy: LuaPolicy
  private let view: StepView
  private let place: LuaUserdata

  init(_ function: LuaFunction, in state: LuaState) throws {
    policy = try LuaPolicy(.function(function), noun: "cost", method: "seconds", in: state)
    view = StepView()
    guard case .userdata(let place) = LuaValue.of(view, in: state) else {
      preconditionFailure("an exported object is a userdata")
    }
    self.place = place
  }

  func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    (view.shape, view.stage, view.stages) = (shape, stage, stages)
    do {
      let seconds: Double? = try policy.function(place)
      if let seconds, seconds >= 0, seconds.isFinite { return seconds }
      policy.refuse(seconds.map { .number($0) } ?? .nil, expected: "a number of seconds from 0")
    } catch {
      policy.fail(error)
    }
    return .nan
  }

  func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    [CostPart("lua", seconds: seconds(of: shape, stage: stage, of: stages), note: policy.name)]
  }
}

/// The step that a cost in Lua is asked about.
// Unchecked: it belongs to the one thread of its Lua state.
final class StepView: @unchecked Sendable {
  var shape = StepShape()
  var stage = 0
  var stages = 1
}

extension StepView: LuaExported {
  static let luaName = "cluster.Step"
  static let exported = Exported<StepView>(
    "What a step computes, for a cost function; valid while it is asked.",
    example: "cluster.service{ cost = function(step) return 0.01 + 6e-5 * step.tokens end }"
  ) {
    property("tokens", "Tokens that run through the layers.", unit: .tokens) { $0.shape.tokens }
    property("decodes", "Sequences that decode.") { $0.shape.decodes }
    property("decode_context_tokens", "Their known tokens together.", unit: .tokens) {
      $0.shape.decodeContext
    }
    property("prefills", "Sequences that compute known tokens.") { $0.shape.prefills }
    property("prefill_tokens", "Tokens they compute.", unit: .tokens) { $0.shape.prefillTokens }
    property("prefill_context_tokens", "Tokens they have computed before.", unit: .tokens) {
      $0.shape.prefillContext
    }
    property("prefill_pairs", "Pairs of a token they compute and one that it attends to.") {
      $0.shape.prefillPairs
    }
    property("swapped_tokens", "Tokens whose blocks are copied to or from host memory.") {
      $0.shape.swappedTokens
    }
    property("stage", "The pipeline stage that is asked about, from 1.") { $0.stage + 1 }
    property("stages", "How many pipeline stages there are.") { $0.stages }
  }
}

/// What is taken where a cost is wanted: one that was made, a table of numbers or paths, a function.
enum CostArgument {
  static let linearFields = [
    "base_seconds", "token_seconds", "context_seconds", "pair_seconds", "swap_seconds",
  ]
  static let tableFields = [
    "folder", "layers", "tensor_parallel", "collective_launch_seconds", "batching_overhead",
  ]

  static func cost(_ value: LuaValue, _ call: String, in state: LuaState) throws -> CostObject {
    switch value {
    case .function(let function):
      return CostObject(try LuaCost(function, in: state), name: "Lua function")
    case .table(let table): return try cost(table, call, in: state)
    case .userdata(let object):
      if let cost = object.object(CostObject.self) { return cost }
      fallthrough
    default:
      throw Problem(
        "\(call): cost is \(LuaPolicy.shown(value))",
        fix:
          "give a table, as { base_seconds = 0.01, token_seconds = 6e-5 }, or a function of a step")
    }
  }

  private static func cost(_ table: LuaTable, _ call: String, in state: LuaState) throws
    -> CostObject
  {
    let isTables = table["folder"] != .nil
    if !isTables, let name = tableFields.first(where: { table[.text($0)] != .nil }) {
      throw Problem(
        "\(call): cost: \(name) is given, and no folder",
        fix: "give folder = \"PATH\", where ops_by_tokens.csv is")
    }
    let fields = try FieldTable(table, "\(call): cost", isTables ? tableFields : linearFields)
    guard isTables, let folder = try fields.text("folder") else {
      return CostObject(try linear(fields, isEmpty: table.pairs.isEmpty), name: "linear")
    }
    try state.requireFileAccess(call)
    guard let layers = try fields.integer("layers", 1...10_000) else {
      throw Problem(
        "\(call): cost: layers is missing", fix: "give how many layers one pipeline stage has")
    }
    var options = OperatorTables.Options(layersPerStage: layers)
    options.tensorParallel = try fields.integer("tensor_parallel", 1...1024) ?? 1
    if let launch = try fields.number("collective_launch_seconds", 0...1) {
      options.collectiveLaunchMilliseconds = launch * 1e3
    }
    options.batchingOverhead = try fields.number("batching_overhead", 0...10) ?? 0
    return CostObject(
      try OperatorTables(folder: folder, options: options),
      name: "tables of \(FileIO.name(of: folder))")
  }

  /// A line through what is given; an empty table is the default line.
  private static func linear(_ fields: FieldTable, isEmpty: Bool) throws -> LinearCostModel {
    if isEmpty { return LinearCostModel() }
    func number(_ name: String) throws(Problem) -> Double { try fields.number(name, 0...1e6) ?? 0 }
    return try LinearCostModel(
      baseSeconds: number("base_seconds"), tokenSeconds: number("token_seconds"),
      contextSeconds: number("context_seconds"), pairSeconds: number("pair_seconds"),
      swapSeconds: number("swap_seconds"))
  }
}
