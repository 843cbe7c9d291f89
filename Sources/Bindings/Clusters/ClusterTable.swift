import Base
import Figures
import LuaBridge

/// Rows of named values: a Lua list with fields that prints and shows itself as a table.
final class ClusterTable: CustomStringConvertible {
  /// A column of the picture.
  struct Column {
    let field: String
    let heading: String
    let scale: Double
    let decimals: Int?

    /// Shows a field under a heading, its numbers multiplied.
    init(
      _ field: String, shown heading: String? = nil, scale: Double = 1, decimals: Int? = nil
    ) {
      self.field = field
      self.heading = heading ?? field.replacing("_", with: " ")
      self.scale = scale
      self.decimals = decimals
    }
  }

  /// The rows from 1 on, and named fields.
  let table: LuaTable
  /// The rows as a figure.
  let picture: Figure

  /// Makes rows, each of them a Lua table.
  ///
  /// Where the table stands upright, its picture has a line per column, and a column for each of the first
  /// rows: for more columns than a page is wide.
  init(
    _ rows: [[(String, LuaValue)]], columns: [Column], title: String, subtitle: String = "",
    fields: [String: LuaValue] = [:], standsUpright: Bool = false, in state: LuaState
  ) {
    let maps = rows.map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
    table = state.makeTable(
      maps.map { .table(state.makeTable(fields: $0)) }, fields: fields)
    if standsUpright {
      picture = Self.upright(maps, columns, title)
      return
    }
    let cells = maps.map { row in columns.map { Self.cell(row[$0.field] ?? .nil, $0) } }
    picture = .table(
      TableFigure(
        title, subtitle: subtitle,
        columns: columns.map { TableFigure.Column($0.heading, decimals: $0.decimals) },
        rows: cells, rowLimit: 60))
  }

  /// Takes rows whose picture is made elsewhere.
  init(_ table: LuaTable, picture: Figure) { (self.table, self.picture) = (table, picture) }

  private static func upright(
    _ rows: [[String: LuaValue]], _ columns: [Column], _ title: String
  ) -> Figure {
    let shown = rows.prefix(4)
    let lines = columns.map { column in
      [.text(column.heading)] + shown.map { cell($0[column.field] ?? .nil, column) }
    }
    return .table(
      TableFigure(
        title,
        subtitle: rows.count > shown.count ? "the first \(shown.count) of \(rows.count) rows" : "",
        columns: [TableFigure.Column("column")]
          + shown.indices.map { TableFigure.Column("row \($0 + 1)") },
        rows: lines, rowLimit: 60))
  }

  private static func cell(_ value: LuaValue, _ column: Column) -> TableFigure.Cell {
    switch value {
    case .integer(let number): .number(Double(number) * column.scale)
    case .number(let number) where !number.isNaN: .number(number * column.scale)
    case .string(let text): .text(text.text)
    case .boolean(let flag): .text(flag ? "yes" : "")
    default: .empty
    }
  }

  /// The text for a page of 80 columns without colours.
  var description: String { picture.text(width: 80) }
}

extension ClusterTable: LuaExported {
  static let luaName = "cluster.Table"
  static let exported = Exported<ClusterTable>(
    "Rows of named values that print and show themselves.",
    example: "cluster.cost{}:explain{ decodes = 8 }[1].operator"
  ) {
    method("figure", "The picture of it.") { $0.picture }
      .example("cluster.cost{}:explain{ decodes = 8 }:figure()")
    method("rows", "The rows as a plain list.", .state) { table, state in
      state.makeTable(table.table.elements)
    }
    .returns("table[]")
    .example("cluster.cost{}:explain{ decodes = 8 }:rows()")
    method("__mime", "The forms that a notebook shows.", .state) { table, state in
      FigureDisplay.forms(table.picture, state)
    }
    metamethod(.length, "The number of rows.") { $0.table.count }
    metamethod(.index, "A row by its number from 1, or a field.", .any("key", "which")) {
      table, key in table.table[key]
    }
    metamethod(.string, "The table as text.", .state) { table, state in
      table.picture.text(
        width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    }
  }
}
