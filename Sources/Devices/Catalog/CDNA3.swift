import Base

// Literal data: the CDNA3 generation. Length is by the number of devices.

extension Device {
  /// Devices of the CDNA3 generation.
  static let cdna3: [Device] = [
    mi300X
  ]

  private static let mi300X: Device = {
    let sheet = Sheet("AMD MI300X datasheet; stas00/ml-engineering compute/accelerator/README.md")
    return Device(
      "MI300X", "AMD's CDNA 3 with 192 GB",
      aliases: ["MI300X-192GB"],
      sheet: sheet,
      source: "AMD MI300X datasheet; stas00/ml-engineering compute/accelerator/README.md",
      vendor: .amd, chip: "Aqua Vanjaram (8 XCD)", generation: .cdna3, year: 2023,
      process: "5 nm and 6 nm",
      transistors: 153e9, multiprocessors: sheet.read(304), limits: .cdna3,
      clocks: Clocks(
        boost: sheet.megahertz(2100)),
      memory: MemorySheet(
        "HBM3", gibibytes: 192, gigabytesPerSecond: 5300, l2Mebibytes: 32),
      measured: .onRelative(.gh100e),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 81.7, .fp64Tensor: 163.4, .fp32: 163.4, .tf32Tensor: 653.7, .fp16Tensor: 1307.4,
          .bf16Tensor: 1307.4, .fp8Tensor: 2614.9, .int8Tensor: 2614.9,
        ],
        doubled: [
          .tf32Tensor, .fp16Tensor, .bf16Tensor, .fp8Tensor, .int8Tensor,
        ]),
      ports: Ports("Infinity Fabric", count: 7, bothWaysGigabytesPerSecond: 128, sheet),
      slot: HostSlot(generation: 5),
      watts: 750,
      notes: [
        "256 MiB of Infinity Cache stand between L2 and memory",
        "bf16 check: 304 CU x 4 matrix cores x 256 FMA x 2 x 2.1e9 = 1307 TFLOPS",
      ])
  }()
}
