public import Base

/// Who makes a device.
public enum Vendor: String, Sendable, Hashable, CaseIterable {
  case nvidia = "NVIDIA"
  case amd = "AMD"
}

/// A family of chips.
public enum Generation: String, Sendable, Hashable, CaseIterable {
  case kepler = "Kepler"
  case pascal = "Pascal"
  case volta = "Volta"
  case turing = "Turing"
  case ampere = "Ampere"
  case ada = "Ada Lovelace"
  case hopper = "Hopper"
  case blackwell = "Blackwell"
  case cdna3 = "CDNA 3"
}

/// The clocks of a device, in hertz.
public struct Clocks: Sendable {
  /// What is promised under any load; nil where no sheet says.
  public let base: Fact<Double>?
  /// What FP32 peaks are quoted at.
  public let boost: Fact<Double>
  /// What tensor peaks are quoted at; on H100 it is lower than boost.
  public let tensor: Fact<Double>

  /// States the clocks; tensor cores run at boost where nothing else is said.
  public init(base: Fact<Double>? = nil, boost: Fact<Double>, tensor: Fact<Double>? = nil) {
    self.base = base
    self.boost = boost
    self.tensor = tensor ?? Fact(boost.value, .derived, "the boost clock")
  }
}

/// How long a lone load takes from each level, in cycles of the boost clock.
public struct Latencies: Sendable {
  /// Shared memory.
  public let shared: Fact<Double>
  /// The first-level cache.
  public let l1: Fact<Double>
  /// The near part of the second-level cache.
  public let l2: Fact<Double>
  /// Device memory.
  public let dram: Fact<Double>
  /// From a block's end to the first instruction of the next one in its place.
  public let block: Fact<Double>

  /// States the latencies.
  public init(
    shared: Fact<Double>, l1: Fact<Double>, l2: Fact<Double>, dram: Fact<Double>,
    block: Fact<Double>
  ) {
    self.shared = shared
    self.l1 = l1
    self.l2 = l2
    self.dram = dram
    self.block = block
  }

  /// The same latencies, taken over for a relative.
  public func inferred(from relative: String) -> Latencies {
    Latencies(
      shared: .inferred(shared.value, relative), l1: .inferred(l1.value, relative),
      l2: .inferred(l2.value, relative), dram: .inferred(dram.value, relative),
      block: .inferred(block.value, relative))
  }
}

/// Device memory and the cache before it.
public struct MemoryHierarchy: Sendable {
  /// The kind of chips, as in "HBM2e".
  public let kind: String
  /// Its size.
  public let size: Fact<Bytes>
  /// What it moves at most, in bytes per second.
  public let bytesPerSecond: Fact<Double>
  /// The share of that which long streams reach.
  public let streamedShare: Fact<Double>
  /// What is left of that when as much is written as read, for the bus must turn around.
  public let mixedShare: Fact<Double>
  /// The second-level cache's size.
  public let l2Size: Fact<Bytes>
  /// What the second-level cache gives to all SMs together, in bytes per second.
  public let l2BytesPerSecond: Fact<Double>

  /// States a memory.
  public init(
    kind: String, size: Fact<Bytes>, bytesPerSecond: Fact<Double>, streamedShare: Fact<Double>,
    mixedShare: Fact<Double>, l2Size: Fact<Bytes>, l2BytesPerSecond: Fact<Double>
  ) {
    self.kind = kind
    self.size = size
    self.bytesPerSecond = bytesPerSecond
    self.streamedShare = streamedShare
    self.mixedShare = mixedShare
    self.l2Size = l2Size
    self.l2BytesPerSecond = l2BytesPerSecond
  }
}

/// The ports by which a device reaches others: NVLink, or Infinity Fabric.
public struct Ports: Sendable {
  /// The kind, as in "NVLink 4".
  public let kind: String
  /// How many there are.
  public let count: Int
  /// What one moves in one direction, in bytes per second.
  public let bytesPerSecondEach: Fact<Double>

  /// States ports; sheets quote both directions together, in 10^9 bytes per second.
  public init(
    _ kind: String, count: Int, bothWaysGigabytesPerSecond: Double, _ sheet: Sheet
  ) {
    self.kind = kind
    self.count = count
    bytesPerSecondEach = .derived(
      bothWaysGigabytesPerSecond * 1e9 / 2, "half of what \(sheet.name) states for both directions")
  }

  /// What all move in one direction, in bytes per second.
  public var bytesPerSecond: Double { Double(count) * bytesPerSecondEach.value }
}

/// The slot by which a device reaches its host.
public struct HostSlot: Sendable, Hashable {
  /// The generation of PCI Express, or 0 where the host is joined by NVLink-C2C.
  public let generation: Int
  /// Its lanes.
  public let lanes: Int

  /// States a slot.
  public init(generation: Int, lanes: Int = 16) {
    self.generation = generation
    self.lanes = lanes
  }

  /// What it moves in one direction, in bytes per second: lanes x transfers x coding.
  public var bytesPerSecond: Double {
    let transfers: [Int: Double] = [1: 2.5e9, 2: 5e9, 3: 8e9, 4: 16e9, 5: 32e9, 6: 64e9]
    let coding = generation <= 2 ? 0.8 : generation <= 5 ? 128.0 / 130 : 242.0 / 256
    return Double(lanes) * (transfers[generation] ?? 0) * coding / 8
  }
}

/// What a device costs, in dollars; nil where no price is published.
public struct Price: Sendable {
  /// To buy one.
  public let toBuy: Fact<Double>?
  /// To rent one for an hour.
  public let perHour: Fact<Double>?

  /// States prices.
  public init(toBuy: Fact<Double>? = nil, perHour: Fact<Double>? = nil) {
    self.toBuy = toBuy
    self.perHour = perHour
  }
}

/// Of which device a slice is a part, and how much of it.
public struct SliceOrigin: Sendable, Hashable {
  /// The whole device's name.
  public let parent: String
  /// The kind of slice, as in "3g.40gb".
  public let profile: String
  /// The share of the SMs.
  public let computeShare: Double
  /// The share of memory, its bandwidth and the second-level cache.
  public let memoryShare: Double
}
