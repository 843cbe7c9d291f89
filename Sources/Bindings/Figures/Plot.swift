import Base
import Figures
import LuaBridge

/// The module `plot`: pictures of numbers.
enum Plot: LuaDeclarations {
  static let module = LuaModule(
    "plot", "Pictures of numbers: charts, heat maps, timelines, tables and grids.",
    detail: """
      Every function returns a figure. In a terminal it is drawn with characters, in a notebook as \
      SVG; fig:save("name.png") writes a file, a + b lays one chart over another.

      Data is a list of numbers, a tensor, or a list of series, each { x =, y =, label =, color =, \
      dashed = }. Options are a last table of named arguments, or stand beside the data in one table.
      """,
    example: "plot.line({ 1, 4, 9, 16 }, { title = \"Squares\", y_label = \"n²\" })",
    members: { members })

  @MemberBuilder private static var members: [ExportedMember] {
    joined
    bars
    distributions
    matrices
    others
    Figure.exported
  }

  private static let pair = "the y values, or the x values with y behind them; or a list of series"

  @MemberBuilder private static var joined: [ExportedMember] {
    function(
      "line", "Points joined in order.", .plot("data", pair) as Argument<PlotCall<LineSpec>>,
      .second("the y values"), .options(LineSpec.options)
    ) { call, _, _ in try draw(call) { .line($0) } }
    .example("plot.line({ 0, 1, 2 }, { 0, 1, 4 }, { x_label = \"time\", x_unit = \"s\" })")
    function(
      "step", "Each value holds until the next point.",
      .plot("data", pair) as Argument<PlotCall<StepSpec>>, .second("the y values"),
      .options(StepSpec.options)
    ) { call, _, _ in try draw(call) { .step($0) } }
    .example("plot.step({ 2, 2, 3, 5 }, { y_label = \"replicas\" })")
    function(
      "scatter", "A dot at each point.",
      .plot("data", pair) as Argument<PlotCall<ScatterSpec>>, .second("the y values"),
      .options(ScatterSpec.options)
    ) { call, _, _ in try draw(call) { .scatter($0) } }
    .detail("More than 10,000 points are drawn as their density.")
    .example("plot.scatter({ 1, 2, 3 }, { 2.1, 3.9, 6.2 }, { title = \"Measured\" })")
    function(
      "area", "The area between 0 and a curve.",
      .plot("data", pair) as Argument<PlotCall<AreaSpec>>, .second("the y values"),
      .options(AreaSpec.options)
    ) { call, _, _ in
      try draw(call) { .band(x: $0.x, low: $0.y.map { _ in 0 }, high: $0.y) }
    }
    .example("plot.area({ 1, 3, 2, 5 })")
    function(
      "band", "The area between two curves, as for p10 to p90.",
      .named(
        .value("low", "the lower curve", of: LuaValue.self),
        .value("high", "the upper curve", of: LuaValue.self),
        .any("x", "where they are; counts from 1 without"), .string("label", default: ""),
        .optional(.string("color")))
    ) { band in try PlotOverlays.band(band.values) }
    .example("plot.band{ low = { 1, 2 }, high = { 3, 5 }, label = \"p10 to p90\" }")
    function(
      "rule", "A line across a chart, to lay over it with +, as for a limit.",
      .named(
        .optional(.number("x", "where it stands upright")),
        .optional(.number("y", "where it lies")), .string("label", default: ""),
        .optional(.string("color")))
    ) { rule in try PlotOverlays.rule(rule.values) }
    .example("plot.line({ 0.1, 0.3 }) + plot.rule{ y = 0.2, label = \"SLO\" }")
    function(
      "text", "Texts at points, to lay over a chart with +.",
      .table("texts", "list of { x =, y =, text = }", shape: "table[]")
    ) { texts in try PlotOverlays.texts(texts) }
    .example("plot.line({ 1, 9, 4 }) + plot.text{ { x = 2, y = 9, text = \"peak\" } }")
  }

  private static func draw<Spec>(_ call: PlotCall<Spec>, _ shape: (Series) -> Mark.Shape) throws
    -> Figure
  {
    let series = try PlotSeriesReader(options: call.options).series(call.data, call.second)
    var chart = Chart(marks: series.map { $0.mark(shape($0.points)) })
    try call.options.apply(to: &chart)
    return .chart(chart)
  }

  @MemberBuilder private static var bars: [ExportedMember] {
    function(
      "bar", "Bars from 0.",
      .plot("data", "the values, or names with values behind them; or a map from name to value")
        as Argument<PlotCall<BarSpec>>, .second("the values, or a list of series"),
      .options(BarSpec.options)
    ) { call, _, _ in try PlotBars(options: call.options).figure(call.data, call.second) }
    .example(
      "plot.bar({ \"A100\", \"H100\" }, { 312, 989 }, { y_label = \"BF16\", y_unit = \"TFLOP/s\" })"
    )
  }

  @MemberBuilder private static var distributions: [ExportedMember] {
    function(
      "histogram", "How often values fall into bins.",
      .plot("values", "the values, or a list of series") as Argument<PlotCall<HistogramSpec>>,
      .options(HistogramSpec.options)
    ) { call, _ in
      let samples = try PlotSeriesReader(options: call.options).series(call.data)
      let rule: BinRule =
        if let count = call.options.number("bins") {
          .count(Int(count))
        } else if let width = call.options.number("bin_width") { .width(width) } else { .automatic }
      var chart = Chart.histograms(
        samples: samples.map { ($0.label, $0.y) }, rule: rule, x: call.options.axis("x"))
      try call.options.apply(to: &chart)
      return Figure.chart(chart)
    }
    .detail("Without bins or bin_width Freedman and Diaconis' rule picks a round width.")
    .example("plot.histogram({ 1, 2, 2, 3, 3, 3 }, { bins = 3 })")
    function(
      "cdf", "The share of values at or below x.",
      .plot("values", "the values, or a list of series, or a map from label to values")
        as Argument<PlotCall<CDFSpec>>, .options(CDFSpec.options)
    ) { call, _ in
      let samples = try PlotSeriesReader(options: call.options).series(call.data)
      var chart = Chart.cumulative(
        samples: samples.map { ($0.label, $0.y) }, x: call.options.axis("x"),
        isComplement: call.options.flag("complementary") == true,
        hasLogShare: call.options.flag("y_log") == true)
      try call.options.apply(to: &chart)
      return Figure.chart(chart)
    }
    .example("plot.cdf({ 0.1, 0.2, 0.9 }, { x_label = \"latency\", x_unit = \"s\" })")
  }

  @MemberBuilder private static var matrices: [ExportedMember] {
    function(
      "heatmap", "A matrix as coloured cells with a colour bar.",
      .plot("rows", "rows of numbers from the top, or a tensor of two dimensions")
        as Argument<PlotCall<HeatmapSpec>>, .options(HeatmapSpec.options)
    ) { call, _ in try PlotMatrices(options: call.options).heatmap(call.data) }
    .example("plot.heatmap({ { 1, 2 }, { 3, 4 } }, { row_labels = { \"a\", \"b\" } })")
    function(
      "grid", "Named cells coloured by group, as slices of a device or blocks of a cache.",
      .plot("cells", "rows of cells, each a text or { label =, group =, span = }")
        as Argument<PlotCall<GridSpec>>, .options(GridSpec.options)
    ) { call, _ in try PlotMatrices(options: call.options).grid(call.data) }
    .detail("With columns the cells are one list in reading order.")
    .example("plot.grid({ { { label = \"3g\", span = 4, group = \"A\" }, { label = \"free\" } } })")
    function(
      "table", "Rows and columns of text and numbers.",
      .plot("rows", "rows of values, or records") as Argument<PlotCall<TableSpec>>,
      .options(TableSpec.options)
    ) { call, _ in try PlotMatrices(options: call.options).table(call.data) }
    .example("plot.table({ { name = \"H100\", gib = 80 } }, { columns = { \"name\", \"gib\" } })")
  }

  @MemberBuilder private static var others: [ExportedMember] {
    function(
      "timeline", "Spans and instants in lanes over time.",
      .plot("items", "list of { lane =, from =, to =, label =, group = } or { lane =, at = }")
        as Argument<PlotCall<TimelineSpec>>, .options(TimelineSpec.options)
    ) { call, _ in try PlotMatrices(options: call.options).timeline(call.data) }
    .example("plot.timeline({ { lane = \"r1\", from = 0, to = 2, group = \"prefill\" } })")
    function(
      "row", "Figures side by side.", .value("figures", "list of figures", of: [Figure].self),
      .named(.string("title", "common heading", default: ""))
    ) { figures, options in Figure.row(figures, title: options.values) }
    .example("plot.row({ plot.line({ 1, 2 }), plot.bar({ 1, 2 }) })")
    function(
      "column", "Figures one above the other.",
      .value("figures", "list of figures", of: [Figure].self),
      .named(.string("title", "common heading", default: ""))
    ) { figures, options in Figure.column(figures, title: options.values) }
    .example("plot.column({ plot.line({ 1, 2 }), plot.bar({ 1, 2 }) })")
  }
}
