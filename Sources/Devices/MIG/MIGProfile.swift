public import Base

/// A kind of GPU instance that a GPU can be cut into, as `nvidia-smi mig -lgip` lists it.
public struct MIGProfile: Described, Hashable, Sendable {
  /// The name, as in "3g.40gb".
  public let name: String
  /// The number that `nvidia-smi mig -cgi` takes.
  public let id: Int
  /// The name of the constant in NVML.
  public let nvmlName: String
  /// The value of the constant in NVML.
  public let nvmlValue: Int
  /// Compute slices, as the 3 in 3g.
  public let slices: Int
  /// Memory slices that an instance takes on the axis of placements.
  public let size: Int
  /// Where an instance may begin on that axis.
  public let starts: [Int]
  /// The same places in the order in which the driver tries them when no place is asked for.
  public let automaticStarts: [Int]
  /// How many instances fit on an empty GPU.
  public let maximumInstances: Int
  /// Memory as nvidia-smi reports it, in GiB; nil where no transcript shows it.
  public let reportedMemoryGiB: Double?
  /// Streaming multiprocessors; nil where no transcript shows them.
  public let reportedMultiprocessors: Int?
  /// Copy engines and media engines.
  public let engines: MIGEngines
  /// What compute instances it can be cut into.
  public let computeProfiles: [MIGComputeProfile]

  /// True for the profiles that take the media engines along, of which one instance may exist.
  public var hasMediaExtensions: Bool { name.hasSuffix("+me") }

  /// True for a profile with more memory than its compute slices go with, as 1g.10gb on 40 GB.
  public var hasExtraMemory: Bool { nvmlName.hasSuffix("_REV2") }

  /// True for the profiles that a table of geometries is made of: no media extensions, no extra memory.
  public var isBase: Bool { !hasMediaExtensions && !hasExtraMemory }

  /// The compute profile that takes the whole instance.
  public var wholeComputeProfile: MIGComputeProfile? {
    computeProfiles.first { $0.slices == slices }
  }

  /// The name under which Kubernetes offers it with the mixed strategy.
  public var kubernetesResource: String {
    "nvidia.com/mig-" + name.replacing("+", with: ".")
  }

  /// What people and tools know about it.
  public var info: Info {
    Info(
      name, "\(slices) compute and \(size) memory slices.",
      source: "NVIDIA MIG User Guide; nvidia-smi mig -lgip")
  }

  /// The bits of the memory slices that an instance at a place takes.
  func mask(at start: Int) -> UInt8 { UInt8(truncatingIfNeeded: ((1 << size) - 1) << start) }
}

/// A kind of compute instance inside a GPU instance, as `nvidia-smi mig -lcip` lists it.
public struct MIGComputeProfile: Hashable, Sendable {
  /// The name, as in "1c.3g.40gb"; that of the GPU instance where it takes all of it.
  public let name: String
  /// The number that `nvidia-smi mig -cci` takes.
  public let id: Int
  /// Compute slices, as the 1 in 1c.
  public let slices: Int
  /// Where it may begin inside the GPU instance.
  public let starts: [Int]
  /// How many fit into an empty GPU instance.
  public let maximumInstances: Int
  /// Streaming multiprocessors; nil where no transcript shows them.
  public let reportedMultiprocessors: Int?

  func mask(at start: Int) -> UInt8 { UInt8(truncatingIfNeeded: ((1 << slices) - 1) << start) }
}

/// How many engines beside the multiprocessors an instance has.
public struct MIGEngines: Hashable, Sendable {
  /// Copy engines.
  public let copy: Int
  /// Video decoders.
  public let decoders: Int
  /// Video encoders: none on these GPUs.
  public let encoders: Int
  /// JPEG decoders.
  public let jpeg: Int
  /// Optical flow accelerators.
  public let opticalFlow: Int

  /// Creates a set of engines.
  public init(copy: Int, decoders: Int = 0, encoders: Int = 0, jpeg: Int = 0, opticalFlow: Int = 0)
  {
    self.copy = copy
    self.decoders = decoders
    self.encoders = encoders
    self.jpeg = jpeg
    self.opticalFlow = opticalFlow
  }
}
