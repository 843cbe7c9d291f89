public import Base

/// How a GPU model can be cut: its slices and its profiles.
public struct MIGScheme: Described, Sendable {
  /// The name, as in "A100-80GB".
  public let name: String
  /// The board as nvidia-smi names it.
  public let board: String
  /// The devices of the catalogue that are cut this way.
  public let devices: [String]
  /// The device and vendor numbers by which mig-parted tells the boards apart, as "0x20B010DE".
  public let pciIDs: [String]
  /// Streaming multiprocessors of the whole GPU.
  public let multiprocessors: Int
  /// Memory of the whole GPU, in MiB.
  public let memoryMiB: Int
  /// Memory slices: the length of the axis on which instances are placed.
  public let memorySlices: Int
  /// Compute slices.
  public let computeSlices: Int
  /// The profiles, the smallest first.
  public let profiles: [MIGProfile]
  /// What is uncertain about the numbers.
  public let notes: [String]
  /// Where the numbers are read.
  public let sources: [String]

  /// What people and tools know about it.
  public var info: Info {
    Info(
      name, "\(computeSlices) compute and \(memorySlices) memory slices of \(board).",
      detail: notes.joined(separator: "\n"), source: sources.joined(separator: "; "))
  }

  /// The profiles that a table of geometries is made of.
  public var baseProfiles: [MIGProfile] { profiles.filter(\.isBase) }

  /// Finds a profile by its name or by its number as text; the error names the nearest ones.
  public func profile(_ name: String) throws(Problem) -> MIGProfile {
    if let profile = find(name) { return profile }
    throw .unknown("MIG profile of \(board)", name, among: profiles.map(\.name))
  }

  /// Finds a profile by its name or by its number as text, or nothing.
  public func find(_ name: String) -> MIGProfile? {
    let short = name.hasPrefix("MIG ") ? String(name.dropFirst(4)) : name
    return profiles.first { $0.name == short || String($0.id) == short }
  }

  /// The number the driver gives an instance: its node in the tree of halves, counted from the root.
  public func instanceID(start: Int, size: Int) -> Int { memorySlices / size - 1 + start / size }

  /// Memory of an instance in bytes: as reported, else its memory slices of the whole.
  public func memory(of profile: MIGProfile) -> Bytes {
    if let reported = profile.reportedMemoryGiB { return Bytes(Int(reported * 1_073_741_824)) }
    return Bytes(memoryMiB * profile.size / memorySlices * 1_048_576)
  }

  /// Multiprocessors of an instance: as reported, else as many as its compute slices have in the
  /// smallest profile.
  public func multiprocessors(of profile: MIGProfile) -> Int {
    if let reported = profile.reportedMultiprocessors { return reported }
    let one = profiles.first?.reportedMultiprocessors ?? multiprocessors / computeSlices
    return one * profile.slices
  }

  /// Multiprocessors of a compute instance: as reported, else its share of the GPU instance.
  public func multiprocessors(of compute: MIGComputeProfile, in profile: MIGProfile) -> Int {
    compute.reportedMultiprocessors
      ?? multiprocessors(of: profile) * compute.slices / profile.slices
  }
}

extension MIGScheme {
  /// Every GPU model that can be cut.
  public static let catalog = Catalog<MIGScheme>(
    "GPU with MIG", [a30, a100x40, a100x80, h100PCIe, h100SXM, h200, b200])
}
