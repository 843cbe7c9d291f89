import Base
import Clusters
import LuaBridge
import Serving

/// Replicas that only read prompts, as a service says them.
enum DisaggregationArgument {
  static let parameters: [Parameter] = [
    Parameter(
      name: "prefill_replicas", kind: .integer, defaultValue: "0", isOptional: true,
      range: 0...100_000,
      summary: "replicas that only read prompts, before the others, which then only answer",
      tradeOff: "long prompts no longer hold answers up, and neither kind helps the other out"),
    Parameter(
      name: "prefill_max_tokens", kind: .integer, isOptional: true, range: 1...1_000_000_000,
      summary: "the most tokens of their steps; `max_tokens` by itself"),
    Parameter(
      name: "transfer_seconds", kind: .number, unit: .seconds, defaultValue: "0.001",
      range: 0...1e6, summary: "what moving keys and values takes, whatever the prompt"),
    Parameter(
      name: "transfer_seconds_per_token", kind: .number, unit: .seconds, isOptional: true,
      range: 0...1e3,
      summary: "what each token of the prompt adds; where a model is given, by the network between "
        + "its servers, else 0"),
    Parameter(
      name: "answer_router", kind: .any, isOptional: true,
      summary:
        "picks the replica of an answer, \"least-outstanding\" by itself, while `router` picks "
        + "that of its prompt: \(PolicyReader.forms)",
      words: { RouterKind.catalog.names }),
  ]

  static func read(
    _ values: [String: LuaValue], budget: StepBudget, model: ModelCost?
  ) throws(Problem) -> Disaggregation? {
    guard let replicas = values["prefill_replicas"]?.integer, replicas > 0 else {
      let others = parameters.dropFirst().map(\.name).filter { values[$0] != nil }
      guard let other = others.first else { return nil }
      throw Problem(
        "service: \(other) is given, and no prefill_replicas", fix: "give prefill_replicas = 1")
    }
    var apart = Disaggregation()
    apart.prefillReplicas = replicas
    if let tokens = values["prefill_max_tokens"]?.integer {
      var own = budget
      own.tokens = tokens
      apart.prefillBudget = own
    }
    if let seconds = values["transfer_seconds"]?.number { apart.latencySeconds = seconds }
    apart.secondsPerToken =
      values["transfer_seconds_per_token"]?.number ?? model.map(perToken) ?? 0
    return apart
  }

  /// The slope of the model's transfers: the fixed part is the latency's.
  private static func perToken(_ model: ModelCost) -> Double {
    (model.transferSeconds(promptTokens: 100_000) - model.transferSeconds(promptTokens: 0)) / 1e5
  }
}
