import Base
public import Devices

/// Each tenant has a GPU of its own: nothing is shared, and as many GPUs are needed as tenants.
public struct Passthrough: SharingPolicy {
  static let family = SharingFamily(
    Info("passthrough", "A whole GPU for each tenant.", example: #"sharing.policy "passthrough""#)
  ) { _ in Passthrough() }

  /// Creates the policy.
  public init() {}

  /// One GPU for each.
  public func islands(_ tenants: [Tenant], on device: Device) -> [Island] {
    tenants.indices.map { index in
      Island(
        "GPU \(index)", device: device, tenants: [index], scheduler: RoundRobin(slice: .infinity),
        gpu: index)
    }
  }

  /// Its name.
  public var description: String { "passthrough" }
}
