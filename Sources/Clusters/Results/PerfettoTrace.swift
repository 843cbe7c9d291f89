import Base
import Serving

/// A run as a trace that ui.perfetto.dev and chrome://tracing open.
///
/// Every replica is a process: its steps are slices, one row per pipeline stage in flight; requests are
/// asynchronous spans with their time in the queue, over the prompt and over the answer inside; blocks,
/// waiting and running sequences are counters.
///
/// Source: Trace Event Format (Google, 2016).
public struct PerfettoTrace: Sendable {
  /// Only what overlaps these seconds is written.
  public var window: ClosedRange<Double>
  /// Whether requests are written, which take most of the bytes.
  public var includesRequests: Bool

  /// Creates a trace of a whole run or of a part of it.
  public init(window: ClosedRange<Double> = 0...Double.infinity, includesRequests: Bool = true) {
    self.window = window
    self.includesRequests = includesRequests
  }

  /// The bytes of the JSON document.
  public func bytes(of cluster: Cluster) -> [UInt8] {
    var writer = PerfettoWriter(window: window)
    writer.begin(cluster.trace.name, stride: cluster.stepStride)
    writer.names(of: cluster)
    writer.steps(of: cluster)
    if includesRequests { writer.requests(of: cluster) }
    return writer.end()
  }
}

private struct PerfettoWriter {
  private static let stepsThread = 1
  private let window: ClosedRange<Double>
  private var out = ResultBytes()
  private var isFirst = true

  init(window: ClosedRange<Double>) { self.window = window }

  mutating func begin(_ name: String, stride: Int) {
    let about: JSONValue = [
      "workload": .string(name), "steps_per_slice": .integer(stride), "program": "orrery",
    ]
    out.text("{\"displayTimeUnit\":\"ms\",\"otherData\":\(about.formatted()),\"traceEvents\":[\n")
  }

  mutating func end() -> [UInt8] {
    out.put("\n]}\n")
    return out.bytes
  }

  /// Processes, and a row for each pipeline stage.
  mutating func names(of cluster: Cluster) {
    for replica in cluster.replicas {
      name("process_name", pid: replica.id + 1, tid: 0, "replica \(replica.id)")
      sortIndex(pid: replica.id + 1, replica.id)
      for lane in 0..<cluster.options.stages {
        let title = cluster.options.stages == 1 ? "steps" : "steps in flight \(lane + 1)"
        name("thread_name", pid: replica.id + 1, tid: Self.stepsThread + lane, title)
      }
    }
  }

  private mutating func name(_ kind: String, pid: Int, tid: Int, _ value: String) {
    open(kind, "M", pid: pid, tid: tid)
    out.text(",\"args\":{\"name\":\(JSONValue.string(value).formatted())}}")
  }

  private mutating func sortIndex(pid: Int, _ index: Int) {
    open("process_sort_index", "M", pid: pid, tid: 0)
    out.text(",\"args\":{\"sort_index\":\(index)}}")
  }

  // MARK: Steps

  mutating func steps(of cluster: Cluster) {
    // When each row of each replica is free again.
    var free = [[Double]](
      repeating: [Double](repeating: -.infinity, count: cluster.options.stages),
      count: cluster.replicas.count)
    let blocks = cluster.options.blockCount
    for index in 0..<cluster.steps.count {
      let step = cluster.steps[index]
      guard overlaps(step.startedAt, step.endedAt) else { continue }
      let replica = Int(step.replica)
      let lane = free[replica].firstIndex { $0 <= step.startedAt } ?? 0
      free[replica][lane] = step.endedAt
      slice(step, lane)
      counters(step, blocks)
    }
  }

  private mutating func slice(_ step: StepRecord, _ lane: Int) {
    let name = step.prefills == 0 ? "decode" : step.decodes == 0 ? "prefill" : "mixed"
    open(name, "X", pid: Int(step.replica) + 1, tid: Self.stepsThread + lane)
    out.put(",\"ts\":")
    time(step.startedAt)
    out.put(",\"dur\":")
    time(step.endedAt - step.startedAt)
    out.put(",\"args\":{\"tokens\":")
    out.integer(Int(step.tokens))
    out.put(",\"decodes\":")
    out.integer(Int(step.decodes))
    out.put(",\"prefills\":")
    out.integer(Int(step.prefills))
    out.put("}}")
  }

  private mutating func counters(_ step: StepRecord, _ blocks: Int) {
    let pid = Int(step.replica) + 1
    counter("KV blocks", pid, step.startedAt)
    out.put("\"held\":")
    out.integer(Int(step.usedBlocks))
    out.put(",\"free\":")
    out.integer(max(0, blocks - Int(step.usedBlocks)))
    out.put("}}")
    counter("waiting", pid, step.startedAt)
    out.put("\"requests\":")
    out.integer(Int(step.waiting))
    out.put("}}")
    counter("running", pid, step.startedAt)
    out.put("\"sequences\":")
    out.integer(Int(step.decodes + step.prefills))
    out.put("}}")
  }

  private mutating func counter(_ name: String, _ pid: Int, _ seconds: Double) {
    open(name, "C", pid: pid, tid: 0)
    out.put(",\"ts\":")
    time(seconds)
    out.put(",\"args\":{")
  }

  // MARK: Requests

  mutating func requests(of cluster: Cluster) {
    for index in 0..<cluster.records.count {
      let record = cluster.records[index]
      guard !record.arrivedAt.isNaN else { continue }
      let end = record.finishedAt.isNaN ? cluster.time : record.finishedAt
      guard overlaps(record.arrivedAt, end) else { continue }
      let pid = Int(record.replica) + 1
      if record.isRejected {
        open("request \(index) turned away", "i", pid: pid, tid: Self.stepsThread)
        out.put(",\"s\":\"p\",\"ts\":")
        time(record.arrivedAt)
        out.put("}")
        continue
      }
      span("request \(index)", index, pid, record.arrivedAt, end) {
        $0.put(",\"args\":{\"prompt_tokens\":")
        $0.integer(Int(cluster.trace.promptTokens[index]))
        $0.put(",\"output_tokens\":")
        $0.integer(Int(cluster.trace.outputTokens[index]))
        $0.put(",\"cached_tokens\":")
        $0.integer(Int(record.cachedTokens))
        $0.put(",\"preemptions\":")
        $0.integer(Int(record.preemptions))
        $0.put("}")
      }
      parts(record, index, pid, end)
    }
  }

  /// What a request's time was spent on, up to where it is known.
  private mutating func parts(_ record: RequestRecord, _ index: Int, _ pid: Int, _ end: Double) {
    let scheduled = record.scheduledAt.isNaN ? end : record.scheduledAt
    let first = record.firstTokenAt.isNaN ? end : record.firstTokenAt
    let spans = [
      ("queue", record.arrivedAt, scheduled), ("prefill", scheduled, first), ("decode", first, end),
    ]
    for (name, from, to) in spans where to > from { span(name, index, pid, from, to) { _ in } }
  }

  private mutating func span(
    _ name: String, _ id: Int, _ pid: Int, _ from: Double, _ to: Double,
    _ arguments: (inout ResultBytes) -> Void
  ) {
    for (phase, seconds) in [("b", from), ("e", to)] {
      open(name, phase, pid: pid, tid: Self.stepsThread)
      out.put(",\"cat\":\"request\",\"id\":")
      out.integer(id)
      out.put(",\"ts\":")
      time(seconds)
      if phase == "b" { arguments(&out) }
      out.put("}")
    }
  }

  // MARK: Parts of events

  private func overlaps(_ from: Double, _ to: Double) -> Bool {
    to >= window.lowerBound && from <= window.upperBound
  }

  private mutating func open(_ name: String, _ phase: String, pid: Int, tid: Int) {
    if !isFirst { out.put(",\n") }
    isFirst = false
    out.put("{\"name\":\"")
    out.text(name)
    out.put("\",\"ph\":\"")
    out.text(phase)
    out.put("\",\"pid\":")
    out.integer(pid)
    out.put(",\"tid\":")
    out.integer(tid)
  }

  /// Microseconds with three digits behind the point, which are nanoseconds.
  private mutating func time(_ seconds: Double) {
    let nanoseconds = Int((seconds * 1e9).rounded())
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1000)
    out.integer(whole)
    guard rest > 0 else { return }
    out.put(".")
    if rest < 100 { out.put("0") }
    if rest < 10 { out.put("0") }
    out.integer(rest)
  }
}
