public import Base
import Glibc
public import Serving
import Simulation

/// A cluster in virtual time: requests arrive, a router spreads them, each replica's scheduler plans its
/// steps, and a cost model says how long they take.
///
/// One event stands for one step; arrivals are merged from a sorted column. Everything can be looked at
/// and changed between two instants, and a copy goes on by itself. The same options and trace give the
/// same results, bit by bit. It belongs to one thread at a time.
public final class Cluster {
  /// What it was made of; see `scheduler`, `router`, `budget`, `cost` for what can be changed later.
  public let options: ClusterOptions
  /// The requests that come.
  public let trace: Trace
  /// The time, in seconds.
  public internal(set) var time = 0.0
  /// Every replica there ever was, by number.
  public internal(set) var replicas: ContiguousArray<Replica> = []
  /// What became of each request, by its number in the trace.
  public internal(set) var records: Column<RequestRecord>
  /// Steps in the order in which they were planned, every `stepStride`-th of all.
  public internal(set) var steps = Column<StepRecord>()
  /// How many steps there are for one that is kept.
  public internal(set) var stepStride = 1
  /// Sums over the steps.
  public internal(set) var totals = ClusterTotals()
  /// Times from token to token.
  public internal(set) var itl = LogHistogram()

  /// Decides the steps of each replica; can be changed between two instants.
  public var scheduler: any Scheduler {
    didSet {
      for replica in replicas { replica.state.adopt(scheduler) }
      planAnew()
      needsAttention = true
    }
  }
  /// Picks the replica of each request; can be changed between two instants.
  public var router: any Router {
    get { ownRouter }
    set {
      ownRouter = newValue
      outsideRouter = newValue as? any OutsideRouter
    }
  }
  /// Picks the replica of each answer, where prompts and answers are apart, while `router` picks that of
  /// each prompt; can be changed between two instants.
  public var answerRouter: any Router {
    get { ownAnswerRouter }
    set {
      ownAnswerRouter = newValue
      outsideAnswerRouter = newValue as? any OutsideRouter
    }
  }
  /// The router as it is asked: asking may change it, and an observer would look at it each time.
  var ownRouter: any Router
  /// Says how many replicas there should be; can be changed between two instants.
  public var autoscaler: (any Autoscaler)? {
    didSet { scheduleAutoscaling() }
  }
  /// What a step may use; can be changed between two instants.
  public var budget: StepBudget {
    didSet {
      planAnew()
      needsAttention = true
    }
  }
  /// How long steps take; can be changed between two instants.
  public var cost: any CostModel {
    didSet {
      requestSeconds = options.requestSeconds ?? cost.requestSeconds
      needsAttention = true
    }
  }
  /// Seconds of a request that no step contains: its user sees its tokens that much later.
  public private(set) var requestSeconds: Double
  /// Conditions that stop `run`.
  public internal(set) var breakpoints: [Breakpoint] = []

  /// Ends of steps, which are nearly all events, and all others.
  var stepEnds = StepQueue()
  var events = EventQueue()
  var nextEvent = Double.infinity
  /// The next request of the trace that follows none.
  var cursor = 0
  /// The replicas again, without counting references: once per step that is most of the work.
  var places: ContiguousArray<Unmanaged<Replica>> = []
  /// Replicas that take requests.
  var ready: ContiguousArray<Replica> = []
  /// Replicas that read prompts for those, where prompts and answers are apart.
  var readyForPrompts: ContiguousArray<Replica> = []
  /// As `ownRouter` and `outsideRouter`, of answers.
  var ownAnswerRouter: any Router = LeastOutstandingRouter()
  var outsideAnswerRouter: (any OutsideRouter)?
  /// Replicas that may begin a step at this instant.
  var idle = Column<Int32>(capacity: 64)
  /// The first request that follows each one, and the next one that follows the same; empty where none.
  let followers: Followers
  let outcome = StepOutcome()
  /// The router, when it must be asked without changing it.
  var outsideRouter: (any OutsideRouter)?
  /// The event that is being handled, for copies that are made meanwhile.
  var inHand: UInt64?
  var accepted = Column<Int32>(capacity: 64)
  /// When the last answer that has ended is with its user.
  var lastDelivery = 0.0
  /// Requests that came and have not ended.
  var openCount = 0
  var arrivedCount = 0
  /// True when a policy could not decide at this instant.
  public internal(set) var isUndecided = false
  /// True when the run is to stop after this instant.
  var isPausing = false
  /// True when a run has to look at one of these, or at policies that were changed.
  var needsAttention = false
  /// True when the autoscaler's next question is scheduled.
  var hasQuestion = false

  /// Creates a cluster at time 0.
  public init(_ options: ClusterOptions, trace: Trace) throws(Problem) {
    try Self.check(options, trace)
    self.options = options
    self.trace = trace
    scheduler = options.scheduler
    ownRouter = options.router
    outsideRouter = options.router as? any OutsideRouter
    autoscaler = options.autoscaler
    budget = options.budget
    cost = options.cost
    requestSeconds = options.requestSeconds ?? options.cost.requestSeconds
    records = Column(repeating: RequestRecord(), count: trace.count)
    // Room for the steps of a short run: moving them to larger places took a tenth of it.
    steps.reserve(min(options.keptSteps, 1 << 16))
    followers = Followers(trace)
    for _ in 0..<options.replicas { addReplica(startSeconds: 0) }
    if let apart = options.disaggregation {
      answerRouter = apart.router
      for _ in 0..<apart.prefillReplicas { addPrefillReplica() }
    }
    skipFollowing()
    if autoscaler != nil { scheduleAutoscaling() }
  }

  private static func check(_ options: ClusterOptions, _ trace: Trace) throws(Problem) {
    guard options.replicas >= 1, options.stages >= 1, options.blockCount >= 1 else {
      throw Problem(
        "a cluster of \(options.replicas) replicas with \(options.stages) stages and "
          + "\(options.blockCount) blocks", fix: "each must be at least 1")
    }
    if options.isCaching, !trace.prefixRanges.isEmpty,
      trace.prefixes.tokensPerID % options.blockSize != 0
    {
      throw Problem(
        "blocks of \(options.blockSize) tokens do not divide the trace's prefixes of "
          + "\(trace.prefixes.tokensPerID)", fix: "use a block size that does")
    }
    try checkMemory(options)
    try options.disaggregation?.check()
    if let seconds = options.requestSeconds, !(seconds >= 0 && seconds.isFinite) {
      throw Problem("\(seconds) s of a request outside its steps", fix: "give seconds from 0")
    }
    let largest = trace.slaClasses.max() ?? 0
    guard options.classes.isEmpty || Int(largest) < options.classes.count else {
      throw Problem(
        "the trace has requests of class \(largest), and there are \(options.classes.count) classes"
      )
    }
  }

  /// Refuses more KV blocks than this machine can keep books on.
  private static func checkMemory(_ options: ClusterOptions) throws(Problem) {
    let replicas = options.replicas + (options.disaggregation?.prefillReplicas ?? 0)
    // Two numbers per block; with a cache a place in the queue and a name, too.
    let bytes = Double(replicas) * Double(options.blockCount) * (options.isCaching ? 48 : 8)
    let all = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    guard bytes > 0.8 * all else { return }
    throw Problem(
      "the books on \(options.blockCount) KV blocks of each of \(replicas) replicas take "
        + "\(ShownNumber.text(bytes / 1e9)) GB, and this machine has "
        + "\(ShownNumber.text(all / 1e9)) GB",
      fix: "take fewer replicas, fewer blocks, or larger ones (block_size)", kind: .limit)
  }

  private init(copying other: Cluster) {
    options = other.options
    trace = other.trace
    time = other.time
    replicas = ContiguousArray(other.replicas.map { $0.copy() })
    records = other.records.copy()
    steps = other.steps.copy()
    stepStride = other.stepStride
    totals = other.totals
    itl = other.itl
    scheduler = other.scheduler
    if let outside = other.outsideRouter {
      (ownRouter, outsideRouter) = (outside, outside)
    } else {
      ownRouter = other.ownRouter
    }
    autoscaler = other.autoscaler
    budget = other.budget
    cost = other.cost
    requestSeconds = other.requestSeconds
    lastDelivery = other.lastDelivery
    breakpoints = other.breakpoints
    stepEnds = other.stepEnds.copy()
    events = other.events
    nextEvent = other.nextEvent
    cursor = other.cursor
    followers = other.followers
    openCount = other.openCount
    arrivedCount = other.arrivedCount
    isUndecided = other.isUndecided
    hasQuestion = other.hasQuestion
    places = ContiguousArray(replicas.map { Unmanaged.passUnretained($0) })
    ready = ContiguousArray(other.ready.map { [replicas] in replicas[$0.id] })
    readyForPrompts = ContiguousArray(
      other.readyForPrompts.map { [replicas] in replicas[$0.id] })
    if let outside = other.outsideAnswerRouter {
      (ownAnswerRouter, outsideAnswerRouter) = (outside, outside)
    } else {
      ownAnswerRouter = other.ownAnswerRouter
    }
    resume(other)
  }

  /// Takes up what the other one is in the middle of, when a policy copies it.
  private func resume(_ other: Cluster) {
    if let inHand = other.inHand {
      events.push(time: time, payload: inHand)
      nextEvent = time
    }
    if !other.idle.isEmpty { planAnew() }
    for replica in replicas where replica.isUnpriced { schedule(.price, replica.id, at: time) }
  }

  /// A cluster in the same state that goes on by itself: "what if, from here".
  public func copy() -> Cluster { Cluster(copying: self) }

  /// Lets a run return after the present instant; for policies and conditions that are asked in it.
  public func pause() { (isPausing, needsAttention) = (true, true) }

  /// Requests that came and have not ended.
  public var openRequests: Int { openCount }
  /// Requests that came so far.
  public var arrivedRequests: Int { arrivedCount }
  /// True when every request has come and ended.
  public var isDone: Bool { arrivedCount == trace.count && openCount == 0 }
  /// The replicas that take requests.
  public var readyReplicas: ReplicaViews { ReplicaViews(replicas: ready) }
}

/// Sums over the steps of a run.
public struct ClusterTotals: Hashable, Sendable {
  /// Steps that began.
  public var steps = 0
  /// Tokens that ran through the layers.
  public var tokens = 0
  /// Tokens of prompts among them, those computed again included.
  public var prefillTokens = 0
  /// Tokens that were produced.
  public var producedTokens = 0
  /// Sequences of all steps together.
  public var sequences = 0
  /// Seconds of all steps together.
  public var stepSeconds = 0.0
  /// Held blocks times seconds.
  public var blockSeconds = 0.0
  /// Events that were handled: arrivals, ends of steps and others.
  public var events = 0
}

/// A condition that stops a run between two instants.
public struct Breakpoint: Sendable {
  /// What it is called.
  public let name: String
  /// True when the run is to stop.
  public let condition: @Sendable (Cluster) -> Bool

  /// Creates a breakpoint.
  public init(_ name: String, condition: @escaping @Sendable (Cluster) -> Bool) {
    self.name = name
    self.condition = condition
  }
}

/// Which requests follow which.
struct Followers {
  let first: [Int32]
  let next: [Int32]

  init(_ trace: Trace) {
    guard !trace.follows.isEmpty else {
      (first, next) = ([], [])
      return
    }
    var first = [Int32](repeating: -1, count: trace.count)
    var next = first
    for index in stride(from: trace.count - 1, through: 0, by: -1) {
      let leader = Int(trace.follows[index])
      guard leader >= 0 else { continue }
      next[index] = first[leader]
      first[leader] = Int32(index)
    }
    self.first = first
    self.next = next
  }
}
