import Base
import Figures
public import LuaBridge
public import Sharing
import Simulation

extension SharingResult: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "sharing.Result"

  /// What Lua sees of a run.
  public static let exported = Exported<SharingResult>(
    "What came of tenants that shared a GPU.",
    example:
      #"return sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
  ) {
    property("policy", "How they shared.") { $0.policy }
    property("seconds", "The virtual time of the run.", unit: .seconds) { $0.seconds }
    property("gpus", "How many GPUs were used.") { $0.gpus }
    property("utilization", "The share of time in which a kernel ran: what nvidia-smi shows.") {
      $0.utilization
    }
    property("multiprocessor_utilization", "The share of SM time that blocks filled.") {
      $0.multiprocessorUtilization
    }
    property("bandwidth_utilization", "The share of memory bandwidth that was used.") {
      $0.bandwidthUtilization
    }
    property("switch_share", "The share of time that changes between tenants took.") {
      $0.switchShare
    }
    property(
      "throughput", "Requests of all tenants in a second.", unit: .requestsPerSecond
    ) { $0.throughput }
    property("fairness", "Jain's index of the tenants' work; 1 is equal.") { $0.fairness }
    property("tenants", "What came of each tenant.") { $0.tenants }
    property("latency_seconds", "The latencies of all tenants.", unit: .seconds) {
      StatisticsObject(Observations($0.tenants.flatMap(\.latencies)))
    }
    method("violations", "What tenants did to each other.", .state) { result, state in
      result.violations.map { violation in
        state.makeTable(fields: [
          "seconds": .number(violation.seconds), "kind": .text(violation.kind.rawValue),
          "culprit": .text(violation.culprit), "victim": .text(violation.victim),
        ])
      }
    }
    .returns("{seconds: number, kind: string, culprit: string, victim: string}[]")
    .example(
      #"return #sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
        + ":violations()")
    method(
      "timeline", "Who ran when, as a picture.",
      .named(
        .number("from_seconds", "where it begins", unit: .seconds, default: 0, range: 0...),
        .optional(.number("to_seconds", "where it ends", unit: .seconds, range: 0...)),
        .optional(.string("title", "heading")))
    ) { result, options in
      let (from, to, title) = options.values
      return SharingFigures.timeline(result, from: from, to: to, title: title)
    }
    .example(
      #"return sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
        + ":timeline { to_seconds = 0.01 }")
    method("latencies", "The distribution of each tenant's latencies, as a picture.") {
      SharingFigures.latencies($0)
    }
    .example(
      #"return sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
        + ":latencies()")
    method("table", "A row for each tenant, as a figure.") { SharingFigures.table($0) }
      .example(
        #"return sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
          + ":table()")
    method("__mime", "The forms that a notebook shows.", .state) { result, state in
      FigureDisplay.forms(SharingFigures.table(result), state)
    }
    metamethod(.string, "A row for each tenant, as text.", .state) { result, state in
      SharingFigures.table(result).text(
        width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    }
  }
}

extension TenantReport: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "sharing.Tenant"

  /// What Lua sees of one tenant.
  public static let exported = Exported<TenantReport>(
    "What came of one tenant.",
    example:
      #"return sharing.run { device = "A30", tenants = { { kernel = { seconds = 0.001 } } } }"#
      + ".tenants[1]"
  ) {
    property("name", "Its name.") { $0.name }
    property("requests", "Requests that ended.", unit: .requests) { $0.latencies.count }
    property("latency_seconds", "Their latencies.", unit: .seconds) {
      StatisticsObject(Observations($0.latencies))
    }
    property("mean_seconds", "The mean latency; nil without requests.", unit: .seconds) {
      $0.meanLatency
    }
    property("p50_seconds", "The median latency; nil without requests.", unit: .seconds) {
      $0.quantiles.at(0.5)
    }
    property("p99_seconds", "The 99th percentile; nil without requests.", unit: .seconds) {
      $0.quantiles.at(0.99)
    }
    property("jitter_seconds", "The standard deviation of latencies.", unit: .seconds) {
      $0.jitter
    }
    property("kernels", "Kernels that ended.") { $0.kernels }
    property("work_seconds", "Block time of its kernels at full speed.", unit: .seconds) {
      $0.work
    }
    property("busy_seconds", "How long a kernel of it ran.", unit: .seconds) { $0.busySeconds }
    property("multiprocessor_seconds", "SM time that its blocks filled.", unit: .seconds) {
      $0.multiprocessorSeconds
    }
    property("moved_bytes", "What it moved to and from device memory.", unit: .bytes) { $0.bytes }
    property("held_seconds", "How long launches were held back.", unit: .seconds) {
      $0.heldSeconds
    }
    property("memory_bytes", "Device memory it has at the end.", unit: .bytes) { $0.memoryBytes }
    property("peak_memory_bytes", "The most device memory it had.", unit: .bytes) {
      $0.peakBytes
    }
    property("refusals", "How often memory was refused.") { $0.refusals }
    property("stopped_at_seconds", "When a fault ended it; nil for no fault.", unit: .seconds) {
      $0.stoppedAt
    }
  }
}

extension TenantReport: CustomStringConvertible {
  /// One line that says how it was served.
  public var description: String {
    let quantiles = quantiles
    let times = [(0.5, "p50"), (0.99, "p99")].compactMap { share, name in
      quantiles.at(share).map { "\(name) \(shownTime($0))" }
    }
    return "sharing.Tenant \(name): \(latencies.count) requests"
      + times.map { ", " + $0 }.joined()
      + (stoppedAt.map { ", stopped at \(shownTime($0))" } ?? "")
  }
}
