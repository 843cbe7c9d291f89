import Base

// Literal data: the Pascal generation. Length is by the number of devices.

extension Device {
  /// Devices of the Pascal generation.
  static let pascal: [Device] = [
    p100SXM216GB
  ]

  private static let p100SXM216GB: Device = {
    let sheet = Sheet("NVIDIA Tesla P100 whitepaper")
    return Device(
      "P100-SXM2-16GB", "the first data-centre GPU with HBM2 and NVLink",
      aliases: ["P100"],
      sheet: sheet,
      source: "NVIDIA Tesla P100 whitepaper; stas00/ml-engineering network/README.md (NVLink)",
      chip: "GP100", generation: .pascal, year: 2016, process: "16 nm",
      transistors: 15.3e9, multiprocessors: sheet.read(56), limits: .pascal60,
      clocks: Clocks(
        base: sheet.megahertz(1328), boost: sheet.megahertz(1480)),
      memory: MemorySheet(
        "HBM2", gibibytes: 16, gigabytesPerSecond: 732, l2Mebibytes: 4),
      measured: .onRelative(.gv100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 5.3, .fp32: 10.6, .fp16: 21.2,
        ]),
      ports: Ports("NVLink 1", count: 4, bothWaysGigabytesPerSecond: 40, sheet),
      slot: HostSlot(generation: 3),
      watts: 300, price: Price(perHour: Fact(1.46, .read, Rent.gcpP100)))
  }()
}
