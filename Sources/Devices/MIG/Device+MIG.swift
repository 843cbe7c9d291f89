internal import Base

extension Device {
  /// How this device can be cut; nil where MIG is not known for it, and for slices.
  public var migScheme: MIGScheme? {
    guard sliceOrigin == nil else { return nil }
    return MIGScheme.catalog.elements.first { $0.devices.contains(name) }
  }

  /// A GPU instance, or one compute instance of it, as a device of its own.
  ///
  /// It has the multiprocessors and the memory of its profile, and of bandwidth and second-level cache
  /// the share of its memory slices. A compute instance has its own multiprocessors only: memory,
  /// bandwidth and cache are those of its GPU instance, which it shares with its neighbours there.
  public func slice(
    _ instance: GPUInstance, compute: ComputeInstance? = nil, of scheme: MIGScheme
  ) -> Device {
    let profile = instance.profile
    let whole = scheme.multiprocessors(of: profile)
    let own = compute.map { scheme.multiprocessors(of: $0.profile, in: profile) } ?? whole
    let number = "GI \(instance.id)" + (compute.map { " CI \($0.id)" } ?? "")
    return slice(
      named: "\(name) MIG \(compute?.profile.name ?? profile.name) (\(number))",
      profile: compute?.profile.name ?? profile.name,
      multiprocessors: min(own, multiprocessors.value), memory: scheme.memory(of: profile),
      memoryShare: Double(profile.size) / Double(scheme.memorySlices))
  }
}
