import Base
import Figures
import LuaBridge

/// The named options of a plotting call, already checked.
struct PlotOptions {
  private let table: OptionTable
  let function: String

  init(_ table: OptionTable, function: String) {
    (self.table, self.function) = (table, function)
  }

  subscript(name: String) -> LuaValue { table[name] }

  func text(_ name: String) -> String { table[name].text ?? "" }
  func number(_ name: String) -> Double? { table[name].number }
  func flag(_ name: String) -> Bool? {
    if case .boolean(let flag) = table[name] { flag } else { nil }
  }

  /// A list of texts; a wrong element is named.
  func texts(_ name: String) throws -> [String] {
    if table[name].isNil { return [] }
    guard let texts = LuaNumbers.texts(table[name]) else {
      throw Problem("\(function): \(name) is a list of texts, as in { \"a\", \"b\" }")
    }
    return texts
  }

  // The lists below are what help, completion and stubs show.

  private static func text(_ name: String, _ summary: String) -> Parameter {
    Parameter(name: name, kind: .string, isOptional: true, summary: summary)
  }
  static func number(_ name: String, _ summary: String, unit: Unit? = nil) -> Parameter {
    Parameter(name: name, kind: .number, unit: unit, isOptional: true, summary: summary)
  }
  static func flag(_ name: String, _ summary: String, default value: Bool? = false) -> Parameter {
    Parameter(
      name: name, kind: .boolean, defaultValue: value.map { String($0) }, isOptional: true,
      summary: summary)
  }
  static func list(_ name: String, _ summary: String) -> Parameter {
    Parameter(name: name, kind: .table("string[]"), isOptional: true, summary: summary)
  }
  private static func size(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .integer, unit: .pixels, isOptional: true, range: 80...10_000,
      summary: summary)
  }

  static let heading: [Parameter] = [
    text("title", "heading"), text("subtitle", "second, quieter line"),
  ]
  static let width = [size("width_pixels", "width of the picture")]
  static let extent = width + [size("height_pixels", "height of the picture")]
  static let labels: [Parameter] = [
    text("x_label", "what is along the x axis"), text("x_unit", "its unit, as in \"s\""),
    text("y_label", "what is along the y axis"), text("y_unit", "its unit"),
  ]
  static let axes: [Parameter] =
    labels + [
      flag("x_log", "equal ratios are equal distances along x"),
      flag("y_log", "the same along y"),
      flag("x_time", "x counts seconds since 1970, ticks are dates"),
      number("x_min", "where x starts"), number("x_max", "where x ends"),
      number("y_min", "where y starts"), number("y_max", "where y ends"),
    ]
  static let naming: [Parameter] = [
    Parameter(
      name: "legend", kind: .choice(Chart.Legend.allCases.map(\.rawValue)),
      defaultValue: "\"automatic\"", summary: "where series are named"),
    list("labels", "names of the series in order"),
    list("colors", "colours of the series: \"#0072b2\" or \(Paint.names.joined(separator: ", "))"),
  ]
  static let chart = heading + axes + naming + extent
}

extension PlotOptions {
  /// One axis by its prefix "x" or "y".
  func axis(_ prefix: String) -> Axis {
    var axis = Axis(
      text(prefix + "_label"), unit: text(prefix + "_unit"), minimum: number(prefix + "_min"),
      maximum: number(prefix + "_max"))
    if flag(prefix + "_log") == true { axis.kind = .log }
    if flag(prefix + "_time") == true { axis.kind = .time }
    return axis
  }

  /// The size, with the default where a side is not told.
  func size(_ fallback: Size) -> Size {
    Size(
      width: number("width_pixels") ?? fallback.width,
      height: number("height_pixels") ?? fallback.height)
  }

  /// Sets everything that charts share; labels that the chart has already stay where none is told.
  func apply(to chart: inout Chart) throws {
    if !text("title").isEmpty { chart.title = text("title") }
    if !text("subtitle").isEmpty { chart.subtitle = text("subtitle") }
    merge(axis("x"), into: &chart.x)
    merge(axis("y"), into: &chart.y)
    chart.size = size(chart.size)
    if let legend = Chart.Legend(rawValue: text("legend")) { chart.legend = legend }
    for (index, name) in try texts("labels").enumerated() where index < chart.marks.count {
      chart.marks[index].name = name
    }
    for (index, name) in try texts("colors").enumerated() where index < chart.marks.count {
      chart.marks[index].paint = try paint(name)
    }
  }

  private func merge(_ told: Axis, into axis: inout Axis) {
    if !told.label.isEmpty { axis.label = told.label }
    if !told.unit.isEmpty { axis.unit = told.unit }
    if told.kind != .linear { axis.kind = told.kind }
    axis.minimum = told.minimum ?? axis.minimum
    axis.maximum = told.maximum ?? axis.maximum
  }

  /// A colour by its name.
  func paint(_ name: String) throws -> Paint {
    guard let paint = Paint(name: name) else {
      throw Problem.unknown("colour", name, among: Paint.names, list: "or write \"#rrggbb\"")
    }
    return paint
  }
}
