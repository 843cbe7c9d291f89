import Base
import Figures

// Which options each plotting function takes.

enum LineSpec: PlotSpec {
  static let name = "plot.line"
  static let options = PlotOptions.chart
}

enum StepSpec: PlotSpec {
  static let name = "plot.step"
  static let options = PlotOptions.chart
}

enum ScatterSpec: PlotSpec {
  static let name = "plot.scatter"
  static let options = PlotOptions.chart
}

enum AreaSpec: PlotSpec {
  static let name = "plot.area"
  static let options = PlotOptions.chart
}

enum BarSpec: PlotSpec {
  static let name = "plot.bar"
  static let options =
    PlotOptions.chart + [
      PlotOptions.flag("stacked", "several series stand on one another, not side by side"),
      PlotOptions.flag("horizontal", "bars lie"),
      PlotOptions.flag(
        "show_values", "values at the ends; by itself where bars are few", default: nil),
    ]
}

enum HistogramSpec: PlotSpec {
  static let name = "plot.histogram"
  static let options =
    PlotOptions.chart + [
      Parameter(
        name: "bins", kind: .integer, isOptional: true, range: 1...2000,
        summary: "how many bins", tradeOff: "more bins show more detail and more noise"),
      PlotOptions.number("bin_width", "how wide a bin is, in the unit of x"),
    ]
}

enum CDFSpec: PlotSpec {
  static let name = "plot.cdf"
  static let options =
    PlotOptions.chart + [
      PlotOptions.flag("complementary", "the share of values above x, to see the tail")
    ]
}

enum HeatmapSpec: PlotSpec {
  static let name = "plot.heatmap"
  static let options =
    PlotOptions.heading + PlotOptions.labels + PlotOptions.extent + [
      PlotOptions.list("row_labels", "names of the rows from the top"),
      PlotOptions.list("column_labels", "names of the columns"),
      Parameter(
        name: "color_label", kind: .string, isOptional: true, summary: "what the colour means"),
      Parameter(name: "color_unit", kind: .string, isOptional: true, summary: "its unit"),
      PlotOptions.flag("color_log", "equal ratios are equal steps of colour"),
      PlotOptions.number("color_min", "the value of the first colour"),
      PlotOptions.number("color_max", "the value of the last colour"),
      Parameter(
        name: "ramp", kind: .choice(ColorRamp.allCases.map(\.rawValue)), isOptional: true,
        summary: "the colours; by itself viridis, or diverging where signs are mixed"),
      PlotOptions.flag(
        "show_values", "values in the cells; by itself where they fit", default: nil),
    ]
}

enum GridSpec: PlotSpec {
  static let name = "plot.grid"
  static let options =
    PlotOptions.heading + PlotOptions.width + [
      PlotOptions.list("row_labels", "names of the rows from the top"),
      PlotOptions.list("column_labels", "names of the columns"),
      Parameter(
        name: "columns", kind: .integer, isOptional: true, range: 1...10_000,
        summary: "cells in a row, where they are one list"),
      Parameter(
        name: "group_colors", kind: .table("table<string, string>"), isOptional: true,
        summary: "colours of groups, as in { free = \"faint\" }"),
    ]
}

enum TableSpec: PlotSpec {
  static let name = "plot.table"
  static let options =
    PlotOptions.heading + [
      Parameter(
        name: "columns", kind: .table("table[]"), isOptional: true,
        summary: "keys or { key =, name =, unit =, decimals = } in their order"),
      Parameter(
        name: "row_limit", kind: .integer, defaultValue: "60", range: 1...100_000,
        summary: "how many rows are shown"),
    ]
}

enum TimelineSpec: PlotSpec {
  static let name = "plot.timeline"
  static let options =
    PlotOptions.heading + PlotOptions.width + [
      Parameter(
        name: "x_label", kind: .string, defaultValue: "\"time\"", summary: "what the axis is"),
      Parameter(name: "x_unit", kind: .string, defaultValue: "\"s\"", summary: "its unit"),
      PlotOptions.flag("x_time", "times count seconds since 1970, ticks are dates"),
      PlotOptions.number("x_min", "where the axis starts"),
      PlotOptions.number("x_max", "where the axis ends"),
      PlotOptions.list("lanes", "names of the lanes from the top"),
    ]
}
