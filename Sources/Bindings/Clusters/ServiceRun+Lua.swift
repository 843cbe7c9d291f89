import Base
import Clusters
import LuaBridge
import Serving

extension ServiceRun: LuaExported {
  static let luaName = "cluster.Simulation"

  static let small = "cluster.service{ cost = {} }:start(cluster.workload{ rate = 2, count = 50 })"

  static let exported = Exported<ServiceRun>(
    "A service in virtual time that can be paused, looked at, changed and copied.",
    detail:
      "Everything can be changed between two instants: scheduler, router, autoscaler, limits, "
      + "cost, replicas, requests. A copy goes on by itself: what if, from here. Ctrl-C stops a run "
      + "and keeps the state; so does an error in a policy, which is asked again when the run goes on.",
    example: small, keepsIdentity: true
  ) {
    property("now_seconds", "The virtual time.", unit: .seconds) { $0.cluster.time }
    property("is_done", "True when every request has come and ended.") { $0.cluster.isDone }
    property("arrived_requests", "Requests that came.", unit: .requests) {
      $0.cluster.arrivedRequests
    }
    property("open_requests", "Those that have not ended.", unit: .requests) {
      $0.cluster.openRequests
    }
    property("waiting_requests", "Those that wait for blocks.", unit: .requests) { run in
      run.cluster.replicas.reduce(0) { $0 + $1.state.waitingCount }
    }
    property("ready_replicas", "Replicas that take requests.") { $0.cluster.readyReplicas.count }
    property("step_count", "Steps that began.") { $0.cluster.totals.steps }
    property("preemption_count", "Times that a sequence's blocks were taken.") { run in
      run.cluster.replicas.reduce(0) { $0 + $1.state.counts.preemptions }
    }
    property(
      "stuck", "Why no step runs though requests are open; nil where something is to come."
    ) { run in run.stall.map { "\($0)" } }
    policies
    limits
    running
    looking
    acting
  }

  @MemberBuilder private static var policies: [ExportedMember] {
    property("scheduler", "What decides the steps of a replica.") { $0.schedulerName }
    property("router", "What picks the replica of a request.") { $0.routerName }
    property(
      "answer_router", "What picks the replica of an answer; nil where prompts are not apart."
    ) {
      $0.answerRouterName
    }
    property("autoscaler", "What says how many replicas there should be; nil for nobody.") {
      $0.autoscalerName
    }
    method(
      "set_scheduler", "Lets another scheduler decide from the next step on.", .state,
      .any("scheduler", PolicyReader.forms)
    ) { run, state, value in try run.setScheduler(value, in: state) }
    .example("local s = \(small) s:run{ until_seconds = 3 } s:set_scheduler(\"sarathi\")")
    method(
      "set_router", "Lets another router pick from the next request on.", .state,
      .any("router", PolicyReader.forms)
    ) { run, state, value in try run.setRouter(value, in: state) }
    .detail(
      "Where prompts are apart (prefill_replicas) it picks the replica that reads the prompt; "
        + "`set_answer_router` changes who picks the one that answers."
    )
    .example("local s = \(small) s:set_router(function(request, replicas) return #replicas end)")
    method(
      "set_answer_router",
      "Lets another router pick replicas for answers, where prompts are apart.", .state,
      .any("router", PolicyReader.forms)
    ) { run, state, value in try run.setAnswerRouter(value, in: state) }
    .example(
      "local s = cluster.service{ cost = {}, prefill_replicas = 1, replicas = 2 }"
        + ":start(cluster.workload{ rate = 2, count = 50 }) s:set_answer_router(\"random\")")
    method(
      "set_autoscaler", "Lets another autoscaler decide; nil for none.", .state,
      .any("autoscaler", PolicyReader.forms)
    ) { run, state, value in try run.setAutoscaler(value, in: state) }
    .example("local s = \(small) s:set_autoscaler{ \"concurrency\", target_requests = 8 }")
    method(
      "set_cost", "Lets steps take other times.", .state,
      .any("cost", "a cluster.Cost, a table of seconds or of paths, a function")
    ) { run, state, value in try run.setCost(value, in: state) }
    .example("local s = \(small) s:set_cost{ base_seconds = 0.02 }")
  }

  @MemberBuilder private static var limits: [ExportedMember] {
    property(
      "max_tokens", "The most tokens of a step.", unit: .tokens, get: { $0.cluster.budget.tokens },
      set: { try $0.setLimit(\.tokens, $1, "max_tokens") })
    property(
      "max_sequences", "The most sequences of a step.", get: { $0.cluster.budget.sequences },
      set: { try $0.setLimit(\.sequences, $1, "max_sequences") })
    property(
      "max_admitted", "The most sequences that hold blocks.",
      get: { $0.cluster.budget.admitted },
      set: { try $0.setLimit(\.admitted, $1, "max_admitted") })
  }

  private func setLimit(_ limit: WritableKeyPath<StepBudget, Int>, _ value: Int, _ name: String)
    throws(Problem)
  {
    guard value >= 1 else { throw Problem("\(name) is \(value)", fix: "it is at least 1") }
    try requireChangeable(name)
    cluster.budget[keyPath: limit] = value
  }

  private typealias RunOptions = Named<Double?, Double?, LuaFunction?>

  private static var runOptions: Argument<RunOptions> {
    .named(
      .optional(
        .number("until_seconds", "the time at which it stops", unit: .seconds, range: 0...)),
      .optional(
        .number("for_seconds", "how long it goes on from now", unit: .seconds, range: 0...)),
      .optional(
        .function(
          "until_true", "asked after every instant; gets the simulation",
          signature: "fun(simulation: cluster.Simulation): boolean")))
  }

  @MemberBuilder private static var running: [ExportedMember] {
    method(
      "run", "Runs to a time, to a condition, or to the end; returns why it stopped.", .state,
      runOptions
    ) { run, state, options in try run.run(options, in: state) }
    .returns(#""done"|"time"|"condition"|"paused"|"stuck""#)
    .detail(
      "\"stuck\" says that requests are open and the scheduler plans nothing; `stuck` says for whom."
    )
    .example(small + ":run{ until_seconds = 5 }")
    method(
      "step", "Handles the next instants; returns how many there were.", .state,
      .integer("count", "how many", default: 1, range: 0...)
    ) { run, state, count in try run.step(count, in: state) }.example(small + ":step(10)")
    method("pause", "Makes the run return after the present instant, from a policy or condition.") {
      $0.cluster.pause()
    }.example(small + ":pause()")
    method(
      "breakpoint", "Stops runs whenever a function of the simulation is true; returns a number.",
      .state,
      .function(
        "condition", "cheap, and changes nothing",
        signature: "fun(simulation: cluster.Simulation): boolean")
    ) { run, state, function in run.stop(where: function, in: state) }
    .example(small + ":breakpoint(function(s) return s.open_requests > 10 end)")
    method(
      "remove_breakpoint", "Removes a breakpoint; false when there is none of the number.",
      .integer("number", "what `breakpoint` returned")
    ) { try $0.removeCondition($1) }.example(small + ":remove_breakpoint(1)")
  }

  private func run(_ options: RunOptions, in state: LuaState) throws -> String {
    let (until, duration, condition) = options.values
    if until != nil, duration != nil {
      throw Problem("run takes until_seconds or for_seconds", fix: "give one of them")
    }
    if let until, until < cluster.time {
      throw Problem(
        "run{ until_seconds = \(until) }: it is \(ShownNumber.time(cluster.time)) already",
        fix: "copy the simulation before it gets there")
    }
    let limit = until ?? duration.map { cluster.time + $0 } ?? .infinity
    let number = condition.map { stop(where: $0, in: state) }
    defer { if let number { _ = try? removeCondition(number) } }
    switch try run(until: limit, in: state) {
    case .done: return cluster.openRequests > 0 ? "stuck" : "done"
    case .limit: return "time"
    case .breakpoint: return "condition"
    case .paused, .undecided, .interrupted: return "paused"
    }
  }

  @MemberBuilder private static var acting: [ExportedMember] {
    method(
      "add_replica", "Starts a replica; returns its number.",
      .named(
        .optional(
          .number(
            "start_seconds", "until it takes requests; the service's by itself", unit: .seconds,
            range: 0...1e6)))
    ) { run, options in
      try run.requireChangeable("add_replica")
      return run.cluster.addReplica(startSeconds: options.values).id + 1
    }
    .example(small + ":add_replica{ start_seconds = 5 }")
    method(
      "drain_replica", "Lets a replica finish what it has and takes it away then.",
      .integer("number", "of the replica, from 1", range: 1...)
    ) { run, number in
      _ = try run.replica(number)
      try run.requireChangeable("drain_replica")
      try run.cluster.drainReplica(number - 1)
    }
    .example("local s = \(small) s:add_replica{ start_seconds = 0 } s:drain_replica(1)")
    method(
      "cancel", "Ends a request before it has all its tokens; in a step, with the step.",
      .integer("request", "its number in the trace, from 1", range: 1...)
    ) { run, number in
      try run.requireChangeable("cancel")
      try run.cluster.cancel(request: number - 1)
    }
    .example("local s = \(small) s:run{ until_seconds = 3 } s:cancel(s:sequences()[1].request)")
    method(
      "copy", "The same from here on, by itself: what if.", .state
    ) { run, state in try run.copy(in: state) }
    .detail("Policies in Lua are shared with the copy, unless their table has a method `copy`.")
    .example("local s = \(small) s:run{ until_seconds = 3 } s:copy():run()")
    method("snapshot", "The same as `copy`: keep it to come back here.", .state) { run, state in
      try run.copy(in: state)
    }.example(small + ":snapshot()")
    method("result", "What came of it so far; stays as it is when the simulation goes on.") {
      $0.result()
    }.example("local s = \(small) s:run() return s:result().throughput")
  }
}
