/// A slice of a GPU with memory of its own, as `nvidia-smi mig -lgi` lists it.
public struct GPUInstance: Hashable, Sendable {
  /// The driver's number of it.
  public let id: Int
  /// What kind it is.
  public let profile: MIGProfile
  /// The first memory slice.
  public let start: Int
  /// What it is cut into, by number.
  public internal(set) var computeInstances: [ComputeInstance] = []

  /// Memory slices it takes.
  public var size: Int { profile.size }

  /// The place as nvidia-smi writes it, as in "4:4".
  public var placement: String { "\(start):\(size)" }

  /// The bits of its memory slices.
  var mask: UInt8 { profile.mask(at: start) }

  /// The bits of the compute slices inside that are taken.
  var computeMask: UInt8 { computeInstances.reduce(0) { $0 | $1.profile.mask(at: $1.start) } }
}

/// A part of a GPU instance's multiprocessors; its memory is shared with the others there.
public struct ComputeInstance: Hashable, Sendable {
  /// The number inside the GPU instance.
  public let id: Int
  /// What kind it is.
  public let profile: MIGComputeProfile
  /// The first compute slice inside the GPU instance.
  public let start: Int

  /// The place as nvidia-smi writes it, as in "0:1".
  public var placement: String { "\(start):\(profile.slices)" }
}
