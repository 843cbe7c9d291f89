import Base
import Clusters
import Figures
import LuaBridge
import Serving

extension CostObject: LuaExported {
  static let luaName = "cluster.Cost"
  static let exported = Exported<CostObject>(
    "How long steps take on some hardware.",
    example: "cluster.cost{ base_seconds = 0.01, token_seconds = 6e-5 }"
  ) {
    property("name", "What it was made of.") { $0.name }
    property(
      "request_seconds", "What a request takes outside the steps, on top of them.", unit: .seconds
    ) { $0.model.requestSeconds }
    method("seconds", "The time of a step.", StepArgument.options) { cost, options in
      try cost.seconds(StepArgument.shape(options))
    }
    .unit(.seconds)
    .example("cluster.cost{ token_seconds = 1e-4 }:seconds{ prefill_tokens = 512 }")
    method(
      "explain", "The time of a step, operator by operator.", .state, StepArgument.options
    ) { cost, state, options in
      try cost.explanation(
        StepArgument.shape(options), stages: 1, requestSeconds: cost.model.requestSeconds, in: state
      )
    }
    .example("cluster.cost{}:explain{ decodes = 32, context_tokens = 1000 }")
  }

  /// The time of a step that one stage runs.
  func seconds(_ shape: StepShape) throws -> Double {
    let seconds = model.seconds(of: shape, stage: 0, of: 1)
    if let error = (model as? LuaCost)?.policy.faults.take() { throw error }
    return seconds
  }

  /// The parts of the time of a step over all stages, as a table that shows itself, and beside them what
  /// no step contains.
  func explanation(
    _ shape: StepShape, stages: Int, requestSeconds: Double, in state: LuaState
  ) throws -> ClusterTable {
    let parts = (0..<stages).flatMap { model.explain(shape, stage: $0, of: stages) }
      .reduce(into: [CostPart]()) { sums, part in
        if let place = sums.firstIndex(where: { $0.name == part.name }) {
          sums[place].seconds += part.seconds
        } else {
          sums.append(part)
        }
      }
    if let error = (model as? LuaCost)?.policy.faults.take() { throw error }
    let total = parts.reduce(0) { $0 + $1.seconds }
    let rows = parts.map { part in
      [
        ("operator", LuaValue.text(part.name)), ("seconds", .number(part.seconds)),
        ("share", .number(total > 0 ? part.seconds / total : 0)), ("note", .text(part.note)),
      ]
    }
    let beside =
      requestSeconds > 0
      ? "; each request takes \(ShownNumber.time(requestSeconds)) outside its steps" : ""
    return ClusterTable(
      rows,
      columns: [
        .init("operator"), .init("seconds", shown: "ms", scale: 1e3, decimals: 4),
        .init("share", shown: "%", scale: 100, decimals: 1), .init("note"),
      ],
      title: "A step of \(shape.tokens) token\(shape.tokens == 1 ? "" : "s") takes "
        + ShownNumber.time(total),
      subtitle: name + beside,
      fields: ["total_seconds": .number(total), "request_seconds": .number(requestSeconds)],
      in: state)
  }
}

/// A step as Lua describes it to a cost.
enum StepArgument {
  typealias Options = Named<Int, Int, Int, Int, Int, Int>

  static var options: Argument<Options> {
    .named(
      .integer("decodes", "sequences that decode", default: 0, range: 0...1_000_000),
      .integer(
        "context_tokens", "known tokens of each of them", unit: .tokens, default: 1,
        range: 1...100_000_000),
      .integer("prefills", "sequences that read their prompts", default: 1, range: 1...1_000_000),
      .integer(
        "prefill_tokens", "tokens that each of them computes", unit: .tokens, default: 0,
        range: 0...100_000_000),
      .integer(
        "prefill_context_tokens", "tokens that each has computed before", unit: .tokens,
        default: 0, range: 0...100_000_000),
      .integer(
        "swapped_tokens", "tokens whose blocks are copied to or from host memory",
        unit: .tokens, default: 0, range: 0...1_000_000_000))
  }

  static func shape(_ options: Options) throws(Problem) -> StepShape {
    let (decodes, context, prefills, tokens, before, swapped) = options.values
    guard decodes > 0 || tokens > 0 else {
      throw Problem("the step is empty", fix: "give decodes, or prefill_tokens, or both")
    }
    let plan = StepPlan()
    for _ in 0..<decodes { plan.decode(0, context: context) }
    if tokens > 0 {
      for _ in 0..<prefills {
        plan.prefill(PrefillItem(slot: 0, tokens: Int32(tokens), context: Int32(before)))
      }
    }
    var shape = plan.shape
    shape.swappedTokens = swapped
    return shape
  }
}
