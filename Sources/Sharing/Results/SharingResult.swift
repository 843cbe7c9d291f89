public import Base
public import Devices

/// What came of one island.
public struct IslandReport: Sendable {
  /// What it is called.
  public let name: String
  /// Its hardware.
  public let device: Device
  /// How long it ran, in seconds.
  public internal(set) var seconds = 0.0
  /// How long a kernel ran, in seconds: what nvidia-smi calls utilisation.
  public internal(set) var busySeconds = 0.0
  /// How long it changed from one tenant to the next, in seconds.
  public internal(set) var switchSeconds = 0.0
  /// Its tenants.
  public internal(set) var tenants: [TenantReport] = []
  /// What tenants did to each other.
  public internal(set) var violations: [IsolationViolation] = []
  /// Who ran when.
  public internal(set) var spans: SpanRecorder

  init(name: String, device: Device, tenants: Int, spanLimit: Int) {
    self.name = name
    self.device = device
    spans = SpanRecorder(limit: spanLimit, tenants: tenants)
  }
}

/// What came of a run.
public struct SharingResult: Sendable {
  /// The policy, as it describes itself.
  public let policy: String
  /// The GPU that was shared.
  public let device: Device
  /// How many GPUs were used.
  public let gpus: Int
  /// The virtual time of the run, in seconds.
  public let seconds: Double
  /// Requests that began before this time (in seconds) are not counted.
  public let warmUp: Double
  /// What came of each island.
  public let islands: [IslandReport]
  /// The tenants in their order.
  public let tenants: [TenantReport]

  init(
    policy: String, device: Device, gpus: Int, seconds: Double, warmUp: Double,
    islands: [IslandReport]
  ) {
    self.policy = policy
    self.device = device
    self.gpus = gpus
    self.seconds = seconds
    self.warmUp = warmUp
    self.islands = islands
    tenants = islands.flatMap(\.tenants).sorted { $0.index < $1.index }
  }

  /// The share of time in which a kernel ran, over all GPUs: what nvidia-smi shows.
  ///
  /// Instances count by their multiprocessors.
  public var utilization: Double {
    share { $0.busySeconds * Double($0.device.multiprocessors.value) }
  }

  /// The share of multiprocessor time that blocks filled, over all GPUs.
  public var multiprocessorUtilization: Double {
    share { $0.tenants.reduce(0) { $0 + $1.multiprocessorSeconds } }
  }

  /// The share of time that changes from one tenant to the next took.
  public var switchShare: Double {
    share { $0.switchSeconds * Double($0.device.multiprocessors.value) }
  }

  /// The share of the bandwidth of all GPUs that was used.
  public var bandwidthUtilization: Double {
    let bytes = tenants.reduce(0) { $0 + $1.bytes }
    return bytes / (device.memory.bytesPerSecond.value * seconds * Double(gpus))
  }

  /// Requests per second of all tenants, of those that are counted.
  public var throughput: Double {
    Double(tenants.reduce(0) { $0 + $1.latencies.count }) / max(seconds - warmUp, 1e-12)
  }

  /// The latencies of all tenants.
  public var latencies: Quantiles { Quantiles(tenants.flatMap(\.latencies)) }

  /// Jain's index of the tenants' work: 1 where all did the same, 1/n where one did everything.
  public var fairness: Double { Self.jain(tenants.map(\.work)) }

  /// What tenants did to each other.
  public var violations: [IsolationViolation] { islands.flatMap(\.violations) }

  /// Jain's fairness index of some amounts; 1 where nobody has anything.
  public static func jain(_ values: [Double]) -> Double {
    let sum = values.reduce(0, +)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    return squares == 0 ? 1 : sum * sum / (Double(values.count) * squares)
  }

  private func share(_ amount: (IslandReport) -> Double) -> Double {
    let whole = Double(device.multiprocessors.value * gpus) * seconds
    return islands.reduce(0) { $0 + amount($1) } / whole
  }

  /// Holds the laws: nobody gets more than there is, and the parts make up the whole.
  @discardableResult
  public func checkInvariants() -> Bool {
    for island in islands {
      let filled = island.tenants.reduce(0) { $0 + $1.multiprocessorSeconds }
      let all = Double(island.device.multiprocessors.value) * seconds
      precondition(filled <= all * 1.000001, "\(island.name): \(filled) of \(all) SM seconds")
      let time = island.busySeconds + island.switchSeconds
      precondition(time <= seconds * 1.000001, "\(island.name): \(time) of \(seconds) seconds")
      let bytes = island.tenants.reduce(0) { $0 + $1.bytes }
      let most = island.device.memory.bytesPerSecond.value * seconds
      precondition(bytes <= most * 1.000001, "\(island.name): \(bytes) of \(most) bytes")
      let memory = island.tenants.reduce(0) { $0 + $1.memoryBytes }
      precondition(memory <= island.device.memory.size.value.count, "\(island.name): \(memory)")
    }
    return true
  }
}
