import Base
public import Devices

/// A policy of somebody's own: all tenants meet on one GPU and a function decides who runs.
public struct CustomSharing: SharingPolicy {
  /// Decides: multiprocessors by tenant, and for how many seconds the decision stands by itself.
  public typealias Choose = (IslandView) throws -> (shares: [Double], seconds: Double)

  /// Its name.
  public let name: String
  private let choose: Choose

  /// Creates the policy.
  public init(_ name: String, choose: @escaping Choose) {
    self.name = name
    self.choose = choose
  }

  /// All on one GPU.
  public func islands(_ tenants: [Tenant], on device: Device) -> [Island] {
    [
      Island(
        "GPU 0", device: device, tenants: Array(tenants.indices),
        scheduler: Chosen(choose: choose), faultReach: [.context: .own, .device: .island])
    ]
  }

  /// Its name.
  public var description: String { name }

  private struct Chosen: IslandScheduler {
    let choose: Choose

    func decide(_ island: IslandView, _ decision: inout Decision) throws {
      let (shares, seconds) = try choose(island)
      guard shares.count == decision.shares.count, shares.allSatisfy({ $0 >= 0 && $0.isFinite })
      else {
        throw Problem("a policy gives each of \(decision.shares.count) tenants 0 or more SMs")
      }
      let total = shares.reduce(0, +)
      guard total <= island.multiprocessors * 1.000001 else {
        throw Problem("a policy gave out \(total) of \(island.multiprocessors) multiprocessors")
      }
      for index in shares.indices {
        decision.shares[index] = island.isRunnable[index] ? shares[index] : 0
      }
      decision.until = seconds > 0 ? island.now + seconds : .infinity
    }
  }
}
