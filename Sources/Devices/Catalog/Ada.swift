import Base

// Literal data: the Ada generation. Length is by the number of devices.

extension Device {
  /// Devices of the Ada generation.
  static let ada: [Device] = [
    l4, l40S, rtx4090,
    l40,
  ]

  private static let l4: Device = {
    let sheet = Sheet("NVIDIA L4 datasheet")
    return Device(
      "L4", "72 W inference board of the Ada generation",
      aliases: ["L4-24GB"],
      sheet: sheet,
      source: """
        NVIDIA L4 datasheet (lists sparse numbers); ai-dynamo/aiconfigurator systems yaml; \
        Lightning-AI/pytorch-lightning fabric/utilities/throughput.py
        """,
      chip: "AD104", generation: .ada, year: 2023, process: "4N",
      transistors: 35.8e9, multiprocessors: sheet.read(58), limits: .ada89,
      clocks: Clocks(
        base: sheet.megahertz(795), boost: sheet.megahertz(2040)),
      memory: MemorySheet(
        "GDDR6", gibibytes: 24, gigabytesPerSecond: 300, l2Mebibytes: 48),
      measured: .onRelative(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 30.3, .tf32Tensor: 60, .fp16Tensor: 121, .bf16Tensor: 121, .fp8Tensor: 242,
          .int8Tensor: 242, .int4Tensor: 485,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      slot: HostSlot(generation: 4),
      watts: 72, price: Price(perHour: Fact(0.8048, .read, Rent.awsG6)))
  }()

  private static let l40S: Device = {
    let sheet = Sheet("NVIDIA L40S datasheet")
    return Device(
      "L40S", "Ada board for inference and training without NVLink",
      aliases: ["L40S-48GB"],
      sheet: sheet,
      source: """
        NVIDIA L40S datasheet; ai-dynamo/aiconfigurator systems yaml; stas00/ml-engineering \
        compute/accelerator/README.md
        """,
      chip: "AD102", generation: .ada, year: 2023, process: "4N",
      transistors: 76.3e9, multiprocessors: sheet.read(142), limits: .ada89,
      clocks: Clocks(
        base: sheet.megahertz(1110), boost: sheet.megahertz(2520)),
      memory: MemorySheet(
        "GDDR6", gibibytes: 48, gigabytesPerSecond: 864, l2Mebibytes: 96),
      measured: .onRelative(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 91.6, .tf32Tensor: 183, .fp16Tensor: 362.05, .bf16Tensor: 362.05, .fp8Tensor: 733,
          .int8Tensor: 733, .int4Tensor: 733,
        ],
        sparse: [
          .fp16Tensor: 733, .bf16Tensor: 733,
        ],
        doubled: [
          .tf32Tensor, .fp8Tensor, .int8Tensor, .int4Tensor,
        ]),
      slot: HostSlot(generation: 4),
      watts: 350, price: Price(perHour: Fact(1.861, .read, Rent.awsG6e)),
      notes: [
        "datasheet lists INT4 at the INT8 rate"
      ])
  }()

  private static let rtx4090: Device = {
    let sheet = Sheet("NVIDIA Ada GPU architecture whitepaper")
    return Device(
      "RTX-4090", "GeForce board of the Ada generation",
      aliases: ["4090"],
      sheet: sheet,
      source: """
        NVIDIA Ada GPU architecture whitepaper; Lightning-AI/pytorch-lightning \
        fabric/utilities/throughput.py
        """,
      chip: "AD102", generation: .ada, year: 2022, process: "4N",
      transistors: 76.3e9, multiprocessors: sheet.read(128), limits: .ada89,
      clocks: Clocks(
        base: sheet.megahertz(2235), boost: sheet.megahertz(2520)),
      memory: MemorySheet(
        "GDDR6X", gibibytes: 24, gigabytesPerSecond: 1008, l2Mebibytes: 72),
      measured: .onRelative(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 82.6, .tf32Tensor: 82.6, .fp16Tensor: 330.3, .fp16TensorFP32: 165.2,
          .bf16Tensor: 165.2, .fp8Tensor: 660.6, .fp8TensorFP32: 330.3, .int8Tensor: 660.6,
          .int4Tensor: 1321.2,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .fp16TensorFP32, .bf16Tensor, .fp8Tensor, .fp8TensorFP32,
          .int8Tensor, .int4Tensor,
        ]),
      slot: HostSlot(generation: 4),
      watts: 450, price: Price(toBuy: Fact(1599, .read, Rent.launch)))
  }()

  private static let l40: Device = {
    let sheet = Sheet("NVIDIA L40 datasheet")
    return Device(
      "L40", "Ada board with 48 GB for graphics and inference", aliases: ["L40-48GB"],
      sheet: sheet, source: "NVIDIA L40 datasheet; te42kyfo/gpu-benches",
      chip: "AD102", generation: .ada, year: 2022, process: "4N", transistors: 76.3e9,
      multiprocessors: sheet.read(142), limits: .ada89,
      clocks: Clocks(base: sheet.megahertz(735), boost: sheet.megahertz(2490)),
      memory: MemorySheet("GDDR6", gibibytes: 48, gigabytesPerSecond: 864, l2Mebibytes: 96),
      measured: .here(.ad102),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 90.5, .tf32Tensor: 90.5, .fp16TensorFP32: 181.05, .bf16Tensor: 181.05,
          .fp8Tensor: 362, .int8Tensor: 362, .int4Tensor: 724,
        ],
        doubled: [
          .tf32Tensor, .fp16TensorFP32, .bf16Tensor, .fp8Tensor, .int8Tensor, .int4Tensor,
        ]),
      slot: HostSlot(generation: 4), watts: 300,
      notes: ["tensor rates are those of FP32 accumulation, half of what the cores could do"])
  }()
}
