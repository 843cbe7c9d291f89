import Base

// Literal data: the Ampere generation. Length is by the number of devices.

extension Device {
  /// Devices of the Ampere generation.
  static let ampere: [Device] = [
    rtx3090, a10, a100SXM440GB, a100SXM480GB, a100PCIe40GB, a100PCIe80GB, a30, rtxA6000,
    a40,
  ]

  private static let rtx3090: Device = {
    let sheet = Sheet("NVIDIA Ampere GA102 whitepaper")
    return Device(
      "RTX-3090", "GeForce board of the Ampere generation",
      aliases: ["3090"],
      sheet: sheet,
      source: """
        NVIDIA Ampere GA102 whitepaper; Lightning-AI/pytorch-lightning \
        fabric/utilities/throughput.py
        """,
      chip: "GA102", generation: .ampere, year: 2020, process: "8 nm",
      transistors: 28.3e9, multiprocessors: sheet.read(82), limits: .ampere86,
      clocks: Clocks(
        base: sheet.megahertz(1395), boost: sheet.megahertz(1695)),
      memory: MemorySheet(
        "GDDR6X", gibibytes: 24, gigabytesPerSecond: 936, l2Mebibytes: 6),
      measured: .onRelative(.ga102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 35.6, .tf32Tensor: 35.6, .fp16Tensor: 142.3, .fp16TensorFP32: 71.2,
          .bf16Tensor: 71.2, .int8Tensor: 284.7, .int4Tensor: 569.3,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .fp16TensorFP32, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 4, bothWaysGigabytesPerSecond: 28.125, sheet),
      slot: HostSlot(generation: 4),
      watts: 350, price: Price(toBuy: Fact(1499, .read, Rent.launch)),
      notes: [
        "Lightning throughput table gives 35.6 for FP16/BF16 = the non-tensor rate"
      ])
  }()

  private static let a10: Device = {
    let sheet = Sheet(
      "NVIDIA A10 datasheet via Lightning-AI/pytorch-lightning fabric/utilities/throughput.py")
    return Device(
      "A10", "150 W board for inference and graphics",
      aliases: ["A10-24GB"],
      sheet: sheet,
      source: """
        NVIDIA A10 datasheet via Lightning-AI/pytorch-lightning fabric/utilities/throughput.py
        """,
      chip: "GA102", generation: .ampere, year: 2021, process: "8 nm",
      transistors: 28.3e9, multiprocessors: sheet.read(72), limits: .ampere86,
      clocks: Clocks(
        base: sheet.megahertz(885), boost: sheet.megahertz(1695)),
      memory: MemorySheet(
        "GDDR6", gibibytes: 24, gigabytesPerSecond: 600, l2Mebibytes: 6),
      measured: .onRelative(.ga102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 31.2, .tf32Tensor: 62.5, .fp16Tensor: 125, .bf16Tensor: 125, .int8Tensor: 250,
          .int4Tensor: 500,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      slot: HostSlot(generation: 4),
      watts: 150)
  }()

  private static let a100SXM440GB: Device = {
    let sheet = Sheet("NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet")
    return Device(
      "A100-SXM4-40GB", "the first device with MIG",
      aliases: ["A100-40GB", "A100-SXM-40GB"],
      sheet: sheet,
      source: """
        NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet; \
        stas00/ml-engineering compute/accelerator/README.md; ai-dynamo/aiconfigurator systems \
        yaml
        """,
      chip: "GA100", generation: .ampere, year: 2020, process: "7 nm",
      transistors: 54.2e9, multiprocessors: sheet.read(108), limits: .ampere80,
      clocks: Clocks(
        base: sheet.megahertz(1095), boost: sheet.megahertz(1410)),
      memory: MemorySheet(
        "HBM2", gibibytes: 40, gigabytesPerSecond: 1555, l2Mebibytes: 40),
      measured: .onRelative(.ga100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 9.7, .fp64Tensor: 19.5, .fp32: 19.5, .fp16: 78, .bf16: 39, .tf32Tensor: 156,
          .fp16Tensor: 312, .bf16Tensor: 312, .int8Tensor: 624, .int4Tensor: 1248,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 12, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 4),
      watts: 400, price: Price(perHour: .derived(32.77 / 8, Rent.awsP4)))
  }()

  private static let a100SXM480GB: Device = {
    let sheet = Sheet("NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet")
    return Device(
      "A100-SXM4-80GB", "A100 with HBM2e",
      aliases: ["A100", "A100-80GB", "A100-80G", "A100-SXM", "A100-SXM-80GB"],
      sheet: sheet,
      source: """
        NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet; \
        stas00/ml-engineering compute/accelerator/README.md; ai-dynamo/aiconfigurator systems \
        yaml
        """,
      chip: "GA100", generation: .ampere, year: 2020, process: "7 nm",
      transistors: 54.2e9, multiprocessors: sheet.read(108), limits: .ampere80,
      clocks: Clocks(
        base: sheet.megahertz(1275), boost: sheet.megahertz(1410)),
      memory: MemorySheet(
        "HBM2e", gibibytes: 80, gigabytesPerSecond: 2039, l2Mebibytes: 40),
      measured: .here(.ga100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 9.7, .fp64Tensor: 19.5, .fp32: 19.5, .fp16: 78, .bf16: 39, .tf32Tensor: 156,
          .fp16Tensor: 312, .bf16Tensor: 312, .int8Tensor: 624, .int4Tensor: 1248,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 12, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 4),
      watts: 400, price: Price(perHour: .derived(40.97 / 8, Rent.awsP4de)))
  }()

  private static let a100PCIe40GB: Device = {
    let sheet = Sheet("NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet")
    return Device(
      "A100-PCIe-40GB", "A100 for a PCIe slot",
      aliases: ["A100-40GB-PCIe"],
      sheet: sheet, source: "NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet",
      chip: "GA100", generation: .ampere, year: 2020, process: "7 nm",
      transistors: 54.2e9, multiprocessors: sheet.read(108), limits: .ampere80,
      clocks: Clocks(
        base: sheet.megahertz(765), boost: sheet.megahertz(1410)),
      memory: MemorySheet(
        "HBM2", gibibytes: 40, gigabytesPerSecond: 1555, l2Mebibytes: 40),
      measured: .onRelative(.ga100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 9.7, .fp64Tensor: 19.5, .fp32: 19.5, .fp16: 78, .bf16: 39, .tf32Tensor: 156,
          .fp16Tensor: 312, .bf16Tensor: 312, .int8Tensor: 624, .int4Tensor: 1248,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 12, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 4),
      watts: 250,
      notes: [
        "NVLink only through a 2-GPU bridge"
      ])
  }()

  private static let a100PCIe80GB: Device = {
    let sheet = Sheet("NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet")
    return Device(
      "A100-PCIe-80GB", "A100 with HBM2e for a PCIe slot",
      aliases: ["A100-PCIe", "A100-80GB-PCIe"],
      sheet: sheet,
      source: """
        NVIDIA A100 Tensor Core GPU architecture whitepaper / A100 datasheet; \
        stas00/ml-engineering compute/accelerator/README.md
        """,
      chip: "GA100", generation: .ampere, year: 2021, process: "7 nm",
      transistors: 54.2e9, multiprocessors: sheet.read(108), limits: .ampere80,
      clocks: Clocks(
        base: sheet.megahertz(1065), boost: sheet.megahertz(1410)),
      memory: MemorySheet(
        "HBM2e", gibibytes: 80, gigabytesPerSecond: 1935, l2Mebibytes: 40),
      measured: .here(.ga100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 9.7, .fp64Tensor: 19.5, .fp32: 19.5, .fp16: 78, .bf16: 39, .tf32Tensor: 156,
          .fp16Tensor: 312, .bf16Tensor: 312, .int8Tensor: 624, .int4Tensor: 1248,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 12, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 4),
      watts: 300,
      notes: [
        "NVLink only through a 2-GPU bridge"
      ])
  }()

  private static let a30: Device = {
    let sheet = Sheet("NVIDIA A30 datasheet")
    return Device(
      "A30", "half an A100 with 24 GB",
      aliases: ["A30-24GB"],
      sheet: sheet, source: "NVIDIA A30 datasheet",
      chip: "GA100", generation: .ampere, year: 2021, process: "7 nm",
      transistors: 54.2e9, multiprocessors: sheet.read(56), limits: .ampere80,
      clocks: Clocks(
        base: sheet.megahertz(930), boost: sheet.megahertz(1440)),
      memory: MemorySheet(
        "HBM2", gibibytes: 24, gigabytesPerSecond: 933, l2Mebibytes: 24),
      measured: .onRelative(.ga100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 5.2, .fp64Tensor: 10.3, .fp32: 10.3, .tf32Tensor: 82, .fp16Tensor: 165,
          .bf16Tensor: 165, .int8Tensor: 330, .int4Tensor: 661,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 4, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 4),
      watts: 165,
      notes: [
        "MIG: 4 slices"
      ])
  }()

  private static let rtxA6000: Device = {
    let sheet = Sheet("NVIDIA Ampere GA102 whitepaper")
    return Device(
      "RTX-A6000", "workstation board with 48 GB",
      aliases: ["A6000"],
      sheet: sheet, source: "NVIDIA Ampere GA102 whitepaper",
      chip: "GA102", generation: .ampere, year: 2020, process: "8 nm",
      transistors: 28.3e9, multiprocessors: sheet.read(84), limits: .ampere86,
      clocks: Clocks(
        base: sheet.megahertz(1410), boost: sheet.megahertz(1800)),
      memory: MemorySheet(
        "GDDR6", gibibytes: 48, gigabytesPerSecond: 768, l2Mebibytes: 6),
      measured: .onRelative(.ga102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 38.7, .tf32Tensor: 77.4, .fp16Tensor: 154.8, .bf16Tensor: 154.8,
          .int8Tensor: 309.7, .int4Tensor: 619.3,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor,
        ]),
      ports: Ports("NVLink 3", count: 4, bothWaysGigabytesPerSecond: 28.125, sheet),
      slot: HostSlot(generation: 4),
      watts: 300, price: Price(toBuy: Fact(4650, .read, Rent.launch)),
      notes: [
        "device of the SGEMM_CUDA table"
      ])
  }()

  private static let a40: Device = {
    let sheet = Sheet("NVIDIA A40 datasheet")
    return Device(
      "A40", "GA102 board with 48 GB for servers", aliases: ["A40-48GB"], sheet: sheet,
      source: "NVIDIA A40 datasheet; NVIDIA Ampere GA102 whitepaper; te42kyfo/gpu-benches",
      chip: "GA102", generation: .ampere, year: 2020, process: "8 nm", transistors: 28.3e9,
      multiprocessors: sheet.read(84), limits: .ampere86,
      clocks: Clocks(base: sheet.megahertz(1305), boost: sheet.megahertz(1740)),
      memory: MemorySheet("GDDR6", gibibytes: 48, gigabytesPerSecond: 696, l2Mebibytes: 6),
      measured: .here(.ga102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 37.4, .tf32Tensor: 74.8, .fp16Tensor: 149.7, .bf16Tensor: 149.7,
          .int8Tensor: 299.3, .int4Tensor: 598.7,
        ],
        doubled: [.tf32Tensor, .fp16Tensor, .bf16Tensor, .int8Tensor, .int4Tensor]),
      ports: Ports("NVLink 3", count: 4, bothWaysGigabytesPerSecond: 28.125, sheet),
      slot: HostSlot(generation: 4), watts: 300)
  }()
}
