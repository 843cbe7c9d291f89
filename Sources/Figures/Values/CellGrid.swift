/// Rows of named cells, each coloured by its group: slices of a device, blocks of a cache.
public struct CellGrid: Hashable, Sendable {
  /// One cell.
  public struct Cell: Hashable, Sendable {
    /// What is written into it where it fits.
    public var label: String
    /// What gives it its colour, as in "free"; empty leaves it blank.
    public var group: String
    /// How many columns it covers.
    public var span: Int

    /// Creates a cell; a span below 1 counts as 1.
    public init(_ label: String = "", group: String = "", span: Int = 1) {
      self.label = label
      self.group = group
      self.span = max(1, min(span, 100_000))
    }
  }

  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// The rows from the top.
  public var rows: [[Cell]]
  /// Names of the rows; empty for none.
  public var rowLabels: [String]
  /// Names of the columns; empty for none.
  public var columnLabels: [String]
  /// Colours of groups; groups not listed take the next category colour.
  public var groupPaints: [String: Paint]
  /// The width of the picture in pixels; the height follows from the rows.
  public var width: Double

  /// Creates a grid.
  public init(
    _ title: String = "", subtitle: String = "", rows: [[Cell]], rowLabels: [String] = [],
    columnLabels: [String] = [], groupPaints: [String: Paint] = [:], width: Double = 640
  ) {
    self.title = title
    self.subtitle = subtitle
    self.rows = rows
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.groupPaints = groupPaints
    self.width = width
  }

  /// Creates a grid from cells in reading order, as many in a row as told.
  public init(
    _ title: String = "", cells: [Cell], columns: Int, groupPaints: [String: Paint] = [:]
  ) {
    let columns = max(1, columns)
    let starts = stride(from: 0, to: cells.count, by: columns)
    self.init(
      title, rows: starts.map { Array(cells[$0..<min($0 + columns, cells.count)]) },
      groupPaints: groupPaints)
  }
}
