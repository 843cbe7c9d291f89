import Base
import Figures
import LuaBridge

/// Figures that are made to be laid over others.
enum PlotOverlays {
  static func rule(_ values: (x: Double?, y: Double?, label: String, color: String?)) throws
    -> Figure
  {
    let shape: Mark.Shape
    switch (values.x, values.y) {
    case (let x?, nil): shape = .verticalRule(x)
    case (nil, let y?): shape = .horizontalRule(y)
    default:
      throw Problem("plot.rule takes x or y", fix: "as in plot.rule{ y = 0.2, label = \"SLO\" }")
    }
    return .chart(
      Chart(marks: [Mark(shape, name: values.label, paint: try paint(values.color))]))
  }

  static func band(
    _ values: (low: LuaValue, high: LuaValue, x: LuaValue, label: String, color: String?)
  ) throws -> Figure {
    guard let low = try LuaNumbers.sequence(values.low),
      let high = try LuaNumbers.sequence(values.high)
    else { throw Problem("plot.band: low and high are lists of numbers") }
    let x = values.x.isNil ? nil : try LuaNumbers.sequence(values.x)
    let places = x ?? low.indices.map { Double($0 + 1) }
    guard low.count == high.count, low.count == places.count else {
      throw Problem(
        "plot.band: \(places.count) places, \(low.count) low and \(high.count) high values",
        fix: "pass as many of each")
    }
    let mark = Mark(
      .band(x: places, low: low, high: high), name: values.label, paint: try paint(values.color))
    return .chart(Chart(marks: [mark]))
  }

  static func texts(_ table: LuaTable) throws -> Figure {
    let texts = try table.elements.enumerated().map { index, element in
      guard case .table(let each) = element, let x = each["x"].number, let y = each["y"].number,
        let text = LuaNumbers.text(each["text"])
      else { throw Problem("plot.text: element \(index + 1) is not { x =, y =, text = }") }
      return PlacedText(x: x, y: y, text)
    }
    return .chart(Chart(marks: [Mark(.labels(texts), paint: .ink)]))
  }

  private static func paint(_ name: String?) throws -> Paint? {
    guard let name else { return nil }
    guard let paint = Paint(name: name) else {
      throw Problem.unknown("colour", name, among: Paint.names, list: "or write \"#rrggbb\"")
    }
    return paint
  }

  /// Lays a chart over another: the marks of both, the heading and axes of the first, which takes
  /// labels from the second where it has none.
  static func overlay(_ under: Figure, _ over: Figure) throws -> Figure {
    guard case .chart(var chart) = under, case .chart(let top) = over else {
      throw Problem(
        "only charts can be laid over one another",
        fix: "plot.row and plot.column place any figures")
    }
    if let names = chart.x.categories, let others = top.x.categories, names != others {
      throw Problem("the charts have different names along x")
    }
    // A chart of rules and texts alone has no axes of its own.
    if chart.x.categories == nil, top.x.categories != nil { chart.x = top.x }
    for path in [\Chart.x, \Chart.y] {
      if chart[keyPath: path].label.isEmpty {
        chart[keyPath: path].label = top[keyPath: path].label
      }
      if chart[keyPath: path].unit.isEmpty { chart[keyPath: path].unit = top[keyPath: path].unit }
      if chart[keyPath: path].kind == .linear {
        chart[keyPath: path].kind = top[keyPath: path].kind
      }
    }
    if chart.title.isEmpty { chart.title = top.title }
    if chart.subtitle.isEmpty { chart.subtitle = top.subtitle }
    chart.marks += top.marks
    return .chart(chart)
  }
}
