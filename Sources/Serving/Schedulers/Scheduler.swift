public import Base

/// What a step may use.
public struct StepBudget: Hashable, Sendable {
  /// The most tokens of a step.
  public var tokens: Int
  /// The most sequences of a step.
  public var sequences: Int
  /// The most sequences that hold blocks at once.
  public var admitted: Int
  /// The most different LoRA adapters of a step; 0 takes any number.
  public var adapters: Int
  /// Guesses that each decoding sequence verifies in a step.
  public var draftTokens: Int

  /// Creates a budget.
  public init(
    tokens: Int = 2048, sequences: Int = 128, admitted: Int = .max, adapters: Int = 0,
    draftTokens: Int = 0
  ) {
    precondition(
      tokens >= 1 && sequences >= 1 && admitted >= 1 && adapters >= 0 && draftTokens >= 0,
      "a budget of \(tokens) tokens, \(sequences) sequences, \(admitted) admitted")
    self.tokens = tokens
    self.sequences = sequences
    self.admitted = admitted
    self.adapters = adapters
    self.draftTokens = draftTokens
  }
}

/// In which order sequences that come back from a step stand among the running ones.
public enum RunningOrder: UInt8, Sendable, CaseIterable {
  /// Behind the others, as they stood in the step.
  case batch
  /// The same, but those that a step leaves out are sorted by the rank of their requests.
  case leftByRank
  /// By the rank of their requests.
  case rank
  /// By when they were admitted.
  case admission
}

/// Decides the next step inside a replica.
///
/// A scheduler looks at the state and writes a plan. It changes nothing, knows no clock, and gives the
/// same plan for the same state.
public protocol Scheduler: Sendable {
  /// In which order running sequences stand.
  var order: RunningOrder { get }
  /// How blocks are taken from sequences.
  var preemption: StepPlan.Preemption { get }
  /// True when more urgent requests wait before others.
  var isByPriority: Bool { get }
  /// Blocks of a pool that a single sequence can never have.
  func reservedBlocks(of poolBlocks: Int) -> Int
  /// Writes the next step into an empty plan; nothing when nothing can run.
  func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan)
}

extension Scheduler {
  /// By admission, unless a scheduler says otherwise.
  public var order: RunningOrder { .admission }
  /// By computing again, unless a scheduler says otherwise.
  public var preemption: StepPlan.Preemption { .recompute }
  /// First come, first served, unless a scheduler says otherwise.
  public var isByPriority: Bool { false }
  /// None, unless a scheduler says otherwise.
  public func reservedBlocks(of poolBlocks: Int) -> Int { 0 }
}

/// What schedulers may be told; each takes the options that its declaration names.
public struct SchedulerOptions: Hashable, Sendable {
  /// The share of blocks that admission leaves free.
  public var watermark = 0.01
  /// The most tokens of one sequence, which Orca reserves.
  public var sequenceTokens = 4096
  /// The most tokens of one prompt in a step; 0 for no limit.
  public var longPrefillTokens = 0
  /// True when more urgent requests go first.
  public var isByPriority = false
  /// How vLLM's scheduler takes blocks.
  public var preemption = StepPlan.Preemption.recompute

  /// Creates the defaults.
  public init() {}
}

/// A scheduler by its name.
public struct SchedulerKind: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// Makes one.
  public let make: @Sendable (SchedulerOptions) -> any Scheduler

  /// Creates a kind.
  public init(_ info: Info, make: @escaping @Sendable (SchedulerOptions) -> any Scheduler) {
    self.info = info
    self.make = make
  }

  /// Every scheduler that is built in.
  public static let catalog = Catalog<SchedulerKind>(
    "scheduler",
    [
      VLLMScheduler.kind, SarathiScheduler.kind, OrcaScheduler.kind, VidurVLLMScheduler.kind,
      StaticScheduler.kind, SGLangScheduler.kind,
    ])
}
