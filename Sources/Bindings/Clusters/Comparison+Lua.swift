import Base
import Clusters
import Figures
import LuaBridge
import Simulation

/// Two services that were compared, as Lua holds them.
final class ComparisonObject {
  let result: ComparisonResult
  let nameA, nameB: String

  init(_ result: ComparisonResult, _ nameA: String, _ nameB: String) {
    self.result = result
    (self.nameA, self.nameB) = (nameA, nameB)
  }
}

/// What tells two services apart.
enum ServiceNames {
  /// Their names, or, where these are equal, the one or two settings in which they differ.
  static func apart(_ a: ServiceObject, _ b: ServiceObject) -> (String, String) {
    guard a.name == b.name else { return (a.name, b.name) }
    let differing = ServiceParameters.all.filter { parameter in
      parameter.name != "name" && a.values[parameter.name] != b.values[parameter.name]
    }
    guard !differing.isEmpty, differing.count <= 2, let one = words(differing, of: a),
      let other = words(differing, of: b), one != other
    else { return ("A", "B") }
    return (one, other)
  }

  private static func words(_ parameters: [Parameter], of service: ServiceObject) -> String? {
    var words: [String] = []
    for parameter in parameters {
      guard let value = setting(parameter, of: service) else { return nil }
      words.append("\(parameter.name) \(value)")
    }
    return words.joined(separator: ", ")
  }

  /// A setting in words; nothing for tables and objects, whose words say too little.
  private static func setting(_ parameter: Parameter, of service: ServiceObject) -> String? {
    switch parameter.name {
    case "scheduler": return service.schedulerName
    case "router": return service.routerName
    case "autoscaler": return service.autoscalerName ?? "none"
    default: break
    }
    switch service.values[parameter.name] ?? .nil {
    case .nil: return parameter.defaultValue?.filter { $0 != "\"" } ?? "by itself"
    case .integer(let number): return "\(number)"
    case .number(let number): return ShownNumber.text(number)
    case .boolean(let flag): return "\(flag)"
    case .string(let text): return text.text
    default: return nil
    }
  }
}

/// What `cluster.compare` takes.
enum ComparisonArguments {
  static let parameters: [Parameter] =
    [
      Parameter(
        name: "trace", kind: .any,
        summary: "what comes: a function of a seed that gives a trace, or a trace, which is cut "
          + "into as many pieces"),
      Parameter(
        name: "seeds", kind: .integer, defaultValue: "10", range: 2...10_000,
        summary: "how often both are run", tradeOff: "more finds smaller differences"),
      Parameter(
        name: "metrics", kind: .table("string[]"), isOptional: true,
        summary: "what is compared; see cluster.metrics()"),
      Parameter(
        name: "confidence", kind: .number, unit: .ratio, defaultValue: "0.95", range: 0.5...0.9999,
        summary: "with which all intervals hold together"),
    ] + StudyExperiments.parameters

  static func compare(
    _ a: ServiceObject, _ b: ServiceObject, _ options: OptionTable, in state: LuaState
  ) throws -> ComparisonObject {
    let count = options["seeds"].integer ?? 10
    let traces = try traces(options["trace"], count)
    var names = Comparison.defaultMetrics
    if case .table(let table) = options["metrics"] {
      names = try MetricsArgument.names(table, "compare")
    }
    let experiments = try StudyExperiments(options, in: state)
    var comparison = try Comparison(
      metrics: names, confidence: options["confidence"].number ?? 0.95)
    comparison.threads = StudyExperiments.threads(options, isNative: a.isNative && b.isNative)
    let bar = StudyProgress("comparison", options, in: state)
    func side(_ service: ServiceObject, _ index: Int) throws(Problem) -> Experiment {
      try experiments.make {
        // Both sides draw alike, each pair otherwise.
        let seed = (service.values["seed"]?.integer ?? 0) &+ index
        return (try service.with(["seed": .integer(seed)], in: state), traces[index])
      }
    }
    let result = try experiments.run { () throws(Problem) in
      try comparison.run(
        count, shouldStop: { state.isStopRequested }, progress: { bar.show($0, of: $1) },
        a: { (index) throws(Problem) in try side(a, index) },
        b: { (index) throws(Problem) in try side(b, index) })
    }
    let (nameA, nameB) = ServiceNames.apart(a, b)
    return ComparisonObject(result, nameA, nameB)
  }

  /// A trace for each pair of runs.
  private static func traces(_ value: LuaValue, _ count: Int) throws -> [Trace] {
    if case .function(let function) = value {
      return try (1...count).map { seed in
        try TraceValue.trace(
          try function.call([.integer(seed)]).first ?? .nil, "compare: trace(seed)")
      }
    }
    let trace = try TraceValue.trace(value, "compare")
    guard trace.count >= count * 2, trace.follows.isEmpty else {
      throw Problem(
        "\(trace.name) cannot be cut into \(count) pieces",
        fix: "give a function of a seed: function(seed) return cluster.workload{ seed = seed } end")
    }
    return try (0..<count).map { piece in
      try trace.sliced(trace.count * piece / count..<trace.count * (piece + 1) / count)
    }
  }
}

extension ComparisonObject: CustomStringConvertible {
  var description: String { result.sentences(nameA, nameB).joined(separator: "\n") }
}

extension ComparisonObject: LuaExported {
  static let luaName = "cluster.Comparison"

  static let small =
    "cluster.compare(cluster.service{ cost = {} }, cluster.service{ cost = {}, replicas = 2 }, "
    + "{ seeds = 3, trace = function(seed) return cluster.workload{ count = 20, seed = seed } end })"

  static let exported = Exported<ComparisonObject>(
    "Two services on the same requests, and whether they differ by more than chance.",
    detail: "Both sides get the same requests and random numbers in each pair of runs. Intervals "
      + "are Student's for the mean difference of a pair, widened so that all of them hold together "
      + "(Bonferroni). A difference whose interval holds 0 is called noise.",
    example: small
  ) {
    metamethod(
      .index,
      "What came of a metric, by its name: a, b, difference, lower, upper, change, change_lower, "
        + "change_upper, verdict, words.",
      .state, .any("metric", "its name")
    ) { compared, state, key in
      guard let name = key.text else { return LuaValue.nil }
      return compared.row(name, in: state)
    }
    method("table", "The metrics as a table that shows itself.", .state) { $0.table(in: $1) }
      .example(small + ":table()")
    method("words", "A sentence for each metric, a list.") {
      $0.result.sentences($0.nameA, $0.nameB)
    }
    .returns("string[]")
    .example(small + ":words()[1]")
    method("figure", "Differences with their intervals, as a picture.") { $0.picture }
      .example(small + ":figure()")
    method("__mime", "The forms that a notebook shows.", .state) { compared, state in
      var forms = FigureDisplay.forms(compared.picture, state)
      forms["text/plain"] = compared.text(in: state)
      return forms
    }
    metamethod(.string, "The metrics as a table, and a sentence for each.", .state) {
      compared, state in compared.text(in: state)
    }
  }

  private func text(in state: LuaState) -> String {
    let table = table(in: state).picture.text(
      width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    return table + "\n" + description
  }

  private func row(_ name: String, in state: LuaState) -> LuaValue {
    guard let place = result.differences.firstIndex(where: { $0.metric.info.name == name }) else {
      return .nil
    }
    return .table(state.makeTable(fields: fields(place)))
  }

  private func fields(_ place: Int) -> [String: LuaValue] {
    let difference = result.differences[place]
    func number(_ value: Double?) -> LuaValue {
      value.flatMap { $0.isFinite ? .number($0) : nil } ?? .nil
    }
    let scale = 1 / abs(difference.meanA)
    return [
      "change": number(difference.interval.map { $0.mean * scale }),
      "change_lower": number(difference.interval.map { $0.lower * scale }),
      "change_upper": number(difference.interval.map { $0.upper * scale }),
      "metric": .text(difference.metric.info.name), "a": number(difference.meanA),
      "b": number(difference.meanB), "difference": number(difference.interval?.mean),
      "lower": number(difference.interval?.lower), "upper": number(difference.interval?.upper),
      "pairs": .integer(difference.a.count), "verdict": .text(Self.word(difference.verdict)),
      "words": .text(result.sentences(nameA, nameB)[place]),
    ]
  }

  private static func word(_ verdict: MetricDifference.Verdict) -> String {
    switch verdict {
    case .firstIsBetter: "a is better"
    case .secondIsBetter: "b is better"
    case .differs: "differs"
    case .noise: "noise"
    case .same: "same"
    case .unknown: "unknown"
    }
  }

  private func table(in state: LuaState) -> ClusterTable {
    ClusterTable(
      result.differences.indices.map { place in
        fields(place).map { ($0.key, $0.value) } + shown(place)
      },
      columns: [
        .init("quantity", shown: "metric"), .init("shown_a", shown: "A"),
        .init("shown_b", shown: "B"),
        .init("change", shown: "change %", scale: 100, decimals: 2),
        .init("change_lower", shown: "from %", scale: 100, decimals: 2),
        .init("change_upper", shown: "to %", scale: 100, decimals: 2), .init("verdict"),
      ], title: "\(nameB) against \(nameA)",
      subtitle: nameA == "A" ? "" : "A: \(nameA). B: \(nameB).", in: state)
  }

  /// A metric's name with its unit, and both means in it, each with digits of its own.
  private func shown(_ place: Int) -> [(String, LuaValue)] {
    let difference = result.differences[place]
    let column = StudyTables.column(difference.metric.info.name)
    func text(_ value: Double) -> LuaValue { .text(ShownNumber.text(value * column.scale)) }
    return [
      ("quantity", .text(column.heading)), ("shown_a", text(difference.meanA)),
      ("shown_b", text(difference.meanB)),
    ]
  }

  /// The change of each metric in per cent of the first side, with its interval.
  private var picture: Figure {
    let known = result.differences.filter { $0.interval != nil && $0.meanA != 0 }
    var marks: [Mark] = [Mark(.horizontalRule(0))]
    var points = Series(x: [], y: [])
    for (place, difference) in known.enumerated() {
      guard let interval = difference.interval else { continue }
      let (x, scale) = (Double(place), 100 / abs(difference.meanA))
      let half = 0.18
      marks.append(
        Mark(
          .band(
            x: [x - half, x + half],
            low: [interval.lower * scale, interval.lower * scale],
            high: [interval.upper * scale, interval.upper * scale])))
      points.x.append(x)
      points.y.append(interval.mean * scale)
    }
    marks.append(Mark(.scatter(points), name: "mean"))
    return .chart(
      Chart(
        "\(nameB) against \(nameA)",
        subtitle: "change of each metric with its interval; one that holds 0 is noise",
        x: Axis(kind: .categories(known.map(\.metric.info.name))),
        y: Axis("change", unit: "%"), marks: marks))
  }
}
