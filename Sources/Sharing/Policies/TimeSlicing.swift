import Base
public import Devices

/// The driver's own sharing between processes, and what the device plugin's replicas are: one tenant
/// at a time has all of the GPU, for a slice of time.
///
/// Memory is first come, first served, and a lost device is lost for all.
public struct TimeSlicing: SharingPolicy {
  static let family = SharingFamily(
    Info(
      "time-slicing", "Turns of a fixed time on the whole GPU; replicas of the device plugin.",
      detail: "Level default is the 1,024 us of the open driver (128 << 3); short, medium and long "
        + "are 2, 10 and 30 ms as a course of Red Hat quotes them, NVIDIA publishes none.",
      example: #"sharing.policy("time-slicing", { level = "medium" })"#,
      parameters: [
        Parameter(
          name: "level", kind: .choice(Level.allCases.map(\.rawValue)), defaultValue: "\"default\"",
          summary: "what nvidia-smi compute-policy --set-timeslice takes"),
        .option(
          "slice_seconds", "length of a turn, in place of the level's", unit: .seconds,
          range: 1e-6...10, tradeOff: "long turns switch less and let others wait longer"),
        .option(
          "switch_seconds", "fixed part of a change from one process to the next", unit: .seconds,
          default: "0.00005", range: 0...0.1),
      ],
      source: "NVIDIA open-gpu-kernel-modules kernel_fifo_gv100.c; NVIDIA/k8s-device-plugin README")
  ) { options in
    let level = options.text("level").flatMap(Level.init) ?? .standard
    return TimeSlicing(
      slice: options.number("slice_seconds") ?? level.seconds,
      switching: options.number("switch_seconds") ?? RoundRobin.switching)
  }

  /// The four settings of `nvidia-smi compute-policy --set-timeslice`.
  public enum Level: String, Sendable, CaseIterable {
    case standard = "default"
    case short, medium, long

    /// The length of a turn.
    public var seconds: Double {
      switch self {
      case .standard: 0.001024
      case .short: 0.002
      case .medium: 0.010
      case .long: 0.030
      }
    }
  }

  /// Length of a turn in seconds.
  public let slice: Double
  /// Fixed part of a change, in seconds.
  public let switching: Double

  /// Creates the policy.
  public init(slice: Double = Level.standard.seconds, switching: Double = RoundRobin.switching) {
    self.slice = slice
    self.switching = switching
  }

  /// All on one GPU.
  public func islands(_ tenants: [Tenant], on device: Device) -> [Island] {
    [
      Island(
        "GPU 0", device: device, tenants: Array(tenants.indices),
        scheduler: RoundRobin(slice: slice, switching: switching),
        faultReach: [.context: .own, .device: .island])
    ]
  }

  /// Its name and the length of a turn.
  public var description: String { "time-slicing (\(shownSeconds(slice)))" }
}

/// Turns in a circle: who has nothing to run is passed over.
public struct RoundRobin: IslandScheduler {
  /// Fixed part of a change from one context to the next, in seconds.
  ///
  /// With registers and shared memory saved and restored it gives about 0.1 ms on an A100, the lower end
  /// of what the literature reports.
  public static let switching = 50e-6

  private let slice: Double
  private let fixed: Double
  private var saving = 0.0
  private var current: Int?
  private var turnEnd = 0.0
  private var switchEnd = 0.0

  /// Creates it from the length of a turn and the fixed part of a change, in seconds.
  public init(slice: Double, switching: Double = RoundRobin.switching) {
    self.slice = slice
    fixed = switching
  }

  /// Saving the state of all multiprocessors moves their registers and shared memory to memory.
  public mutating func begin(_ island: IslandView) { saving = island.stateSeconds }

  /// Goes on with the present tenant while its turn lasts and it has work, else with the next one.
  public mutating func decide(_ island: IslandView, _ decision: inout Decision) {
    decision.until = .infinity
    if island.now < switchEnd { return wait(&decision) }
    if let current, island.isRunnable[current] {
      let others = island.isRunnable.indices.contains { $0 != current && island.isRunnable[$0] }
      if island.now < turnEnd || !others {
        decision.giveAll(to: current, island.multiprocessors)
        // Alone, the turn goes on; it is cut as soon as another has work.
        if others { decision.until = turnEnd }
        return
      }
    }
    guard let next = next(island) else { return decision.giveAll(to: nil, 0) }
    if let current, next != current {
      let cost =
        fixed + (island.hasBegun[current] ? saving : 0) + (island.hasBegun[next] ? saving : 0)
      switchEnd = island.now + cost
    }
    current = next
    turnEnd = max(island.now, switchEnd) + slice
    if island.now < switchEnd { return wait(&decision) }
    decision.giveAll(to: next, island.multiprocessors)
    if island.isRunnable.indices.contains(where: { $0 != next && island.isRunnable[$0] }) {
      decision.until = turnEnd
    }
  }

  private func wait(_ decision: inout Decision) {
    decision.giveAll(to: nil, 0)
    decision.isSwitching = true
    decision.until = switchEnd
  }

  private func next(_ island: IslandView) -> Int? {
    let count = island.isRunnable.count
    let start = (current ?? -1) + 1
    for step in 0..<count where island.isRunnable[(start + step) % count] {
      return (start + step) % count
    }
    return nil
  }
}

extension IslandView {
  /// How long it takes to write the registers and shared memory of all multiprocessors to memory.
  var stateSeconds: Double {
    let limits = device.limits
    let bytes = limits.registersPerMultiprocessor * 4 + limits.sharedPerMultiprocessor
    return multiprocessors * Double(bytes) / device.memory.bytesPerSecond.value
  }
}

/// A short time for people, as in "1.02 ms".
func shownSeconds(_ seconds: Double) -> String {
  let (value, unit) =
    seconds >= 1
    ? (seconds, "s") : seconds >= 1e-3 ? (seconds * 1e3, "ms") : (seconds * 1e6, "us")
  let hundredths = (value * 100).rounded() / 100
  return hundredths == hundredths.rounded() && hundredths < 1e9
    ? "\(Int(hundredths)) \(unit)" : "\(hundredths) \(unit)"
}
