import Base
import Clusters
import LuaBridge

/// What a result gives to files and other tools.
extension ResultObject {
  private static let parts = ResultExport.Part.allCases.map(\.rawValue)

  private static let exportParameters: [Parameter] =
    [
      path("csv", "a table, of which `part` says which"),
      Parameter(
        name: "part", kind: .choice(parts), defaultValue: "\"requests\"",
        summary: "what the CSV holds: a row for each request, step or interval of time"),
      path("json", "the metrics, every request and the time series"),
      Parameter(
        name: "steps", kind: .boolean, defaultValue: "false",
        summary: "whether the JSON holds every step too"),
      path("perfetto", "a trace for ui.perfetto.dev: steps, requests and counters"),
      seconds("from_seconds", "where the Perfetto trace begins"),
      seconds("to_seconds", "where the Perfetto trace ends"),
      seconds("interval_seconds", "of the time series; a round length by itself"),
    ] + PriceArgument.parameters

  private static func path(_ name: String, _ summary: String) -> Parameter {
    Parameter(name: name, kind: .string, isOptional: true, summary: "a path: \(summary)")
  }

  private static func seconds(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: .seconds, isOptional: true, range: 0...1e9,
      summary: summary)
  }

  @MemberBuilder static var exports: [ExportedMember] {
    method(
      "export", "Writes what came of it to files: CSV, JSON, or a trace for Perfetto.", .state,
      .options(exportParameters)
    ) { result, state, options in try result.export(options, in: state) }
    .example(small + #":export{ csv = os.tmpname(), perfetto = os.tmpname() }"#)
    method(
      "series", "The run over time, a row for each interval.", .state,
      .named(
        .optional(
          .number(
            "interval_seconds", "its length; a round one by itself", unit: .seconds,
            range: 1e-6...)))
    ) { result, state, options in
      let interval: Double? = options.values
      let series = try TimeSeries(result.cluster, intervalSeconds: interval ?? 0)
      return StudyTables.shown(
        series.table,
        columns: [
          "start_seconds", "arrivals", "finished", "running", "waiting", "kv_occupancy_ratio",
          "output_tokens_per_second", "ttft_p99_seconds",
        ], title: "\(result.report.name) every \(ShownNumber.time(series.intervalSeconds))",
        in: state)
    }
    .detail(
      "Requests that run and wait are means over time. Times are those of requests that had their "
        + "first token, or ended, in the interval."
    )
    .example(small + ":series{ interval_seconds = 5 }[1].arrivals")
    method(
      "cost", "What it cost: dollars for hours and tokens, and energy.", .state,
      .options(PriceArgument.parameters)
    ) { result, state, options in try result.cost(options, in: state) }
    .detail(
      """
      Replicas are paid for as long as they are there. Each step's time is charged to prompts and \
      answers by the tokens of either, idle time alike. Energy is a share of the GPU's power limit: \
      \(PowerShares().compute) over prompts, \(PowerShares().memory) over answers, \
      \(PowerShares().idle) between steps. Fields: gpu_hours, usd, million_tokens_usd, \
      million_prompt_tokens_usd, million_output_tokens_usd, prompt_share, energy_joules, energy_kwh, \
      watts_per_gpu, joules_per_output_token; those that nobody knows are nil.
      """
    )
    .example(small + #":cost{ device = "H100-SXM5-80GB" }.million_output_tokens_usd"#)
    method("trace", "The requests as they came, as a trace of fixed times.") {
      TraceObject(try Trace(arrivalsOf: $0.cluster))
    }
    .detail("So what users who wait for answers did can be saved, and replayed on another service.")
    .example(small + ":trace()")
  }

  private func export(_ options: OptionTable, in state: LuaState) throws {
    try state.requireFileAccess("cluster.Result:export")
    let (csv, json, perfetto) = (
      options["csv"].text, options["json"].text, options["perfetto"].text
    )
    guard csv != nil || json != nil || perfetto != nil else {
      throw Problem("export without a path", fix: "give csv, json or perfetto")
    }
    let interval = options["interval_seconds"].number ?? 0
    if let csv {
      let part = ResultExport.Part(rawValue: options["part"].text ?? "") ?? .requests
      try ResultExport.csv(
        try ResultExport.table(part, of: cluster, intervalSeconds: interval), to: csv)
    }
    if let json {
      try ResultExport.json(
        cluster, price: try price(options, in: state), includesSteps: options["steps"].isTrue,
        intervalSeconds: interval, to: json)
    }
    if let perfetto {
      let from = options["from_seconds"].number ?? 0
      let to = options["to_seconds"].number ?? .infinity
      guard from <= to else { throw Problem("export from \(from) s to \(to) s is empty") }
      try ResultExport.perfetto(cluster, trace: PerfettoTrace(window: from...to), to: perfetto)
    }
  }

  private func price(_ options: OptionTable, in state: LuaState) throws(Problem) -> ReplicaPrice? {
    try PriceArgument.price(options, in: state) ?? ReplicaPrice(of: cluster.cost)
  }

  private func cost(_ options: OptionTable, in state: LuaState) throws -> ClusterTable {
    guard let price = try price(options, in: state) else {
      throw Problem(
        "cost: nobody knows which GPUs these are",
        fix: "give device = \"H100-SXM5-80GB\", or gpu_usd_per_hour and gpus")
    }
    let cost = RunCost(cluster, price: price)
    let hasPrice = price.dollarsPerHour > 0
    let rows: [(String, String, Double, Bool)] = [
      ("gpu_hours", "GPU hours", cost.gpuHours, true),
      ("usd", "dollars", cost.dollars, hasPrice),
      ("million_tokens_usd", "dollars per million tokens", cost.dollarsPerMillionTokens, hasPrice),
      (
        "million_prompt_tokens_usd", "dollars per million prompt tokens",
        cost.dollarsPerMillionPromptTokens, hasPrice
      ),
      (
        "million_output_tokens_usd", "dollars per million output tokens",
        cost.dollarsPerMillionOutputTokens, hasPrice
      ),
      ("prompt_share", "share of computing for prompts", cost.promptShare, true),
      ("energy_joules", "joules", cost.joules, price.watts > 0),
      ("energy_kwh", "kilowatt hours", cost.joules / 3.6e6, price.watts > 0),
      (
        "watts_per_gpu", "watts of a GPU, on average", cost.joules / (cost.gpuHours * 3600),
        price.watts > 0
      ),
      (
        "joules_per_output_token", "joules per output token", cost.joulesPerOutputToken,
        price.watts > 0
      ),
    ]
    let known = rows.filter { $0.3 && !$0.2.isNaN }
    return ClusterTable(
      known.map { [("what", .text($0.1)), ("value", .number($0.2))] },
      columns: [.init("what", shown: "quantity"), .init("value")],
      title: "Cost of \(report.name) on \(name)",
      subtitle: "\(price.gpus) GPU\(price.gpus == 1 ? "" : "s") per replica"
        + (hasPrice ? ", each \(ShownNumber.text(price.dollarsPerHour)) USD an hour" : ""),
      fields: Dictionary(
        uniqueKeysWithValues: known.map { ($0.0, LuaValue.number($0.2)) }), in: state)
  }
}

/// The functions of the module `cluster` that run many experiments.
extension ClusterModule {
  @MemberBuilder static var studies: [ExportedMember] {
    function(
      "capacity", "Finds the fewest replicas that keep a promise, or the highest rate.", .state,
      .options(CapacityArguments.parameters)
    ) { state, options in try CapacityArguments.search(options, in: state) }
    .detail(
      "A range is doubled until it holds the answer, then cut in three, two runs at a time, on all "
        + "cores. Points around the answer are tried as well; is_monotone says whether any of them "
        + "contradicts it."
    )
    .example(CapacityObject.small)
    function(
      "sweep", "Runs a service at every point of a grid, on all cores.", .state,
      .options(SweepArguments.parameters)
    ) { state, options in try SweepArguments.sweep(options, in: state) }
    .detail(
      "The function only describes what runs at each point, so native services run in parallel. A "
        + "point that fails keeps its fault and stops nothing. With a database the same call goes on "
        + "where it was interrupted; other services or traces get rows of their own."
    )
    .example(SweepObject.small)
    function(
      "compare", "Runs two services on the same requests, and says which differences are noise.",
      .state,
      .value("a", "a cluster.Service", of: ServiceObject.self),
      .value("b", "another one", of: ServiceObject.self),
      .options(ComparisonArguments.parameters)
    ) { state, a, b, options in try ComparisonArguments.compare(a, b, options, in: state) }
    .example(ComparisonObject.small)
    function(
      "query", "Reads rows of a database, as sweeps write them.", .state, .string("path"),
      .string("sql", "one statement, with ? for values", default: "SELECT * FROM points"),
      .rest("values", of: LuaValue.self)
    ) { state, path, sql, values in
      try state.requireFileAccess("cluster.query")
      let database = try SQLiteDatabase(path, isReadOnly: true)
      let table = try database.query(sql, try values.values.map(databaseValue))
      return StudyTables.shown(
        table, title: FileIO.name(of: path), standsUpright: table.names.count > 12, in: state)
    }
    .detail("A result of more than twelve columns shows its first rows upright, a line per column.")
    .example(
      #"local path = os.tmpname() cluster.sweep{ database = path, grid = { n = { 1 } }, "#
        + #"run = function() return cluster.service{ cost = {} }, cluster.workload{ count = 5 } end } "#
        + #"return cluster.query(path, "SELECT n, ttft_p99_seconds FROM points")"#)
    function("metrics", "What sweeps, comparisons and capacities measure, a row each.", .state) {
      state in
      ClusterTable(
        Metric.catalog.elements.map { metric in
          [
            ("name", .text(metric.info.name)), ("summary", .text(metric.info.summary)),
            (
              "better",
              metric.isLessBetter.map { .text($0 ? "less" : "more") } ?? .nil
            ),
          ]
        }, columns: [.init("name"), .init("summary"), .init("better")], title: "Metrics",
        in: state)
    }.example("cluster.metrics()[1].name")
  }

  private static func databaseValue(_ value: LuaValue) throws(Problem)
    -> SQLiteDatabase.Value
  {
    switch value {
    case .nil: .null
    case .boolean(let flag): .integer(flag ? 1 : 0)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .string(let text): .text(text.text)
    default: throw Problem("a value of the query is \(LuaPolicy.shown(value))")
    }
  }
}
