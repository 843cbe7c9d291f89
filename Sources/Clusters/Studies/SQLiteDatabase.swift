public import Base
import CSQLite

/// A database in one file, through SQLite.
///
/// It belongs to one thread at a time. Values go in and out as parameters, never as parts of a statement.
public final class SQLiteDatabase {
  /// One value of a row.
  public enum Value: Hashable, Sendable {
    case null
    case integer(Int)
    case number(Double)
    case text(String)
  }

  /// Where it is kept.
  public let path: String
  private let handle: OpaquePointer

  /// Opens a file; one that is written to is made where there is none.
  public init(_ path: String, isReadOnly: Bool = false) throws(Problem) {
    guard !path.isEmpty else {
      throw Problem("the path of the database is empty", fix: "name a file")
    }
    var opened: OpaquePointer?
    let flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let status = sqlite3_open_v2(path, &opened, flags, nil)
    guard let handle = opened, status == SQLITE_OK else {
      let reason = String(cString: sqlite3_errstr(status))
      sqlite3_close(opened)
      throw Problem(
        "cannot open the database \(path): \(reason)", fix: "check the path",
        kind: FileIO.exists(path) ? .system : .missing)
    }
    self.path = path
    self.handle = handle
    // Another process that writes is waited for.
    sqlite3_busy_timeout(handle, 5000)
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs a statement with parameters for its question marks and throws its rows away.
  public func execute(_ sql: String, _ parameters: [Value] = []) throws(Problem) {
    _ = try rows(sql, parameters)
  }

  /// Runs a statement and gives its rows as columns.
  public func query(_ sql: String, _ parameters: [Value] = []) throws(Problem) -> ResultTable {
    let (names, rows) = try rows(sql, parameters)
    return ResultTable(
      names.indices.map { column in
        ResultTable.Column(names[column], Self.values(rows.map { $0[column] }))
      })
  }

  /// Runs a statement and gives the names of its columns and its rows.
  public func rows(_ sql: String, _ parameters: [Value] = []) throws(Problem)
    -> (names: [String], rows: [[Value]])
  {
    var prepared: OpaquePointer?
    // The statement may be followed by nothing but space: `tail` points behind it.
    var tail: UnsafePointer<CChar>?
    var text = Array(sql.utf8CString)
    let status = text.withUnsafeMutableBufferPointer { buffer in
      let status = sqlite3_prepare_v2(handle, buffer.baseAddress, -1, &prepared, &tail)
      if let end = tail, status == SQLITE_OK {
        let rest = String(cString: end)
        if rest.contains(where: { !$0.isWhitespace && $0 != ";" }) { return SQLITE_MISUSE }
      }
      return status
    }
    defer { sqlite3_finalize(prepared) }
    guard status == SQLITE_OK else { throw fault(sql, status) }
    guard let statement = prepared else { return ([], []) }
    guard sqlite3_bind_parameter_count(statement) == Int32(parameters.count) else {
      throw Problem(
        "\"\(sql)\" takes \(sqlite3_bind_parameter_count(statement)) values, got \(parameters.count)"
      )
    }
    for (index, value) in parameters.enumerated() {
      let code = bind(statement, Int32(index + 1), value)
      guard code == SQLITE_OK else { throw fault(sql, code) }
    }
    return try run(statement, sql)
  }

  private func run(_ statement: OpaquePointer, _ sql: String) throws(Problem)
    -> (names: [String], rows: [[Value]])
  {
    let width = sqlite3_column_count(statement)
    let names = (0..<width).map { column in
      sqlite3_column_name(statement, column).map { String(cString: $0) } ?? ""
    }
    var rows: [[Value]] = []
    while true {
      let status = sqlite3_step(statement)
      if status == SQLITE_DONE { return (names, rows) }
      guard status == SQLITE_ROW else { throw fault(sql, status) }
      rows.append((0..<width).map { Self.value(statement, $0) })
    }
  }

  private static func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(statement, column)))
    case SQLITE_FLOAT: return .number(sqlite3_column_double(statement, column))
    case SQLITE_NULL: return .null
    default:
      let count = Int(sqlite3_column_bytes(statement, column))
      guard let text = sqlite3_column_text(statement, column) else { return .text("") }
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    }
  }

  private func bind(_ statement: OpaquePointer, _ index: Int32, _ value: Value) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let number): return sqlite3_bind_int64(statement, index, Int64(number))
    case .number(let number):
      return number.isNaN
        ? sqlite3_bind_null(statement, index) : sqlite3_bind_double(statement, index, number)
    case .text(let text):
      // SQLITE_TRANSIENT, a macro of C: SQLite makes a copy before the call returns.
      let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      return sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), copies)
    }
  }

  private func fault(_ sql: String, _ status: Int32) -> Problem {
    let reason =
      status == SQLITE_MISUSE
      ? "there is more than one statement" : String(cString: sqlite3_errmsg(handle))
    return Problem("\(path): \(reason)", fix: "the statement was \"\(sql.prefix(200))\"")
  }

  /// A column of the narrowest kind that holds all of its values.
  private static func values(_ column: [Value]) -> ResultTable.Values {
    var (hasText, hasNumber) = (false, false)
    for value in column {
      switch value {
      case .text: hasText = true
      case .number, .null: hasNumber = true
      case .integer: break
      }
    }
    if hasText { return .texts(column.map(\.text)) }
    if hasNumber { return .numbers(column.map(\.double)) }
    return .integers(column.map { if case .integer(let value) = $0 { value } else { 0 } })
  }

  /// A name as it stands in statements.
  public static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

extension SQLiteDatabase.Value {
  /// As text; nothing is empty.
  public var text: String {
    switch self {
    case .null: ""
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    }
  }

  /// As a number; NaN where it is none.
  public var double: Double {
    switch self {
    case .null, .text: .nan
    case .integer(let value): Double(value)
    case .number(let value): value
    }
  }
}

extension SweepValue {
  /// As it is stored: a truth value is 0 or 1.
  var stored: SQLiteDatabase.Value {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .text(value)
    case .flag(let value): .integer(value ? 1 : 0)
    }
  }
}
