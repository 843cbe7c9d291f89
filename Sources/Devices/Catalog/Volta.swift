import Base

// Literal data: the Volta generation. Length is by the number of devices.

extension Device {
  /// Devices of the Volta generation.
  static let volta: [Device] = [
    v100SXM216GB, v100SXM232GB, v100PCIe16GB,
  ]

  private static let v100SXM216GB: Device = {
    let sheet = Sheet("NVIDIA Tesla V100 architecture whitepaper")
    return Device(
      "V100-SXM2-16GB", "the first tensor cores",
      aliases: ["V100", "V100-SXM"],
      sheet: sheet,
      source: """
        NVIDIA Tesla V100 architecture whitepaper; accel-sim/gpgpu-sim_distribution configs \
        SM7_QV100 (80 SM, 6 MB L2)
        """,
      chip: "GV100", generation: .volta, year: 2017, process: "12 nm",
      transistors: 21.1e9, multiprocessors: sheet.read(80), limits: .volta70,
      clocks: Clocks(
        base: sheet.megahertz(1290), boost: sheet.megahertz(1530)),
      memory: MemorySheet(
        "HBM2", gibibytes: 16, gigabytesPerSecond: 900, l2Mebibytes: 6),
      measured: .onRelative(.gv100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 7.8, .fp32: 15.7, .fp16: 31.4, .fp16Tensor: 125,
        ]),
      ports: Ports("NVLink 2", count: 6, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 3),
      watts: 300, price: Price(perHour: Fact(3.06, .read, Rent.awsP3)))
  }()

  private static let v100SXM232GB: Device = {
    let sheet = Sheet("NVIDIA Tesla V100 architecture whitepaper")
    return Device(
      "V100-SXM2-32GB", "V100 with twice the memory",
      aliases: ["V100-32GB"],
      sheet: sheet, source: "NVIDIA Tesla V100 architecture whitepaper",
      chip: "GV100", generation: .volta, year: 2018, process: "12 nm",
      transistors: 21.1e9, multiprocessors: sheet.read(80), limits: .volta70,
      clocks: Clocks(
        base: sheet.megahertz(1290), boost: sheet.megahertz(1530)),
      memory: MemorySheet(
        "HBM2", gibibytes: 32, gigabytesPerSecond: 900, l2Mebibytes: 6),
      measured: .onRelative(.gv100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 7.8, .fp32: 15.7, .fp16: 31.4, .fp16Tensor: 125,
        ]),
      ports: Ports("NVLink 2", count: 6, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 3),
      watts: 300)
  }()

  private static let v100PCIe16GB: Device = {
    let sheet = Sheet("NVIDIA Tesla V100 architecture whitepaper")
    return Device(
      "V100-PCIe-16GB", "V100 at a lower clock, for a PCIe slot",
      aliases: ["V100-PCIe"],
      sheet: sheet,
      source: """
        NVIDIA Tesla V100 architecture whitepaper; te42kyfo/gpu-benches (1380 MHz, 861-869 \
        GB/s measured)
        """,
      chip: "GV100", generation: .volta, year: 2017, process: "12 nm",
      transistors: 21.1e9, multiprocessors: sheet.read(80), limits: .volta70,
      clocks: Clocks(
        base: sheet.megahertz(1245), boost: sheet.megahertz(1380)),
      memory: MemorySheet(
        "HBM2", gibibytes: 16, gigabytesPerSecond: 900, l2Mebibytes: 6),
      measured: .here(.gv100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 7, .fp32: 14, .fp16: 28, .fp16Tensor: 112,
        ]),
      slot: HostSlot(generation: 3),
      watts: 250)
  }()
}
