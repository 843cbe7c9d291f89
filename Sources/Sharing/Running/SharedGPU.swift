import Base
public import Devices

/// A GPU, a policy and the tenants that share it: runs them in virtual time.
public struct SharedGPU {
  /// The GPU.
  public let device: Device
  /// How it is shared.
  public let policy: any SharingPolicy
  /// Who shares it.
  public let tenants: [Tenant]

  /// Creates a shared GPU.
  public init(_ device: Device, policy: any SharingPolicy, tenants: [Tenant]) {
    self.device = device
    self.policy = policy
    self.tenants = tenants
  }

  /// Runs everybody for a time; the same seed gives the same result.
  ///
  /// - Parameters:
  ///   - seconds: Virtual time.
  ///   - warmUp: Requests that began before this time (in seconds) are not counted.
  ///   - seed: What random arrivals derive from.
  ///   - spanLimit: How many spans of each island are kept for a timeline.
  ///   - shouldStop: Asked now and then; true ends the run.
  /// - Returns: What came of it.
  /// - Throws: What a program or the policy throws, and a problem where time stands still.
  public func run(
    seconds: Double, warmUp: Double = 0, seed: UInt64 = 0, spanLimit: Int = 4000,
    shouldStop: @escaping () -> Bool = { false }
  ) throws -> SharingResult {
    guard !tenants.isEmpty, seconds > 0, seconds.isFinite else {
      throw Problem("a run needs tenants and a time, not \(tenants.count) and \(seconds) s")
    }
    guard warmUp >= 0, warmUp < seconds else {
      throw Problem("a run of \(seconds) s cannot warm up for \(warmUp) s")
    }
    let islands = try policy.islands(tenants, on: device)
    var reports: [IslandReport] = []
    for island in islands {
      var run = IslandRun(
        island, tenants, seed: seed, end: seconds, warmUp: warmUp, spanLimit: spanLimit,
        shouldStop: shouldStop)
      reports.append(try run.run())
    }
    let gpus = Set(islands.map(\.gpu)).count
    let result = SharingResult(
      policy: policy.description, device: device, gpus: gpus, seconds: seconds, warmUp: warmUp,
      islands: reports)
    assert(result.checkInvariants())
    return result
  }
}
