public import Base
import Glibc

/// A cluster as autoscalers see it.
public struct ClusterView: Hashable, Sendable {
  /// The time, in seconds.
  public let time: Double
  /// Replicas that take requests.
  public let ready: Int
  /// Replicas that will.
  public let starting: Int
  /// Requests that came and have not ended.
  public let openRequests: Int
  /// Those among them that wait for their first blocks.
  public let waitingRequests: Int
  /// Requests that came since the start.
  public let arrivedRequests: Int
  /// Seconds until a new replica takes requests.
  public let startSeconds: Double

  /// Creates a view.
  public init(
    time: Double, ready: Int, starting: Int, openRequests: Int, waitingRequests: Int,
    arrivedRequests: Int, startSeconds: Double
  ) {
    self.time = time
    self.ready = ready
    self.starting = starting
    self.openRequests = openRequests
    self.waitingRequests = waitingRequests
    self.arrivedRequests = arrivedRequests
    self.startSeconds = startSeconds
  }
}

/// Says how many replicas there should be.
///
/// An autoscaler is a value: it may remember what it saw, and a copy goes on by itself.
public protocol Autoscaler: Sendable {
  /// Seconds between two questions.
  var intervalSeconds: Double { get }
  /// How many replicas there should be, those that start included; below 0 when it cannot say, which
  /// stops the run.
  mutating func desiredReplicas(_ view: ClusterView) -> Int
}

/// What autoscalers may be told; each takes the options that its declaration names.
public struct AutoscalerOptions: Hashable, Sendable {
  /// Seconds between two questions.
  public var intervalSeconds = 10.0
  /// Open requests that one replica should have.
  public var targetRequests = 20.0
  /// How long fewer must be enough before replicas go.
  public var holdSeconds = 120.0
  /// The rate that one replica serves.
  public var replicaRequestsPerSecond = 2.0
  /// The weight of the latest rate.
  public var smoothing = 0.3

  /// Creates the defaults.
  public init() {}

  /// What every autoscaler takes.
  static let interval = Parameter(
    name: "interval_seconds", kind: .number, unit: .seconds, defaultValue: "10", range: 1e-3...1e6,
    summary: "seconds between two questions")
}

/// An autoscaler by its name.
public struct AutoscalerKind: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// Makes one.
  public let make: @Sendable (AutoscalerOptions) -> any Autoscaler

  /// Creates a kind.
  public init(_ info: Info, make: @escaping @Sendable (AutoscalerOptions) -> any Autoscaler) {
    self.info = info
    self.make = make
  }

  /// Every autoscaler that is built in.
  public static let catalog = Catalog<AutoscalerKind>(
    "autoscaler", [ConcurrencyAutoscaler.kind, ForecastAutoscaler.kind])
}

/// Reacts: as many replicas as open requests need at a target for each, and fewer only after a while.
public struct ConcurrencyAutoscaler: Autoscaler {
  /// How it is known.
  public static let kind = AutoscalerKind(
    Info(
      "concurrency", "Open requests over a target per replica, as Knative's autoscaler.",
      parameters: [
        Parameter(
          name: "target_requests", kind: .number, unit: .requests, defaultValue: "20",
          range: 0.1...1e6, summary: "open requests that one replica should have",
          tradeOff: "more costs less and answers later"),
        Parameter(
          name: "hold_seconds", kind: .number, unit: .seconds, defaultValue: "120", range: 0...1e6,
          summary: "how long fewer must be enough before replicas go"),
        AutoscalerOptions.interval,
      ])
  ) {
    ConcurrencyAutoscaler(
      targetRequests: $0.targetRequests, holdSeconds: $0.holdSeconds,
      intervalSeconds: $0.intervalSeconds)
  }

  /// Seconds between two questions.
  public let intervalSeconds: Double
  private let targetRequests: Double
  private let holdSeconds: Double
  /// What was wanted lately; the largest of it counts.
  private var recent: [(time: Double, wanted: Int)] = []

  /// Creates the autoscaler.
  public init(targetRequests: Double = 20, holdSeconds: Double = 120, intervalSeconds: Double = 10)
  {
    precondition(targetRequests > 0 && holdSeconds >= 0 && intervalSeconds > 0)
    self.targetRequests = targetRequests
    self.holdSeconds = holdSeconds
    self.intervalSeconds = intervalSeconds
  }

  /// The largest number that was needed lately.
  public mutating func desiredReplicas(_ view: ClusterView) -> Int {
    let wanted = max(1, Int((Double(view.openRequests) / targetRequests).rounded(.up)))
    recent.removeAll { $0.time < view.time - holdSeconds }
    recent.append((view.time, wanted))
    return recent.reduce(1) { max($0, $1.wanted) }
  }
}

/// Predicts: the arrival rate at the time when a replica started now would be ready, by its level and
/// trend (Holt's double exponential smoothing).
public struct ForecastAutoscaler: Autoscaler {
  /// How it is known.
  public static let kind = AutoscalerKind(
    Info(
      "forecast", "The arrival rate when a new replica would be ready, by level and trend.",
      parameters: [
        Parameter(
          name: "replica_requests_per_second", kind: .number, unit: .requestsPerSecond,
          defaultValue: "2", range: 1e-6...1e6, summary: "the rate that one replica serves"),
        Parameter(
          name: "smoothing", kind: .number, unit: .ratio, defaultValue: "0.3", range: 0...1,
          summary: "the weight of the latest rate", tradeOff: "more follows faster and shakes more"),
        AutoscalerOptions.interval,
      ], source: "Holt, Forecasting seasonals and trends (1957)")
  ) {
    ForecastAutoscaler(
      replicaRequestsPerSecond: $0.replicaRequestsPerSecond, smoothing: $0.smoothing,
      intervalSeconds: $0.intervalSeconds)
  }

  /// Seconds between two questions.
  public let intervalSeconds: Double
  private let replicaRate: Double
  private let smoothing: Double
  private var level: Double?
  private var trend = 0.0
  private var arrived = 0

  /// Creates the autoscaler.
  public init(
    replicaRequestsPerSecond: Double = 2, smoothing: Double = 0.3, intervalSeconds: Double = 10
  ) {
    precondition(replicaRequestsPerSecond > 0 && intervalSeconds > 0)
    precondition(smoothing >= 0 && smoothing <= 1, "a weight from 0 to 1, got \(smoothing)")
    replicaRate = replicaRequestsPerSecond
    self.smoothing = smoothing
    self.intervalSeconds = intervalSeconds
  }

  /// What the forecast rate needs.
  public mutating func desiredReplicas(_ view: ClusterView) -> Int {
    let rate = Double(view.arrivedRequests - arrived) / intervalSeconds
    arrived = view.arrivedRequests
    let before = level ?? rate
    let now = smoothing * rate + (1 - smoothing) * (before + trend)
    trend = smoothing * (now - before) + (1 - smoothing) * trend
    level = now
    let ahead = now + trend * (view.startSeconds / intervalSeconds)
    return max(1, Int((max(ahead, 0) / replicaRate).rounded(.up)))
  }
}
