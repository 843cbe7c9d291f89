import Base
import Devices
import Testing

@Suite struct DeviceTests {
  /// Devices whose published peaks do not follow from published cores and clocks, with the reason.
  static let exceptions = [
    "H20-SXM5-96GB": "no clock is published and the cores are said to be slowed for export"
  ]

  @Test(
    "every device has a source, a year and numbers that are possible",
    arguments: Device.catalog.elements)
  func complete(_ device: Device) {
    #expect(device.info.source?.isEmpty == false)
    #expect((2006...2026).contains(device.year))
    #expect(device.memory.size.value.count > 1 << 30)
    #expect(device.memory.l2BytesPerSecond.value > device.memory.bytesPerSecond.value)
    #expect(device.l1BytesPerSecond > device.memory.l2BytesPerSecond.value)
    #expect(device.latencies.shared.value < device.latencies.l1.value)
    #expect(device.latencies.l1.value < device.latencies.l2.value)
    #expect(device.latencies.l2.value < device.latencies.dram.value)
    for fact in device.peaks.dense.values { #expect(!fact.source.isEmpty && fact.value > 0) }
  }

  // Sheets round to two or three digits, and A100's 78 TFLOPS of FP16 are four times FP32.
  @Test("the stated FP32 peak follows from lanes and clock", arguments: Device.catalog.elements)
  func statedFP32(_ device: Device) throws {
    guard Self.exceptions[device.name] == nil else { return }
    let stated = try #require(device.peaks.dense[.fp32]).value
    #expect(abs(device.derivedFP32Peak / stated - 1) < 0.012, "\(device.name)")
  }

  // A10's 125 TFLOPS are quoted a little above what its boost clock gives.
  @Test("the stated tensor peak follows from cores and clock", arguments: Device.catalog.elements)
  func statedTensor(_ device: Device) throws {
    guard Self.exceptions[device.name] == nil, let stated = device.peaks.dense[.fp16Tensor],
      let derived = device.derivedTensorPeak
    else { return }
    #expect(abs(derived / stated.value - 1) < 0.02, "\(device.name)")
  }

  @Test(
    "sparse peaks are twice the dense ones and never mixed in", arguments: Device.catalog.elements)
  func sparse(_ device: Device) throws {
    for (kind, sparse) in device.peaks.sparse {
      let dense = try #require(device.peaks.dense[kind], "\(device.name) \(kind.rawValue)").value
      #expect(kind.usesTensorCores)
      // L40S states 733 against 362.05.
      #expect(abs(sparse.value / dense - 2) < 0.03, "\(device.name) \(kind.rawValue)")
    }
  }

  @Test("narrower formats are never slower on tensor cores", arguments: Device.catalog.elements)
  func narrower(_ device: Device) {
    guard device.vendor == .nvidia else { return }
    let order: [Arithmetic] = [.tf32Tensor, .bf16Tensor, .fp8Tensor, .fp4Tensor]
    let rates = order.compactMap { device.peaks.dense[$0]?.value }
    #expect(rates == rates.sorted())
  }

  @Test(
    "any usual spelling finds a device",
    arguments: [
      ("H100-SXM5-80GB", "H100-SXM5-80GB"), ("h100", "H100-SXM5-80GB"),
      ("NVIDIA H100 80GB HBM3", "H100-SXM5-80GB"), ("h100_sxm", "H100-SXM5-80GB"),
      ("A100-40GB", "A100-SXM4-40GB"), ("NVIDIA A100-SXM4-80GB", "A100-SXM4-80GB"),
      ("NVIDIA GeForce RTX 4090", "RTX-4090"), ("Tesla T4", "T4"), ("rtx4090", "RTX-4090"),
      ("H100 PCIe 80GB", "H100-PCIe-80GB"), ("H100-80GB-PCIe", "H100-PCIe-80GB"),
      ("a100_sxm", "A100-SXM4-80GB"), ("RTX A6000", "RTX-A6000"), ("B200-180GB", "B200-SXM-180GB"),
      ("NVIDIA GH200 480GB", "GH200"), ("b300-sxm", "B300"), ("GB300 NVL72", "GB300"),
    ])
  func spelling(_ written: String, _ name: String) throws {
    #expect(try Device.named(written).name == name)
  }

  @Test func `every spelling finds one device only`() throws {
    for device in Device.catalog.elements {
      for alias in device.aliases { #expect(try Device.named(alias).name == device.name) }
    }
  }

  @Test func `an unknown device names the nearest ones`() {
    #expect {
      try Device.named("H10")
    } throws: { error in
      "\(error)".contains("H100") && "\(error)".contains("gpu.list()")
    }
  }

  @Test("slices never exceed the device", arguments: 1...8)
  func slices(_ eighths: Int) throws {
    let whole = try Device.named("A100-SXM4-80GB")
    let share = Double(eighths) / 8
    let slice = whole.slice(
      named: "slice", profile: "\(eighths)g", multiprocessors: eighths * 13,
      memory: Bytes(Int(Double(whole.memory.size.value.count) * share)), memoryShare: share)
    #expect(slice.fp32Lanes <= whole.fp32Lanes)
    #expect(slice.memory.bytesPerSecond.value == whole.memory.bytesPerSecond.value * share)
    #expect(slice.memory.l2Size.value <= whole.memory.l2Size.value)
    #expect(slice.ports == nil)
    let (part, all) = (try #require(slice.peak(.bf16)), try #require(whole.peak(.bf16)))
    #expect(abs(part.rate.value / all.rate.value - Double(eighths * 13) / 108) < 1e-12)
    #expect(part.rate.origin == .derived)
  }

  @Test func `a matrix product in FP16 accumulates in FP32 where that is slower`() throws {
    let geforce = try Device.named("RTX-4090")
    #expect(try #require(geforce.peak(.fp16)).kind == .fp16TensorFP32)
    #expect(try #require(geforce.peak(.fp16)).rate.value == 165.2e12)
    #expect(try #require(geforce.peak(.fp16, sparse: true)).rate.value == 330.4e12)
    let hopper = try Device.named("H100")
    #expect(try #require(hopper.peak(.bf16)).rate.value == 989.4e12)
    #expect(try #require(hopper.peak(.fp16, tensorCores: false)).kind == .fp16)
    #expect(hopper.peak(.fp4) == nil)
  }
}
