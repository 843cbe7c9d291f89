import Base
import Clusters
import Figures
import LuaBridge

/// What came of a sweep, as Lua holds it.
final class SweepObject {
  let result: SweepResult
  /// The metrics that are shown.
  let shown: [String]

  init(_ result: SweepResult, shown: [String]) {
    self.result = result
    self.shown = shown
  }

  var table: ResultTable { result.table }
}

/// What `cluster.sweep` takes.
enum SweepArguments {
  static let parameters: [Parameter] =
    [
      Parameter(
        name: "grid", kind: .table("table"),
        summary: "what is set: { replicas = { 1, 2, 4 } }, or a list of { name, values } that "
          + "keeps an order"),
      Parameter(
        name: "run", kind: .function,
        summary: "gets a point, a table with a value for each name of the grid, as in "
          + "point.replicas; returns a service and a trace"),
      Parameter(
        name: "metrics", kind: .table("string[]"), isOptional: true,
        summary: "what tables show; see cluster.metrics()"),
      Parameter(
        name: "database", kind: .string, isOptional: true,
        summary: "a file in which each point becomes a row as it ends; points that it has are not "
          + "run again"),
      Parameter(
        name: "table", kind: .string, defaultValue: "\"\(SweepStore.defaultTable)\"",
        summary: "the table of the database"),
    ] + StudyExperiments.parameters

  static func sweep(_ options: OptionTable, in state: LuaState) throws -> SweepObject {
    let grid = try grid(options["grid"])
    guard case .function(let run) = options["run"] else {
      throw Problem(
        "sweep: run is \(LuaPolicy.shown(options["run"]))",
        fix: "give a function of a point that returns a service and a trace")
    }
    let metrics = try metrics(options["metrics"])
    let experiments = try StudyExperiments(options, in: state)
    let points = SettingsTable("setting of the point", grid.names, in: state)
    var isNative = true
    var sweep = try experiments.run { () throws(Problem) in
      try Sweep(grid) { (point) throws(Problem) in
        try experiments.make {
          let fields = zip(grid.names, point.map(\.lua))
          let settings = points.table(Dictionary(fields) { first, _ in first })
          let (service, trace) = try described(run, settings)
          isNative = isNative && service.isNative
          return (service, trace)
        }
      }
    }
    sweep.threads = StudyExperiments.threads(options, isNative: isNative)
    if let path = options["database"].text {
      try state.requireFileAccess("cluster.sweep")
      sweep.database = (path, options["table"].text ?? SweepStore.defaultTable)
    }
    let bar = StudyProgress("sweep", options, in: state)
    var done = 0
    let result = try experiments.run { () throws(Problem) in
      do throws(Problem) {
        return try sweep.run(shouldStop: { state.isStopRequested }) { progress in
          done = progress.done
          bar.show(
            progress.done, of: progress.count,
            progress.failed > 0 ? "\(progress.failed) failed" : "")
        }
      } catch {
        if error.kind == .interrupted { bar.stop(kept(done, of: sweep)) }
        throw error
      }
    }
    return SweepObject(result, shown: metrics)
  }

  /// What an interruption leaves.
  private static func kept(_ done: Int, of sweep: Sweep) -> String {
    let points = "\(done) of \(sweep.grid.count) points"
    return sweep.database.map {
      "\(points) are in \($0.path), the same call goes on from there"
    } ?? "\(points) were done and are lost; with database = \"FILE\" they are kept"
  }

  /// Asks the function what runs at a point.
  private static func described(
    _ run: LuaFunction, _ settings: LuaTable
  ) throws -> (ServiceObject, Trace) {
    let answer = try run.call([.table(settings)])
    guard case .userdata(let object)? = answer.first,
      let service = object.object(ServiceObject.self)
    else {
      throw Problem(
        "sweep: run returned \(LuaPolicy.shown(answer.first ?? .nil)) first",
        fix: "return a service and a trace")
    }
    return (service, try TraceValue.trace(answer.count > 1 ? answer[1] : .nil, "sweep: run"))
  }

  private static func grid(_ value: LuaValue) throws -> SweepGrid {
    guard case .table(let table) = value else {
      throw Problem(
        "sweep: grid is \(LuaPolicy.shown(value))", fix: "grid = { replicas = { 1, 2 } }")
    }
    var axes: [SweepGrid.Axis] = []
    if table.count > 0 {
      for (place, element) in table.elements.enumerated() {
        guard case .table(let pair) = element, let name = pair[.integer(1)].text,
          case .table(let values) = pair[.integer(2)]
        else {
          throw Problem(
            "sweep: axis \(place + 1) of the grid is \(LuaPolicy.shown(element))",
            fix: "give { \"replicas\", { 1, 2, 4 } }")
        }
        axes.append(try axis(name, values))
      }
    } else {
      for (key, element) in table.pairs.sorted(by: { ($0.key.text ?? "") < ($1.key.text ?? "") }) {
        guard let name = key.text, case .table(let values) = element else {
          throw Problem(
            "sweep: \(LuaPolicy.shown(key)) of the grid is \(LuaPolicy.shown(element))",
            fix: "give a list of values")
        }
        axes.append(try axis(name, values))
      }
    }
    return try SweepGrid(axes)
  }

  private static func axis(_ name: String, _ values: LuaTable) throws -> SweepGrid.Axis {
    SweepGrid.Axis(
      name,
      try values.elements.map { value in
        switch value {
        case .integer(let number): return .integer(number)
        case .number(let number) where number.isFinite: return .number(number)
        case .string(let text): return .text(text.text)
        case .boolean(let flag): return .flag(flag)
        default:
          throw Problem(
            "sweep: \(name) has the value \(LuaPolicy.shown(value))",
            fix: "numbers, texts and booleans can be set; build the rest of them in run")
        }
      })
  }

  static let defaultMetrics = [
    "ttft_p99_seconds", "tpot_p50_seconds", "output_tokens_per_second", "million_tokens_usd",
  ]

  private static func metrics(_ value: LuaValue) throws -> [String] {
    guard case .table(let table) = value else { return defaultMetrics }
    return try MetricsArgument.names(table, "sweep")
  }
}

extension SweepValue {
  /// As Lua has it.
  var lua: LuaValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .text(value)
    case .flag(let value): .boolean(value)
    }
  }
}

extension SweepObject: CustomStringConvertible {
  var description: String {
    let failed = result.points.count { $0.fault != nil }
    let stored = result.points.count(where: \.wasStored)
    return "sweep over \(result.grid.names.joined(separator: ", ")): \(result.points.count) points"
      + (stored > 0 ? ", \(stored) from the database" : "")
      + (failed > 0 ? ", \(failed) failed" : "")
  }
}

extension SweepObject: LuaExported {
  static let luaName = "cluster.Sweep"

  static let small =
    "cluster.sweep{ grid = { replicas = { 1, 2 }, rate = { 1, 4 } }, run = function(point) return "
    + "cluster.service{ cost = {}, replicas = point.replicas }, "
    + "cluster.workload{ rate = point.rate, count = 20 } end }"

  private typealias PictureOptions = Named<String, String?, String?>

  private static func pictureOptions(_ second: String, _ summary: String)
    -> Argument<PictureOptions>
  {
    .named(
      .string("metric", "what is shown; see cluster.metrics()"),
      .optional(.string("x", "the name that runs from left to right; the last by itself")),
      .optional(.string(second, summary)))
  }

  static let exported = Exported<SweepObject>(
    "What came of every point of a grid: rows of settings and metrics.", example: small
  ) {
    metamethod(.length, "How many points there are.") { $0.result.points.count }
    metamethod(
      .index, "A point by its number from 1: settings, metrics and perhaps a fault by their names.",
      .state, .any("key", "which")
    ) {
      sweep, state, key in sweep.row(key, in: state)
    }
    method("column", "A setting or a metric at every point, a list.", .state, .string("name")) {
      sweep, state, name in try sweep.column(name, in: state)
    }.example(small + #":column("ttft_p99_seconds")"#)
    method("table", "The points as a table that shows itself.", .state) { $0.shownTable(in: $1) }
      .example(small + ":table()")
    method(
      "best", "The point with the best value of a metric; nil when none has one.", .state,
      .string("metric", "see cluster.metrics()")
    ) { sweep, state, metric in
      try sweep.result.best(metric).flatMap { best in
        sweep.result.points.firstIndex { $0.settings == best.settings }
      }.map { sweep.row(.integer($0 + 1), in: state) }
    }.example(small + #":best("ttft_p99_seconds").replicas"#)
    method(
      "heatmap", "A metric over two settings, as a picture.",
      pictureOptions("y", "the name that runs from top to bottom; the first by itself")
    ) { sweep, options in
      let (metric, x, y) = options.values
      return try SweepFigures(sweep.result).heatmap(metric, x: x, y: y)
    }
    .detail("Other settings are taken at their best.")
    .example(small + #":heatmap{ metric = "ttft_p99_seconds" }"#)
    method(
      "plot", "A metric over one setting, a line for each value of another, as a picture.",
      pictureOptions("lines", "the name that has a line for each value; the first by itself")
    ) { sweep, options in
      let (metric, x, lines) = options.values
      return try SweepFigures(sweep.result).lines(metric, x: x, lines: lines)
    }
    .detail("Other settings are taken at their best.")
    .example(small + #":plot{ metric = "ttft_p99_seconds", x = "rate" }"#)
    method("save", "Writes the points as CSV.", .state, .string("path")) { sweep, state, path in
      try state.requireFileAccess("cluster.Sweep:save")
      try ResultExport.csv(sweep.table, to: path)
    }.example(small + #":save(os.tmpname() .. ".csv")"#)
    method("__mime", "The forms that a notebook shows.", .state) { sweep, state in
      FigureDisplay.forms(sweep.shownTable(in: state).picture, state)
    }
    metamethod(.string, "The points as text.", .state) { sweep, state in
      sweep.shownTable(in: state).picture.text(
        width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    }
  }

  private func row(_ key: LuaValue, in state: LuaState) -> LuaValue {
    guard let number = key.integer, number >= 1, number <= result.points.count else { return .nil }
    let point = result.points[number - 1]
    var fields: [String: LuaValue] = [:]
    for (name, value) in zip(result.grid.names, point.settings) { fields[name] = value.lua }
    for (name, value) in zip(Metric.catalog.names, point.values) where !value.isNaN {
      fields[name] = .number(value)
    }
    if let fault = point.fault { fields["fault"] = .text(fault.description) }
    let names = result.grid.names + Metric.catalog.names + ["fault"]
    return .table(SettingsTable("setting or metric", names, in: state).table(fields))
  }

  private func column(_ name: String, in state: LuaState) throws -> LuaTable {
    if let axis = result.grid.names.firstIndex(of: name) {
      return state.makeTable(result.points.map { $0.settings[axis].lua })
    }
    guard Metric.catalog.find(name) != nil else {
      throw Problem.unknown("column", name, among: result.grid.names + Metric.catalog.names)
    }
    // A hole would end the list: what has no value is NaN.
    return state.makeTable(try result.points.map { .number(try $0[name]) })
  }

  private func shownTable(in state: LuaState) -> ClusterTable {
    let table = table
    let columns = result.grid.names + shown + ["fault"]
    return StudyTables.shown(
      table, columns: columns.filter(table.names.contains), title: description, in: state)
  }
}

/// Sweeps as pictures.
struct SweepFigures {
  private let result: SweepResult

  init(_ result: SweepResult) { self.result = result }

  func heatmap(_ metric: String, x: String?, y: String?) throws -> Figure {
    let (column, row) = try axes(x, y, "y")
    let grid = result.grid.axes
    let values = try best(metric, column, row)
    return .heatmap(
      Heatmap(
        metric, rows: values, rowLabels: grid[row].values.map(\.description),
        columnLabels: grid[column].values.map(\.description), x: Axis(grid[column].name),
        y: Axis(grid[row].name)))
  }

  func lines(_ metric: String, x: String?, lines: String?) throws -> Figure {
    let grid = result.grid.axes
    guard grid.count > 1 else { return try line(metric) }
    let (column, row) = try axes(x, lines, "lines")
    let values = try best(metric, column, row)
    let numbers = grid[column].values.map(\.number)
    let isNumeric = !numbers.contains { $0 == nil }
    let marks = grid[row].values.indices.map { place in
      Mark(
        .line(
          Series(x: places(column), y: values[place])
        ),
        name: "\(grid[row].name) \(grid[row].values[place])")
    }
    return .chart(chart(metric, column, isNumeric, marks))
  }

  private func line(_ metric: String) throws -> Figure {
    let axis = result.grid.axes[0]
    let numbers = axis.values.map(\.number)
    let isNumeric = !numbers.contains { $0 == nil }
    let y = try result.points.map { try $0[metric] }
    let series = Series(x: places(0), y: y)
    return .chart(chart(metric, 0, isNumeric, [Mark(.line(series), name: metric)]))
  }

  /// Where the values of an axis stand: at their numbers, or at the places of categories, from 0.
  private func places(_ column: Int) -> [Double] {
    let values = result.grid.axes[column].values
    let numbers = values.compactMap(\.number)
    return numbers.count == values.count ? numbers : values.indices.map(Double.init)
  }

  private func chart(_ metric: String, _ column: Int, _ isNumeric: Bool, _ marks: [Mark]) -> Chart {
    let axis = result.grid.axes[column]
    let kind =
      isNumeric ? Axis.Kind.linear : Axis.Kind.categories(axis.values.map(\.description))
    return Chart(metric, x: Axis(axis.name, kind: kind), y: Axis(metric, minimum: 0), marks: marks)
  }

  /// The places of two different axes by their names, or the last and the first.
  private func axes(_ first: String?, _ second: String?, _ option: String) throws(Problem)
    -> (Int, Int)
  {
    let names = result.grid.names
    guard names.count > 1 else {
      throw Problem("the sweep has one setting, \(names[0])", fix: "use plot{ metric = … }")
    }
    func place(_ name: String) throws(Problem) -> Int {
      guard let place = names.firstIndex(of: name) else {
        throw .unknown("setting", name, among: names)
      }
      return place
    }
    let column = try first.map(place) ?? (second == names.last ? 0 : names.count - 1)
    let row = try second.map(place) ?? (column == 0 ? names.count - 1 : 0)
    guard column != row else {
      throw Problem("x and \(option) are both \(names[row])", fix: "give two settings")
    }
    return (column, row)
  }

  /// A metric by row and column, the best over all other settings.
  private func best(_ name: String, _ column: Int, _ row: Int) throws(Problem) -> [[Double]] {
    let metric = try Metric.catalog[name]
    let axes = result.grid.axes
    var values = axes[row].values.map { _ in axes[column].values.map { _ in Double.nan } }
    for point in result.points {
      guard let x = axes[column].values.firstIndex(of: point.settings[column]),
        let y = axes[row].values.firstIndex(of: point.settings[row])
      else { continue }
      let value = try point[name]
      let known = values[y][x]
      let isBetter = metric.isLessBetter == false ? value > known : value < known
      if known.isNaN || isBetter { values[y][x] = value }
    }
    return values
  }
}
