public import Base
import Serving

/// One number that says how a run went.
public struct Metric: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// Its unit.
  public let unit: Unit
  /// True where less is better, false where more is; nothing where neither is.
  public let isLessBetter: Bool?
  let value: @Sendable (RunResult) -> Double

  /// Every metric, in the order of tables.
  public static let catalog = Catalog<Metric>(
    "metric", counts + rates + latencies + loads + costs)

  private init(
    _ name: String, _ summary: String, _ unit: Unit, isLessBetter: Bool? = nil,
    _ value: @escaping @Sendable (RunResult) -> Double
  ) {
    info = Info(name, summary)
    self.unit = unit
    self.isLessBetter = isLessBetter
    self.value = value
  }

  private static let counts = [
    Metric("arrived", "Requests that came.", .requests) { Double($0.report.arrived) },
    Metric("finished", "Requests that have all their tokens.", .requests) {
      Double($0.report.finished)
    },
    Metric("rejected", "Requests that were turned away.", .requests, isLessBetter: true) {
      Double($0.report.rejected)
    },
    Metric("makespan_seconds", "From the start to the last end.", .seconds, isLessBetter: true) {
      $0.report.makespanSeconds
    },
  ]

  private static let rates = [
    Metric(
      "requests_per_second", "Requests that ended, per second.", .requestsPerSecond,
      isLessBetter: false
    ) { $0.report.requestsPerSecond },
    Metric(
      "output_tokens_per_second", "Tokens of answers per second.", .tokensPerSecond,
      isLessBetter: false
    ) { $0.report.outputTokensPerSecond },
    Metric(
      "total_tokens_per_second", "Tokens of prompts and answers per second.", .tokensPerSecond,
      isLessBetter: false
    ) { $0.report.totalTokensPerSecond },
    Metric(
      "goodput_requests_per_second", "Requests within their limits, per second.",
      .requestsPerSecond, isLessBetter: false
    ) { $0.report.goodput },
    Metric(
      "slo_ratio", "The share of requests within their limits.", .ratio, isLessBetter: false
    ) { result in result.report.arrived == 0 ? .nan : result.report.keptShare },
  ]

  private static let latencies: [Metric] =
    spread("ttft", "Time to the first token", \.ttft) + spread("tpot", "Time per token", \.tpot)
    + spread("itl", "Time from token to token", \.itl)
    + spread("e2e", "Time to the last token", \.e2e)
    + spread("queueing", "Time to the first step", \.queueing)

  private static func spread(
    _ name: String, _ title: String, _ path: @escaping @Sendable (ClusterReport) -> Spread
  ) -> [Metric] {
    let parts: [(String, String, @Sendable (Spread) -> Double)] = [
      ("mean", "mean", { $0.mean }), ("p50", "median", { $0.p50 }),
      ("p90", "90th percentile", { $0.p90 }), ("p99", "99th percentile", { $0.p99 }),
    ]
    return parts.map { part, words, value in
      Metric("\(name)_\(part)_seconds", "\(title), \(words).", .seconds, isLessBetter: true) {
        value(path($0.report))
      }
    }
  }

  private static let loads = [
    Metric("utilisation_ratio", "The share of time in which replicas computed.", .ratio) {
      $0.report.utilisation
    },
    Metric("kv_occupancy_ratio", "The share of blocks that were held.", .ratio) {
      $0.report.occupancy
    },
    Metric(
      "prefix_hit_ratio", "The share of prompt tokens that came from the prefix cache.", .ratio,
      isLessBetter: false
    ) { $0.report.prefixTokens.asked > 0 ? $0.report.prefixTokens.ratio : .nan },
    Metric(
      "preemptions", "Times that a sequence's blocks were taken.", .requests, isLessBetter: true
    ) { Double($0.report.preemptions) },
    Metric("steps", "Steps of all replicas.", .steps) { Double($0.report.totals.steps) },
    Metric("replica_count", "Replicas there ever were.", .ratio, isLessBetter: true) {
      Double($0.report.replicas)
    },
    Metric(
      "replica_seconds", "Seconds that replicas were there, together.", .seconds,
      isLessBetter: true
    ) { $0.report.replicaSeconds },
  ]

  private static let costs = [
    Metric("cost_usd", "Dollars for the GPUs.", .dollars, isLessBetter: true) {
      $0.cost?.price.dollarsPerHour ?? 0 > 0 ? $0.cost?.dollars ?? .nan : .nan
    },
    Metric(
      "million_tokens_usd", "Dollars for a million tokens of prompts and answers.", .dollars,
      isLessBetter: true
    ) {
      $0.cost?.price.dollarsPerHour ?? 0 > 0 ? $0.cost?.dollarsPerMillionTokens ?? .nan : .nan
    },
    Metric("energy_joules", "Energy of the GPUs.", .joules, isLessBetter: true) {
      $0.cost?.price.watts ?? 0 > 0 ? $0.cost?.joules ?? .nan : .nan
    },
  ]
}

/// What came of a run, without the run.
public struct RunResult: Sendable {
  /// What it says of requests and replicas.
  public let report: ClusterReport
  /// What it cost, where prices are known.
  public let cost: RunCost?
  /// The values of `Metric.catalog`, in its order; NaN where there is none.
  public private(set) var values: [Double] = []

  /// Reports a run.
  public init(_ cluster: Cluster, price: ReplicaPrice? = nil) {
    let report = ClusterReport(cluster)
    self.report = report
    cost = price.map { RunCost(cluster, report, price: $0) }
    values = Metric.catalog.elements.map { $0.value(self) }
  }

  /// The value of a metric; NaN where there is none.
  public subscript(name: String) -> Double {
    get throws(Problem) {
      let metric = try Metric.catalog[name]
      return metric.value(self)
    }
  }

  /// The metrics that have a value, by name.
  public var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(report.name)
    for (metric, value) in zip(Metric.catalog.elements, values) where value.isFinite {
      object[metric.info.name] =
        abs(value) < 1e15 && value == value.rounded() ? .integer(Int(value)) : .number(value)
    }
    var classes: [JSONValue] = []
    for result in report.classes
    where result.slaClass.ttftSeconds.isFinite
      || result.slaClass.tpotSeconds.isFinite
    {
      classes.append(Self.json(result))
    }
    if !classes.isEmpty { object["classes"] = .array(classes) }
    return .object(object)
  }

  private static func json(_ result: ClusterReport.ClassResult) -> JSONValue {
    [
      "name": .string(result.slaClass.name), "ttft_seconds": .number(result.slaClass.ttftSeconds),
      "tpot_seconds": .number(result.slaClass.tpotSeconds), "finished": .integer(result.finished),
      "kept": .integer(result.kept),
    ]
  }
}
