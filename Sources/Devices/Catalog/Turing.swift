import Base

// Literal data: the Turing generation. Length is by the number of devices.

extension Device {
  /// Devices of the Turing generation.
  static let turing: [Device] = [t4, rtx2070]

  private static let t4: Device = {
    let sheet = Sheet("NVIDIA Turing architecture whitepaper / T4 datasheet")
    return Device(
      "T4", "70 W inference board of the Turing generation",
      aliases: ["T4-16GB"],
      sheet: sheet,
      source: """
        NVIDIA Turing architecture whitepaper / T4 datasheet; Lightning-AI/pytorch-lightning \
        fabric/utilities/throughput.py
        """,
      chip: "TU104", generation: .turing, year: 2018, process: "12 nm",
      transistors: 13.6e9, multiprocessors: sheet.read(40), limits: .turing75,
      clocks: Clocks(
        base: sheet.megahertz(585), boost: sheet.megahertz(1590)),
      memory: MemorySheet(
        "GDDR6", gibibytes: 16, gigabytesPerSecond: 320, l2Mebibytes: 4),
      measured: .onRelative(.tu106),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 8.1, .fp16Tensor: 65, .int8Tensor: 130, .int4Tensor: 260,
        ]),
      slot: HostSlot(generation: 3),
      watts: 70, price: Price(perHour: Fact(0.526, .read, Rent.awsG4)),
      notes: [
        "Lightning lists FP16 6.5e13 and FP32 8.1e12"
      ])
  }()

  private static let rtx2070: Device = {
    let sheet = Sheet("NVIDIA Turing architecture whitepaper")
    return Device(
      "RTX-2070", "GeForce board of the Turing generation", aliases: ["2070"], sheet: sheet,
      source: "NVIDIA Turing architecture whitepaper; sjfeng1999/gpu-arch-microbenchmark",
      chip: "TU106", generation: .turing, year: 2018, process: "12 nm", transistors: 10.8e9,
      multiprocessors: sheet.read(36), limits: .turing75,
      clocks: Clocks(base: sheet.megahertz(1410), boost: sheet.megahertz(1620)),
      memory: MemorySheet("GDDR6", gibibytes: 8, gigabytesPerSecond: 448, l2Mebibytes: 4),
      measured: .here(.tu106),
      peaks: Peaks(
        sheet,
        dense: [
          .fp32: 7.5, .fp16: 14.9, .fp16Tensor: 59.7, .fp16TensorFP32: 29.9,
          .int8Tensor: 119.4, .int4Tensor: 238.9,
        ]),
      slot: HostSlot(generation: 3), watts: 175,
      price: Price(toBuy: Fact(499, .read, Rent.launch)))
  }()
}
