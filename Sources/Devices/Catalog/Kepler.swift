import Base

// Literal data: the Kepler generation. Length is by the number of devices.

extension Device {
  /// Devices of the Kepler generation.
  static let kepler: [Device] = [
    k80
  ]

  private static let k80: Device = {
    let sheet = Sheet("NVIDIA Tesla K80 board specification")
    return Device(
      "K80", "half of a board with two Kepler chips",
      aliases: ["K80-12GB"],
      sheet: sheet, source: "NVIDIA Tesla K80 board specification",
      chip: "GK210", generation: .kepler, year: 2014, process: "28 nm",
      transistors: 7.1e9, multiprocessors: sheet.read(13), limits: .kepler37,
      clocks: Clocks(
        base: sheet.megahertz(560), boost: sheet.megahertz(875)),
      memory: MemorySheet(
        "GDDR5", gibibytes: 12, gigabytesPerSecond: 240, l2Mebibytes: 1.5),
      measured: .onRelative(.gv100),
      peaks: Peaks(
        sheet,
        dense: [
          .fp64: 1.46, .fp32: 4.37,
        ]),
      slot: HostSlot(generation: 3),
      watts: 300, price: Price(perHour: Fact(0.90, .read, Rent.awsP2)),
      notes: [
        "board totals: 4992 cores, 24 GB, 480 GB/s, 8.74 TFLOPS FP32 and 2.91 FP64 at "
          + "boost, 300 W for both GPUs"
      ])
  }()
}
