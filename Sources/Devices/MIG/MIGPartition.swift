/// How one GPU is cut at the moment: its GPU instances and what each is cut into.
///
/// It answers as the driver does: where an instance may stand, which place it takes when none is asked
/// for, how instances are numbered and in which words a request is refused.
public struct MIGPartition: Hashable, Sendable {
  /// What the GPU can be cut into.
  public let scheme: MIGScheme
  /// The number of the GPU in messages.
  public let gpu: Int
  /// True in MIG mode: only then can instances be made.
  public private(set) var isEnabled: Bool
  /// The GPU instances by their first slice.
  public private(set) var instances: [GPUInstance] = []

  /// Creates a GPU without instances, in MIG mode unless told otherwise.
  public init(_ scheme: MIGScheme, gpu: Int = 0, isEnabled: Bool = true) {
    self.scheme = scheme
    self.gpu = gpu
    self.isEnabled = isEnabled
  }

  /// The GPU instance of a number, or nothing.
  public func instance(_ id: Int) -> GPUInstance? { instances.first { $0.id == id } }

  /// Tells whether two partitions are the same: the scheme by its name.
  public static func == (a: MIGPartition, b: MIGPartition) -> Bool {
    a.scheme.name == b.scheme.name && a.gpu == b.gpu && a.isEnabled == b.isEnabled
      && a.instances == b.instances
  }

  /// Feeds what equality looks at.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(scheme.name)
    hasher.combine(gpu)
    hasher.combine(isEnabled)
    hasher.combine(instances)
  }

  // MARK: GPU instances

  /// Creates a GPU instance, at the place asked for or at the first free one in the driver's order.
  ///
  /// - Parameters:
  ///   - name: The name or the number of a profile.
  ///   - start: The first memory slice.
  /// - Returns: The new instance.
  /// - Throws: The driver's refusal.
  @discardableResult
  public mutating func create(_ name: String, at start: Int? = nil) throws(MIGFault) -> GPUInstance
  {
    guard isEnabled else { throw .notEnabled }
    guard let profile = scheme.find(name) else { throw .creating(name, on: gpu, .invalidArgument) }
    return try create(profile, at: start)
  }

  /// Creates a GPU instance of a profile of the scheme.
  @discardableResult
  public mutating func create(_ profile: MIGProfile, at start: Int? = nil) throws(MIGFault)
    -> GPUInstance
  {
    guard isEnabled else { throw .notEnabled }
    if let start, !profile.starts.contains(start) {
      throw .creating("\(profile.id)", on: gpu, .invalidArgument)
    }
    let free = freeStarts(of: profile)
    let place = start ?? profile.automaticStarts.first(where: free.contains)
    guard let place, free.contains(place) else {
      throw .creating("\(profile.id)", on: gpu, .insufficientResources)
    }
    let instance = GPUInstance(
      id: scheme.instanceID(start: place, size: profile.size), profile: profile, start: place)
    instances.append(instance)
    instances.sort { $0.start < $1.start }
    assert(checkInvariants())
    return instance
  }

  /// Destroys a GPU instance that has no compute instances left.
  public mutating func destroy(_ id: Int) throws(MIGFault) {
    guard isEnabled else { throw .notEnabled }
    guard let index = instances.firstIndex(where: { $0.id == id }) else {
      throw instances.isEmpty ? .noInstance : .destroying(id, on: gpu, .notFound)
    }
    guard instances[index].computeInstances.isEmpty else {
      throw .destroying(id, on: gpu, .inUse)
    }
    instances.remove(at: index)
    assert(checkInvariants())
  }

  // MARK: Compute instances

  /// Creates a compute instance inside a GPU instance; without a profile it takes all of it.
  @discardableResult
  public mutating func createCompute(in id: Int, _ name: String? = nil, at start: Int? = nil)
    throws(MIGFault) -> ComputeInstance
  {
    guard isEnabled else { throw .notEnabled }
    guard let index = instances.firstIndex(where: { $0.id == id }) else { throw .noInstance }
    let instance = instances[index]
    let profile =
      name.map { name in
        instance.profile.computeProfiles.first { $0.name == name || String($0.id) == name }
      } ?? instance.profile.wholeComputeProfile
    guard let profile else {
      throw .creatingCompute(name ?? "", in: id, on: gpu, .invalidArgument)
    }
    if let start, !profile.starts.contains(start) {
      throw .creatingCompute("\(profile.id)", in: id, on: gpu, .invalidArgument)
    }
    let taken = instance.computeMask
    let free = profile.starts.filter { taken & profile.mask(at: $0) == 0 }
    guard let place = start ?? free.first, free.contains(place) else {
      throw .creatingCompute("\(profile.id)", in: id, on: gpu, .insufficientResources)
    }
    let used = Set(instance.computeInstances.map(\.id))
    let number = (0...used.count).first { !used.contains($0) } ?? used.count
    let compute = ComputeInstance(id: number, profile: profile, start: place)
    instances[index].computeInstances.append(compute)
    instances[index].computeInstances.sort { $0.id < $1.id }
    assert(checkInvariants())
    return compute
  }

  /// Destroys a compute instance.
  public mutating func destroyCompute(_ number: Int, in id: Int) throws(MIGFault) {
    guard isEnabled else { throw .notEnabled }
    guard let index = instances.firstIndex(where: { $0.id == id }) else { throw .noInstance }
    let place = instances[index].computeInstances.firstIndex { $0.id == number }
    guard let place else { throw .destroyingCompute(number, in: id, on: gpu, .notFound) }
    instances[index].computeInstances.remove(at: place)
    assert(checkInvariants())
  }

  // MARK: The whole GPU

  /// Destroys every instance: `nvidia-smi mig -dci` and `-dgi`.
  public mutating func reset() { instances = [] }

  /// Turns MIG mode on.
  public mutating func enable() { isEnabled = true }

  /// Turns MIG mode off; the instances have to be gone.
  public mutating func disable() throws(MIGFault) {
    guard instances.isEmpty else {
      throw MIGFault(
        .inUse,
        "Unable to disable MIG Mode for GPU \(MIGFault.field(gpu)): \(MIGFault.Code.inUse.words)")
    }
    isEnabled = false
  }

  /// Holds the laws: every instance stands at a place of its profile, no slice is taken twice, at most
  /// one instance has media extensions, numbers are unique; the same inside each instance.
  @discardableResult
  public func checkInvariants() -> Bool {
    var taken: UInt8 = 0
    for instance in instances {
      precondition(instance.profile.starts.contains(instance.start), "\(instance) stands nowhere")
      precondition(taken & instance.mask == 0, "\(instance) shares a slice")
      taken |= instance.mask
      var inside: UInt8 = 0
      for compute in instance.computeInstances {
        let mask = compute.profile.mask(at: compute.start)
        precondition(inside & mask == 0, "\(compute) shares a slice")
        precondition(compute.profile.starts.contains(compute.start), "\(compute) stands nowhere")
        inside |= mask
      }
    }
    precondition(Set(instances.map(\.id)).count == instances.count, "two instances have one number")
    precondition(instances.count { $0.profile.hasMediaExtensions } <= 1, "two take media along")
    let compute = instances.reduce(0) { $0 + $1.profile.slices }
    precondition(compute <= scheme.computeSlices, "\(compute) compute slices are taken")
    return true
  }
}
