/// A set of GPU instances by their places: one way to cut a GPU.
public struct MIGLayout: Hashable, Sendable, CustomStringConvertible {
  /// One instance of it.
  public struct Part: Hashable, Sendable {
    /// What kind it is.
    public let profile: MIGProfile
    /// The first memory slice.
    public let start: Int

    /// Creates a part.
    public init(_ profile: MIGProfile, at start: Int) {
      self.profile = profile
      self.start = start
    }
  }

  /// The instances by their first slice.
  public let parts: [Part]

  /// Creates a layout; the parts come in any order.
  public init(_ parts: [Part]) { self.parts = parts.sorted { $0.start < $1.start } }

  /// The profiles without their places, the largest first: what a geometry is called by.
  public var names: [String] {
    parts.sorted { ($1.profile.slices, $1.profile.size) < ($0.profile.slices, $0.profile.size) }
      .map(\.profile.name)
  }

  /// The parts as nvidia-smi takes them, as in "4g.40gb:0 3g.40gb:4".
  public var description: String {
    parts.map { "\($0.profile.name):\($0.start)" }.joined(separator: " ")
  }
}

extension MIGScheme {
  /// Every way to cut an empty GPU into instances of some profiles, none left out and none twice.
  ///
  /// - Parameters:
  ///   - profiles: The profiles to use; the base profiles where left out.
  ///   - isMaximal: True for only those into which no further instance of these profiles fits.
  /// - Returns: The layouts, those that begin with large instances first.
  public func layouts(of profiles: [MIGProfile]? = nil, isMaximal: Bool = false) -> [MIGLayout] {
    var walk = LayoutWalk(profiles: profiles ?? baseProfiles, slices: memorySlices)
    walk.onlyMaximal = isMaximal
    walk.visit(0)
    return walk.found
  }

  /// The layouts' profiles without their places, each set once.
  public func geometries(of profiles: [MIGProfile]? = nil, isMaximal: Bool = false) -> [[String]] {
    var seen: Set<[String]> = []
    return layouts(of: profiles, isMaximal: isMaximal).compactMap { layout in
      seen.insert(layout.names).inserted ? layout.names : nil
    }
  }
}

/// Walks the axis from left to right: at each slice either an instance begins or none does.
private struct LayoutWalk {
  let profiles: [MIGProfile]
  let slices: Int
  var onlyMaximal = false
  var found: [MIGLayout] = []
  private var parts: [MIGLayout.Part] = []
  private var taken: UInt8 = 0

  init(profiles: [MIGProfile], slices: Int) {
    self.profiles = profiles
    self.slices = slices
  }

  mutating func visit(_ slice: Int) {
    guard slice < slices else { return keep() }
    for profile in profiles.reversed() where fits(profile, at: slice) {
      parts.append(MIGLayout.Part(profile, at: slice))
      taken |= profile.mask(at: slice)
      visit(slice + profile.size)
      taken &= ~profile.mask(at: slice)
      parts.removeLast()
    }
    visit(slice + 1)
  }

  private func fits(_ profile: MIGProfile, at start: Int) -> Bool {
    guard profile.starts.contains(start), taken & profile.mask(at: start) == 0 else { return false }
    return !profile.hasMediaExtensions || !parts.contains { $0.profile.hasMediaExtensions }
  }

  private mutating func keep() {
    guard !parts.isEmpty else { return }
    let hasRoom = profiles.contains { profile in
      profile.starts.contains { fits(profile, at: $0) }
    }
    if !onlyMaximal || !hasRoom { found.append(MIGLayout(parts)) }
  }
}
