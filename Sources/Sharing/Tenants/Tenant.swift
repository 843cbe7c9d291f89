public import Base

/// One program among those that share a GPU, and what it was promised.
public struct Tenant {
  /// Its name.
  public let name: String
  /// Starts its program; it gets the seed of its random numbers.
  public let workload: (SeededRandom) -> any Workload
  /// Device memory it may have, in bytes; nil for an equal part.
  public var memoryLimit: Int?
  /// Multiprocessors it may fill under MPS, in percent (`CUDA_MPS_ACTIVE_THREAD_PERCENTAGE`).
  public var threadPercentage: Double?
  /// Multiprocessor time it may use under HAMi, in percent (`gpucores`).
  public var cores: Double?
  /// True for a program that does not load the library by which HAMi limits it.
  public var bypassesHook = false

  /// Creates a tenant.
  public init(_ name: String, workload: @escaping (SeededRandom) -> any Workload) {
    self.name = name
    self.workload = workload
  }
}
