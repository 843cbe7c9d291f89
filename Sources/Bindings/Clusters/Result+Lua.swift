import Base
import Clusters
import LuaBridge
import Serving

extension ResultObject: LuaExported {
  static let luaName = "cluster.Result"

  static let small =
    "cluster.service{ cost = {} }:replay(cluster.workload{ rate = 2, count = 50 })"

  static let exported = Exported<ResultObject>(
    "What came of a run: times of requests and tokens, rates, load, rows and pictures.",
    detail: "TTFT is from arrival to the first token, TPOT per token behind the first, ITL from "
      + "token to token, E2E from arrival to the last token, queueing from arrival to the first step.",
    example: small
  ) {
    property("name", "What served.") { $0.name }
    property("trace_name", "What came.") { $0.report.name }
    times
    counts
    rates
    load
    rows
    pictures
    exports
  }

  @MemberBuilder private static var times: [ExportedMember] {
    property("ttft_seconds", "From arrival to the first token.", unit: .seconds) {
      $0.times("TTFT") { record, _ in record.ttft }
    }
    property("tpot_seconds", "Per token behind the first, by request.", unit: .seconds) {
      $0.times("TPOT") { record, output in record.tpot(outputTokens: output) }
    }
    property("itl_seconds", "From token to token, over all tokens.", unit: .seconds) {
      TimesObject("ITL", $0.cluster.itl)
    }
    property("e2e_seconds", "From arrival to the last token.", unit: .seconds) {
      $0.times("E2E") { record, _ in record.e2e }
    }
    property("queueing_seconds", "From arrival to the first step.", unit: .seconds) {
      $0.times("queueing") { record, _ in record.queueing }
    }
  }

  @MemberBuilder private static var counts: [ExportedMember] {
    property("arrived", "Requests that came.", unit: .requests) { $0.report.arrived }
    property("finished", "Requests that have all their tokens.", unit: .requests) {
      $0.report.finished
    }
    property("rejected", "Requests that would never have fitted.", unit: .requests) {
      $0.report.rejected
    }
    property("cancelled", "Requests that were cancelled.", unit: .requests) {
      $0.report.cancelled
    }
    property("makespan_seconds", "To the end of the last request.", unit: .seconds) {
      $0.report.makespanSeconds
    }
    property("steps", "Steps that began.", unit: .steps) { $0.report.totals.steps }
    property("preemptions", "Times that a sequence's blocks were taken.") { $0.report.preemptions }
  }

  @MemberBuilder private static var rates: [ExportedMember] {
    property("throughput", "Requests that ended, per second.", unit: .requestsPerSecond) {
      $0.report.requestsPerSecond
    }
    property("output_throughput", "Tokens of answers, per second.", unit: .tokensPerSecond) {
      $0.report.outputTokensPerSecond
    }
    property(
      "total_throughput", "Tokens of prompts and answers, per second.", unit: .tokensPerSecond
    ) { $0.report.totalTokensPerSecond }
    property("goodput", "Requests within their limits, per second.", unit: .requestsPerSecond) {
      $0.report.goodput
    }
    property(
      "slo_share", "The share of requests within their limits; those turned away are not.",
      unit: .ratio
    ) { $0.report.keptShare }
    method("classes", "How each class of service fared, a list.", .state) { result, state in
      result.report.classes.map { fared in
        state.makeTable(fields: [
          "name": .text(fared.slaClass.name), "finished": .integer(fared.finished),
          "rejected": .integer(fared.rejected), "kept": .integer(fared.kept),
          "ttft_seconds": .number(fared.slaClass.ttftSeconds),
          "tpot_seconds": .number(fared.slaClass.tpotSeconds),
        ])
      }
    }
    .returns(
      "{name: string, finished: integer, rejected: integer, kept: integer, ttft_seconds: number, "
        + "tpot_seconds: number}[]"
    )
    .example(small + ":classes()[1].kept")
  }

  @MemberBuilder private static var load: [ExportedMember] {
    property("replicas", "Replicas there ever were.") { $0.report.replicas }
    property("replica_seconds", "The time that replicas were there, together.", unit: .seconds) {
      $0.report.replicaSeconds
    }
    property("utilisation", "The share of time in which replicas computed.", unit: .ratio) {
      $0.report.utilisation
    }
    property(
      "mfu",
      "The share of the GPUs' dense peak that answers took, over all time; nil for unknown GPUs.",
      unit: .ratio
    ) { result in
      ModelUse(result.cluster).flatMap { $0.utilisation.isFinite ? $0.utilisation : nil }
    }
    property("occupancy", "The share of KV blocks held, over the time of steps.", unit: .ratio) {
      $0.report.occupancy
    }
    property("hit_rate", "The share of prompt tokens that prefix caches had.", unit: .ratio) {
      $0.report.prefixTokens.ratio
    }
    property("draft_acceptance", "The share of guesses that held.", unit: .ratio) {
      $0.report.drafts.ratio
    }
  }

  @MemberBuilder private static var rows: [ExportedMember] {
    method(
      "requests", "What became of each request, a row each.", .state,
      .named(
        .integer("first", "the number of the first", default: 1, range: 1...),
        .optional(.integer("last", "the number of the last", range: 1...)))
    ) { result, state, options in
      let (first, last) = options.values
      return result.requestTable(first, last, in: state)
    }.example(small + ":requests{ first = 1, last = 3 }")
    method(
      "beside", "Lays other runs beside this one: each metric, and its change from here.", .state,
      .rest("others", of: ResultObject.self)
    ) { result, state, others in
      try ResultsBeside(results: [result] + others.values).table(in: state)
    }
    .detail(
      "Rows have `metric`, `values` and `changes`, lists in the order of the runs. Says what came of "
        + "one trace or one copied simulation under other policies; whether a difference is noise, "
        + "cluster.compare says."
    )
    .example("local r = \(small) return r:beside(r)")
    method("text", "The report as text of one screen.") { $0.text }
      .example(small + ":text()")
    metamethod(.string, "The report as text of one screen.") { $0.description }
  }

  @MemberBuilder private static var pictures: [ExportedMember] {
    method("figure", "Requests, KV blocks and times, as a picture.") {
      try ClusterFigures.overview($0)
    }.example(small + ":figure()")
    method(
      "load", "Requests that run and wait, and KV blocks held, over time, as a picture."
    ) { try ClusterFigures.load($0.cluster) }.example(small + ":load()")
    method("latencies", "The share of requests at or below each time, as a picture.") {
      ClusterFigures.latencies($0)
    }.example(small + ":latencies()")
    method(
      "timeline", "The steps of each replica, as a picture.",
      .named(
        .number("from_seconds", "where it begins", unit: .seconds, default: 0, range: 0...),
        .optional(
          .number(
            "to_seconds", "where it ends; 200 steps later by itself", unit: .seconds, range: 0...)),
        .optional(.string("title", "heading")))
    ) { result, options in
      let (from, to, title) = options.values
      return try ClusterFigures.timeline(result.cluster, from: from, to: to, title: title)
    }.example(small + ":timeline{ to_seconds = 3 }")
    method("__mime", "The forms that a notebook shows: the report, and pictures.", .state) {
      result, state in
      var forms = FigureDisplay.forms(try ClusterFigures.overview(result), state)
      forms["text/plain"] = result.description
      return forms
    }
  }

  private func requestTable(_ first: Int, _ last: Int?, in state: LuaState) -> ClusterTable {
    let count = cluster.trace.count
    let rows = (first - 1..<max(first - 1, min(last ?? count, count))).map(requestRow)
    return ClusterTable(
      rows,
      columns: [
        .init("request", shown: "#", decimals: 0), .init("status"),
        .init("replica", shown: "on", decimals: 0),
        .init("arrival_seconds", shown: "at s", decimals: 2),
        .init("prompt_tokens", shown: "prompt", decimals: 0),
        .init("output_tokens", shown: "out", decimals: 0),
        .init("queueing_seconds", shown: "queue ms", scale: 1e3, decimals: 1),
        .init("ttft_seconds", shown: "TTFT ms", scale: 1e3, decimals: 1),
        .init("tpot_seconds", shown: "TPOT ms", scale: 1e3, decimals: 2),
        .init("e2e_seconds", shown: "E2E s", decimals: 3),
      ], title: "Requests of \(report.name)", in: state)
  }

  private func requestRow(_ index: Int) -> [(String, LuaValue)] {
    let (record, trace) = (cluster.records[index], cluster.trace)
    let output = Int(trace.outputTokens[index])
    func time(_ seconds: Double) -> LuaValue { seconds.isNaN ? .nil : .number(seconds) }
    return [
      ("request", .integer(index + 1)), ("status", .text(Self.status(record))),
      ("replica", record.replica < 0 ? .nil : .integer(Int(record.replica) + 1)),
      ("prompt_tokens", .integer(Int(trace.promptTokens[index]))),
      ("output_tokens", .integer(output)),
      ("class", trace.slaClasses.isEmpty ? .nil : .integer(Int(trace.slaClasses[index]) + 1)),
      ("arrival_seconds", time(record.arrivedAt)), ("scheduled_seconds", time(record.scheduledAt)),
      ("first_token_seconds", time(record.firstTokenAt)),
      ("finished_seconds", time(record.finishedAt)), ("queueing_seconds", time(record.queueing)),
      ("ttft_seconds", time(record.ttft)), ("e2e_seconds", time(record.e2e)),
      ("tpot_seconds", time(record.tpot(outputTokens: output))),
      ("cached_tokens", .integer(Int(record.cachedTokens))),
      ("preemptions", .integer(Int(record.preemptions))),
    ]
  }

  private static func status(_ record: RequestRecord) -> String {
    if record.isRejected { return "rejected" }
    if record.isCancelled { return "cancelled" }
    if !record.finishedAt.isNaN { return "finished" }
    if !record.firstTokenAt.isNaN { return "decoding" }
    if !record.scheduledAt.isNaN { return "prefilling" }
    return record.arrivedAt.isNaN ? "to come" : "waiting"
  }
}
