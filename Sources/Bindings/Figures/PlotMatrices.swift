import Base
import Figures
import LuaBridge

/// Reads matrices, grids, tables and timelines.
struct PlotMatrices {
  let options: PlotOptions

  func heatmap(_ data: LuaValue) throws -> Figure {
    guard let rows = try LuaNumbers.rows(data) else {
      throw Problem(
        "plot.heatmap takes rows of numbers", fix: "as in { { 1, 2 }, { 3, 4 } }, or a 2-D tensor")
    }
    var map = Heatmap(
      options.text("title"), subtitle: options.text("subtitle"), rows: rows,
      rowLabels: try options.texts("row_labels"), columnLabels: try options.texts("column_labels"),
      x: options.axis("x"), y: options.axis("y"), color: options.axis("color"))
    map.ramp = ColorRamp(rawValue: options.text("ramp"))
    map.showsValues = options.flag("show_values")
    if options.number("width_pixels") != nil || options.number("height_pixels") != nil {
      map.size = options.size(Size(width: 560, height: 480))
    }
    return .heatmap(map)
  }

  func grid(_ data: LuaValue) throws -> Figure {
    guard case .table(let table) = data else { throw Problem("plot.grid takes rows of cells") }
    let rows: [[CellGrid.Cell]]
    if let columns = options["columns"].integer {
      let cells = try table.elements.map(gridCell)
      rows = stride(from: 0, to: cells.count, by: columns).map {
        Array(cells[$0..<min($0 + columns, cells.count)])
      }
    } else {
      rows = try table.elements.map { row in
        guard case .table(let cells) = row, cells["label"].isNil, cells["group"].isNil else {
          throw Problem(
            "plot.grid: a row is a list of cells", fix: "or give columns = for one list")
        }
        return try cells.elements.map(gridCell)
      }
    }
    var grid = CellGrid(
      options.text("title"), subtitle: options.text("subtitle"), rows: rows,
      rowLabels: try options.texts("row_labels"),
      columnLabels: try options.texts("column_labels"),
      width: options.number("width_pixels") ?? 640)
    for (group, name) in options["group_colors"].table?.pairs ?? [] {
      guard let group = group.text, let name = name.text else {
        throw Problem("plot.grid: group_colors maps a group to a colour")
      }
      grid.groupPaints[group] = try options.paint(name)
    }
    return .grid(grid)
  }

  private func gridCell(_ value: LuaValue) throws -> CellGrid.Cell {
    if let text = LuaNumbers.text(value) { return .init(text) }
    guard case .table(let table) = value else {
      throw Problem("plot.grid: a cell is a text or { label =, group =, span = }")
    }
    return .init(
      LuaNumbers.text(table["label"]) ?? "", group: LuaNumbers.text(table["group"]) ?? "",
      span: table["span"].integer ?? 1)
  }

  func table(_ data: LuaValue) throws -> Figure {
    guard case .table(let table) = data else { throw Problem("plot.table takes a list of rows") }
    let rows = try table.elements.enumerated().map { index, row in
      guard case .table(let cells) = row else {
        throw Problem("plot.table: row \(index + 1) is not a table")
      }
      return cells
    }
    let columns = try columns(of: rows)
    let cells = rows.map { row in columns.map { tableCell(row[$0.key]) } }
    return .table(
      TableFigure(
        options.text("title"), subtitle: options.text("subtitle"), columns: columns.map(\.column),
        rows: cells, rowLimit: Int(options.number("row_limit") ?? 60)))
  }

  /// The columns as told, or every key of the first rows: positions first, then names.
  private func columns(of rows: [LuaTable]) throws -> [(key: LuaValue, column: TableFigure.Column)]
  {
    guard let told = options["columns"].table else {
      let width = rows.map(\.count).max() ?? 0
      let names = Set(rows.prefix(100).flatMap { $0.pairs.compactMap(\.key.text) }).sorted()
      return (0..<width).map { (.integer($0 + 1), .init(String($0 + 1))) }
        + names.map { (.text($0), .init($0)) }
    }
    return try told.elements.enumerated().map { index, column in
      // Rows that are lists take columns by position.
      let isList = rows.first.map { $0.count > 0 } ?? false
      if let name = column.text { return (isList ? .integer(index + 1) : .text(name), .init(name)) }
      guard case .table(let each) = column, let name = each["name"].text ?? each["key"].text else {
        throw Problem("plot.table: a column is a name or { key =, name =, unit =, decimals = }")
      }
      let key = each["key"].isNil ? (isList ? .integer(index + 1) : .text(name)) : each["key"]
      let decimals = each["decimals"].integer.map { min(12, max(0, $0)) }
      return (key, .init(name, unit: each["unit"].text ?? "", decimals: decimals))
    }
  }

  private func tableCell(_ value: LuaValue) -> TableFigure.Cell {
    if let number = value.number { return .number(number) }
    return value.isNil ? .empty : .text(LuaNumbers.text(value) ?? value.typeName)
  }

  func timeline(_ data: LuaValue) throws -> Figure {
    guard case .table(let table) = data else { throw Problem("plot.timeline takes a list") }
    var axis = options.axis("x")
    if options["x_label"].isNil { axis.label = "time" }
    if options["x_unit"].isNil, axis.kind != .time { axis.unit = "s" }
    var timeline = TimelineChart(
      options.text("title"), subtitle: options.text("subtitle"), x: axis,
      lanes: try options.texts("lanes"), width: options.number("width_pixels") ?? 720)
    for (index, element) in table.elements.enumerated() {
      guard case .table(let item) = element else {
        throw Problem("plot.timeline: element \(index + 1) is not a table")
      }
      let lane = LuaNumbers.text(item["lane"]) ?? ""
      let label = LuaNumbers.text(item["label"]) ?? ""
      if let time = number(item, "at", "at_seconds") {
        timeline.instants.append(.init(lane: lane, time: time, label: label))
      } else if let start = number(item, "from", "start_seconds"),
        let end = number(item, "to", "end_seconds")
      {
        timeline.spans.append(
          .init(
            lane: lane, start: start, end: end, label: label,
            group: LuaNumbers.text(item["group"]) ?? ""))
      } else {
        throw Problem("plot.timeline: element \(index + 1) has no numbers from and to, nor at")
      }
    }
    return .timeline(timeline)
  }

  private func number(_ item: LuaTable, _ name: String, _ other: String) -> Double? {
    item[.text(name)].number ?? item[.text(other)].number
  }
}
