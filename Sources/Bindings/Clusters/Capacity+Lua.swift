import Base
import Clusters
import Figures
import LuaBridge
import Serving

/// What a search for capacity found, as Lua holds it.
final class CapacityObject {
  let result: CapacityResult
  let service: String

  init(_ result: CapacityResult, service: String) {
    self.result = result
    self.service = service
  }
}

/// What `cluster.capacity` takes.
enum CapacityArguments {
  static let parameters: [Parameter] =
    [
      Parameter(
        name: "service", kind: .object(ServiceObject.luaName), summary: "what serves"),
      Parameter(
        name: "trace", kind: .any,
        summary: "what comes: a trace, or, for a rate, a function of it that gives one"),
      Parameter(
        name: "find", kind: .choice(CapacityResult.Kind.allCases.map(\.rawValue)),
        defaultValue: "\"replicas\"", summary: "the fewest replicas, or the highest rate"),
      Parameter(
        name: "slo", kind: .table("table"), isOptional: true,
        summary: "the same limits in a table: { ttft_seconds, tpot_seconds, e2e_seconds, share }"),
      seconds("ttft_seconds", "the latest first token"),
      seconds("tpot_seconds", "the most time per token, on average over an answer"),
      seconds("e2e_seconds", "the latest last token"),
      Parameter(
        name: "share", kind: .number, unit: .ratio, defaultValue: "0.99", range: 1e-6...1,
        summary: "of all requests, that keep these limits and those of the service's slo"),
      Parameter(
        name: "most", kind: .integer, defaultValue: "1024", range: 1...100_000,
        summary: "the most replicas that are tried"),
      Parameter(
        name: "rate", kind: .number, unit: .requestsPerSecond, isOptional: true,
        range: 1e-9...1e9, summary: "where the search for a rate begins; the trace's by itself"),
      Parameter(
        name: "tolerance", kind: .number, unit: .ratio, defaultValue: "0.02", range: 1e-4...0.5,
        summary: "by how much the rate may be below the highest",
        tradeOff: "less takes more runs"),
    ] + StudyExperiments.parameters

  private static func seconds(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: .seconds, isOptional: true, range: 1e-9...1e9,
      summary: summary)
  }

  static func search(_ options: OptionTable, in state: LuaState) throws -> CapacityObject {
    guard case .userdata(let object) = options["service"],
      let service = object.object(ServiceObject.self)
    else {
      throw Problem(
        "capacity: service is \(LuaPolicy.shown(options["service"]))",
        fix: "give cluster.service{ … }")
    }
    let goal = try goal(options)
    let hasLimit = service.options.classes.contains {
      $0.ttftSeconds < .infinity || $0.tpotSeconds < .infinity
    }
    guard hasLimit || goal != ServiceGoal(share: goal.share) else {
      throw Problem(
        "capacity: nothing is promised, so anything would do",
        fix: "give ttft_seconds, tpot_seconds or e2e_seconds, here or in the service's slo")
    }
    let experiments = try StudyExperiments(options, in: state)
    var search = CapacitySearch(goal)
    search.threads = StudyExperiments.threads(options, isNative: service.isNative)
    let kind = CapacityResult.Kind(rawValue: options["find"].text ?? "") ?? .replicas
    let told = CapacityProgress(StudyProgress("capacity", options, in: state), kind)
    let result = try experiments.run { () throws(Problem) in
      do throws(Problem) {
        return kind == .replicas
          ? try fewest(search, service, options, experiments, told)
          : try highest(search, service, options, experiments, told)
      } catch {
        if error.kind == .interrupted { told.stop() }
        throw error
      }
    }
    return CapacityObject(result, service: service.name)
  }

  /// The limits of the call, by themselves or in a table.
  private static func goal(_ options: OptionTable) throws -> ServiceGoal {
    let names = ["ttft_seconds", "tpot_seconds", "e2e_seconds"]
    var table: FieldTable?
    if case .table(let given) = options["slo"] {
      table = try FieldTable(given, "capacity: slo", names + ["share"])
    }
    func limit(_ name: String) throws(Problem) -> Double {
      try table?.number(name, 1e-9...1e9) ?? options[name].number ?? .infinity
    }
    return ServiceGoal(
      ttftSeconds: try limit(names[0]), tpotSeconds: try limit(names[1]),
      e2eSeconds: try limit(names[2]),
      share: try table?.number("share", 1e-6...1) ?? options["share"].number ?? 0.99)
  }

  private static func fewest(
    _ search: CapacitySearch, _ service: ServiceObject, _ options: OptionTable,
    _ experiments: StudyExperiments, _ told: CapacityProgress
  ) throws(Problem) -> CapacityResult {
    var trace: Trace?
    return try search.fewestReplicas(
      in: 1...(options["most"].integer ?? 1024),
      shouldStop: { told.tick(experiments.state.isStopRequested) }, progress: told.add
    ) { (count) throws(Problem) in
      try experiments.make {
        let requests = try trace ?? TraceValue.trace(options["trace"], "capacity")
        trace = requests
        let changes: [String: LuaValue] = ["replicas": .integer(count)]
        return (try service.with(changes, in: experiments.state), requests)
      }
    }
  }

  private static func highest(
    _ search: CapacitySearch, _ service: ServiceObject, _ options: OptionTable,
    _ experiments: StudyExperiments, _ told: CapacityProgress
  ) throws(Problem) -> CapacityResult {
    var fixed: Trace?
    if case .function = options["trace"] {
    } else {
      fixed = try experiments.make {
        (service, try TraceValue.trace(options["trace"], "capacity"))
      }.trace
    }
    let own = fixed.map { Double($0.count) / max($0.durationSeconds, 1e-9) }
    guard let start = options["rate"].number ?? own, start.isFinite else {
      throw Problem("capacity: no rate to begin with", fix: "give rate = 1")
    }
    return try search.highestRate(
      from: start, tolerance: options["tolerance"].number ?? 0.02,
      shouldStop: { told.tick(experiments.state.isStopRequested) }, progress: told.add
    ) { (rate) throws(Problem) in
      try experiments.make {
        if let fixed { return (service, try fixed.scaled(toRequestsPerSecond: rate)) }
        guard case .function(let function) = options["trace"] else {
          preconditionFailure("a trace is fixed or a function")
        }
        let made = try function.call([.number(rate)]).first ?? .nil
        return (service, try TraceValue.trace(made, "capacity: trace(rate)"))
      }
    }
  }
}

/// Reads a trace out of a plain value.
enum TraceValue {
  static func trace(_ value: LuaValue, _ subject: String) throws -> Trace {
    switch value {
    case .userdata(let object):
      if let made = object.object(TraceObject.self) { return made.trace }
    case .table(let table): return try TraceArgument.table(table).trace()
    default: break
    }
    throw Problem(
      "\(subject): trace is \(LuaPolicy.shown(value))",
      fix: "give a cluster.Trace or a list of requests")
  }
}

extension CapacityObject: CustomStringConvertible {
  var description: String { "\(service): \(result.text)" }
}

extension CapacityObject: LuaExported {
  static let luaName = "cluster.Capacity"

  static let small =
    "cluster.capacity{ service = cluster.service{ cost = {} }, ttft_seconds = 1, share = 0.9, "
    + "trace = cluster.workload{ rate = 2, count = 30 } }"

  static let exported = Exported<CapacityObject>(
    "The fewest replicas, or the highest rate, that keep a promise, and all that was tried.",
    example: small
  ) {
    property("replicas", "The fewest replicas that keep it; nil when none did.") { found in
      found.result.kind == .replicas ? found.result.answer.map { Int($0.amount) } : nil
    }
    property(
      "rate", "The highest rate that keeps it; nil when none did.", unit: .requestsPerSecond
    ) { found in found.result.kind == .rate ? found.result.answer?.amount : nil }
    property("gpus", "GPUs of the answer, where they are known.") { found in
      found.result.answer.flatMap { answer in
        answer.result.cost.map { $0.price.gpus * answer.result.report.replicas }
      }
    }
    property("share", "The share of requests that kept their limits in it.", unit: .ratio) {
      $0.result.answer?.share
    }
    property(
      "is_monotone", "False when more replicas, or a lower rate, were seen to serve worse."
    ) { $0.result.isMonotone }
    method("points", "Every run that was tried, a row each.", .state) { $0.points(in: $1) }
      .example(small + ":points()[1].kept_ratio")
    method("figure", "The share that was kept, and the times, as a picture.") { $0.picture }
      .example(small + ":figure()")
    method("__mime", "The forms that a notebook shows.", .state) { found, state in
      var forms = FigureDisplay.forms(found.picture, state)
      forms["text/plain"] = found.text(in: state)
      return forms
    }
    metamethod(.string, "The answer and what was tried, as text.", .state) { found, state in
      found.text(in: state)
    }
  }

  private func text(in state: LuaState) -> String {
    let table = points(in: state).picture.text(
      width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    return description + "\n\n" + table
  }

  private func points(in state: LuaState) -> ClusterTable {
    let table = result.table
    let wanted = [
      "replicas", "rate_requests_per_second", "kept_ratio", "ttft_p50_seconds",
      "ttft_p99_seconds", "tpot_p99_seconds", "utilisation_ratio", "million_tokens_usd",
    ]
    return StudyTables.shown(
      table, columns: wanted.filter(table.names.contains), title: "Tried for \(service)",
      in: state)
  }

  private var picture: Figure {
    let x = result.points.map(\.amount)
    let axis =
      result.kind == .replicas ? Axis("replicas") : Axis("rate", unit: "requests/s")
    var kept = Chart(
      "Requests within their limits", x: axis, y: Axis("kept", unit: "%", maximum: 100),
      marks: [
        Mark(.line(Series(x: x, y: result.points.map { $0.share * 100 })), name: "kept"),
        Mark(.horizontalRule(result.goal.share * 100), name: "goal", isDashed: true),
      ])
    if let answer = result.answer {
      kept.marks.append(Mark(.verticalRule(answer.amount), name: "answer"))
    }
    func line(_ name: String, _ pick: (ClusterReport) -> Double) -> Mark {
      Mark(.line(Series(x: x, y: result.points.map { pick($0.result.report) })), name: name)
    }
    var times = Chart(
      "Time to the first token", x: axis, y: Axis("TTFT", unit: "s", kind: .log),
      marks: [line("p50") { $0.ttft.p50 }, line("p99") { $0.ttft.p99 }])
    if result.goal.ttftSeconds < .infinity {
      times.marks.append(
        Mark(.horizontalRule(result.goal.ttftSeconds), name: "limit", isDashed: true))
    }
    return .arrangement(
      Arrangement(
        .row, [.chart(kept), .chart(times)], title: "Capacity of \(service)",
        subtitle: result.goal.words))
  }
}
