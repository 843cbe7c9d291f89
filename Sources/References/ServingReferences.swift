import Base
import Clusters
import Serving

/// The data of `serving/`: replays of Vidur's runs, statistics of traces, and hits of prefix caches.
enum ServingReferences {
  static var files: [any ReferenceFile] {
    [VidurRunsReference(), TraceStatisticsReference(), PrefixReuseReference()]
  }
}

/// `vidur_runs/*/scenario.json`: each run again, from Vidur's own tables of times.
struct VidurRunsReference: ReferenceFile {
  let folder = "serving"
  let name = "vidur_runs"

  /// What is asked of every request, in seconds.
  private static let tolerance = 1e-6

  func members(below root: String) throws(Problem) -> [any ReferenceFile] {
    guard FileIO.isDirectory("\(root)/\(folder)/\(name)") else { return [] }
    return try FileIO.list("\(root)/\(folder)/\(name)").map { run in
      FolderMember(folder: folder, name: "\(name)/\(run)/scenario.json") {
        (document, path) throws(Problem) in
        try Self.check(document, FileIO.directory(of: path))
      }
    }
  }

  func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally? { nil }

  private static func check(_ document: JSONValue, _ folder: String) throws(Problem)
    -> ReferenceTally?
  {
    let run = try VidurRun(folder: folder, document: document)
    let cluster = try run.cluster()
    cluster.run()
    var tally = ReferenceTally()
    let expected = try CSVTable(path: "\(folder)/requests.csv")
    let (ttft, e2e) = (try expected.numbers("ttft_s"), try expected.numbers("e2e_s"))
    let (delay, restarts) = (
      try expected.numbers("sched_delay_s"), try expected.integers("restarts")
    )
    guard ttft.count == cluster.trace.count else {
      throw Problem("\(ttft.count) results for \(cluster.trace.count) requests")
    }
    for index in 0..<ttft.count {
      let record = cluster.records[index]
      let off = [
        record.ttft - ttft[index], record.e2e - e2e[index], record.queueing - delay[index],
      ].map(abs)
      let isNear = off.allSatisfy { $0 <= tolerance }
      tally.count(
        isNear && Int(record.preemptions) == restarts[index],
        "request \(index): off by \(off) s, \(record.preemptions) restarts for \(restarts[index])")
    }
    try checkSteps(cluster, folder, &tally)
    return tally
  }

  /// The first steps, which show where a difference begins.
  private static func checkSteps(
    _ cluster: Cluster, _ folder: String, _ tally: inout ReferenceTally
  ) throws(Problem) {
    let path = "\(folder)/batches_first2000.csv"
    guard FileIO.exists(path) else { return }
    let expected = try CSVTable(path: path)
    let (starts, seconds) = (try expected.numbers("start_s"), try expected.numbers("exec_s"))
    let (replicas, sizes) = (try expected.integers("replica"), try expected.integers("size"))
    let steps = cluster.steps.values.sorted {
      ($0.startedAt, $0.replica) < ($1.startedAt, $1.replica)
    }
    // Vidur writes down each stage of a step; here a step is one thing.
    guard cluster.options.stages == 1 else { return }
    for index in 0..<min(starts.count, steps.count) {
      let step = steps[index]
      let isSame =
        Int(step.replica) == replicas[index] && Int(step.decodes + step.prefills) == sizes[index]
        && abs(step.startedAt - starts[index]) <= tolerance
        && abs(step.endedAt - step.startedAt - seconds[index]) <= tolerance
      tally.count(isSame, "step \(index): \(step), expected a start at \(starts[index])")
    }
  }
}

/// One of the files of a folder whose names are not known beforehand.
struct FolderMember: ReferenceFile {
  let folder: String
  let name: String
  let body: (JSONValue, String) throws(Problem) -> ReferenceTally?

  func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally? {
    try body(document, path)
  }
}
