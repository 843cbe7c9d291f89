import Base

// Where latencies, cache rates and streams were measured, chip by chip. A device whose chip nobody
// measured takes them over from its nearest relative, and says so.

/// What benchmarks found on one chip, in terms that carry over to its relatives.
///
/// The latency of a block is the time that gpu-stream's one-store kernel takes for each block of two
/// warps, less its instructions.
struct ChipMeasurements {
  /// Latencies in cycles.
  let latencies: Latencies
  /// What the second-level cache gives to one multiprocessor in a cycle, in bytes.
  let l2BytesPerCycle: Fact<Double>
  /// The share of the memory's rate that a long stream of one direction reaches.
  let streamedShare: Fact<Double>
  /// The share of that which a stream reaches that writes as much as it reads.
  let mixedShare: Fact<Double>

  private static let turing = Sheet("sjfeng1999/gpu-arch-microbenchmark, RTX 2070")
  private static let v100 = Sheet("te42kyfo/gpu-benches, V100-PCIe at 1380 MHz")
  private static let a100 = Sheet("te42kyfo/gpu-benches, A100-80GB at 1410 MHz")
  private static let a100Small = Sheet("te42kyfo/gpu-benches, A100-40GB at 1410 MHz")
  private static let a40 = Sheet("te42kyfo/gpu-benches, A40 at 1740 MHz")
  private static let l40 = Sheet("te42kyfo/gpu-benches, L40 at 2490 MHz")
  private static let h100 = Sheet("te42kyfo/gpu-benches, H100-PCIe at 1755 MHz")
  private static let h200 = Sheet("te42kyfo/gpu-benches, H200 at 1980 MHz")
  private static let jia = Sheet("Jia et al., Dissecting the Turing T4 GPU, arXiv 1903.07486, T4")
  private static let luo = Sheet("Luo et al., Dissecting the Hopper GPU, arXiv 2402.13499")

  /// 2,450 GB/s from L2; 895 of 900 GB/s in one direction, 802 in both.
  static let gv100 = ChipMeasurements(
    latencies: Latencies(
      shared: .inferred(19, jia.name), l1: v100.measured(30), l2: v100.measured(215),
      dram: v100.measured(428), block: v100.measured(354)),
    l2BytesPerCycle: v100.measured(22.2), streamedShare: v100.measured(0.994),
    mixedShare: v100.measured(0.896))
  /// 392 of 448 GB/s read; 1,270 GB/s from the L2 of T4.
  static let tu106 = ChipMeasurements(
    latencies: Latencies(
      shared: turing.measured(23), l1: turing.measured(32), l2: turing.measured(236),
      dram: .inferred(428, "the cycles of V100"),
      block: .inferred(354, "the cycles of V100")),
    l2BytesPerCycle: .inferred(20, jia.name), streamedShare: turing.measured(0.875),
    mixedShare: .inferred(0.896, v100.name))
  /// 5,370 GB/s from L2; 1,503 of 1,555 GB/s in one direction, 1,381 in both.
  static let ga100 = ChipMeasurements(
    latencies: Latencies(
      shared: luo.measured(29), l1: a100.measured(36), l2: a100.measured(211),
      dram: a100.measured(572), block: a100.measured(365)),
    l2BytesPerCycle: a100.measured(35.3), streamedShare: a100Small.measured(0.967),
    mixedShare: a100Small.measured(0.919))
  /// 2,430 GB/s from L2; 679 of 696 GB/s in one direction, 655 in both.
  static let ga102 = ChipMeasurements(
    latencies: Latencies(
      shared: .inferred(29, luo.name), l1: .inferred(36, l40.name), l2: .inferred(277, l40.name),
      dram: .inferred(562, l40.name), block: a40.measured(357)),
    l2BytesPerCycle: a40.measured(16.6), streamedShare: a40.measured(0.976),
    mixedShare: a40.measured(0.965))
  /// 5,200 GB/s from L2; 844 of 864 GB/s in one direction, 780 in both.
  static let ad102 = ChipMeasurements(
    latencies: Latencies(
      shared: .inferred(29, luo.name), l1: l40.measured(36), l2: l40.measured(277),
      dram: l40.measured(562), block: l40.measured(547)),
    l2BytesPerCycle: l40.measured(14.7), streamedShare: l40.measured(0.977),
    mixedShare: l40.measured(0.923))
  /// 6,950 GB/s from L2; 2,016 of 2,039 GB/s in one direction, 1,704 in both.
  static let gh100 = ChipMeasurements(
    latencies: Latencies(
      shared: luo.measured(29), l1: h100.measured(34), l2: h100.measured(266),
      dram: h100.measured(652), block: h100.measured(434)),
    l2BytesPerCycle: h100.measured(34.7), streamedShare: h100.measured(0.989),
    mixedShare: h100.measured(0.86))
  /// 9,800 GB/s from L2; 3,891 of 4,800 GB/s in one direction; in both as the 1,832 of 2,016 of H100.
  static let gh100e = ChipMeasurements(
    latencies: gh100.latencies.inferred(from: h100.name),
    l2BytesPerCycle: h200.measured(37.5), streamedShare: h200.measured(0.81),
    mixedShare: .inferred(0.909, h100.name))
}

/// What a sheet says of a device's memory, in the sheet's units.
struct MemorySheet {
  let kind: String
  let gibibytes: Double
  let gigabytesPerSecond: Double
  let l2Mebibytes: Double

  init(
    _ kind: String, gibibytes: Double, gigabytesPerSecond: Double, l2Mebibytes: Double
  ) {
    self.kind = kind
    self.gibibytes = gibibytes
    self.gigabytesPerSecond = gigabytesPerSecond
    self.l2Mebibytes = l2Mebibytes
  }
}

/// A device's chip as it was measured: on this device itself, or on a relative.
enum Measured {
  case here(ChipMeasurements)
  case onRelative(ChipMeasurements)

  private var chip: ChipMeasurements {
    switch self {
    case .here(let chip), .onRelative(let chip): chip
    }
  }

  /// The latencies, marked as taken over where they are a relative's.
  var latencies: Latencies {
    switch self {
    case .here(let chip): chip.latencies
    case .onRelative(let chip):
      Latencies(
        shared: taken(chip.latencies.shared), l1: taken(chip.latencies.l1),
        l2: taken(chip.latencies.l2), dram: taken(chip.latencies.dram),
        block: taken(chip.latencies.block))
    }
  }

  /// A sheet's memory with the rates that were measured.
  func memory(
    _ memory: MemorySheet, _ sheet: Sheet, multiprocessors: Int, boostHertz: Double
  ) -> MemoryHierarchy {
    let perCycle = taken(chip.l2BytesPerCycle)
    let l2 = perCycle.value * Double(multiprocessors) * boostHertz
    return MemoryHierarchy(
      kind: memory.kind, size: sheet.gibibytes(memory.gibibytes),
      bytesPerSecond: sheet.gigabytesPerSecond(memory.gigabytesPerSecond),
      streamedShare: taken(chip.streamedShare), mixedShare: taken(chip.mixedShare),
      l2Size: sheet.mebibytes(memory.l2Mebibytes),
      l2BytesPerSecond: Fact(
        l2, perCycle.origin == .measured ? .derived : .inferred,
        "\(perCycle.value) B/cycle/SM x SMs x boost clock; \(perCycle.source)"))
  }

  /// A fact as it holds for this device.
  private func taken(_ fact: Fact<Double>) -> Fact<Double> {
    switch self {
    case .here: fact
    case .onRelative: .inferred(fact.value, fact.source)
    }
  }
}

extension Device {
  /// A device from its sheet and the measurements of its chip.
  init(
    _ name: String, _ summary: String, aliases: [String] = [], sheet: Sheet, source: String,
    vendor: Vendor = .nvidia, chip: String, generation: Generation, year: Int, process: String,
    transistors: Double, multiprocessors: Fact<Int>, limits: ComputeLimits, clocks: Clocks,
    memory: MemorySheet, measured: Measured, peaks: Peaks, ports: Ports? = nil,
    slot: HostSlot? = nil, watts: Double, price: Price = Price(), notes: [String] = []
  ) {
    self.init(
      info: Info(name, summary, source: source), aliases: aliases, vendor: vendor, chip: chip,
      generation: generation, year: year, process: process, transistors: sheet.read(transistors),
      multiprocessors: multiprocessors, limits: limits, clocks: clocks,
      memory: measured.memory(
        memory, sheet, multiprocessors: multiprocessors.value, boostHertz: clocks.boost.value),
      latencies: measured.latencies, peaks: peaks, ports: ports, slot: slot,
      watts: sheet.read(watts), price: price, notes: notes)
  }
}
