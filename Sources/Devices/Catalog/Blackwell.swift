import Base

// Literal data: the Blackwell generation. Length is by the number of devices.

extension Device {
  /// Devices of the Blackwell generation.
  static let blackwell: [Device] = [
    b200SXM180GB, gb200, b300, gb300, rtx5090, rtxPro6000,
  ]

  private static let b200SXM180GB: Device = {
    let sheet = Sheet("NVIDIA Blackwell architecture technical brief / HGX B200 datasheet")
    return Device(
      "B200-SXM-180GB", "two Blackwell dies as one device",
      aliases: ["B200", "B200-SXM", "B200-180GB"],
      sheet: sheet,
      source: """
        NVIDIA Blackwell architecture technical brief / HGX B200 datasheet; \
        ai-dynamo/aiconfigurator systems yaml; stas00/ml-engineering \
        compute/accelerator/README.md
        """,
      chip: "GB100 (2 dies)", generation: .blackwell, year: 2024, process: "4NP",
      transistors: 208e9, multiprocessors: sheet.read(148), limits: .blackwell100,
      clocks: Clocks(
        boost: sheet.megahertz(1965),
        tensor: .derived(1856e6, "stated FP16 peak / (cores x FMAs x 2)")),
      memory: MemorySheet(
        "HBM3e", gibibytes: 180, gigabytesPerSecond: 7700, l2Mebibytes: 126),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 37, .fp64Tensor: 37, .fp32: 75, .tf32Tensor: 1125, .fp16Tensor: 2250,
          .bf16Tensor: 2250, .fp8Tensor: 4500, .fp6Tensor: 4500, .fp4Tensor: 9000,
          .int8Tensor: 4500,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .fp6Tensor, .fp4Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 5", count: 18, bothWaysGigabytesPerSecond: 100, sheet),
      slot: HostSlot(generation: 5),
      watts: 1000,
      notes: [
        "192 GB is the physical stack total, 180 GB is what the product exposes; 8 TB/s "
          + "is the headline, 7.7 TB/s the HGX figure",
        "FP32 quoted as 75 (HGX) or 80 (other NVIDIA tables)",
        "208 billion is the transistor count",
        "die-to-die link 10 TB/s",
        "boost clock from device queries",
      ])
  }()

  private static let gb200: Device = {
    let sheet = Sheet("NVIDIA Blackwell architecture technical brief / HGX B200 datasheet")
    return Device(
      "GB200", "one of the two GPUs of a Grace Blackwell superchip pair",
      aliases: ["GB200-186GB"],
      sheet: sheet,
      source: """
        NVIDIA Blackwell architecture technical brief / HGX B200 datasheet; \
        ai-dynamo/aiconfigurator systems yaml; stas00/ml-engineering \
        compute/accelerator/README.md; device queries in public repositories (152 SM)
        """,
      chip: "GB100 (2 dies)", generation: .blackwell, year: 2024, process: "4NP",
      transistors: 208e9, multiprocessors: sheet.read(152), limits: .blackwell100,
      clocks: Clocks(
        boost: .derived(2056e6, "stated FP32 peak / (lanes x 2)"),
        tensor: .derived(2008e6, "stated FP16 peak / (cores x FMAs x 2)")),
      memory: MemorySheet(
        "HBM3e", gibibytes: 186, gigabytesPerSecond: 8000, l2Mebibytes: 126),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 40, .fp64Tensor: 40, .fp32: 80, .tf32Tensor: 1250, .fp16Tensor: 2500,
          .bf16Tensor: 2500, .fp8Tensor: 5000, .fp6Tensor: 5000, .fp4Tensor: 10000,
          .int8Tensor: 5000,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .fp6Tensor, .fp4Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 5", count: 18, bothWaysGigabytesPerSecond: 100, sheet),
      watts: 1200,
      notes: [
        "189471 MiB reported by nvidia-smi"
      ])
  }()

  private static let b300: Device = {
    let sheet = Sheet("NVIDIA HGX B300 datasheet")
    return Device(
      "B300", "Blackwell Ultra: more memory and 4-bit arithmetic, little of 64 bits",
      aliases: ["B300-SXM", "B300-SXM-270GB", "HGX-B300", "Blackwell-Ultra"],
      sheet: sheet,
      source: "NVIDIA HGX B300 datasheet; glennklockwood.com B300; device queries (10.3, 148 SM)",
      chip: "Blackwell Ultra (2 dies)", generation: .blackwell, year: 2025, process: "4NP",
      transistors: 208e9, multiprocessors: sheet.read(148), limits: .blackwell103,
      clocks: Clocks(
        boost: .inferred(1965e6, "B200, whose cores it has"),
        tensor: .derived(1856e6, "stated FP16 peak / (cores x FMAs x 2)")),
      memory: MemorySheet("HBM3e", gibibytes: 268, gigabytesPerSecond: 8000, l2Mebibytes: 126),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 1.25, .fp64Tensor: 1.25, .fp32: 75, .tf32Tensor: 1125, .fp16Tensor: 2250,
          .bf16Tensor: 2250, .fp8Tensor: 4500, .fp6Tensor: 4500, .fp4Tensor: 13500,
        ],
        doubled: [.tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .fp6Tensor]),
      ports: Ports("NVLink 5", count: 18, bothWaysGigabytesPerSecond: 100, sheet),
      slot: HostSlot(generation: 6), watts: 1100,
      notes: [
        "288 GB is the physical stack total, 268 GiB what a server of eight exposes of each",
        "the FP4 rate with sparsity is 4/3 of the dense one, 18 PFLOP/s",
        "INT8 is left out: what is quoted for it differs by an order of magnitude",
      ])
  }()

  private static let gb300: Device = {
    let sheet = Sheet("NVIDIA GB300 NVL72 datasheet")
    return Device(
      "GB300", "one of the two GPUs of a Grace Blackwell Ultra superchip pair",
      aliases: ["GB300-NVL72"],
      sheet: sheet,
      source: "NVIDIA GB300 NVL72 datasheet; device queries of GB200 (152 SM)",
      chip: "Blackwell Ultra (2 dies)", generation: .blackwell, year: 2025, process: "4NP",
      transistors: 208e9, multiprocessors: .inferred(152, "GB200"), limits: .blackwell103,
      clocks: Clocks(
        boost: .derived(2056e6, "stated FP32 peak / (lanes x 2)"),
        tensor: .derived(2008e6, "stated FP16 peak / (cores x FMAs x 2)")),
      memory: MemorySheet("HBM3e", gibibytes: 268, gigabytesPerSecond: 8000, l2Mebibytes: 126),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 1.3, .fp64Tensor: 1.3, .fp32: 80, .tf32Tensor: 1250, .fp16Tensor: 2500,
          .bf16Tensor: 2500, .fp8Tensor: 5000, .fp6Tensor: 5000, .fp4Tensor: 15000,
        ],
        doubled: [.tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .fp6Tensor]),
      ports: Ports("NVLink 5", count: 18, bothWaysGigabytesPerSecond: 100, sheet),
      watts: 1400,
      notes: [
        "the FP4 rate with sparsity is 4/3 of the dense one, 20 PFLOP/s",
        "INT8 is left out: what is quoted for it differs by an order of magnitude",
      ])
  }()

  private static let rtx5090: Device = {
    let sheet = Sheet("NVIDIA RTX Blackwell GPU architecture whitepaper, quoted")
    return Device(
      "RTX-5090", "GeForce board of the Blackwell generation",
      aliases: ["5090"],
      sheet: sheet, source: "NVIDIA RTX Blackwell GPU architecture whitepaper; quoted",
      chip: "GB202", generation: .blackwell, year: 2025, process: "4N",
      transistors: 92.2e9, multiprocessors: sheet.read(170), limits: .blackwell120,
      clocks: Clocks(
        base: sheet.megahertz(2017), boost: sheet.megahertz(2407)),
      memory: MemorySheet(
        "GDDR7", gibibytes: 32, gigabytesPerSecond: 1792, l2Mebibytes: 96),
      measured: .onRelative(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 104.8, .tf32Tensor: 104.8, .fp16Tensor: 419, .fp16TensorFP32: 209.5,
          .bf16Tensor: 209.5, .fp8Tensor: 838, .fp4Tensor: 1676, .int8Tensor: 838,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .fp16TensorFP32, .bf16Tensor, .fp8Tensor, .fp4Tensor,
          .int8Tensor,
        ]),
      slot: HostSlot(generation: 5),
      watts: 575, price: Price(toBuy: Fact(1999, .read, Rent.launch)))
  }()

  private static let rtxPro6000: Device = {
    let sheet = Sheet("NVIDIA RTX Blackwell PRO GPU architecture whitepaper, quoted")
    return Device(
      "RTX-PRO-6000", "workstation board with 96 GB of the Blackwell generation",
      aliases: ["RTX-PRO-6000-Blackwell", "RTXPRO6000"], sheet: sheet, source: sheet.name,
      chip: "GB202", generation: .blackwell, year: 2025, process: "4N", transistors: 92.2e9,
      multiprocessors: sheet.read(188), limits: .blackwell120,
      clocks: Clocks(boost: sheet.megahertz(2617)),
      memory: MemorySheet("GDDR7", gibibytes: 96, gigabytesPerSecond: 1792, l2Mebibytes: 128),
      measured: .onRelative(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 126, .tf32Tensor: 251.9, .fp16Tensor: 503.8, .bf16Tensor: 503.8,
          .fp8Tensor: 1007.6, .int8Tensor: 1007.6, .fp4Tensor: 2015.2,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor, .fp4Tensor,
        ]),
      slot: HostSlot(generation: 5), watts: 600)
  }()
}
