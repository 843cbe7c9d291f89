public import Base

/// What a tenant's program does next.
public enum TenantAction: Hashable, Sendable {
  /// Launches a kernel and waits for it.
  ///
  /// A request's latency runs from `submitted` (else from its first launch) to the end of the kernel
  /// that ends it.
  case launch(KernelDemand, endsRequest: Bool = true, submitted: Double? = nil)
  /// Works on the host for a time, in seconds.
  case wait(Double)
  /// Asks for device memory, in bytes.
  case allocate(Int)
  /// Gives device memory back, in bytes.
  case free(Int)
  /// Does something that ends programs.
  case fault(FaultKind)
  /// Ends.
  case end
}

/// Kinds of faults, by what has to be thrown away after them.
public enum FaultKind: String, Hashable, Sendable, CaseIterable {
  /// An illegal address: the context is lost.
  case context
  /// A hardware error that needs a reset: what shares the reset is lost.
  case device
}

/// When a program is asked what it does next.
public struct TenantMoment: Sendable {
  /// The virtual time in seconds.
  public let now: Double
  /// The latency of the request that just ended, in seconds.
  public let latency: Double?
  /// True when the memory it just asked for was refused.
  public let wasRefused: Bool
}

/// A tenant's program: it is asked for one action after the other.
public protocol Workload {
  /// The next action; it may fail where it is somebody else's code.
  mutating func next(_ moment: TenantMoment) throws -> TenantAction
}

/// A program that serves requests of the same kernels, one after the other.
public struct RequestWorkload: Workload {
  /// What makes a request come.
  public enum Arrivals: Hashable, Sendable {
    /// The next one comes when the last one is done and a pause (in seconds) is over.
    case afterTheLast(pause: Double)
    /// They come by themselves at a mean rate per second, at random times, and wait in line.
    case poisson(rate: Double)
  }

  private let kernels: [KernelDemand]
  private let arrivals: Arrivals
  private let gap: Double
  private let limit: Int
  private var memory: Int
  private var random: SeededRandom
  private var position = 0
  private var served = 0
  private var hasPaused = true
  private var arrival = 0.0
  private var isGapDone = false

  /// Creates a program.
  ///
  /// - Parameters:
  ///   - kernels: The kernels of one request.
  ///   - arrivals: What makes requests come.
  ///   - gap: Host time before each kernel, in seconds.
  ///   - memory: Device memory it asks for at its start, in bytes.
  ///   - limit: How many requests it serves.
  ///   - random: Where random times come from.
  public init(
    kernels: [KernelDemand], arrivals: Arrivals = .afterTheLast(pause: 0), gap: Double = 0,
    memory: Int = 0, limit: Int = .max, random: SeededRandom
  ) {
    precondition(!kernels.isEmpty, "a request has at least one kernel")
    self.kernels = kernels
    self.arrivals = arrivals
    self.gap = gap
    self.memory = memory
    self.limit = limit
    self.random = random
    if case .poisson(let rate) = arrivals { arrival = self.random.nextExponential() / rate }
  }

  /// Memory first, then for each request its wait, and for each kernel its gap and its launch.
  public mutating func next(_ moment: TenantMoment) -> TenantAction {
    if memory > 0 {
      defer { memory = 0 }
      return .allocate(memory)
    }
    if moment.wasRefused { return .end }
    guard served < limit else { return .end }
    if position == 0, let wait = waitForRequest(moment.now) { return .wait(wait) }
    if gap > 0, !isGapDone {
      isGapDone = true
      return .wait(gap)
    }
    return launch()
  }

  private mutating func waitForRequest(_ now: Double) -> Double? {
    switch arrivals {
    case .afterTheLast(let pause):
      guard pause > 0, !hasPaused else { return nil }
      hasPaused = true
      return pause
    case .poisson: return arrival > now ? arrival - now : nil
    }
  }

  private mutating func launch() -> TenantAction {
    let kernel = kernels[position]
    isGapDone = false
    position += 1
    let submitted: Double?
    if case .poisson = arrivals { submitted = arrival } else { submitted = nil }
    guard position == kernels.count else {
      return .launch(kernel, endsRequest: false, submitted: submitted)
    }
    position = 0
    served += 1
    hasPaused = false
    if case .poisson(let rate) = arrivals { arrival += random.nextExponential() / rate }
    return .launch(kernel, endsRequest: true, submitted: submitted)
  }
}
