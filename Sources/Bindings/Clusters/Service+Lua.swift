import Base
import Clusters
import LuaBridge
import Serving

/// What a service may be told, for `cluster.service` and `service:with`.
enum ServiceParameters {
  static let all: [Parameter] =
    [
      Parameter(
        name: "name", kind: .string, isOptional: true, summary: "what reports call it"),
      Parameter(
        name: "cost", kind: .any, isOptional: true,
        summary: "how long steps take: a cluster.Cost, a table of seconds or of paths, a function; "
          + "by itself that of the model on its devices"),
    ] + ModelServiceArgument.parameters + [
      integer("replicas", "how many at the start", 1, 1...100_000),
      integer("pp", "pipeline stages of each; as many steps are in flight", 1, 1...1024),
      policy("scheduler", "decides the steps of a replica; the engine's by itself", nil) {
        SchedulerKind.catalog.names
      },
      policy(
        "router", "picks the replica of a request, or of its prompt where prompts are apart",
        "\"round-robin\""
      ) {
        RouterKind.catalog.names
      },
      policy("autoscaler", "says how many replicas there should be; false for none", "false") {
        AutoscalerKind.catalog.names
      },
      integer("min_replicas", "the fewest that an autoscaler gets", 1, 1...100_000),
      integer("max_replicas", "the most that an autoscaler gets", 1024, 1...100_000),
      Parameter(
        name: "start_seconds", kind: .number, unit: .seconds, defaultValue: "60", range: 0...1e6,
        summary: "until a new replica takes requests"),
      Parameter(
        name: "request_seconds", kind: .number, unit: .seconds, isOptional: true, range: 0...1e6,
        summary:
          "what a request takes outside the engine's steps: HTTP, the tokenizer, the way there "
          + "and back; its user waits on top, so TTFT and E2E contain it; by itself what the cost "
          + "knows"),
    ] + DisaggregationArgument.parameters + memory + limits
    + [
      Parameter(
        name: "slo", kind: .table("table"), isOptional: true,
        summary: "what users were promised: { ttft_seconds, tpot_seconds, name, priority }, or a "
          + "list of them"),
      integer("seed", "what random choices follow from", 0, nil),
      integer(
        "kept_steps", "steps that are kept for pictures; with more, every second one goes",
        1 << 20, 2...(1 << 32)),
    ]

  private static let memory: [Parameter] = [
    integer(
      "blocks",
      "KV blocks of each replica; by itself what the devices' memory leaves beside the "
        + "model, else 30000", nil, 1...100_000_000),
    integer("block_size", "tokens per block", 16, 1...65_536),
    Parameter(
      name: "prefix_cache", kind: .boolean, defaultValue: "false",
      summary: "whether blocks are kept for prompts with the same beginning"),
  ]

  private static let limits: [Parameter] = [
    integer(
      "max_tokens", "the most tokens of a step", 2048, 1...1_000_000_000,
      tradeOff: "more reads prompts sooner and makes everyone else's next token later"),
    integer(
      "max_sequences", "the most sequences of a step", 128, 1...1_000_000,
      tradeOff: "more gives throughput, less gives each sequence its tokens sooner"),
    integer(
      "max_admitted", "the most sequences that hold blocks; no limit by itself", nil,
      1...1_000_000),
    integer("max_adapters", "the most LoRA adapters of a step; 0 for any number", 0, 0...10_000),
    integer("draft_tokens", "guesses that each decoding sequence verifies in a step", 0, 0...64),
    Parameter(
      name: "draft_acceptance", kind: .number, unit: .ratio, defaultValue: "0.7", range: 0...1,
      summary: "the chance that a guess holds, given that those before it did"),
  ]

  private static func integer(
    _ name: String, _ summary: String, _ fallback: Int?, _ range: ClosedRange<Int>?,
    tradeOff: String? = nil
  ) -> Parameter {
    Parameter(
      name: name, kind: .integer, defaultValue: fallback.map { String($0) }, isOptional: true,
      range: range.map { Double($0.lowerBound)...Double($0.upperBound) }, summary: summary,
      tradeOff: tradeOff)
  }

  private static func policy(
    _ name: String, _ summary: String, _ fallback: String?,
    _ words: @escaping @Sendable () -> [String]
  ) -> Parameter {
    Parameter(
      name: name, kind: .any, defaultValue: fallback, isOptional: true,
      summary: "\(summary): \(PolicyReader.forms)", words: words)
  }

  /// The values that were given, by name.
  static func values(_ options: OptionTable) -> [String: LuaValue] {
    all.reduce(into: [:]) { values, parameter in
      let value = options[parameter.name]
      if !value.isNil { values[parameter.name] = value }
    }
  }
}

extension ServiceObject: LuaExported {
  private static var replayOptions: Argument<Named<Double?>> {
    .named(
      .optional(
        .number("until_seconds", "where it ends at the latest", unit: .seconds, range: 0...)))
  }

  static let luaName = "cluster.Service"
  static let exported = Exported<ServiceObject>(
    "What serves: replicas, their policies, memory and limits.",
    example: #"cluster.service{ cost = {}, replicas = 2, scheduler = "sarathi" }"#
  ) {
    property("name", "What reports call it.") { $0.name }
    property("replicas", "Replicas at the start.") { $0.options.replicas }
    property("engine", "What runs the model, with what was set; nil where no model is named.") {
      $0.model?.engine.info.name
    }
    property("scheduler", "What decides the steps of a replica.") { $0.schedulerName }
    property("router", "What picks the replica of a request, or of its prompt.") { $0.routerName }
    property(
      "answer_router", "What picks the replica of an answer; nil where prompts are not apart."
    ) {
      $0.answerRouterName
    }
    property("autoscaler", "What says how many replicas there should be; nil for nobody.") {
      $0.autoscalerName
    }
    property("cost", "How long steps take.") { $0.cost }
    property(
      "request_seconds", "What a request takes outside the engine's steps, on top of them.",
      unit: .seconds
    ) { $0.requestSeconds }
    property("blocks", "KV blocks of each replica.") { $0.options.blockCount }
    property("devices", "GPUs of all replicas at the start; nil where none are named.") {
      $0.deviceCount
    }
    method(
      "with", "Another service that differs in what is given.", .state,
      .options(ServiceParameters.all)
    ) { service, state, options in
      try service.with(ServiceParameters.values(options), in: state)
    }
    .example("cluster.service{ cost = {} }:with{ replicas = 4 }")
    method(
      "replay", "Runs requests to the end; gives what came of them.", .state,
      TraceArgument.argument,
      replayOptions
    ) { service, state, trace, options in
      let run = try ServiceRun(service, trace.trace(), in: state)
      let limit: Double? = options.values
      try run.replay(until: limit ?? .infinity, in: state)
      return run.result()
    }
    .example("cluster.service{ cost = {} }:replay(cluster.workload{ rate = 2, count = 50 })")
    realMembers
    method(
      "start", "Requests at time 0, to be run step by step.", .state, TraceArgument.argument
    ) { service, state, trace in try ServiceRun(service, trace.trace(), in: state) }
    .example("cluster.service{ cost = {} }:start(cluster.workload{ rate = 2, count = 50 })")
    method(
      "explain",
      "The time of a step, operator by operator, all pipeline stages together; beside it what a "
        + "request takes outside its steps.",
      .state, StepArgument.options
    ) { service, state, options in
      try service.cost.explanation(
        StepArgument.shape(options), stages: service.options.stages,
        requestSeconds: service.requestSeconds, in: state)
    }
    .example("cluster.service{ cost = {} }:explain{ decodes = 64, context_tokens = 800 }")
  }
}
