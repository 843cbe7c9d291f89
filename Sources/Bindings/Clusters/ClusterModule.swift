import Base
import Clusters
public import LuaBridge
import Serving

/// `cluster`: serving language models in virtual time.
public enum ClusterModule: LuaDeclarations {
  /// The module.
  public static let module = LuaModule(
    "cluster", "Serving in virtual time: replicas, schedulers, routers, autoscalers, traces.",
    detail: """
      A service says what serves, a trace what comes; `replay` gives what came of it, `start` a \
      simulation to pause, look at and change. Policies are names, `{ name, option = value }`, \
      functions, or tables with a method: that gets the table first and may remember things in it:

      - scheduler: `plan(state, budget, plan)` writes the next step of a replica into `plan`; see \
      help "cluster.Plan" and help "cluster.State". `budget` has `tokens`, `sequences`, \
      `admitted`, `adapters` and `draft_tokens`. Beside it `order`, `preemption`, `by_priority`.
      - router: `pick(request, replicas)` gives a place in the list, from 1; see \
      help "cluster.Request" and help "cluster.Replicas".
      - autoscaler: `desired(view)` gives how many replicas there should be, every \
      `interval_seconds`; see help "cluster.View".

      Six policies in Lua to start from: `require "orrery.schedulers.shortest_first"`, \
      `orrery.schedulers.continuous`, `orrery.schedulers.step_by_step`, \
      `orrery.routers.least_outstanding`, `orrery.routers.two_choices`, \
      `orrery.autoscalers.concurrency`. `require "orrery.planning"` finds the cheapest GPUs that keep \
      a promise.

      Schedulers:

      \(PolicyLists.text(SchedulerKind.catalog))

      Routers:

      \(PolicyLists.text(RouterKind.catalog))

      Autoscalers:

      \(PolicyLists.text(AutoscalerKind.catalog))

      Engines, each with { \(EngineConstants.parameters.map(\.name).joined(separator: ", ")) }:

      \(PolicyLists.names(EngineKind.catalog))
      """,
    example: "print(cluster.service{ cost = {} }:replay(cluster.workload{ rate = 2, count = 100 }))"
  ) {
    making
    requests
    lists
    endpoints
    studies
    ServiceObject.exported
    ServiceRun.exported
    ResultObject.exported
    TimesObject.exported
    TraceObject.exported
    CostObject.exported
    ClusterTable.exported
    SchedulerState.exported
    PlanWriter.exported
    RequestView.exported
    ReplicaList.exported
    ClusterView.exported
    StepView.exported
    CapacityObject.exported
    SweepObject.exported
    ComparisonObject.exported
  }

  @MemberBuilder private static var making: [ExportedMember] {
    function(
      "service", "Says what serves: replicas, their policies, memory and limits.", .state,
      .options(ServiceParameters.all)
    ) { state, options in try ServiceObject(ServiceParameters.values(options), in: state) }
    .example(#"cluster.service{ cost = {}, replicas = 2, router = "least-outstanding" }"#)
    function(
      "cost", "Makes a cost model of a table of seconds or of paths, or of a function.", .state,
      .any("cost", "how long steps take")
    ) { state, value in try CostArgument.cost(value, "cluster.cost", in: state) }
    .detail(
      """
      - `{ base_seconds, token_seconds, context_seconds, pair_seconds, swap_seconds }`: a line; \
      what is left out is 0, and `{}` is about an 8B model on an A100.
      - `{ folder, layers, tensor_parallel, collective_launch_seconds, batching_overhead }`: the \
      operator tables `ops_by_tokens.csv`, `attn_decode.csv` and `attn_prefill.csv` of a folder.
      - a function of a step (help "cluster.Step") that gives seconds.
      """
    )
    .example("cluster.cost{ base_seconds = 0.01, token_seconds = 6e-5 }:seconds{ decodes = 32 }")
  }

  @MemberBuilder private static var requests: [ExportedMember] {
    function(
      "trace", "Reads requests from a file, or takes a list of them.", .state,
      .value(
        "source",
        "a path, gzipped or not, or a list of { arrival_seconds, prompt_tokens, "
          + "output_tokens }", of: Either<String, TraceArgument>.self),
      .named(
        .optional(
          .choice(
            "format", "the form of the file; found by its first line by itself",
            among: TraceFormat.catalog.names)))
    ) { state, source, options in
      switch source {
      case .second(let made): return TraceObject(try made.trace())
      case .first(let path):
        try state.requireFileAccess("cluster.trace")
        let format = try options.values.map { try TraceFormat.catalog[$0] }
        return TraceObject(try Trace.load(path, format: format))
      }
    }
    .detail(
      TraceFormat.catalog.elements.map { "- `\($0.info.name)`: \($0.info.summary)" }
        .joined(separator: "\n")
    )
    .example("cluster.trace{ { arrival_seconds = 0, prompt_tokens = 100, output_tokens = 20 } }")
    function(
      "workload", "Makes requests up: when they come and how long they are.",
      .options(WorkloadArgument.parameters)
    ) { options in TraceObject(try WorkloadArgument.trace(options)) }
    .example(
      #"cluster.workload{ arrivals = "gamma", rate = 5, variation = 3, count = 200, seed = 1 }"#)
  }

  @MemberBuilder private static var lists: [ExportedMember] {
    function("schedulers", "The schedulers that are built in, a row each.", .state) {
      PolicyLists.table(SchedulerKind.catalog, "Schedulers", in: $0)
    }.example("cluster.schedulers()[1].name")
    function(
      "engines", "The engines whose constants were fitted to measured servers, a row each.", .state
    ) { PolicyLists.engines(in: $0) }.example("cluster.engines()[1].name")
    function("routers", "The routers that are built in, a row each.", .state) {
      PolicyLists.table(RouterKind.catalog, "Routers", in: $0)
    }.example("cluster.routers()[1].name")
    function("autoscalers", "The autoscalers that are built in, a row each.", .state) {
      PolicyLists.table(AutoscalerKind.catalog, "Autoscalers", in: $0)
    }.example("cluster.autoscalers()[1].name")
  }
}
