import Base
import Clusters
import TestSupport
import Testing

@Suite struct SQLiteDatabaseTests {
  @Test func `values come back as they went in`() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase("\(folder)/a.db")
      try database.execute("CREATE TABLE t (a, b)")
      let values: [SQLiteDatabase.Value] = [
        .null, .integer(.min), .number(0.1), .text("'; DROP TABLE t; --"), .text(""), .text("é\n"),
      ]
      for value in values { try database.execute("INSERT INTO t VALUES (?, ?)", [value, value]) }
      #expect(try database.rows("SELECT a FROM t").rows.map { $0[0] } == values)
      let table = try database.query("SELECT a AS \"x y\" FROM t WHERE typeof(a) = 'real'")
      #expect(table == ResultTable([.init("x y", .numbers([0.1]))]))
    }
  }

  @Test(
    "faults say what was asked",
    arguments: [
      ("SELEC 1", "syntax error"), ("SELECT 1; SELECT 2", "more than one statement"),
      ("SELECT * FROM nowhere", "no such table"), ("SELECT ?", "takes 1 values, got 0"),
      ("INSERT INTO t VALUES (1)", "readonly"),
    ])
  func faults(sql: String, message: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.db"
      try SQLiteDatabase(path).execute("CREATE TABLE t (a)")
      let database = try SQLiteDatabase(path, isReadOnly: true)
      let fault = #expect(throws: Problem.self) { try database.query(sql) }
      #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
    }
  }

  @Test func `what is no database is refused`() throws {
    try withTemporaryFolder { folder in
      #expect(throws: Problem.self) { try SQLiteDatabase("\(folder)/none.db", isReadOnly: true) }
      try FileIO.write(Array("arrival_s,input_tokens\n1,2\n".utf8), to: "\(folder)/t.csv")
      #expect(throws: Problem.self) {
        try SQLiteDatabase("\(folder)/t.csv").query("SELECT 1 FROM t")
      }
    }
  }
}
