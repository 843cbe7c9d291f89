/// A matrix drawn as coloured cells with a colour bar.
public struct Heatmap: Hashable, Sendable {
  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// The rows from the top; shorter rows are filled with "no value".
  public var rows: [[Double]]
  /// Names of the rows; empty numbers them from 1.
  public var rowLabels: [String]
  /// Names of the columns; empty numbers them from 1.
  public var columnLabels: [String]
  /// What the columns are, as in "key position"; its unit is shown behind it.
  public var x: Axis
  /// What the rows are.
  public var y: Axis
  /// What the colours mean: label, unit, kind (linear or log) and ends.
  public var color: Axis
  /// The colours from low to high; nil takes viridis, or diverging where signs are mixed.
  public var ramp: ColorRamp?
  /// Whether cells carry their values; nil shows them where they fit and are few.
  public var showsValues: Bool?
  /// What is written into the cells in place of values, row by row; empty for the values.
  public var cellTexts: [[String]] = []
  /// The size of the picture in pixels; nil fits it to the cells.
  public var size: Size?

  /// Creates a heat map.
  public init(
    _ title: String = "", subtitle: String = "", rows: [[Double]], rowLabels: [String] = [],
    columnLabels: [String] = [], x: Axis = Axis(), y: Axis = Axis(), color: Axis = Axis()
  ) {
    self.title = title
    self.subtitle = subtitle
    self.rows = rows
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.x = x
    self.y = y
    self.color = color
  }

  /// What is written into a cell, where texts are given.
  func cellText(_ row: Int, _ column: Int) -> String {
    row < cellTexts.count && column < cellTexts[row].count ? cellTexts[row][column] : ""
  }

  /// How many columns the widest row has.
  public var columnCount: Int { rows.lazy.map(\.count).max() ?? 0 }
}
