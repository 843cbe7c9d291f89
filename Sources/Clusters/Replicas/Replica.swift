public import Serving

/// A running copy of a model: its decisions, and the steps that its stages are busy with.
public final class Replica {
  /// What a replica is doing.
  public enum Phase: UInt8, Sendable, CaseIterable {
    /// It loads the model.
    case starting
    /// It takes requests.
    case ready
    /// It takes none and finishes those it has.
    case draining
    /// It is gone.
    case stopped
  }

  /// Its number; numbers are not used again.
  public let id: Int
  /// True when it only reads prompts.
  public let isForPrompts: Bool
  /// What it is doing.
  public internal(set) var phase: Phase
  /// Its sequences and blocks.
  public let state: ServingState
  /// When it was started, in seconds.
  public let startedAt: Double
  /// When it was gone, in seconds.
  public internal(set) var stoppedAt = Double.infinity
  /// Seconds in which its first stage computed.
  public internal(set) var busySeconds = 0.0
  /// Requests it was given and that have not ended.
  public internal(set) var outstanding = 0
  /// Tokens of those requests together, prompts and answers.
  public internal(set) var outstandingTokens = 0

  /// The last token of each sequence, by slot, in seconds; only where not all had it at one time.
  var lastToken = Column<Double>(capacity: 256)
  /// When every decoding sequence had its last token; NaN where they had it at different times.
  var commonLastToken = Double.nan
  /// Sequences that began to decode since then, whose last token stands in `lastToken`.
  var added = Column<Int32>(capacity: 16)
  /// Plans of steps: those in flight, first in, first out, and those that can be used again.
  private let plans: [StepPlan]
  /// The state and the plans again, without counting references: once per step that is most of the work.
  private let statePlace: Unmanaged<ServingState>
  private let planPlaces: Column<Unmanaged<StepPlan>>
  /// When the first stage of each plan's step began.
  var beginnings: Column<Double>
  /// True when a step has begun and nobody knows how long it takes.
  var isUnpriced = false
  private var firstFlight = 0
  private var flightCount = 0
  /// What each stage needs for the step that begins.
  var stageSeconds: Column<Double>
  /// When each stage will have done what it was given.
  var stageFree: Column<Double>

  init(
    id: Int, phase: Phase, state: ServingState, stages: Int, at time: Double,
    isForPrompts: Bool = false
  ) {
    self.id = id
    self.isForPrompts = isForPrompts
    self.phase = phase
    self.state = state
    startedAt = time
    plans = (0..<stages).map { _ in StepPlan() }
    statePlace = Unmanaged.passUnretained(state)
    planPlaces = Self.places(plans)
    beginnings = Column(repeating: 0, count: stages)
    stageFree = Column(repeating: 0, count: stages)
    stageSeconds = Column(repeating: 0, count: stages)
  }

  private init(copying other: Replica) {
    id = other.id
    isForPrompts = other.isForPrompts
    phase = other.phase
    state = other.state.copy()
    startedAt = other.startedAt
    stoppedAt = other.stoppedAt
    busySeconds = other.busySeconds
    outstanding = other.outstanding
    outstandingTokens = other.outstandingTokens
    lastToken = other.lastToken.copy()
    commonLastToken = other.commonLastToken
    added = other.added.copy()
    plans = other.plans.map { $0.copy() }
    statePlace = Unmanaged.passUnretained(state)
    planPlaces = Self.places(plans)
    beginnings = other.beginnings.copy()
    isUnpriced = other.isUnpriced
    firstFlight = other.firstFlight
    flightCount = other.flightCount
    stageFree = other.stageFree.copy()
    stageSeconds = other.stageSeconds.copy()
  }

  func copy() -> Replica { Replica(copying: self) }

  /// How many steps are in flight.
  public var stepsInFlight: Int { flightCount }
  /// True when one more step can begin.
  var hasFreeStage: Bool { flightCount < plans.count && !isUnpriced }

  /// Calls `body` with the state and the plan that the next step will use.
  @inline(__always)
  func withNextPlan<Result>(_ body: (ServingState, StepPlan) -> Result) -> Result {
    withPlan(wrapped(firstFlight + flightCount), body)
  }

  /// Calls `body` with the state and the plan of the step that ends first.
  @inline(__always)
  func withOldestPlan<Result>(_ body: (ServingState, StepPlan) -> Result) -> Result {
    withPlan(firstFlight, body)
  }

  @inline(__always)
  private func withPlan<Result>(
    _ index: Int, _ body: (ServingState, StepPlan) -> Result
  ) -> Result {
    statePlace._withUnsafeGuaranteedRef { state in
      planPlaces[index]._withUnsafeGuaranteedRef { plan in body(state, plan) }
    }
  }

  private static func places(_ plans: [StepPlan]) -> Column<Unmanaged<StepPlan>> {
    var places = Column<Unmanaged<StepPlan>>(capacity: plans.count)
    for plan in plans { places.append(Unmanaged.passUnretained(plan)) }
    return places
  }

  /// Takes note that the next plan's step has begun.
  func takeOff(at time: Double) {
    beginnings[wrapped(firstFlight + flightCount)] = time
    flightCount += 1
  }

  /// Takes note that the step that ends first has ended.
  func land() {
    firstFlight = wrapped(firstFlight + 1)
    flightCount -= 1
  }

  private func wrapped(_ index: Int) -> Int {
    index >= plans.count ? index - plans.count : index
  }
}
