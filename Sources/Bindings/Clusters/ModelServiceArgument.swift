import Base
import Clusters
import Devices
import LuaBridge
import Models

/// Which model a service serves, on which GPUs: where that is said, it gives the time of steps and the
/// number of KV blocks.
enum ModelServiceArgument {
  static let parameters: [Parameter] =
    [
      Parameter(
        name: "model", kind: .any, isOptional: true,
        summary: "what is served: a name from llm.specs() or an llm.Spec",
        words: { ModelSpec.catalog.names }),
      Parameter(
        name: "device", kind: .any, isOptional: true,
        summary: "one of its GPUs, all of one kind: a name, a gpu.Device or a GPU instance",
        words: { Device.catalog.names }),
      EngineArgument.parameter,
      integer("tp", "GPUs that share each layer"),
      integer("attention_ranks", "copies of attention that share experts, each with its requests"),
      integer("ep", "GPUs over which experts are spread"),
      format("weights", "the number format of weights", "bf16"),
      format("kv_cache", "the number format of keys and values", "bf16"),
      Parameter(
        name: "draft_model", kind: .any, isOptional: true,
        summary: "a smaller model that guesses tokens, as `model`",
        words: { ModelSpec.catalog.names }),
    ]

  private static let names = parameters.map(\.name)
  private static let formats = ["bf16", "fp16", "fp8", "fp4", "int8", "int4"]

  private static func integer(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .integer, defaultValue: "1", isOptional: true, range: 1...4096,
      summary: summary)
  }

  private static func format(_ name: String, _ summary: String, _ fallback: String) -> Parameter {
    Parameter(
      name: name, kind: .string, defaultValue: "\"\(fallback)\"", isOptional: true,
      summary: "\(summary): \(formats.joined(separator: ", "))", words: { formats })
  }

  /// The model on its GPUs; nothing where no model is named.
  static func cost(_ values: [String: LuaValue], in state: LuaState) throws -> ModelCost? {
    guard let model = values["model"] else {
      let others = names.filter { values[$0] != nil && $0 != "draft_model" }
      guard let other = others.first else { return nil }
      throw Problem(
        "service: \(other) is given, and no model", fix: "give model = \"llama-3.1-8b\"")
    }
    guard let device = values["device"] else {
      throw Problem("service: a model is given, and no device", fix: "give device = \"H100\"")
    }
    var deployment = Deployment(
      tensorParallel: values["tp"]?.integer ?? 1, pipelineParallel: values["pp"]?.integer ?? 1,
      attentionRanks: values["attention_ranks"]?.integer ?? 1,
      expertParallel: values["ep"]?.integer ?? 1, weights: try format("weights", values))
    deployment.cache = try format("kv_cache", values)
    let board = try self.device(device, in: state)
    var engine = try EngineArgument.of(values).constants(on: board)
    // The working space is that of the largest step.
    if let tokens = values["max_tokens"]?.integer { engine.memory.stepTokens = tokens }
    return try ModelCost(
      spec(model, "model"), on: board, deployment, engine: engine,
      draft: values["draft_model"].map { try spec($0, "draft_model") })
  }

  /// KV blocks of a replica: what memory leaves beside the weights.
  static func blocks(_ cost: ModelCost, blockSize: Int) throws -> Int {
    let blocks = cost.blockCount(blockSize: blockSize)
    guard blocks < 1 else { return blocks }
    let deployment = cost.deployment
    let size = Double(cost.device.memory.size.value.count)
    let isLarge = cost.weightBytes > size / 2
    throw Problem(
      "service: the weights of \(cost.model.info.name), \(gigabytes(cost.weightBytes)) on each of "
        + "\(deployment.devices) GPUs, and the working space of steps of "
        + "\(cost.engine.memory.stepTokens) tokens leave nothing of \(cost.device.name)'s "
        + "\(gigabytes(size)) for keys and values",
      fix: isLarge
        ? "raise tp or pp, or take weights = \"fp8\" or a larger device"
        : "lower max_tokens, raise tp or pp, or take a larger device")
  }

  private static func gigabytes(_ bytes: Double) -> String {
    "\((bytes / 1e8).rounded() / 10) GB"
  }

  private static func spec(_ value: LuaValue, _ name: String) throws -> ModelSpec {
    if let text = value.text { return try ModelSpec.named(text) }
    if case .userdata(let object) = value, let spec = object.object(ModelSpec.self) { return spec }
    throw Problem(
      "service: \(name) is \(LuaPolicy.shown(value))", fix: "give a name or an llm.Spec")
  }

  private static func device(_ value: LuaValue, in state: LuaState) throws -> Device {
    if let text = value.text { return try DeviceArgument.second(text).device(in: state) }
    if case .userdata(let object) = value {
      if let device = object.object(DeviceObject.self) { return device.device }
      if let instance = object.object(MIGInstance.self) { return try instance.device() }
    }
    throw Problem(
      "service: device is \(LuaPolicy.shown(value))", fix: "give a name or a gpu.Device")
  }

  private static func format(_ name: String, _ values: [String: LuaValue]) throws(Problem)
    -> NumberFormat
  {
    guard let text = values[name]?.text else { return .bf16 }
    guard formats.contains(text), let format = NumberFormat(rawValue: text) else {
      throw .unknown("number format", text, among: formats)
    }
    return format
  }
}

extension ModelCost {
  /// What reports call a service of it.
  var shortName: String { "\(model.info.name) on \(longDevice)" }
  /// What its cost is called.
  var longName: String {
    let stored = deployment.weights == .bf16 ? "" : ", weights in \(deployment.weights.rawValue)"
    return "\(model.info.name) on \(longDevice)\(stored), \(engine.info.name)"
  }

  private var longDevice: String {
    deployment.devices == 1 ? device.name : "\(deployment.devices) \(device.name)"
  }
}
