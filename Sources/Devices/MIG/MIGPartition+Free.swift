/// What is left of a GPU.
extension MIGPartition {
  /// The bits of the memory slices that are taken.
  var takenMask: UInt8 { instances.reduce(0) { $0 | $1.mask } }

  /// Where a further instance of a profile could be placed, in ascending order.
  public func freeStarts(of profile: MIGProfile) -> [Int] {
    if profile.hasMediaExtensions, instances.contains(where: { $0.profile.hasMediaExtensions }) {
      return []
    }
    let taken = takenMask
    return profile.starts.filter { taken & profile.mask(at: $0) == 0 }
  }

  /// How many further instances of a profile fit, as the free count of `nvidia-smi mig -lgip`.
  public func remaining(_ profile: MIGProfile) -> Int {
    min(freeStarts(of: profile).count, profile.maximumInstances)
  }

  /// What can still be created: every profile with room, with its free places.
  public var creatable: [(profile: MIGProfile, starts: [Int])] {
    scheme.profiles.compactMap { profile in
      let starts = freeStarts(of: profile)
      return starts.isEmpty ? nil : (profile, starts)
    }
  }

  /// Memory slices that no instance has.
  public var freeMemorySlices: Int { scheme.memorySlices - instances.reduce(0) { $0 + $1.size } }

  /// Compute slices that no instance has.
  public var freeComputeSlices: Int {
    scheme.computeSlices - instances.reduce(0) { $0 + $1.profile.slices }
  }
}
