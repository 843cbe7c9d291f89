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

  /// The last token of each sequence, by slot, in seconds.
  var lastToken = Column<Double>(capacity: 256)
  /// Steps in flight, first in, first out, and those that can be used again.
  let flights: [StepFlight]
  var firstFlight = 0
  var flightCount = 0
  /// When each stage will have done what it was given.
  var stageFree: Column<Double>

  init(id: Int, phase: Phase, state: ServingState, stages: Int, at time: Double) {
    self.id = id
    self.phase = phase
    self.state = state
    startedAt = time
    flights = (0..<stages).map { _ in StepFlight() }
    stageFree = Column(repeating: 0, count: stages)
  }

  private init(copying other: Replica) {
    id = other.id
    phase = other.phase
    state = other.state.copy()
    startedAt = other.startedAt
    stoppedAt = other.stoppedAt
    busySeconds = other.busySeconds
    outstanding = other.outstanding
    outstandingTokens = other.outstandingTokens
    lastToken = other.lastToken.copy()
    flights = other.flights.map { $0.copy() }
    firstFlight = other.firstFlight
    flightCount = other.flightCount
    stageFree = other.stageFree.copy()
  }

  func copy() -> Replica { Replica(copying: self) }

  /// How many steps are in flight.
  public var stepsInFlight: Int { flightCount }
  /// True when one more step can begin.
  var hasFreeStage: Bool { flightCount < flights.count }

  /// The flight that the next step will use.
  var nextFlight: StepFlight { flights[wrapped(firstFlight + flightCount)] }
  /// The flight that ends first.
  var oldestFlight: StepFlight { flights[firstFlight] }

  func takeOff() { flightCount += 1 }

  func land() {
    firstFlight = wrapped(firstFlight + 1)
    flightCount -= 1
  }

  private func wrapped(_ index: Int) -> Int {
    index >= flights.count ? index - flights.count : index
  }

  /// Sees to it that every slot has an entry for its last token.
  func makeRoomForSlots(_ count: Int) {
    while lastToken.count < count { lastToken.append(0) }
  }
}

/// A step on its way through the stages.
final class StepFlight {
  let plan: StepPlan
  var startedAt = 0.0
  var endsAt = 0.0
  /// The number of the step among all of the run.
  var row = 0

  init() { plan = StepPlan() }

  private init(copying other: StepFlight) {
    plan = other.plan.copy()
    startedAt = other.startedAt
    endsAt = other.endsAt
    row = other.row
  }

  func copy() -> StepFlight { StepFlight(copying: self) }
}
