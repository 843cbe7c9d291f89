import Base
public import Devices

/// The Multi-Process Service: all tenants' kernels run side by side in one context.
///
/// Multiprocessors go to whoever can fill them, in equal parts where all could fill more; each tenant
/// can be kept to a percentage. That the parts are equal is the model's: the hardware hands out free
/// places block by block.
public struct MPS: SharingPolicy {
  static let family = SharingFamily(
    Info(
      "mps", "Side by side in one context, on parts of the multiprocessors.",
      detail:
        "A fault of one client ends all clients of the server. Memory is limited only where a "
        + "limit is set (CUDA_MPS_PINNED_DEVICE_MEM_LIMIT).",
      example: #"sharing.policy("mps", { thread_percentage = 50 })"#,
      parameters: [
        .option(
          "thread_percentage", "multiprocessors a tenant may fill", unit: .percent, default: "100",
          range: 1...100, tradeOff: "less isolates better and leaves more idle"),
        .option(
          "memory_percentage", "device memory a tenant may have; no limit where left out",
          unit: .percent, range: 1...100),
      ],
      source: "NVIDIA Multi-Process Service documentation")
  ) {
    MPS(
      threadPercentage: $0.number("thread_percentage") ?? 100,
      memoryPercentage: $0.number("memory_percentage"))
  }

  /// Multiprocessors a tenant may fill, in percent, where the tenant says nothing itself.
  public let threadPercentage: Double
  /// Memory a tenant may have, in percent; nil for no limit.
  public let memoryPercentage: Double?

  /// Creates the policy.
  public init(threadPercentage: Double = 100, memoryPercentage: Double? = nil) {
    self.threadPercentage = threadPercentage
    self.memoryPercentage = memoryPercentage
  }

  /// All on one GPU, in one context.
  public func islands(_ tenants: [Tenant], on device: Device) -> [Island] {
    let caps = tenants.map { ($0.threadPercentage ?? threadPercentage) / 100 }
    let memory = Double(device.memory.size.value.count)
    return [
      Island(
        "GPU 0", device: device, tenants: Array(tenants.indices),
        scheduler: SideBySide(caps: caps),
        memoryLimits: tenants.map { tenant in
          memoryPercentage.map { tenant.memoryLimit ?? Int(memory * $0 / 100) }
        },
        faultReach: [.context: .island, .device: .island])
    ]
  }

  /// Its name and the percentage.
  public var description: String {
    threadPercentage < 100 ? "mps (\(shownNumber(threadPercentage)) %)" : "mps"
  }
}

/// Everybody at the same time, each on a part.
public struct SideBySide: IslandScheduler {
  private let caps: [Double]
  private var wanted: [Double] = []

  /// Creates it from the most of the whole that each tenant may fill.
  public init(caps: [Double]) { self.caps = caps }

  /// Divides the multiprocessors over what can be filled.
  public mutating func decide(_ island: IslandView, _ decision: inout Decision) {
    let all = island.multiprocessors
    wanted.removeAll(keepingCapacity: true)
    for index in caps.indices {
      wanted.append(island.isRunnable[index] ? min(island.useful[index], caps[index] * all) : 0)
    }
    divide(all, over: wanted, into: &decision.shares)
    decision.until = .infinity
    decision.isSwitching = false
  }
}

/// Divides an amount so that nobody gets more than wanted and nobody could get more without somebody
/// who has less losing (max-min fairness).
func divide(_ amount: Double, over wanted: [Double], into parts: inout [Double]) {
  var total = 0.0
  for want in wanted { total += want }
  if total <= amount {
    for index in wanted.indices { parts[index] = wanted[index] }
    return
  }
  var left = amount
  var open = wanted.count { $0 > 0 }
  for index in wanted.indices { parts[index] = wanted[index] > 0 ? -1 : 0 }
  var changed = true
  while changed, open > 0 {
    changed = false
    let level = left / Double(open)
    for index in wanted.indices where parts[index] < 0 && wanted[index] <= level {
      parts[index] = wanted[index]
      left -= wanted[index]
      open -= 1
      changed = true
    }
  }
  for index in wanted.indices where parts[index] < 0 { parts[index] = left / Double(open) }
}

/// A number without an empty fraction.
func shownNumber(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}
