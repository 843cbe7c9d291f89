public import Base
public import Devices

/// NVIDIA vGPU: each virtual machine has a fixed part of memory and turns of the whole GPU, given out by
/// one of three schedulers.
public struct VGPU: SharingPolicy {
  /// Who gets the turns.
  public enum Scheduler: String, Sendable, CaseIterable {
    /// A circle in which who is idle is passed over.
    case bestEffort = "best-effort"
    /// As many turns as there are running machines; the turn of an idle one passes unused.
    case equalShare = "equal-share"
    /// As many turns as machines could be placed; those of absent ones pass unused too.
    case fixedShare = "fixed-share"
  }

  static let family = SharingFamily(
    Info(
      "vgpu", "Virtual machines with a part of memory each and turns of the whole GPU.",
      detail: "A turn takes 2 ms with up to 8 places and 1 ms with more, vGPU's defaults.",
      example: #"sharing.policy("vgpu", { scheduler = "fixed-share", places = 8 })"#,
      parameters: [
        Parameter(
          name: "scheduler", kind: .choice(Scheduler.allCases.map(\.rawValue)),
          defaultValue: "\"best-effort\"", summary: "who gets the turns",
          tradeOff: "best effort uses idle time, the shares keep machines from each other's load"),
        Parameter(
          name: "places", kind: .integer, isOptional: true, range: 1...64,
          summary: "machines that fit by their profile; as many as tenants where left out"),
        .option("slice_seconds", "length of a turn", unit: .seconds, range: 1e-4...0.03),
        .option(
          "switch_seconds", "fixed part of a change of machines", unit: .seconds,
          default: "0.00005", range: 0...0.1),
      ],
      source: "NVIDIA Virtual GPU Software User Guide, vGPU schedulers")
  ) { options in
    VGPU(
      options.text("scheduler").flatMap(Scheduler.init) ?? .bestEffort,
      places: options.integer("places"), slice: options.number("slice_seconds"),
      switching: options.number("switch_seconds") ?? RoundRobin.switching)
  }

  /// Who gets the turns.
  public let scheduler: Scheduler
  /// Machines that fit.
  public let places: Int?
  /// Length of a turn in seconds; nil for the default.
  public let slice: Double?
  /// Fixed part of a change, in seconds.
  public let switching: Double

  /// Creates the policy.
  public init(
    _ scheduler: Scheduler = .bestEffort, places: Int? = nil, slice: Double? = nil,
    switching: Double = RoundRobin.switching
  ) {
    self.scheduler = scheduler
    self.places = places
    self.slice = slice
    self.switching = switching
  }

  /// All on one GPU, with a part of its memory each.
  public func islands(_ tenants: [Tenant], on device: Device) throws(Problem) -> [Island] {
    let places = places ?? tenants.count
    guard places >= tenants.count else {
      throw Problem(
        "\(tenants.count) tenants on a GPU with \(places) places", fix: "choose a smaller profile")
    }
    let slice = slice ?? (places <= 8 ? 0.002 : 0.001)
    let turns: any IslandScheduler =
      switch scheduler {
      case .bestEffort: RoundRobin(slice: slice, switching: switching)
      case .equalShare:
        FixedTurns(turns: tenants.count, slice: slice, switching: switching)
      case .fixedShare: FixedTurns(turns: places, slice: slice, switching: switching)
      }
    let part = device.memory.size.value.count / places
    return [
      Island(
        "GPU 0", device: device, tenants: Array(tenants.indices), scheduler: turns,
        memoryLimits: tenants.map { _ in part }, faultReach: [.context: .own, .device: .island])
    ]
  }

  /// Its name and the scheduler.
  public var description: String { "vgpu (\(scheduler.rawValue))" }
}

/// Turns that come at fixed times, used or not.
public struct FixedTurns: IslandScheduler {
  private let turns: Int
  private let slice: Double
  private let fixed: Double
  private var saving = 0.0
  private var turn = 0
  private var turnStart = 0.0
  private var last: Int?
  private var switchEnd = 0.0
  private var hasBegunTurn = false

  /// Creates so many turns of a length, with the fixed part of a change, in seconds.
  public init(turns: Int, slice: Double, switching: Double = RoundRobin.switching) {
    self.turns = max(1, turns)
    self.slice = slice
    fixed = switching
  }

  /// A change saves and restores the state of all multiprocessors.
  public mutating func begin(_ island: IslandView) { saving = island.stateSeconds }

  /// Runs the tenant of this turn, if it is there and has work.
  public mutating func decide(_ island: IslandView, _ decision: inout Decision) {
    catchUp(island.now)
    let owner = turn % turns
    decision.giveAll(to: nil, 0)
    decision.until = .infinity
    guard island.isRunnable.contains(true) else { return }
    decision.until = turnStart + slice
    guard owner < island.isRunnable.count, island.isRunnable[owner] else { return }
    if last != owner {
      let before = last.map { island.hasBegun[$0] } ?? false
      let cost = (before ? saving : 0) + (island.hasBegun[owner] ? saving : 0)
      switchEnd = island.now + (last == nil ? 0 : fixed + cost)
      last = owner
    }
    if island.now < switchEnd {
      decision.isSwitching = true
      decision.until = min(decision.until, switchEnd)
    } else {
      decision.giveAll(to: owner, island.multiprocessors)
    }
  }

  /// Turns have gone by while nobody had work.
  private mutating func catchUp(_ now: Double) {
    // Without the small amount a turn that ends now by the clock may not have ended by the sum.
    let passed = ((now - turnStart) / slice + 1e-9).rounded(.down)
    guard passed >= 1 else { return }
    turn = (turn + Int(passed)) % turns
    turnStart += passed * slice
  }
}
