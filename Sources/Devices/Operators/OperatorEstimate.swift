/// What a kernel takes and what it waits for.
public struct OperatorEstimate: Sendable, Hashable {
  /// What most of the time goes to.
  public enum Bound: String, Sendable, Hashable, CaseIterable {
    case compute, memory, launch
  }

  /// The time from the start to the end of the kernel.
  public var seconds: Double
  /// What its arithmetic would take alone.
  public var computeSeconds: Double
  /// What its bytes would take alone.
  public var memorySeconds: Double
  /// What it takes however small the work is.
  public var launchSeconds: Double

  /// Creates an estimate.
  public init(
    seconds: Double, computeSeconds: Double, memorySeconds: Double, launchSeconds: Double
  ) {
    self.seconds = seconds
    self.computeSeconds = computeSeconds
    self.memorySeconds = memorySeconds
    self.launchSeconds = launchSeconds
  }

  /// No work.
  public static let nothing = OperatorEstimate(
    seconds: 0, computeSeconds: 0, memorySeconds: 0, launchSeconds: 0)

  /// What most of the time goes to.
  public var bound: Bound {
    if launchSeconds >= computeSeconds, launchSeconds >= memorySeconds { return .launch }
    return computeSeconds >= memorySeconds ? .compute : .memory
  }
}
