import Base

// Where latencies, cache rates and streams were measured, chip by chip. A device whose chip nobody
// measured takes them over from its nearest relative, and says so.

/// What benchmarks found on one chip, in terms that carry over to its relatives.
struct ChipMeasurements {
  /// Latencies in cycles.
  let latencies: Latencies
  /// What the second-level cache gives to one multiprocessor in a cycle, in bytes.
  let l2BytesPerCycle: Double
  /// The share of the memory's rate that a long read stream reaches.
  let streamedShare: Double
  /// Who measured it, on what.
  let source: String

  init(
    _ source: String, shared: Double, l1: Double, l2: Double, dram: Double,
    l2BytesPerCycle: Double, streamedShare: Double
  ) {
    let sheet = Sheet(source)
    latencies = Latencies(
      shared: sheet.measured(shared), l1: sheet.measured(l1), l2: sheet.measured(l2),
      dram: sheet.measured(dram))
    self.l2BytesPerCycle = l2BytesPerCycle
    self.streamedShare = streamedShare
    self.source = source
  }

  /// V100 at 1,380 MHz: 2,450 GB/s from L2, 866 of 900 GB/s read.
  static let gv100 = ChipMeasurements(
    "te42kyfo/gpu-benches, V100-PCIe at 1380 MHz", shared: 19, l1: 30, l2: 215, dram: 428,
    l2BytesPerCycle: 22.2, streamedShare: 0.962)
  /// RTX 2070: latencies by sjfeng1999/gpu-arch-microbenchmark; the L2 of T4 gave 1,270 GB/s.
  static let tu106 = ChipMeasurements(
    "sjfeng1999/gpu-arch-microbenchmark, RTX 2070", shared: 23, l1: 32, l2: 236, dram: 477,
    l2BytesPerCycle: 20, streamedShare: 0.875)
  /// A100-80GB at 1,410 MHz: 5,370 GB/s from L2, 1,733 of 2,039 GB/s read.
  static let ga100 = ChipMeasurements(
    "te42kyfo/gpu-benches, A100-80GB at 1410 MHz", shared: 29, l1: 36, l2: 211, dram: 572,
    l2BytesPerCycle: 35.3, streamedShare: 0.85)
  /// A40 at 1,740 MHz: 2,430 GB/s from L2, 679 of 696 GB/s read; latencies of the L40.
  static let ga102 = ChipMeasurements(
    "te42kyfo/gpu-benches, A40 at 1740 MHz (latencies: L40)", shared: 30, l1: 36, l2: 277,
    dram: 562, l2BytesPerCycle: 16.6, streamedShare: 0.976)
  /// L40 at 2,490 MHz: 5,200 GB/s from L2, 844 of 864 GB/s read.
  static let ad102 = ChipMeasurements(
    "te42kyfo/gpu-benches, L40 at 2490 MHz", shared: 30, l1: 36, l2: 277, dram: 562,
    l2BytesPerCycle: 14.7, streamedShare: 0.977)
  /// H100-PCIe at 1,755 MHz: 6,950 GB/s from L2, 1,988 of 2,039 GB/s read.
  static let gh100 = ChipMeasurements(
    "te42kyfo/gpu-benches, H100-PCIe at 1755 MHz", shared: 29, l1: 34, l2: 266, dram: 652,
    l2BytesPerCycle: 34.7, streamedShare: 0.975)
  /// H200 at 1,980 MHz: 9,800 GB/s from L2, 3,888 of 4,800 GB/s read; latencies of the H100-PCIe.
  static let gh100e = ChipMeasurements(
    "te42kyfo/gpu-benches, H200 at 1980 MHz (latencies: H100-PCIe)", shared: 29, l1: 34, l2: 266,
    dram: 652, l2BytesPerCycle: 37.5, streamedShare: 0.81)
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
    case .onRelative(let chip): chip.latencies.inferred(from: chip.source)
    }
  }

  /// A sheet's memory with the rates that were measured.
  func memory(
    _ memory: MemorySheet, _ sheet: Sheet, multiprocessors: Int, boostHertz: Double
  ) -> DeviceMemory {
    let l2 = chip.l2BytesPerCycle * Double(multiprocessors) * boostHertz
    return DeviceMemory(
      kind: memory.kind, size: sheet.gibibytes(memory.gibibytes),
      bytesPerSecond: sheet.gigabytesPerSecond(memory.gigabytesPerSecond),
      streamedShare: fact(chip.streamedShare), l2Size: sheet.mebibytes(memory.l2Mebibytes),
      l2BytesPerSecond: fact(
        l2, rule: "\(chip.l2BytesPerCycle) B/cycle/SM x SMs x boost clock; "))
  }

  private func fact(_ value: Double, rule: String = "") -> Fact<Double> {
    switch self {
    case .here(let chip): Fact(value, rule.isEmpty ? .measured : .derived, rule + chip.source)
    case .onRelative(let chip): .inferred(value, rule + chip.source)
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
