public import Base
public import Devices

/// MIG: each tenant has a GPU instance; tenants beyond the number of instances take turns inside them.
public struct MIGSharing: SharingPolicy {
  static let family = SharingFamily(
    Info(
      "mig", "An isolated GPU instance for each tenant.",
      detail:
        "Without a profile the largest one is taken of which as many fit as there are tenants. "
        + "Tenants beyond that share instances by time-slicing.",
      example: #"sharing.policy("mig", { profile = "1g.10gb" })"#,
      parameters: [
        Parameter(
          name: "profile", kind: .string, isOptional: true, summary: "the kind of instance")
      ],
      source: "NVIDIA MIG User Guide")
  ) { MIGSharing(profile: $0.text("profile")) }

  /// The kind of instance; nil for the largest that fits.
  public let profile: String?

  /// Creates the policy.
  public init(profile: String? = nil) { self.profile = profile }

  /// One island for each instance.
  public func islands(_ tenants: [Tenant], on device: Device) throws(Problem) -> [Island] {
    guard let scheme = device.migScheme else {
      throw Problem("\(device.name) has no MIG", fix: "take an A100, A30, H100, H200 or B200")
    }
    let profile = try self.profile.map { name throws(Problem) in try scheme.profile(name) }
    let chosen = profile ?? Self.largest(for: tenants.count, in: scheme)
    var partition = MIGPartition(scheme)
    do throws(MIGFault) {
      for _ in 0..<min(tenants.count, chosen.maximumInstances) { try partition.create(chosen) }
    } catch {
      throw error.problem()
    }
    return partition.instances.enumerated().map { number, instance in
      let inside = tenants.indices.filter { $0 % partition.instances.count == number }
      let slice = device.slice(instance, of: scheme)
      return Island(
        "GI \(instance.id) \(chosen.name)", device: slice, tenants: inside,
        scheduler: RoundRobin(slice: TimeSlicing.Level.standard.seconds),
        faultReach: [.context: .own, .device: .island])
    }
  }

  /// The largest profile of which so many instances fit, else the one with the most instances.
  static func largest(for count: Int, in scheme: MIGScheme) -> MIGProfile {
    let plain = scheme.profiles.filter { !$0.hasMediaExtensions }
    let fitting = plain.filter { $0.maximumInstances >= count }
    return fitting.max { ($0.slices, $0.size) < ($1.slices, $1.size) }
      ?? plain.max { $0.maximumInstances < $1.maximumInstances } ?? scheme.profiles[0]
  }

  /// Its name and the profile.
  public var description: String { "mig" + (profile.map { " (\($0))" } ?? "") }
}
