import Base
import Clusters
import Figures
import LuaBridge
import Service
import Serving

/// What a replay at a live endpoint gave.
final class MeasurementObject {
  let run: EndpointRun
  /// The requests whose answers came to their end.
  let finished: [EndpointRecord]

  init(_ run: EndpointRun) {
    self.run = run
    finished = run.finished
  }

  /// Quantiles of both, with how far the simulation is off.
  func table(beside simulated: ResultObject, in state: LuaState) -> ClusterTable {
    let report = simulated.report
    let spreads = [report.ttft, report.tpot, report.itl, report.e2e]
    var rows = zip(run.spreads, spreads).flatMap { measured, spread in
      let (name, seen) = (measured.name, measured.spread)
      return [
        row("\(name) mean", seen.mean, spread.mean), row("\(name) p50", seen.p50, spread.p50),
        row("\(name) p95", seen.p95, spread.p95),
      ]
    }
    rows.append(row("makespan", run.makespanSeconds, report.makespanSeconds))
    return ClusterTable(
      rows,
      columns: [
        .init("metric"), .init("measured_seconds", shown: "measured ms", scale: 1e3, decimals: 2),
        .init("simulated_seconds", shown: "simulated ms", scale: 1e3, decimals: 2),
        .init("error", shown: "error %", scale: 100, decimals: 1),
      ], title: "Measured and simulated: \(run.name)",
      subtitle: "\(finished.count) and \(report.finished) requests ended" + cacheNote(report),
      in: state)
  }

  /// What came from prefix caches, where there is anything: who compares a cold and a warm one should
  /// know.
  private func cacheNote(_ report: ClusterReport) -> String {
    let prompts = Double(max(1, finished.reduce(0) { $0 + $1.promptTokens }))
    let measured = Double(finished.reduce(0) { $0 + $1.cachedTokens }) / prompts
    let simulated = report.prefixTokens.asked > 0 ? report.prefixTokens.ratio : 0
    let shares = [measured, simulated].map { ShownNumber.text(100 * $0) }
    guard shares[0] != "0" || shares[1] != "0" else { return "" }
    return "; \(shares[0]) and \(shares[1]) % of prompt tokens from caches"
  }

  private func row(_ name: String, _ measured: Double, _ simulated: Double) -> [(String, LuaValue)]
  {
    let error = simulated / measured - 1
    return [
      ("metric", .text(name)), ("measured_seconds", Self.time(measured)),
      ("simulated_seconds", Self.time(simulated)),
      ("error", error.isFinite ? .number(error) : .nil),
    ]
  }

  private static func time(_ seconds: Double) -> LuaValue {
    seconds.isFinite ? .number(seconds) : .nil
  }

  fileprivate func requests(_ first: Int, _ last: Int?, in state: LuaState) -> ClusterTable {
    let count = run.records.count
    let range = first - 1..<max(first - 1, min(last ?? count, count))
    let rows = range.map { index -> [(String, LuaValue)] in
      let record = run.records[index]
      return [
        ("request", .integer(index + 1)), ("status", .text(record.failure ?? "finished")),
        ("arrival_seconds", Self.time(record.arrivedAt)),
        ("sent_seconds", Self.time(record.sentAt)),
        ("first_token_seconds", Self.time(record.firstTokenAt)),
        ("finished_seconds", Self.time(record.finishedAt)),
        ("prompt_tokens", .integer(record.promptTokens)),
        ("output_tokens", .integer(record.outputTokens)),
        ("cached_tokens", .integer(record.cachedTokens)), ("ttft_seconds", Self.time(record.ttft)),
        ("tpot_seconds", Self.time(record.tpot)), ("e2e_seconds", Self.time(record.e2e)),
        ("finish_reason", record.finishReason.map { .text($0) } ?? .nil),
      ]
    }
    return ClusterTable(
      rows,
      columns: [
        .init("request", shown: "#", decimals: 0), .init("status"),
        .init("arrival_seconds", shown: "at s", decimals: 2),
        .init("prompt_tokens", shown: "prompt", decimals: 0),
        .init("output_tokens", shown: "out", decimals: 0),
        .init("ttft_seconds", shown: "TTFT ms", scale: 1e3, decimals: 1),
        .init("tpot_seconds", shown: "TPOT ms", scale: 1e3, decimals: 2),
        .init("e2e_seconds", shown: "E2E s", decimals: 3),
      ], title: "Requests of \(run.name)", in: state)
  }
}

extension MeasurementObject: CustomStringConvertible {
  var description: String { String(run.text.dropLast()) }
}

extension MeasurementObject: LuaExported {
  static let luaName = "cluster.Measurement"

  private static let small =
    #"cluster.endpoint("http://127.0.0.1:9/v1", { model = "none" })"#
    + ":replay(cluster.workload{ rate = 100, count = 2 })"

  static let exported = Exported<MeasurementObject>(
    "What a live endpoint did with a trace, under the names that a simulation's result has.",
    detail: "TTFT and E2E count from when a request was to be sent. ITL is the time between pieces "
      + "that came, each of one token or a few.",
    example: small
  ) {
    property("name", "What came, and which model answered.") { $0.run.name }
    times
    counts
    method(
      "requests", "What became of each request, a row each.", .state,
      .named(
        .integer("first", "the number of the first", default: 1, range: 1...),
        .optional(.integer("last", "the number of the last", range: 1...)))
    ) { result, state, options in
      let (first, last) = options.values
      return result.requests(first, last, in: state)
    }.example(small + ":requests()[1].status")
    method("text", "The report as text of one screen.") { $0.run.text }.example(small + ":text()")
    metamethod(.string, "The report as text of one screen.") { $0.description }
  }

  @MemberBuilder private static var times: [ExportedMember] {
    property("ttft_seconds", "From arrival to the first piece.", unit: .seconds) {
      TimesObject("TTFT", $0.finished.map(\.ttft))
    }
    property("tpot_seconds", "Per token behind the first, by request.", unit: .seconds) {
      TimesObject("TPOT", $0.finished.map(\.tpot))
    }
    property("itl_seconds", "From piece to piece, over all answers.", unit: .seconds) {
      TimesObject("ITL", $0.run.gaps)
    }
    property("e2e_seconds", "From arrival to the last piece.", unit: .seconds) {
      TimesObject("E2E", $0.finished.map(\.e2e))
    }
  }

  @MemberBuilder private static var counts: [ExportedMember] {
    property("arrived", "Requests that were sent.", unit: .requests) { $0.run.records.count }
    property("finished", "Requests whose answers came to their end.", unit: .requests) {
      $0.finished.count
    }
    property("failed", "Requests that failed.", unit: .requests) { $0.run.failedCount }
    property("makespan_seconds", "To the end of the last answer.", unit: .seconds) {
      $0.run.makespanSeconds
    }
    property("throughput", "Requests that ended, per second.", unit: .requestsPerSecond) {
      $0.rate { _ in 1 }
    }
    property("output_throughput", "Tokens of answers, per second.", unit: .tokensPerSecond) {
      $0.rate { $0.outputTokens }
    }
    property(
      "total_throughput", "Tokens of prompts and answers, per second.", unit: .tokensPerSecond
    ) { $0.rate { $0.promptTokens + $0.outputTokens } }
  }

  private func rate(_ count: (EndpointRecord) -> Int) -> Double {
    let total = Double(finished.reduce(0) { $0 + count($1) })
    return run.makespanSeconds > 0 ? total / run.makespanSeconds : 0
  }
}
