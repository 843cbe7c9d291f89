import Base
public import Devices

/// HAMi: the driver's time-slicing, with a library in each container that refuses memory over a limit and
/// holds launches back by tokens.
///
/// A launch takes as many tokens as its grid has blocks and passes while the balance is not negative; else
/// it tries again after 10 ms. Every 120 ms a watcher compares the container's utilisation of the last
/// second, as the driver reports it, with its limit and gives out more or fewer tokens.
public struct HAMi: SharingPolicy {
  static let family = SharingFamily(
    Info(
      "hami", "Time-slicing with limits kept by a library in each container.",
      detail: "Tenants may say `cores_percent` and `memory_bytes` themselves; else each gets an "
        + "equal part. A tenant that does not load the library (`bypasses_hook`) has no limits.",
      example: #"sharing.policy("hami", { gpucores = 25, gpumem_percentage = 25 })"#,
      parameters: [
        .option(
          "gpucores", "utilisation a tenant may reach; an equal part where left out",
          unit: .percent, range: 1...100),
        .option(
          "gpumem", "device memory a tenant may have, in MiB", range: 1...1_000_000),
        .option(
          "gpumem_percentage", "device memory a tenant may have", unit: .percent, range: 1...100),
        .option(
          "hook_seconds", "what the library adds to each launch", unit: .seconds,
          default: "0.00000025", range: 0...0.001),
      ],
      source: "Project-HAMi/HAMi-core multiprocess_utilization_watcher.c; GPU-Virt-Bench")
  ) { options in
    HAMi(
      cores: options.number("gpucores"),
      memoryBytes: options.number("gpumem").map { Int($0 * 1_048_576) },
      memoryPercentage: options.number("gpumem_percentage"),
      hook: options.number("hook_seconds") ?? 250e-9)
  }

  /// Utilisation a tenant may reach, in percent; nil for an equal part.
  public let cores: Double?
  /// Memory a tenant may have, in bytes.
  public let memoryBytes: Int?
  /// The same in percent; nil for an equal part.
  public let memoryPercentage: Double?
  /// What the library adds to each launch, in seconds.
  public let hook: Double

  /// Creates the policy.
  public init(
    cores: Double? = nil, memoryBytes: Int? = nil, memoryPercentage: Double? = nil,
    hook: Double = 250e-9
  ) {
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.memoryPercentage = memoryPercentage
    self.hook = hook
  }

  /// All on one GPU.
  public func islands(_ tenants: [Tenant], on device: Device) -> [Island] {
    let equal = 100 / Double(tenants.count)
    let all = Double(device.memory.size.value.count)
    let limits = tenants.map { tenant -> Int? in
      if tenant.bypassesHook { return nil }
      let part = Int(all * (memoryPercentage ?? equal) / 100)
      return tenant.memoryLimit ?? memoryBytes ?? part
    }
    let cores = tenants.map { $0.bypassesHook ? 100 : $0.cores ?? self.cores ?? equal }
    return [
      Island(
        "GPU 0", device: device, tenants: Array(tenants.indices),
        scheduler: TokenLimiter(cores: cores, device: device, hook: hook), memoryLimits: limits,
        faultReach: [.context: .own, .device: .island])
    ]
  }

  /// Its name and the limit.
  public var description: String { "hami" + (cores.map { " (\(shownNumber($0)) %)" } ?? "") }
}

/// Time-slicing behind HAMi-core's limiter.
///
/// The arithmetic is that of HAMi-core: whole numbers, with its constants.
public struct TokenLimiter: IslandScheduler {
  /// How long a launch without tokens sleeps before it looks again.
  static let backOff = 0.010
  /// How often the watcher wakes.
  static let watch = 0.120
  /// How many wake-ups the driver's utilisation looks back on: one second.
  private static let memory = 8
  /// So many tokens per resident thread are the most.
  private static let factor = 32

  /// One container's limiter.
  private struct Bucket {
    let limit: Int
    var tokens = 0
    var share = 0
    var total: Int
    /// Busy seconds at the last wake-ups, the oldest first.
    var seen: [Double] = [0]
  }

  private var turns: RoundRobin
  private var buckets: [Bucket]
  private let multiprocessors: Int
  private let threads: Int
  private let hook: Double
  private var hooked: [Double]
  private var ticks = 1

  /// Creates it from each tenant's limit in percent.
  public init(cores: [Double], device: Device, hook: Double) {
    turns = RoundRobin(slice: TimeSlicing.Level.standard.seconds)
    multiprocessors = device.multiprocessors.value
    threads = device.limits.threadsPerMultiprocessor
    let total = multiprocessors * threads * Self.factor
    buckets = cores.map { Bucket(limit: Int($0.rounded()), total: total) }
    hooked = cores.map { _ in -1 }
    self.hook = hook
  }

  /// Prepares the turns.
  public mutating func begin(_ island: IslandView) { turns.begin(island) }

  /// The driver's turns, among those whose launches have passed.
  public mutating func decide(_ island: IslandView, _ decision: inout Decision) {
    turns.decide(island, &decision)
  }

  /// Takes the tokens of a launch, or has it wait.
  public mutating func delay(launch kernel: KernelDemand, by tenant: Int, at now: Double)
    -> Double?
  {
    if hook > 0, hooked[tenant] < 0 {
      hooked[tenant] = now
      return now + hook
    }
    if buckets[tenant].limit < 100 {
      guard buckets[tenant].tokens >= 0 else { return now + Self.backOff }
      buckets[tenant].tokens -= kernel.blocks
    }
    hooked[tenant] = -1
    return nil
  }

  /// The next wake-up of the watcher.
  public var nextTick: Double { Double(ticks) * Self.watch }

  /// Gives out tokens by what each container used.
  public mutating func tick(_ island: IslandView) {
    ticks += 1
    for index in buckets.indices where buckets[index].limit < 100 {
      watch(index, busy: island.busySeconds[index])
    }
  }

  private mutating func watch(_ index: Int, busy: Double) {
    var bucket = buckets[index]
    let window = Double(min(bucket.seen.count, Self.memory)) * Self.watch
    let used = Int(((busy - bucket.seen[0]) / window * 100).rounded(.down))
    bucket.seen.append(busy)
    if bucket.seen.count > Self.memory { bucket.seen.removeFirst() }
    if bucket.share == bucket.total, bucket.tokens < 0 {
      bucket.total *= 2
      bucket.share = bucket.total
    }
    bucket.share = share(bucket, used)
    bucket.tokens = min(bucket.tokens + bucket.share, bucket.total)
    buckets[index] = bucket
  }

  private func share(_ bucket: Bucket, _ used: Int) -> Int {
    let difference = max(5, abs(bucket.limit - used))
    var increment = multiprocessors * multiprocessors * threads * difference / 2560
    if difference > bucket.limit / 2 { increment = increment * difference * 2 / (bucket.limit + 1) }
    return used <= bucket.limit
      ? min(bucket.share + increment, bucket.total) : max(bucket.share - increment, 0)
  }
}
