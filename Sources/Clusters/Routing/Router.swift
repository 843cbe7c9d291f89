public import Base
public import Serving

/// The replicas that take requests, as routers see them, by their place in the list.
public struct ReplicaViews {
  // The simulation keeps the list; routers only read.
  let replicas: ContiguousArray<Replica>
  /// What replicas outside of a simulation have to do; empty in one.
  let loads: ContiguousArray<ReplicaLoad>

  init(replicas: ContiguousArray<Replica>) {
    self.replicas = replicas
    loads = []
  }

  /// Creates the list of replicas that are really running, from what each has to do.
  public init(_ loads: [ReplicaLoad]) {
    self.loads = ContiguousArray(loads)
    replicas = []
  }

  /// How many replicas take requests; at least one when a router is asked.
  public var count: Int { replicas.count + loads.count }
  /// The number of a replica.
  public func id(_ index: Int) -> Int {
    loads.isEmpty ? replicas[index].id : loads[index].id
  }
  /// Requests that wait for their first blocks.
  public func waiting(_ index: Int) -> Int {
    loads.isEmpty ? replicas[index].state.waitingCount : loads[index].waiting
  }
  /// Requests that it was given and that have not ended.
  public func outstanding(_ index: Int) -> Int {
    loads.isEmpty ? replicas[index].outstanding : loads[index].outstanding
  }
  /// Tokens of those requests.
  public func outstandingTokens(_ index: Int) -> Int {
    loads.isEmpty ? replicas[index].outstandingTokens : loads[index].outstandingTokens
  }
  /// The share of its blocks that are held.
  public func occupancy(_ index: Int) -> Double {
    loads.isEmpty ? replicas[index].state.pool.occupancy : loads[index].occupancy
  }

  /// The place of the least value; the first of several.
  @inline(__always)
  public func least(_ value: (Int) -> Int) -> Int {
    var (best, least) = (0, value(0))
    for index in 1..<max(1, count) {
      let other = value(index)
      if other < least { (best, least) = (index, other) }
    }
    return best
  }
}

/// What a replica that is really running has to do.
public struct ReplicaLoad: Hashable, Sendable {
  /// Its number.
  public var id: Int
  /// Requests that wait for their first blocks.
  public var waiting: Int
  /// Requests that it was given and that have not ended.
  public var outstanding: Int
  /// Tokens of those requests.
  public var outstandingTokens: Int
  /// The share of its blocks that are held.
  public var occupancy: Double

  /// Creates a load.
  public init(
    id: Int, waiting: Int, outstanding: Int, outstandingTokens: Int, occupancy: Double
  ) {
    self.id = id
    self.waiting = waiting
    self.outstanding = outstanding
    self.outstandingTokens = outstandingTokens
    self.occupancy = occupancy
  }
}

/// Picks the replica for a request.
///
/// A router is a value: it may remember what it did, and a copy goes on by itself.
public protocol Router: Sendable {
  /// The place of the replica in the list; below 0 when it cannot say, which stops the run.
  mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int
}

/// A router that runs code which may look at the cluster, or copy it, while it is asked.
///
/// It keeps what it remembers elsewhere, so that it does not change when it is asked.
public protocol OutsideRouter: Router {
  /// The same as `pick`.
  func ask(_ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews) -> Int
}

extension OutsideRouter {
  /// The place of the replica in the list; below 0 when it cannot say.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int { ask(request, prefixes: prefixes, among: replicas) }
}

/// What routers may be told; each takes the options that its declaration names.
public struct RouterOptions: Hashable, Sendable {
  /// What random choices follow from.
  public var seed: UInt64
  /// Tokens that a replica may have more than the least loaded one.
  public var slackTokens = 65536

  /// Creates the defaults for a seed.
  public init(seed: UInt64 = 0) { self.seed = seed }
}

/// A router by its name.
public struct RouterKind: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// Makes one.
  public let make: @Sendable (RouterOptions) -> any Router

  /// Creates a kind.
  public init(_ info: Info, make: @escaping @Sendable (RouterOptions) -> any Router) {
    self.info = info
    self.make = make
  }

  /// Every router that is built in.
  public static let catalog = Catalog<RouterKind>(
    "router",
    [
      RoundRobinRouter.kind, RandomRouter.kind, LeastOutstandingRouter.kind,
      LeastWaitingRouter.kind, PrefixAffineRouter.kind,
    ])
}
