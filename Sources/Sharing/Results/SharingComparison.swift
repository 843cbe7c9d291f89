import Base
public import Devices

/// Policies held beside each other on the same tenants, each figure out of a run.
public struct SharingComparison: Sendable {
  /// One policy with one number of tenants.
  public struct Row: Sendable {
    /// The policy, as it describes itself.
    public let policy: String
    /// How many tenants share.
    public let tenants: Int
    /// How many GPUs they need.
    public let gpus: Int
    /// Mean latency over that of a tenant that has the GPU alone.
    public let latencyRatio: Double?
    /// The same for the 99th percentile.
    public let tailRatio: Double?
    /// Standard deviation of a tenant's latencies, in seconds: the mean over tenants.
    public let jitter: Double?
    /// Work done on each GPU, over what a tenant does that has it alone.
    public let workRatio: Double
    /// The share of time in which a kernel ran: what nvidia-smi shows.
    public let utilization: Double
    /// The share of multiprocessor time that blocks filled.
    public let multiprocessorUtilization: Double
    /// The share of time that changes took.
    public let switchShare: Double
    /// Jain's index of the tenants' work.
    public let fairness: Double
    /// The first tenant's mean latency with the others at work, over that with the others idle.
    public let interference: Double?
    /// Tenants harmed when one takes all memory.
    public let memoryHarm: Int
    /// Tenants harmed when one loses its context.
    public let contextHarm: Int
    /// Tenants harmed when one loses its device.
    public let deviceHarm: Int
  }

  /// The GPU.
  public let device: Device
  /// The rows: all policies for the first number of tenants, and so on.
  public let rows: [Row]

  /// Runs every policy with every number of tenants.
  ///
  /// - Parameters:
  ///   - device: The GPU.
  ///   - policies: What is compared.
  ///   - counts: Numbers of tenants.
  ///   - seconds: Virtual time of each run.
  ///   - warmUp: Requests that began before this time (in seconds) are not counted.
  ///   - seed: What random arrivals derive from.
  ///   - tenant: Makes the tenant of a position.
  ///   - shouldStop: Asked now and then; true ends the run.
  /// - Throws: What a program or a policy throws.
  public init(
    _ device: Device, policies: [any SharingPolicy], counts: [Int], seconds: Double,
    warmUp: Double = 0, seed: UInt64 = 0, tenant: (Int) -> Tenant,
    shouldStop: @escaping () -> Bool = { false }
  ) throws {
    self.device = device
    let stage = Stage(
      device: device, seconds: seconds, warmUp: warmUp, seed: seed, shouldStop: shouldStop)
    let alone = try stage.run(Passthrough(), [tenant(0)])
    var rows: [Row] = []
    for count in counts {
      let tenants = (0..<count).map(tenant)
      for policy in policies { rows.append(try stage.row(policy, tenants, alone)) }
    }
    self.rows = rows
  }

  private struct Stage {
    let device: Device
    let seconds: Double
    let warmUp: Double
    let seed: UInt64
    let shouldStop: () -> Bool

    func run(_ policy: any SharingPolicy, _ tenants: [Tenant], _ time: Double? = nil) throws
      -> SharingResult
    {
      try SharedGPU(device, policy: policy, tenants: tenants)
        .run(
          seconds: time ?? seconds, warmUp: time == nil ? warmUp : 0, seed: seed, spanLimit: 0,
          shouldStop: shouldStop)
    }

    func row(_ policy: any SharingPolicy, _ tenants: [Tenant], _ alone: SharingResult) throws -> Row
    {
      let all = try run(policy, tenants)
      let silent = tenants.indices.map { $0 == 0 ? tenants[0] : .idle("idle \($0)") }
      let quiet = try run(policy, silent)
      let means = all.tenants.compactMap(\.meanLatency)
      let mean = means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
      let jitters = all.tenants.compactMap(\.jitter)
      let work = all.tenants.reduce(0) { $0 + $1.work } / Double(all.gpus)
      return Row(
        policy: policy.description, tenants: tenants.count, gpus: all.gpus,
        latencyRatio: Self.ratio(mean, alone.tenants[0].meanLatency),
        tailRatio: Self.ratio(all.latencies.at(0.99), alone.latencies.at(0.99)),
        jitter: jitters.isEmpty ? nil : jitters.reduce(0, +) / Double(jitters.count),
        workRatio: work / alone.tenants[0].work, utilization: all.utilization,
        multiprocessorUtilization: all.multiprocessorUtilization, switchShare: all.switchShare,
        fairness: all.fairness,
        interference: Self.ratio(all.tenants[0].meanLatency, quiet.tenants[0].meanLatency),
        memoryHarm: try harm(policy, tenants.count, .greedy(device)),
        contextHarm: try harm(policy, tenants.count, .faulty(.context)),
        deviceHarm: try harm(policy, tenants.count, .faulty(.device)))
    }

    private static func ratio(_ a: Double?, _ b: Double?) -> Double? {
      guard let a, let b, b > 0 else { return nil }
      return a / b
    }

    /// How many of the others one ill-behaved tenant harms.
    private func harm(_ policy: any SharingPolicy, _ count: Int, _ culprit: Tenant) throws -> Int {
      let part = device.memory.size.value.count / count
      let others = (1..<count).map { Tenant.modest("tenant \($0 + 1)", bytes: part / 2) }
      return try Set(run(policy, [culprit] + others, 0.01).violations.map(\.victim)).count
    }
  }
}

// MARK: Tenants that try isolation

extension Tenant {
  /// A tenant that does nothing.
  static func idle(_ name: String) -> Tenant { Tenant(name) { _ in Script([]) } }

  /// A tenant that takes almost all memory at once.
  static func greedy(_ device: Device) -> Tenant {
    let bytes = device.memory.size.value.count / 100 * 99
    return Tenant("greedy") { _ in Script([.allocate(bytes), .wait(1)]) }
  }

  /// A tenant that loses its context or its device.
  static func faulty(_ kind: FaultKind) -> Tenant {
    Tenant("faulty") { _ in Script([.wait(0.005), .fault(kind)]) }
  }

  /// A tenant that takes half of an equal part a little later.
  static func modest(_ name: String, bytes: Int) -> Tenant {
    Tenant(name) { _ in Script([.wait(0.001), .allocate(bytes), .wait(1)]) }
  }
}

/// A program that does a list of actions and ends.
private struct Script: Workload {
  private var actions: [TenantAction]

  init(_ actions: [TenantAction]) { self.actions = actions.reversed() }

  mutating func next(_ moment: TenantMoment) -> TenantAction { actions.popLast() ?? .end }
}
