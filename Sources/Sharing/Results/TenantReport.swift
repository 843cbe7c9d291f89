public import Base

/// What came of one tenant.
public struct TenantReport: Sendable {
  /// Its name.
  public let name: String
  /// Its position among all tenants.
  public let index: Int
  /// The latency of every request that ended, in seconds, in order.
  public internal(set) var latencies: [Double] = []
  /// Kernels that ended.
  public internal(set) var kernels = 0
  /// Block time of its kernels at full speed, in seconds: the work that was done.
  public internal(set) var work = 0.0
  /// How long a kernel of it ran, in seconds.
  public internal(set) var busySeconds = 0.0
  /// Multiprocessor time that its blocks filled, in seconds.
  public internal(set) var multiprocessorSeconds = 0.0
  /// What it moved to and from device memory, in bytes.
  public internal(set) var bytes = 0.0
  /// How long launches were held back, in seconds.
  public internal(set) var heldSeconds = 0.0
  /// Device memory it has at the end, in bytes.
  public internal(set) var memoryBytes = 0
  /// The most device memory it had, in bytes.
  public internal(set) var peakBytes = 0
  /// How often memory was refused.
  public internal(set) var refusals = 0
  /// When a fault ended it, in seconds.
  public internal(set) var stoppedAt: Double?

  init(_ name: String, _ index: Int) {
    self.name = name
    self.index = index
  }

  /// The latencies in order of size.
  public var quantiles: Quantiles { Quantiles(latencies) }

  /// The mean latency; nil when no request ended.
  public var meanLatency: Double? {
    latencies.isEmpty ? nil : latencies.reduce(0, +) / Double(latencies.count)
  }

  /// The standard deviation of latencies: how unevenly requests are served.
  public var jitter: Double? {
    guard let mean = meanLatency else { return nil }
    let squares = latencies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(latencies.count)).squareRoot()
    // What is left of equal latencies after additions of times is no jitter.
    return deviation < 1e-9 * mean ? 0 : deviation
  }
}

/// Something one tenant did to another.
public struct IsolationViolation: Hashable, Sendable {
  /// What was done.
  public enum Kind: String, Sendable {
    /// Memory within the victim's equal part was taken.
    case memory
    /// A fault ended the victim too.
    case fault
  }

  /// When, in seconds.
  public let seconds: Double
  /// What was done.
  public let kind: Kind
  /// Who did it.
  public let culprit: String
  /// Who suffered it.
  public let victim: String
}
