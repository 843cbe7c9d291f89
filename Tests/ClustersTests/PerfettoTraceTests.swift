import Base
import Clusters
import Serving
import TestSupport
import Testing

@Suite struct PerfettoTraceTests {
  private func events(_ cluster: Cluster, _ trace: PerfettoTrace = PerfettoTrace()) throws
    -> [JSONValue]
  {
    let document = try JSONValue(parsing: trace.bytes(of: cluster))
    return try #require(document["traceEvents"]?.array)
  }

  @Test func `every event has what the format wants of its phase`() throws {
    let cluster = try StudySubjects.busyCluster()
    for event in try events(cluster) {
      #expect(event["name"]?.string?.isEmpty == false)
      #expect(event["pid"]?.integer ?? 0 >= 1 && event["tid"]?.integer != nil)
      let phase = try #require(event["ph"]?.string)
      #expect(["M", "X", "C", "b", "e", "i"].contains(phase))
      if phase != "M" { #expect(event["ts"]?.double ?? -1 >= 0) }
      if phase == "X" { #expect(event["dur"]?.double ?? -1 >= 0) }
      if phase == "b" || phase == "e" { #expect(event["id"] != nil && event["cat"] != nil) }
    }
  }

  @Test func `slices of one row never overlap, and there is one for each step`() throws {
    let cluster = try StudySubjects.busyCluster()
    var ends: [[Int]: Double] = [:]
    var slices = 0
    for event in try events(cluster) where event["ph"]?.string == "X" {
      slices += 1
      let row = [event["pid"]?.integer ?? 0, event["tid"]?.integer ?? 0]
      let begin = try #require(event["ts"]?.double)
      // Times are rounded to nanoseconds.
      #expect(begin >= (ends[row] ?? 0) - 0.0011, "row \(row)")
      ends[row] = begin + (event["dur"]?.double ?? 0)
    }
    #expect(slices == cluster.totals.steps)
    #expect(ends.count == 4, "two stages of two replicas")
  }

  @Test func `a request's queue, prefill and decode fill its span`() throws {
    let cluster = try StudySubjects.busyCluster()
    var open: [String: Double] = [:]
    var lengths: [Int: [String: Double]] = [:]
    for event in try events(cluster) where event["cat"]?.string == "request" {
      let (id, name) = (try #require(event["id"]?.integer), try #require(event["name"]?.string))
      let time = try #require(event["ts"]?.double)
      if event["ph"]?.string == "b" {
        open["\(id) \(name)"] = time
      } else {
        lengths[id, default: [:]][name] = time - (open["\(id) \(name)"] ?? .nan)
      }
    }
    let served = cluster.records.values.indices.filter { !cluster.records[$0].isRejected }
    #expect(Set(lengths.keys) == Set(served))
    for (id, parts) in lengths {
      let whole = try #require(parts["request \(id)"])
      let sum = parts.reduce(0) { $1.key == "request \(id)" ? $0 : $0 + $1.value }
      #expect(abs(whole - cluster.records[id].e2e * 1e6) < 0.01 && abs(sum - whole) < 0.01)
    }
  }

  @Test func `a window keeps what overlaps it`() throws {
    let cluster = try StudySubjects.busyCluster()
    let middle = cluster.time / 2
    let some = try events(
      cluster, PerfettoTrace(window: middle...middle + 0.5, includesRequests: false))
    let slices = some.filter { $0["ph"]?.string == "X" }
    #expect(!slices.isEmpty && slices.count < cluster.totals.steps)
    #expect(slices.allSatisfy { ($0["ts"]?.double ?? 0) <= (middle + 0.5) * 1e6 })
    #expect(!some.contains { $0["ph"]?.string == "b" })
  }

  @Test func `the validator of the format finds no fault, and finds those that are put in`() throws
  {
    let root = FileIO.directory(of: FileIO.directory(of: FileIO.directory(of: #filePath)))
    let text = String(
      decoding: PerfettoTrace().bytes(of: try StudySubjects.busyCluster()), as: UTF8.self)
    let damages = [
      ("", "", nil), ("\"dur\":", "\"dur\":-", "not microseconds"),
      ("\"ph\":\"e\"", "\"ph\":\"b\"", "never ends"), ("process_name", "process_nam", "no name"),
      ("\"dur\":", "\"dur\":9", "before the last ends"), ("]}", "}", "delimiter"),
    ]
    for (old, new, fault) in damages {
      let result = try withTemporaryFolder { folder in
        let path = folder + "/trace.json"
        try FileIO.write(Array(text.replacing(old, with: new).utf8), to: path)
        return try ChildProcess.run(["python3", root + "/scripts/validate-traces", path])
      }
      #expect(result.status == (fault == nil ? 0 : 1), "\(result.output)")
      if let fault { #expect(result.output.contains(fault), "\(result.output)") }
    }
  }
}
