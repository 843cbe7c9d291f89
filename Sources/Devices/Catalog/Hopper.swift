import Base

// Literal data: the Hopper generation. Length is by the number of devices.

extension Device {
  /// Devices of the Hopper generation.
  static let hopper: [Device] = [
    h100SXM580GB, h100PCIe80GB, gh200, h800SXM580GB, h20SXM596GB, h200SXM5141GB,
  ]

  private static let h100SXM580GB: Device = {
    let sheet = Sheet("NVIDIA H100 Tensor Core GPU architecture whitepaper / H100 datasheet")
    return Device(
      "H100-SXM5-80GB", "Hopper with HBM3 and 18 NVLinks",

      aliases: [
        "H100", "H100-SXM", "H100-SXM5", "H100-80GB", "H100-80GB-SXM", "H100-80GB-HBM3",
        "H100-SXM-80GB",
      ],
      sheet: sheet,
      source: """
        NVIDIA H100 Tensor Core GPU architecture whitepaper / H100 datasheet; \
        stas00/ml-engineering compute/accelerator/README.md; ai-dynamo/aiconfigurator systems \
        yaml
        """,
      chip: "GH100", generation: .hopper, year: 2022, process: "4N",
      transistors: 80e9, multiprocessors: sheet.read(132), limits: .hopper90,
      clocks: Clocks(
        base: .inferred(1590e6, "board databases"), boost: sheet.megahertz(1980),
        tensor: sheet.megahertz(1830)),
      memory: MemorySheet(
        "HBM3", gibibytes: 80, gigabytesPerSecond: 3350, l2Mebibytes: 50),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 33.5, .fp64Tensor: 66.9, .fp32: 66.9, .fp16: 133.8, .tf32Tensor: 494.7,
          .fp16Tensor: 989.4, .bf16Tensor: 989.4, .fp8Tensor: 1978.9, .int8Tensor: 1978.9,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 4", count: 18, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 5),
      watts: 700, price: Price(perHour: .derived(98.32 / 8, Rent.awsP5)),
      notes: [
        "tensor peak is quoted at 1830 MHz (132x4x512x2x1.83e9=989.4), FP32 peak at 1980 MHz",
        "base clock from board databases",
      ])
  }()

  private static let h100PCIe80GB: Device = {
    let sheet = Sheet("NVIDIA H100 Tensor Core GPU architecture whitepaper / H100 datasheet")
    return Device(
      "H100-PCIe-80GB", "Hopper for a PCIe slot",
      aliases: ["H100-PCIe", "H100-80GB-PCIe"],
      sheet: sheet,
      source: """
        NVIDIA H100 Tensor Core GPU architecture whitepaper / H100 datasheet; \
        Lightning-AI/pytorch-lightning fabric/utilities/throughput.py; stas00/ml-engineering \
        compute/accelerator/README.md
        """,
      chip: "GH100", generation: .hopper, year: 2022, process: "4N",
      transistors: 80e9, multiprocessors: sheet.read(114), limits: .hopper90,
      clocks: Clocks(
        base: sheet.megahertz(1095), boost: sheet.megahertz(1755), tensor: sheet.megahertz(1620)),
      memory: MemorySheet(
        "HBM2e", gibibytes: 80, gigabytesPerSecond: 2039, l2Mebibytes: 50),
      measured: .here(.gh100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 25.6, .fp64Tensor: 51.2, .fp32: 51.2, .fp16: 102.4, .tf32Tensor: 378,
          .fp16Tensor: 756, .bf16Tensor: 756, .fp8Tensor: 1513, .int8Tensor: 1513,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 4", count: 12, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 5),
      watts: 350,
      notes: [
        "datasheet rounds bandwidth to 2 TB/s; NVLink bridge 600 GB/s"
      ])
  }()

  private static let gh200: Device = {
    let sheet = Sheet("NVIDIA GH200 Grace Hopper superchip datasheet")
    return Device(
      "GH200", "the Hopper of a Grace Hopper superchip, with 96 GB of HBM3",
      aliases: ["GH200-96GB", "GH200-480GB"],
      sheet: sheet, source: sheet.name,
      chip: "GH100", generation: .hopper, year: 2023, process: "4N",
      transistors: 80e9, multiprocessors: sheet.read(132), limits: .hopper90,
      clocks: Clocks(boost: sheet.megahertz(1980), tensor: .inferred(1830e6, "H100-SXM5")),
      memory: MemorySheet("HBM3", gibibytes: 96, gigabytesPerSecond: 4000, l2Mebibytes: 50),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 33.5, .fp64Tensor: 66.9, .fp32: 66.9, .fp16: 133.8, .tf32Tensor: 494.7,
          .fp16Tensor: 989.4, .bf16Tensor: 989.4, .fp8Tensor: 1978.9, .int8Tensor: 1978.9,
        ],
        doubled: [.tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor]),
      ports: Ports("NVLink 4", count: 18, bothWaysGigabytesPerSecond: 50, sheet),
      watts: 1000,
      notes: [
        "450 to 1000 W as it is set, the Grace processor and its memory included",
        "NVLink-C2C to Grace: 450 GB/s in each direction",
      ])
  }()

  private static let h800SXM580GB: Device = {
    let sheet = Sheet(
      "public compilation citing NVIDIA vGPU documentation and reseller copies of the NVIDIA table")
    return Device(
      "H800-SXM5-80GB", "H100 with NVLink and FP64 cut for export",
      aliases: ["H800", "H800-SXM"],
      sheet: sheet,
      source: """
        public compilation citing NVIDIA vGPU documentation and reseller copies of the NVIDIA \
        table
        """,
      chip: "GH100", generation: .hopper, year: 2023, process: "4N",
      transistors: 80e9, multiprocessors: .inferred(132, "H100-SXM5-80GB"), limits: .hopper90,
      clocks: Clocks(
        boost: .inferred(1980e6, "H100-SXM5-80GB"), tensor: .inferred(1830e6, "H100-SXM5-80GB")),
      memory: MemorySheet(
        "HBM3", gibibytes: 80, gigabytesPerSecond: 3350, l2Mebibytes: 50),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 1, .fp64Tensor: 1, .fp32: 66.9, .fp16: 133.8, .tf32Tensor: 494.7,
          .fp16Tensor: 989.4, .bf16Tensor: 989.4, .fp8Tensor: 1978.9, .int8Tensor: 1978.9,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 4", count: 8, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 5),
      watts: 700,
      notes: [
        "FP64 cut to about 1 TFLOPS; NVLink cut to 400 GB/s",
        "SM count and clocks inferred from H100",
      ])
  }()

  private static let h20SXM596GB: Device = {
    let sheet = Sheet("public compilation of press and database figures")
    return Device(
      "H20-SXM5-96GB", "Hopper with few SMs and much memory, for export",
      aliases: ["H20", "H20-96GB"],
      sheet: sheet,
      source: "public compilation of press and database figures (no official datasheet published)",
      chip: "GH100", generation: .hopper, year: 2024, process: "4N",
      transistors: 80e9, multiprocessors: .inferred(78, "a leaked benchmark listing"),
      limits: .hopper90,
      clocks: Clocks(
        boost: .inferred(1980e6, "the boost clock of H100-SXM5-80GB"),
        tensor: .inferred(1830e6, "the tensor clock of H100-SXM5-80GB")),
      memory: MemorySheet(
        "HBM3", gibibytes: 96, gigabytesPerSecond: 4000, l2Mebibytes: 60),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 1, .fp32: 44, .tf32Tensor: 74, .fp16Tensor: 148, .bf16Tensor: 148, .fp8Tensor: 296,
          .int8Tensor: 296,
        ]),
      ports: Ports("NVLink 4", count: 18, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 5),
      watts: 400,
      notes: [
        "148/296 are dense; sparse numbers were never published",
        "78 SM and 60 MB L2 come from a leaked benchmark listing",
      ])
  }()

  private static let h200SXM5141GB: Device = {
    let sheet = Sheet(
      "NVIDIA H200 datasheet via Lightning-AI/pytorch-lightning fabric/utilities/throughput.py")
    return Device(
      "H200-SXM5-141GB", "H100 with more and faster memory",
      aliases: ["H200", "H200-SXM", "H200-141GB"],
      sheet: sheet,
      source: """
        NVIDIA H200 datasheet via Lightning-AI/pytorch-lightning \
        fabric/utilities/throughput.py; stas00/ml-engineering compute/accelerator/README.md; \
        ai-dynamo/aiconfigurator systems yaml
        """,
      chip: "GH100", generation: .hopper, year: 2024, process: "4N",
      transistors: 80e9, multiprocessors: sheet.read(132), limits: .hopper90,
      clocks: Clocks(
        boost: sheet.megahertz(1980), tensor: sheet.megahertz(1830)),
      memory: MemorySheet(
        "HBM3e", gibibytes: 141, gigabytesPerSecond: 4800, l2Mebibytes: 50),
      measured: .here(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 33.5, .fp64Tensor: 66.9, .fp32: 66.9, .fp16: 133.8, .tf32Tensor: 494.7,
          .fp16Tensor: 989.4, .bf16Tensor: 989.4, .fp8Tensor: 1978.9, .int8Tensor: 1978.9,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      ports: Ports("NVLink 4", count: 18, bothWaysGigabytesPerSecond: 50, sheet),
      slot: HostSlot(generation: 5),
      watts: 700,
      notes: [
        "same compute as H100 SXM; only memory differs"
      ])
  }()
}
