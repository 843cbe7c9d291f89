import Base
import Clusters
import Serving
import TestSupport
import Testing

@Suite struct ExportTests {
  @Test func `numbers come back from comma-separated lines exactly`() throws {
    let values = [0.1, 1.0 / 3, 1e-300, 12345678.9, 0, -7, 3e17, .nan, .infinity]
    let table = ResultTable([
      .init("value", .numbers(values)), .init("n", .integers([0, 9, 10, 99, 100, -5, 7, .max, 1])),
      .init("a \"b\", c", .texts(["x", "", "1,2", "\"", "a\nb", "é", "7", "8", "9"])),
    ])
    try withTemporaryFolder { folder in
      let path = "\(folder)/t.csv"
      try ResultExport.csv(table, to: path)
      let text = String(decoding: try FileIO.read(path), as: UTF8.self)
      #expect(text.hasPrefix("value,n,\"a \"\"b\"\", c\"\n0.1,0,x\n"))
      let read = text.split(separator: "\n").dropFirst().compactMap {
        Double($0.split(separator: ",")[0])
      }
      #expect(Array(read.prefix(4)) == Array(values.prefix(4)))
      #expect(text.contains("\n,\(Int.max),8\n"), "NaN is an empty field")
    }
  }

  @Test func `tables of requests and steps agree with the report`() throws {
    let cluster = try StudySubjects.busyCluster()
    let report = ClusterReport(cluster)
    let requests = cluster.requestTable
    #expect(requests.count == report.arrived)
    let ttft = try requests.numbers("ttft_seconds")
    #expect(Spread(ttft) == report.ttft)
    #expect(try requests.numbers("rejected").reduce(0, +) == Double(report.rejected))
    #expect(report.rejected == 1)
    #expect(cluster.stepTable.count == report.totals.steps)
    #expect(throws: Problem.self) { try requests.numbers("ttft") }
  }

  @Test("sums over intervals are the sums over the run", arguments: [0, 0.37, 1, 1000])
  func series(interval: Double) throws {
    let cluster = try StudySubjects.busyCluster()
    let series = try TimeSeries(cluster, intervalSeconds: interval)
    let (table, report) = (series.table, ClusterReport(cluster))
    func sum(_ name: String) throws -> Double { try table.numbers(name).reduce(0, +) }
    #expect(try sum("arrivals") == Double(report.arrived))
    #expect(try sum("finished") == Double(report.finished))
    #expect(try sum("rejected") == Double(report.rejected))
    // Means over time times their intervals are seconds of waiting and running.
    let ends = cluster.time
    let lengths = try table.numbers("start_seconds").map { min(ends - $0, series.intervalSeconds) }
    func seconds(_ name: String) throws -> Double {
      zip(try table.numbers(name), lengths).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let records = cluster.records.values.filter { !$0.isRejected }
    let waited = records.reduce(0) { $0 + $1.queueing }
    let ran = records.reduce(0) { $0 + $1.finishedAt - $1.scheduledAt }
    #expect(abs(try seconds("waiting") - waited) < 1e-6 * max(1, waited))
    #expect(abs(try seconds("running") - ran) < 1e-6 * ran)
    #expect(abs(try seconds("replicas") - report.replicaSeconds) < 1e-6 * report.replicaSeconds)
    #expect(try table.numbers("kv_occupancy_ratio").allSatisfy { (0...1).contains($0) })
  }

  @Test func `a run exported as JSON has its metrics, requests and series`() throws {
    let experiment = try StudySubjects.experiment()
    let cluster = try experiment.cluster()
    try withTemporaryFolder { folder in
      let path = "\(folder)/run.json"
      try ResultExport.json(cluster, price: experiment.price, includesSteps: true, to: path)
      let document = try JSONValue(parsing: FileIO.read(path), file: path)
      #expect(document["report"]?["finished"]?.integer == 80)
      #expect(document["report"]?["cost_usd"]?.double ?? 0 > 0)
      #expect(document["requests"]?.array?.count == 80)
      #expect(document["steps"]?.array?.count == cluster.totals.steps)
      #expect(document["series"]?.array?.isEmpty == false)
    }
  }

  @Test func `dollars are hours of GPUs, and what prompts and answers pay adds up`() throws {
    let experiment = try StudySubjects.experiment(replicas: 3)
    let cluster = try experiment.cluster()
    let price = try #require(experiment.price)
    let (cost, report) = (RunCost(cluster, price: price), ClusterReport(cluster))
    #expect(abs(cost.dollars - report.replicaSeconds * 2 * 3.6 / 3600) < 1e-9)
    let (prompt, output) = (
      Double(cluster.trace.totalPromptTokens), Double(cluster.trace.totalOutputTokens)
    )
    let paid =
      (cost.dollarsPerMillionPromptTokens * prompt + cost.dollarsPerMillionOutputTokens * output)
      / 1e6
    #expect(abs(paid - cost.dollars) < 1e-9 * cost.dollars)
    #expect((0.01...0.99).contains(cost.promptShare))
    // Between idling throughout and computing prompts throughout.
    let most = report.replicaSeconds * 2 * 400
    #expect(cost.joules > 0.1 * most && cost.joules < most)
  }
}
