import Base
import Figures
import LuaBridge

/// Reads the forms in which bars come.
struct PlotBars {
  let options: PlotOptions

  func figure(_ data: LuaValue, _ second: LuaValue) throws -> Figure {
    var chart = try chart(data, second)
    chart.barLayout = options.flag("stacked") == true ? .stacked : .grouped
    chart.isHorizontal = options.flag("horizontal") == true
    chart.showsValues = options.flag("show_values")
    if chart.isHorizontal, let names = chart.x.categories {
      let shared = chart.barLayout == .grouped ? max(1, chart.marks.count) : 1
      chart.size.height = min(900, max(140, 90 + Double(names.count * shared) * 24))
    }
    try options.apply(to: &chart)
    return .chart(chart)
  }

  private func chart(_ data: LuaValue, _ second: LuaValue) throws -> Chart {
    let reader = PlotSeriesReader(options: options)
    if second.isNil {
      if case .table(let table) = data, let (names, values) = named(table) {
        return .bars(names: names, series: [("", values)])
      }
      let series = try reader.series(data)
      return Chart(marks: series.map { $0.mark(.bars($0.points)) })
    }
    if try LuaNumbers.sequence(data) != nil {
      let series = try reader.series(data, second)
      return Chart(marks: series.map { $0.mark(.bars($0.points)) })
    }
    guard let names = LuaNumbers.texts(data) else { throw reader.fault("the names are no texts") }
    let series = try reader.series(second)
    for one in series where one.y.count != names.count {
      throw Problem(
        "\(options.function): \(names.count) names, but \(one.y.count) values",
        fix: "pass one value for each name")
    }
    var chart = Chart.bars(names: names, series: series.map { ($0.label, $0.y) })
    for (index, one) in series.enumerated() { chart.marks[index].paint = one.paint }
    return chart
  }

  /// A map from name to number, by name: Lua keeps no order.
  private func named(_ table: LuaTable) -> (names: [String], values: [Double])? {
    guard table.count == 0 else { return nil }
    var pairs: [(name: String, value: Double)] = []
    for (key, value) in table.pairs {
      guard let name = LuaNumbers.text(key), let number = value.number else { return nil }
      pairs.append((name, number))
    }
    guard !pairs.isEmpty else { return nil }
    pairs.sort { $0.name < $1.name }
    return (pairs.map(\.name), pairs.map(\.value))
  }
}
