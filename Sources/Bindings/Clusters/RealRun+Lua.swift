import Base
import Clusters
import Inference
import LuaBridge
import Replays

extension ServiceObject {
  /// The method that serves a trace really.
  @MemberBuilder static var realMembers: [ExportedMember] {
    method(
      "run_real",
      "Serves requests with a model of this process on the wall clock; gives what came "
        + "of them, as `replay` does.", .state, TraceArgument.argument,
      .value("model", "what serves, from llm.load", of: LanguageModel.self),
      .named(
        .choice(
          "cache", "how keys and values are kept", among: KVFormat.allCases.map(\.rawValue),
          default: "f16"))
    ) { service, state, trace, model, options in
      let cache: String = options.values
      return try service.runReal(trace.trace(), model, cache: cache, in: state)
    }
    .detail(
      """
      The service's replicas, scheduler, router, KV blocks and limits are taken as they are; its \
      cost model is not asked. Prompts are tokens by lot, the same where the trace says that \
      requests begin alike, and answers have the trace's lengths. With policies in Lua the replicas \
      take turns on this thread, else each has its own.
      """
    )
    .example(
      "cluster.service{ cost = {}, blocks = 200 }:run_real({ { prompt_tokens = 5, "
        + "output_tokens = 2 } }, llm.load()).finished")
  }

  private func runReal(
    _ trace: Trace, _ model: LanguageModel, cache: String, in state: LuaState
  ) throws -> ResultObject {
    var settings = EngineReplay.Settings()
    settings.format = KVFormat(rawValue: cache) ?? settings.format
    settings.isThreaded = isNative
    let replay = try EngineReplay(
      model.engine, freshOptions(in: state), trace: trace, settings: settings)
    let (faults, question) = (PolicyFaults.of(state), state.stopQuestion)
    let cluster: Cluster
    do throws(Problem) {
      cluster = try replay.run { faults.first != nil || question() }
    } catch {
      // A policy in Lua failed: what it said is worth more than that the run was stopped.
      throw faults.take() ?? error
    }
    if let fault = faults.take() { throw fault }
    return ResultObject(
      cluster, name: "\(name), really run", policies: "\(schedulerName), \(routerName)")
  }
}
