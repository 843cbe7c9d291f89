import Base
public import Serving

/// Goes around: each request to the next replica.
public struct RoundRobinRouter: Router {
  /// How it is known.
  public static let kind = RouterKind(
    Info("round-robin", "Each request goes to the next replica.")
  ) { _ in RoundRobinRouter() }

  private var next = 0

  /// Creates the router.
  public init() {}

  /// The next one.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int {
    if next >= replicas.count { next = 0 }
    defer { next += 1 }
    return next
  }
}

/// Picks any replica, each as likely as the others.
public struct RandomRouter: Router {
  /// How it is known.
  public static let kind = RouterKind(
    Info("random", "Each request goes to a replica drawn by lot.")
  ) { RandomRouter(seed: $0.seed) }

  private var random: SeededRandom

  /// Creates the router for a seed.
  public init(seed: UInt64) { random = SeededRandom(seed: seed, named: "router") }

  /// A random one.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int { random.nextInteger(below: replicas.count) }
}

/// Picks the replica with the fewest requests that have not ended.
public struct LeastOutstandingRouter: Router {
  /// How it is known.
  public static let kind = RouterKind(
    Info("least-outstanding", "Fewest requests that have not ended wins.")
  ) { _ in LeastOutstandingRouter() }

  /// Creates the router.
  public init() {}

  /// The first of those with the fewest.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int { replicas.least { replicas.outstanding($0) } }
}

/// Picks the replica where the fewest requests wait to be admitted: Vidur's `lor`.
public struct LeastWaitingRouter: Router {
  /// How it is known.
  public static let kind = RouterKind(
    Info(
      "lor", "Fewest requests that wait to be admitted wins.",
      source: "microsoft/vidur, lor_global_scheduler.py at 7d47513")
  ) { _ in LeastWaitingRouter() }

  /// Creates the router.
  public init() {}

  /// The first of those with the fewest.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int { replicas.least { replicas.waiting($0) } }
}
