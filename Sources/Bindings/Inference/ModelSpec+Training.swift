import Base
import LuaBridge
import Models

/// What Lua sees of a model's training: work, time, cost, memory.
extension ModelSpec {
  @MemberBuilder static var trainingMembers: [ExportedMember] {
    method(
      "training", "What training it takes: 6·N·D operations, and what follows.", .state,
      .named(
        .number("tokens", "tokens of training", unit: .tokens, range: 1...),
        .integer("devices", "devices that train together", default: 1, range: 1...100_000_000),
        .number(
          "peak_flops_per_second", "what one device could do at most; 989e12: H100, BF16, dense",
          unit: .flopsPerSecond, default: 989e12, range: 1...),
        .number(
          "utilisation", "share of that which useful operations reach (MFU)", unit: .ratio,
          default: 0.4, range: 0.0001...1),
        .boolean("recomputes", "activations are computed again", default: false),
        .number(
          "price_usd_per_hour", "of one device", unit: .dollarsPerHour, default: 2, range: 0...),
        .number(
          "watts", "of one device with its share of the server", unit: .watts, default: 1275,
          range: 0...),
        .number(
          "power_usage_effectiveness", "the building's draw over the servers' (PUE)",
          unit: .ratio, default: 1.2, range: 1...10))
    ) { spec, state, options in training(spec, state, options.values) }
    .returns(
      "{flops: number, hardware_flops: number, seconds: number, days: number,"
        + " device_hours: number, cost_usd: number, energy_joules: number, loss_nats: number}"
    )
    .detail(
      "loss_nats is the Chinchilla law's, refitted by Besiroglu and others, 2024; 1275 watts are an"
        + " eighth of a DGX H100."
    )
    .example("llm.spec(\"llama-3.1-8b\"):training{ tokens = 15e12, devices = 1024 }")
    method(
      "training_memory", "What one device holds while training with mixed-precision Adam.", .state,
      .named(
        .integer(
          "data_parallel", "copies that see different data", default: 1, range: 1...1_000_000),
        .integer("tensor_parallel", "devices that share a matrix", default: 1, range: 1...4096),
        .integer("pipeline_parallel", "stages of layers", default: 1, range: 1...4096),
        .integer("expert_parallel", "devices that share experts", default: 1, range: 1...4096),
        .boolean(
          "sequence_parallel", "norms and residuals are split along the sequence", default: false),
        .integer(
          "zero_stage", "1: optimizer states are spread over copies, 2: gradients too, 3: weights",
          default: 0, range: 0...3),
        .choice(
          "recomputation", "what is computed again in the backward pass",
          among: TrainingLayout.Recomputation.allCases.map(\.rawValue), default: "none"),
        .integer("microbatch", "sequences at a time", default: 1, range: 1...1_000_000),
        .integer(
          "sequence_tokens", "tokens of a sequence", unit: .tokens, default: 4096,
          range: 1...10_000_000))
    ) { spec, state, options in trainingMemory(spec, state, options.values) }
    .returns(
      "{weights_bytes: integer, gradients_bytes: integer, optimizer_bytes: integer,"
        + " activations_bytes: integer, total_bytes: integer, devices: integer}"
    )
    .example("llm.spec(\"llama-2-7b\"):training_memory{ data_parallel = 64, zero_stage = 3 }")
  }

  private static func training(
    _ spec: ModelSpec, _ state: LuaState,
    _ options: (Double, Int, Double, Double, Bool, Double, Double, Double)
  ) -> LuaTable {
    let (tokens, devices, peak, utilisation, recomputes, price, watts, effectiveness) = options
    let run = TrainingRun(
      activeParameters: Double(spec.activeParameters), tokens: tokens, devices: devices,
      peakFLOPsPerSecond: peak, utilisation: utilisation, recomputes: recomputes)
    let law = ScalingLaw.chinchillaRefitted
    return state.makeTable(fields: [
      "flops": .number(run.flops), "hardware_flops": .number(run.hardwareFLOPs),
      "seconds": .number(run.seconds), "days": .number(run.days),
      "device_hours": .number(run.deviceHours),
      "cost_usd": .number(run.dollars(perDeviceHour: price)),
      "energy_joules": .number(
        run.joules(wattsPerDevice: watts, powerUsageEffectiveness: effectiveness)),
      "loss_nats": .number(law.loss(parameters: run.activeParameters, tokens: tokens)),
    ])
  }

  private static func trainingMemory(
    _ spec: ModelSpec, _ state: LuaState,
    _ options: (Int, Int, Int, Int, Bool, Int, String, Int, Int)
  ) -> LuaTable {
    var layout = TrainingLayout()
    let stage: Int
    let recomputation: String
    (
      layout.dataParallel, layout.tensorParallel, layout.pipelineParallel, layout.expertParallel,
      layout.isSequenceParallel, stage, recomputation, layout.microbatch, layout.sequenceLength
    ) = options
    layout.stage = TrainingLayout.ZeROStage(rawValue: stage) ?? .none
    layout.recomputation = TrainingLayout.Recomputation(rawValue: recomputation) ?? .none
    let memory = TrainingMemory(spec, layout: layout)
    return state.makeTable(fields: [
      "weights_bytes": .integer(memory.weights.count),
      "gradients_bytes": .integer(memory.gradients.count),
      "optimizer_bytes": .integer(memory.optimizer.count),
      "activations_bytes": .integer(memory.activations.count),
      "total_bytes": .integer(memory.total.count), "devices": .integer(layout.devices),
    ])
  }

  /// What the makers say, as a table.
  static func published(_ spec: ModelSpec, _ state: LuaState) -> LuaTable? {
    guard let stated = spec.published else { return nil }
    let table = state.makeTable(fields: [
      "billions": .number(stated.billions), "source": .text(stated.source),
    ])
    table.write("active_billions", stated.activeBillions)
    table.write("key_value_bytes", stated.keyValueBytes)
    table.write("training_tokens", stated.trainingTokens)
    table.write("training_flops", stated.trainingFLOPs)
    return table
  }

  /// A matrix that an adapter changes, by its name.
  static func adapterTarget(_ name: String) throws(Problem) -> AdapterTarget {
    guard let target = AdapterTarget(rawValue: name) else {
      throw .unknown("adapter target", name, among: AdapterTarget.allCases.map(\.rawValue))
    }
    return target
  }
}
