public import Base
public import Devices

/// A way of sharing: which tenants meet on which piece of hardware, and who runs there when.
public protocol SharingPolicy: CustomStringConvertible {
  /// Divides the tenants over pieces of hardware that do not touch each other.
  func islands(_ tenants: [Tenant], on device: Device) throws(Problem) -> [Island]
}

/// A piece of hardware and the tenants that meet there: a GPU, or a slice that MIG isolates.
public struct Island {
  /// What it is called.
  public let name: String
  /// Its multiprocessors, memory and bandwidth.
  public let device: Device
  /// The tenants by their position.
  public let tenants: [Int]
  /// Who runs when.
  public let scheduler: any IslandScheduler
  /// Device memory each tenant can have at most, in bytes; nil where nothing stops it.
  public let memoryLimits: [Int?]
  /// What a fault of a kind takes along.
  public let faultReach: [FaultKind: FaultReach]
  /// The GPU it is part of: a device's fault reaches the whole of it where the reach says so.
  public let gpu: Int

  /// Creates an island.
  public init(
    _ name: String, device: Device, tenants: [Int], scheduler: any IslandScheduler,
    memoryLimits: [Int?]? = nil, faultReach: [FaultKind: FaultReach] = [:], gpu: Int = 0
  ) {
    self.name = name
    self.device = device
    self.tenants = tenants
    self.scheduler = scheduler
    self.memoryLimits = memoryLimits ?? tenants.map { _ in nil }
    self.faultReach = faultReach
    self.gpu = gpu
  }
}

/// Who goes down with a tenant.
public enum FaultReach: Sendable {
  /// Nobody else.
  case own
  /// All that share its island.
  case island
}

/// Who runs on an island from one moment to the next.
public protocol IslandScheduler {
  /// Called once, before anything runs.
  mutating func begin(_ island: IslandView)
  /// Decides who runs from now on, by the multiprocessors of each tenant.
  mutating func decide(_ island: IslandView, _ decision: inout Decision) throws
  /// Lets a launch pass (nil), or says when it may ask again.
  mutating func delay(launch kernel: KernelDemand, by tenant: Int, at now: Double) -> Double?
  /// When it wants to be woken for its own sake.
  var nextTick: Double { get }
  /// Wakes it; the busy time of each tenant since the start is in the view.
  mutating func tick(_ island: IslandView)
}

extension IslandScheduler {
  /// Nothing to prepare.
  public mutating func begin(_ island: IslandView) {}
  /// Every launch passes.
  public mutating func delay(launch kernel: KernelDemand, by tenant: Int, at now: Double)
    -> Double?
  { nil }
  /// Never.
  public var nextTick: Double { .infinity }
  /// Nothing to do.
  public mutating func tick(_ island: IslandView) {}
}

/// What a scheduler sees.
public struct IslandView: Sendable {
  /// The virtual time in seconds.
  public internal(set) var now = 0.0
  /// The hardware.
  public let device: Device
  /// Which tenants have a kernel to run.
  public internal(set) var isRunnable: [Bool]
  /// Whether that kernel has begun: its state must be saved when it is stopped.
  public internal(set) var hasBegun: [Bool]
  /// Multiprocessors that the kernel can fill.
  public internal(set) var useful: [Double]
  /// How long each tenant's kernels ran so far, in seconds.
  public internal(set) var busySeconds: [Double]

  /// Multiprocessors of the hardware.
  public var multiprocessors: Double { Double(device.multiprocessors.value) }

  init(_ device: Device, tenants: Int) {
    self.device = device
    isRunnable = Array(repeating: false, count: tenants)
    hasBegun = Array(repeating: false, count: tenants)
    useful = Array(repeating: 0, count: tenants)
    busySeconds = Array(repeating: 0, count: tenants)
  }
}

/// Who runs, on how many multiprocessors, and until when the decision stands by itself.
public struct Decision: Sendable {
  /// Multiprocessors by tenant; 0 for one that does not run.
  public var shares: [Double]
  /// When to decide again, even if nothing happened.
  public var until = Double.infinity
  /// True while the hardware changes from one tenant to the next.
  public var isSwitching = false

  init(tenants: Int) { shares = Array(repeating: 0, count: tenants) }

  /// Gives all of it to one tenant.
  public mutating func giveAll(to tenant: Int?, _ multiprocessors: Double) {
    for index in shares.indices { shares[index] = index == tenant ? multiprocessors : 0 }
    isSwitching = false
  }
}
