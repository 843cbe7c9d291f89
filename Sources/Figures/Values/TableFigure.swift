/// Rows and columns of text and numbers.
public struct TableFigure: Hashable, Sendable {
  /// What stands in one place of a table.
  public enum Cell: Hashable, Sendable {
    case text(String)
    case number(Double)
    case empty
  }

  /// One column's name and unit.
  public struct Column: Hashable, Sendable {
    /// The name in the head.
    public var name: String
    /// The unit, shown behind the name.
    public var unit: String
    /// How many decimals numbers show; nil gives each column what its values need, at most 4
    /// significant digits.
    public var decimals: Int?

    /// Creates a column.
    public init(_ name: String, unit: String = "", decimals: Int? = nil) {
      self.name = name
      self.unit = unit
      self.decimals = decimals
    }
  }

  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// The columns from the left.
  public var columns: [Column]
  /// The rows from the top; shorter rows are filled with empty cells.
  public var rows: [[Cell]]
  /// How many rows are shown; the rest becomes a line that counts them.
  public var rowLimit: Int

  /// Creates a table.
  public init(
    _ title: String = "", subtitle: String = "", columns: [Column], rows: [[Cell]],
    rowLimit: Int = 60
  ) {
    self.title = title
    self.subtitle = subtitle
    self.columns = columns
    self.rows = rows
    self.rowLimit = rowLimit
  }
}
