public import Base

/// Rows of sweeps in a table of a database: a row per point, its settings, its metrics or its fault.
public final class SweepStore {
  /// The table that is used where none is named.
  public static let defaultTable = "points"

  private let database: SQLiteDatabase
  private let table: String
  private let names: [String]

  /// Opens a file and makes the table, or gives it the columns that it lacks.
  public init(_ path: String, table: String = defaultTable, grid: SweepGrid) throws(Problem) {
    database = try SQLiteDatabase(path)
    self.table = SQLiteDatabase.quoted(table)
    names = grid.names
    // A row is safe when the process dies; one may be lost when the power fails.
    try database.execute("PRAGMA synchronous = NORMAL")
    try database.execute(
      "CREATE TABLE IF NOT EXISTS \(self.table) (fingerprint TEXT NOT NULL, point INTEGER, fault TEXT)"
    )
    try addColumns()
    let keys = (["fingerprint"] + names).map(SQLiteDatabase.quoted).joined(separator: ", ")
    let index = SQLiteDatabase.quoted("key of \(table): \(names.joined(separator: ", "))")
    try database.execute("CREATE INDEX IF NOT EXISTS \(index) ON \(self.table) (\(keys))")
  }

  private func addColumns() throws(Problem) {
    let known = try database.rows("PRAGMA table_info(\(table))").rows.map {
      $0[1].text.lowercased()
    }
    let settings = names.map { ($0, "") }
    let metrics = Metric.catalog.names.map { ($0, " REAL") }
    for (name, type) in settings + metrics where !known.contains(name.lowercased()) {
      try database.execute("ALTER TABLE \(table) ADD COLUMN \(SQLiteDatabase.quoted(name))\(type)")
    }
  }

  /// The metrics of a point that is stored, or nothing; points that failed are not taken for done.
  public func values(_ point: [SweepValue], fingerprint: UInt64) throws(Problem) -> [Double]? {
    let columns = Metric.catalog.names.map(SQLiteDatabase.quoted).joined(separator: ", ")
    let conditions = names.map { "\(SQLiteDatabase.quoted($0)) IS ?" }.joined(separator: " AND ")
    let found = try database.rows(
      "SELECT \(columns) FROM \(table) WHERE fingerprint = ? AND fault IS NULL AND \(conditions)",
      [.text(Self.text(fingerprint))] + point.map(\.stored))
    return found.rows.first?.map(\.double)
  }

  /// Stores what came of a point in place of what is there.
  public func put(
    _ index: Int, _ point: [SweepValue], fingerprint: UInt64, values: [Double], fault: String?
  ) throws(Problem) {
    let conditions = names.map { "\(SQLiteDatabase.quoted($0)) IS ?" }.joined(separator: " AND ")
    let key = [.text(Self.text(fingerprint))] + point.map(\.stored)
    let columns = ["fingerprint"] + names + ["point", "fault"] + Metric.catalog.names
    let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    let metrics: [SQLiteDatabase.Value] =
      values.isEmpty
      ? Metric.catalog.names.map { _ in .null } : values.map { $0.isNaN ? .null : .number($0) }
    try database.execute("BEGIN")
    do throws(Problem) {
      try database.execute(
        "DELETE FROM \(table) WHERE fingerprint = ? AND \(conditions)", key)
      try database.execute(
        "INSERT INTO \(table) (\(columns.map(SQLiteDatabase.quoted).joined(separator: ", "))) "
          + "VALUES (\(marks))",
        key + [.integer(index + 1), fault.map { .text($0) } ?? .null] + metrics)
      try database.execute("COMMIT")
    } catch {
      try? database.execute("ROLLBACK")
      throw error
    }
  }

  private static func text(_ fingerprint: UInt64) -> String {
    let digits = String(fingerprint, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
