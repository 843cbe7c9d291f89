import Base
import Clusters
import Glibc
import Serving
import Synchronization
import TestSupport
import Testing

@Suite struct SweepTests {
  private func grid() throws -> SweepGrid {
    try SweepGrid([
      .init("n_replicas", [.integer(1), .integer(2)]),
      .init("rate", [.number(2), .number(6), .number(9.5)]),
      .init("cached", [.flag(false), .flag(true)]),
    ])
  }

  private func sweep(broken: Bool = false) throws -> Sweep {
    try Sweep(grid()) { (point) throws(Problem) in
      try StudySubjects.experiment(
        replicas: Int(point[0].number ?? 0), rate: point[1].number ?? 0, requests: 30
      ) {
        $0.isCaching = point[2] == .flag(true)
        if broken, point[1] == .number(6) { $0.blockCount = 0 }
      }
    }
  }

  @Test func `points are every combination, the last axis fastest`() throws {
    let grid = try grid()
    #expect(grid.count == 12)
    #expect(grid.point(0) == [.integer(1), .number(2), .flag(false)])
    #expect(grid.point(3) == [.integer(1), .number(6), .flag(true)])
    #expect(Set((0..<12).map(grid.point)).count == 12)
  }

  @Test(
    "grids that mean nothing are refused",
    arguments: [
      [], [("a", [])], [("a", [1]), ("A", [2])], [("a", [1, 1])], [("ttft_mean_seconds", [1])],
    ] as [[(String, [Int])]])
  func refused(axes: [(String, [Int])]) {
    #expect(throws: Problem.self) {
      try SweepGrid(axes.map { SweepGrid.Axis($0.0, $0.1.map(SweepValue.integer)) })
    }
  }

  @Test func `a sweep gives the same on any number of threads`() throws {
    var sweep = try sweep()
    let tables = try [0, 1, 2, 5].map { threads in
      sweep.threads = threads
      var seen = 0
      let result = try sweep.run(progress: { seen = $0.done })
      #expect(seen == 12)
      return result.table
    }
    // Not the numbers themselves: NaN, which stands for none, equals nothing.
    for table in tables { #expect(table.csv == tables[0].csv) }
    #expect(tables[0].names.prefix(4) == ["n_replicas", "rate", "cached", "arrived"])
  }

  @Test func `rows are stored, found again, and never taken for another experiment`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/sweep.db"
      var sweep = try sweep()
      sweep.database = (path, "points")
      let first = try sweep.run()
      let again = try sweep.run()
      #expect(again.points.allSatisfy(\.wasStored) && !first.points.contains(where: \.wasStored))
      #expect(again.table.csv == first.table.csv)
      let rows = try SQLiteDatabase(path, isReadOnly: true).query(
        "SELECT rate, ttft_mean_seconds FROM points WHERE rate > ? ORDER BY point", [.number(5)])
      #expect(rows.count == 8)
      #expect(
        try rows.numbers("ttft_mean_seconds")
          == first.table.numbers("ttft_mean_seconds")
          .enumerated().filter { [2, 3, 4, 5].contains($0.offset % 6) }.map(\.element))
      // Another cost model is another experiment.
      var other = try Sweep(grid()) { (point) throws(Problem) in
        try StudySubjects.experiment(requests: 30) {
          $0.cost = LinearCostModel(baseSeconds: 0.03)
        }
      }
      other.database = sweep.database
      #expect(try !other.run().points.contains(where: \.wasStored))
    }
  }

  @Test func `an interrupted sweep goes on where it was`() throws {
    try withTemporaryFolder { folder in
      var sweep = try sweep()
      sweep.database = ("\(folder)/sweep.db", "a table with \"quotes\"")
      sweep.threads = 0
      var done = 0
      let fault = #expect(throws: Problem.self) {
        try sweep.run(shouldStop: { done >= 4 }, progress: { done = $0.done })
      }
      #expect(fault?.kind == .interrupted)
      let result = try sweep.run()
      let stored = result.points.count(where: \.wasStored)
      #expect(stored >= 4 && stored < 12)
      sweep.database = nil
      #expect(try result.table.csv == sweep.run().table.csv)
    }
  }

  @Test func `a point that fails stops nothing and is tried again`() throws {
    try withTemporaryFolder { folder in
      var broken = try sweep(broken: true)
      broken.database = ("\(folder)/sweep.db", "points")
      let result = try broken.run()
      #expect(result.points.count { $0.fault != nil } == 4)
      #expect(try result.table["fault"] != .texts([]))
      #expect(try broken.run().points.count(where: \.wasStored) == 8)
      let best = try #require(try result.best("ttft_mean_seconds"))
      let ttft = try result.points.map { try $0["ttft_mean_seconds"] }.filter { !$0.isNaN }
      #expect(try best["ttft_mean_seconds"] == ttft.min())
    }
  }

  @Test func `work that is handed over comes once each, and a fault ends it`() throws {
    var seen = Set<Int>()
    let isComplete = try ParallelRuns.stream(500, threads: 3, { $0 * $0 }) {
      (index, square) throws(Problem) in
      #expect(square == index * index && seen.insert(index).inserted)
    }
    #expect(isComplete && seen.count == 500)
    let begun = Atomic<Int>(0)
    #expect(throws: Problem.self) {
      try ParallelRuns.stream(
        20_000, threads: 2,
        { _ in
          begun.add(1, ordering: .relaxed)
          usleep(200)
        }
      ) { (_, _) throws(Problem) in throw Problem("enough") }
    }
    #expect(begun.load(ordering: .relaxed) < 20_000)
  }
}
