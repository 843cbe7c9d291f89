public import Serving

/// What a cluster is made of: replicas of one kind, their policies, and the time that steps take.
public struct ClusterOptions: Sendable {
  /// Replicas at the start.
  public var replicas = 1
  /// Pipeline stages of each; as many steps are in flight at once.
  public var stages = 1
  /// KV blocks of each.
  public var blockCount = 30_000
  /// Tokens per block.
  public var blockSize = 16
  /// True when blocks are kept for prompts with the same beginning.
  public var isCaching = false
  /// What a step may use.
  public var budget = StepBudget()
  /// Decides the steps of each replica.
  public var scheduler: any Scheduler = VLLMScheduler()
  /// Picks the replica of each request.
  public var router: any Router = RoundRobinRouter()
  /// Says how many replicas there should be; nothing leaves them as they are.
  public var autoscaler: (any Autoscaler)?
  /// The fewest and the most replicas that an autoscaler gets.
  public var replicaLimits = 1...1024
  /// Seconds until a new replica takes requests.
  public var startSeconds = 60.0
  /// How long steps take.
  public var cost: any CostModel = LinearCostModel()
  /// Seconds of a request that no step contains, which its user waits on top; nothing for what the cost
  /// model says.
  public var requestSeconds: Double?
  /// What users were promised; a request names one by its place.
  public var classes: [SLAClass] = []
  /// Replicas that only read prompts, before those above; nothing lets each replica do both.
  public var disaggregation: Disaggregation?
  /// The chance that a guess of a draft model holds, given that those before it did.
  public var draftAcceptance = 0.7
  /// What random numbers follow from.
  public var seed: UInt64 = 0
  /// The most steps that are kept, for timelines.
  ///
  /// Each takes 40 bytes; when there are more, every second one is forgotten, and so on.
  public var keptSteps = 1 << 20

  /// Creates the defaults.
  public init() {}
}
