import Base
import Clusters
import LuaBridge
import Serving

/// What serves: replicas of a model, their policies and limits, checked and ready to run.
///
/// It does not change; `with` gives another one.
final class ServiceObject {
  /// What it was made from, by the names of `ServiceParameters`.
  let values: [String: LuaValue]
  /// What it is called in reports.
  let name: String
  /// What a cluster is made of; policies in Lua may hold what they remember, see `freshOptions`.
  let options: ClusterOptions
  /// How long steps take.
  let cost: CostObject
  /// The model on its GPUs, where it was named.
  let model: ModelCost?
  let schedulerName, routerName: String
  let autoscalerName: String?
  /// What picks the replica of an answer, where prompts are apart.
  let answerRouterName: String?
  /// True when no part of it is written in Lua, so that it can run in other threads.
  let isNative: Bool

  /// Reads and checks named values.
  init(_ values: [String: LuaValue], in state: LuaState) throws {
    self.values = values
    let reader = ServiceReader(values: values, state: state)
    let model = try ModelServiceArgument.cost(values, in: state)
    self.model = model
    cost = try reader.cost(model)
    name = values["name"]?.text ?? model?.shortName ?? "service"
    var options = try reader.plainOptions(model)
    options.cost = cost.model
    let usual = try EngineArgument.of(values).kind.scheduler
    let scheduler = try PolicyReader.scheduler(values["scheduler"] ?? .text(usual), in: state)
    let router = try PolicyReader.router(
      values["router"] ?? "round-robin", seed: options.seed, in: state)
    let answers = try options.disaggregation.map { _ in
      try PolicyReader.router(
        values["answer_router"] ?? "least-outstanding", seed: options.seed, in: state)
    }
    if let answers { options.disaggregation?.router = answers.policy }
    answerRouterName = answers?.name
    let autoscaler = try PolicyReader.autoscaler(values["autoscaler"] ?? .nil, in: state)
    (options.scheduler, options.router) = (scheduler.policy, router.policy)
    options.autoscaler = autoscaler?.policy
    (schedulerName, routerName, autoscalerName) = (scheduler.name, router.name, autoscaler?.name)
    isNative =
      scheduler.isNative && router.isNative && answers?.isNative ?? true
      && autoscaler?.isNative ?? true && cost.isNative
    self.options = options
  }

  /// What a request takes outside the engine's steps.
  var requestSeconds: Double { options.requestSeconds ?? cost.model.requestSeconds }

  /// GPUs of all replicas at the start.
  var deviceCount: Int? {
    let replicas = options.replicas + (options.disaggregation?.prefillReplicas ?? 0)
    return model.map { $0.deployment.devices * replicas }
  }

  /// Another service, of the same values but for those given.
  func with(_ changes: [String: LuaValue], in state: LuaState) throws -> ServiceObject {
    try ServiceObject(values.merging(changes) { $1 }, in: state)
  }

  /// What a new cluster is made of: policies in Lua that can be copied begin anew.
  func freshOptions(in state: LuaState) throws -> ClusterOptions {
    var options = options
    if let router = options.router as? LuaRouter { options.router = try router.copied(in: state) }
    if let router = options.disaggregation?.router as? LuaRouter {
      options.disaggregation?.router = try router.copied(in: state)
    }
    if let autoscaler = options.autoscaler as? LuaAutoscaler {
      options.autoscaler = try autoscaler.copied(in: state)
    }
    return options
  }

  /// A cluster at time 0.
  func cluster(_ trace: Trace, in state: LuaState) throws -> Cluster {
    try Cluster(freshOptions(in: state), trace: trace)
  }
}

extension ServiceObject: CustomStringConvertible {
  var description: String {
    let budget = options.budget
    let memory = options.blockCount * options.blockSize
    let scaling =
      autoscalerName.map {
        ", \(options.replicaLimits.lowerBound) to \(options.replicaLimits.upperBound) by \($0)"
      } ?? ""
    var lines = [
      "\(name): \(options.replicas) replica\(options.replicas == 1 ? "" : "s")\(scaling)",
      "  scheduler   \(schedulerName), \(budget.tokens) tokens and "
        + "\(budget.sequences) sequences per step",
      "  router      \(routerName)",
      "  KV blocks   \(options.blockCount) of \(options.blockSize) tokens (\(memory) tokens)"
        + (options.isCaching ? ", prefixes cached" : ""),
      "  cost        \(cost.name)" + (options.stages > 1 ? ", \(options.stages) stages" : ""),
    ]
    if requestSeconds > 0 {
      lines.append(
        "  requests    \(ShownNumber.time(requestSeconds)) each outside the steps, on top of them")
    }
    if let apart = options.disaggregation {
      lines.append(
        "  prompts     on \(apart.prefillReplicas) replica\(apart.prefillReplicas == 1 ? "" : "s") "
          + "of their own, answers by \(answerRouterName ?? "-"); 1000 tokens move in "
          + ShownNumber.time(apart.latencySeconds + 1000 * apart.secondsPerToken))
    }
    if budget.draftTokens > 0 {
      lines.append(
        "  drafts      \(budget.draftTokens) tokens, held with \(options.draftAcceptance)")
    }
    for slaClass in options.classes {
      let name = slaClass.name == SLAClass.unnamed ? "" : "\(slaClass.name): "
      lines.append("  SLO         \(name)\(slaClass.limits)")
    }
    return lines.joined(separator: "\n")
  }
}

/// Reads what a service is made of.
private struct ServiceReader {
  let values: [String: LuaValue]
  let state: LuaState

  func integer(_ name: String, _ fallback: Int) -> Int { values[name]?.integer ?? fallback }
  func number(_ name: String, _ fallback: Double) -> Double { values[name]?.number ?? fallback }

  func cost(_ model: ModelCost?) throws -> CostObject {
    guard let cost = values["cost"], !cost.isNil else {
      if let model { return CostObject(model, name: model.longName) }
      throw Problem(
        "service: neither model and device nor cost is given: nobody knows how long a step takes",
        fix: "give model = \"llama-3.1-8b\", device = \"H100\"; or cost = { base_seconds = 0.01, "
          + "token_seconds = 6e-5 }, a function of a step, or cost = {} for about an 8B model on "
          + "an A100")
    }
    return try CostArgument.cost(cost, "service", in: state)
  }

  func plainOptions(_ model: ModelCost?) throws -> ClusterOptions {
    var options = ClusterOptions()
    options.replicas = integer("replicas", 1)
    options.stages = integer("pp", 1)
    options.blockSize = integer("block_size", 16)
    options.blockCount =
      try values["blocks"]?.integer
      ?? model.map { try ModelServiceArgument.blocks($0, blockSize: options.blockSize) }
      ?? options.blockCount
    options.isCaching = values["prefix_cache"]?.isTrue ?? false
    options.budget = StepBudget(
      tokens: integer("max_tokens", 2048), sequences: integer("max_sequences", 128),
      admitted: integer("max_admitted", .max), adapters: integer("max_adapters", 0),
      draftTokens: integer("draft_tokens", 0))
    options.disaggregation = try DisaggregationArgument.read(
      values, budget: options.budget, model: model)
    options.draftAcceptance = number("draft_acceptance", 0.7)
    options.requestSeconds = values["request_seconds"]?.number
    options.startSeconds = number("start_seconds", 60)
    options.seed = UInt64(bitPattern: Int64(integer("seed", 0)))
    options.keptSteps = integer("kept_steps", 1 << 20)
    let fewest = integer("min_replicas", 1)
    let most = integer("max_replicas", max(1024, fewest))
    guard fewest <= most else {
      throw Problem("service: min_replicas is \(fewest), max_replicas \(most)")
    }
    options.replicaLimits = fewest...most
    options.classes = try SLOArgument.classes(values["slo"] ?? .nil)
    return options
  }
}

/// Reads what users were promised.
enum SLOArgument {
  private static let fields = ["name", "priority", "ttft_seconds", "tpot_seconds"]

  /// One class from a table, several from a list of them; none from nil.
  static func classes(_ value: LuaValue) throws -> [SLAClass] {
    switch value {
    case .nil: return []
    case .table(let table) where table.count > 0:
      return try table.elements.enumerated().map { index, element in
        guard case .table(let table) = element else {
          throw Problem("slo: element \(index + 1) is \(LuaPolicy.shown(element)), not a table")
        }
        return try slaClass(table, "slo \(index + 1)", name: "class \(index + 1)")
      }
    case .table(let table): return [try slaClass(table, "slo", name: SLAClass.unnamed)]
    default: throw Problem("slo is \(LuaPolicy.shown(value))", fix: "give { ttft_seconds = 1 }")
    }
  }

  private static func slaClass(_ table: LuaTable, _ subject: String, name: String) throws
    -> SLAClass
  {
    let reader = try FieldTable(table, subject, fields)
    return SLAClass(
      try reader.text("name") ?? name,
      priority: Int32(try reader.integer("priority", -1_000_000...1_000_000) ?? 0),
      ttftSeconds: try reader.number("ttft_seconds") ?? .infinity,
      tpotSeconds: try reader.number("tpot_seconds") ?? .infinity)
  }
}
