import Base
import Figures
import LuaBridge

/// One series of a plotting call: its numbers, name and looks.
struct PlotSeries {
  var x: [Double]?
  var y: [Double]
  var label = ""
  var paint: Paint?
  var isDashed = false

  var points: Series { x.map { Series(x: $0, y: y) } ?? Series(y) }

  func mark(_ shape: Mark.Shape) -> Mark {
    Mark(shape, name: label, paint: paint, isDashed: isDashed)
  }
}

/// Reads the forms in which series come.
struct PlotSeriesReader {
  let options: PlotOptions

  /// The series of a call's data: numbers, a list of series, rows of a matrix, or a map from
  /// label to numbers.
  func series(_ data: LuaValue, _ second: LuaValue = .nil) throws -> [PlotSeries] {
    if !second.isNil { return try pair(data, second) }
    if let numbers = try LuaNumbers.sequence(data) { return [PlotSeries(y: numbers)] }
    guard case .table(let table) = data else {
      if let rows = try LuaNumbers.rows(data) { return rows.map { PlotSeries(y: $0) } }
      throw fault("\(shown(data)) holds no numbers")
    }
    if isOne(table) { return [try one(table)] }
    if table.count > 0 {
      return try table.elements.enumerated().map { index, element in
        if case .table(let each) = element, isOne(each) { return try one(each) }
        guard let numbers = try LuaNumbers.sequence(element) else {
          throw fault("element \(index + 1) is \(shown(element))")
        }
        return PlotSeries(y: numbers)
      }
    }
    return try named(table)
  }

  private func pair(_ first: LuaValue, _ second: LuaValue) throws -> [PlotSeries] {
    guard let x = try LuaNumbers.sequence(first) else { throw fault("x is \(shown(first))") }
    let all = try series(second)
    return try all.map { series in
      guard series.y.count == x.count else {
        throw Problem(
          "\(options.function): x has \(x.count) numbers, y has \(series.y.count)",
          fix: "pass as many of each")
      }
      var series = series
      series.x = series.x ?? x
      return series
    }
  }

  private func isOne(_ table: LuaTable) -> Bool {
    table.count == 0 && (!table["y"].isNil || !table["values"].isNil)
  }

  private func one(_ table: LuaTable) throws -> PlotSeries {
    let known = ["x", "y", "values", "label", "color", "dashed"]
    for (key, _) in table.pairs where !known.contains(key.text ?? "") {
      throw Problem.unknown("field of a series", LuaNumbers.text(key) ?? "", among: known)
    }
    let values = table["y"].isNil ? table["values"] : table["y"]
    guard let y = try LuaNumbers.sequence(values) else { throw fault("y is \(shown(values))") }
    var series = PlotSeries(y: y)
    if !table["x"].isNil {
      guard let x = try LuaNumbers.sequence(table["x"]) else {
        throw fault("x is \(shown(table["x"]))")
      }
      guard x.count == y.count else {
        throw Problem("\(options.function): x has \(x.count) numbers, y has \(y.count)")
      }
      series.x = x
    }
    series.label = LuaNumbers.text(table["label"]) ?? ""
    if let name = table["color"].text { series.paint = try options.paint(name) }
    series.isDashed = table["dashed"].isTrue
    return series
  }

  /// A map from label to numbers, by label: Lua keeps no order.
  private func named(_ table: LuaTable) throws -> [PlotSeries] {
    let pairs = table.pairs.map { (LuaNumbers.text($0.key) ?? "", $0.value) }
    return try pairs.sorted { $0.0 < $1.0 }.map { label, value in
      guard let numbers = try LuaNumbers.sequence(value) else {
        throw fault("\"\(label)\" is \(shown(value))")
      }
      return PlotSeries(y: numbers, label: label)
    }
  }

  func fault(_ what: String) -> Problem {
    Problem(
      "\(options.function) takes numbers, but \(what)",
      fix: "pass a list such as { 1, 4, 9 }, a tensor, or { { x = …, y = …, label = … }, … }")
  }

  private func shown(_ value: LuaValue) -> String {
    switch value {
    case .string(let text): "the text \"\(text.text.prefix(20))\""
    case .nil: "nothing"
    case .table(let table) where table.count > 0: "a list with something else than numbers"
    default: "a \(value.typeName)"
    }
  }
}
