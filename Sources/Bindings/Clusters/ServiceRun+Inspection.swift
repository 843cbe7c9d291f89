import Base
import Clusters
import LuaBridge
import Serving

extension ServiceRun {
  @MemberBuilder static var looking: [ExportedMember] {
    method(
      "inspect", "What is going on now: a row for each replica there is, and sums.", .state
    ) { $0.inspection(in: $1) }
    .example(small + ":inspect()")
    method(
      "sequences", "The sequences of a replica, or of all: who waits, who runs, how far they are.",
      .state, .optional(.integer("replica", "its number, from 1", range: 1...))
    ) { try $0.sequenceTable($2, in: $1) }
    .example("local s = \(small) s:run{ until_seconds = 3 } return s:sequences(1)")
    method(
      "blocks", "The KV blocks of a replica: how many are held, shared, free and cached.", .state,
      .integer("replica", "its number, from 1", default: 1, range: 1...)
    ) { try $0.blocks($2, in: $1) }
    .returns("table<string, number>")
    .example(small + ":blocks(1)")
    method("__mime", "What a notebook shows of it: its replicas.", .state) { run, state in
      var forms = FigureDisplay.forms(run.inspection(in: state).picture, state)
      forms["text/plain"] = run.description
      return forms
    }
  }

  private func inspection(in state: LuaState) -> ClusterTable {
    let rows = cluster.replicas.filter { $0.phase != .stopped }.map(row)
    let names: [ClusterTable.Column] = [.init("replica", decimals: 0), .init("phase")]
    return ClusterTable(
      rows,
      columns: names + (answerRouterName == nil ? [] : [.init("role")]) + [
        .init("running", shown: "run", decimals: 0),
        .init("prefilling", shown: "read", decimals: 0),
        .init("waiting", shown: "wait", decimals: 0),
        .init("used_blocks", shown: "blocks", decimals: 0),
        .init("occupancy", shown: "held %", scale: 100, decimals: 1),
        .init("outstanding_tokens", shown: "tokens", decimals: 0),
        .init("busy_seconds", shown: "busy s", decimals: 1),
        .init("preemptions", shown: "preempted", decimals: 0),
      ], title: "\(service.name) at \(ShownNumber.time(cluster.time))",
      subtitle: "\(cluster.arrivedRequests) of \(cluster.trace.count) requests came, "
        + "\(cluster.openRequests) are open; \(policyNames)"
        + (autoscalerName.map { ", \($0)" } ?? ""),
      fields: [
        "now_seconds": .number(cluster.time), "arrived": .integer(cluster.arrivedRequests),
        "open": .integer(cluster.openRequests), "steps": .integer(cluster.totals.steps),
        "scheduler": .text(schedulerName), "router": .text(routerName),
        "answer_router": answerRouterName.map { .text($0) } ?? .nil,
        "autoscaler": autoscalerName.map { .text($0) } ?? .nil,
      ], in: state)
  }

  private func row(_ replica: Replica) -> [(String, LuaValue)] {
    let state = replica.state
    let role = answerRouterName == nil ? "both" : replica.isForPrompts ? "prompts" : "answers"
    return [
      ("replica", .integer(replica.id + 1)), ("phase", .text("\(replica.phase)")),
      ("role", .text(role)),
      ("running", .integer(state.admittedCount)), ("prefilling", .integer(state.prefillingCount)),
      ("in_flight", .integer(state.inFlightCount)), ("waiting", .integer(state.waitingCount)),
      ("used_blocks", .integer(state.pool.usedCount)),
      ("block_count", .integer(state.pool.blockCount)),
      ("occupancy", .number(state.pool.occupancy)),
      ("outstanding", .integer(replica.outstanding)),
      ("outstanding_tokens", .integer(replica.outstandingTokens)),
      ("busy_seconds", .number(replica.busySeconds)),
      ("started_seconds", .number(replica.startedAt)),
      ("finished", .integer(state.counts.finished)),
      ("preemptions", .integer(state.counts.preemptions)),
      ("hit_rate", .number(state.counts.prefixTokens.ratio)),
    ]
  }

  private func sequenceTable(_ number: Int?, in state: LuaState) throws -> ClusterTable {
    let replicas = try number.map { [try replica($0)] } ?? Array(cluster.replicas)
    let rows = replicas.flatMap { replica in
      replica.state.liveSlots.map { slot in
        sequenceRow(replica.state.view(slot), replica.id)
      }
    }
    return ClusterTable(
      rows,
      columns: [
        .init("replica", decimals: 0), .init("request", decimals: 0), .init("phase"),
        .init("prompt_tokens", shown: "prompt", decimals: 0),
        .init("computed_tokens", shown: "read", decimals: 0),
        .init("generated_tokens", shown: "made", decimals: 0),
        .init("output_tokens", shown: "of", decimals: 0),
        .init("block_count", shown: "blocks", decimals: 0),
        .init("cached_tokens", shown: "cached", decimals: 0),
        .init("preemptions", shown: "preempted", decimals: 0),
      ], title: "Sequences at \(ShownNumber.time(cluster.time))", in: state)
  }

  private func sequenceRow(_ view: SequenceView, _ replica: Int) -> [(String, LuaValue)] {
    [
      ("replica", .integer(replica + 1)), ("request", .integer(Int(view.request.id) + 1)),
      ("phase", .text("\(view.phase)")), ("in_flight", .boolean(view.isInFlight)),
      ("prompt_tokens", .integer(Int(view.request.promptTokens))),
      ("output_tokens", .integer(Int(view.request.outputTokens))),
      ("known_tokens", .integer(Int(view.progress.known))),
      ("computed_tokens", .integer(Int(view.progress.computed))),
      ("generated_tokens", .integer(view.generated)),
      ("block_count", .integer(view.blocks.count)),
      ("cached_tokens", .integer(view.cachedTokens)), ("preemptions", .integer(view.preemptions)),
      ("priority", .integer(Int(view.request.priority))),
      ("adapter", .integer(Int(view.request.adapter))),
    ]
  }

  private func blocks(_ number: Int, in state: LuaState) throws -> LuaTable {
    let serving = try replica(number).state
    let pool = serving.pool.copy()
    let shared = (0..<Int32(pool.blockCount)).count { pool.referenceCount(of: $0) > 1 }
    return state.makeTable(fields: [
      "count": .integer(pool.blockCount), "size_tokens": .integer(pool.blockSize),
      "used": .integer(pool.usedCount), "free": .integer(pool.freeCount),
      "shared": .integer(shared), "cached": .integer(pool.namedCount),
      "evictions": .integer(pool.evictionCount), "swapped": .integer(serving.swappedBlocks),
      "occupancy": .number(pool.occupancy),
    ])
  }
}
