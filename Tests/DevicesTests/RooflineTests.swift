import Base
import Devices
import Testing

@Suite struct RooflineTests {
  @Test("the ridge parts memory from compute", arguments: Device.catalog.elements)
  func ridge(_ device: Device) throws {
    for kind in device.peaks.kinds {
      let roof = try #require(Roofline(device, kind))
      let under = roof.place(operations: 1e12, bytes: 1e12 / (roof.ridge * 0.99))
      let over = roof.place(operations: 1e12, bytes: 1e12 / (roof.ridge * 1.01))
      #expect(under.bound == .memory && over.bound == .compute)
      #expect(under.attainable <= roof.peak)
      #expect(abs(over.peakShare - 1) < 1e-12)
      #expect(abs(under.attainable - roof.attainable(atIntensity: under.intensity)) < 1e3)
    }
  }

  @Test func `a large matrix product on H100 is bound by arithmetic`() throws {
    let roof = try #require(Roofline(try Device.named("H100"), .fp16Tensor))
    #expect(abs(roof.ridge - 295.3) < 0.1)
    let n = 4096.0
    let point = roof.place(operations: 2 * n * n * n, bytes: 3 * n * n * 2)
    #expect(abs(point.intensity - 1365.33) < 0.01)
    #expect(point.bound == .compute)
    let vector = roof.place(operations: 2 * n * n, bytes: n * n * 2)
    #expect(vector.bound == .memory && vector.peakShare < 0.004)
  }

  @Test("nearer memory has a lower ridge", arguments: Device.catalog.elements)
  func levels(_ device: Device) throws {
    let ridges = try Roofline.Level.allCases.map {
      try #require(Roofline(device, .fp32, level: $0)).ridge
    }
    #expect(ridges[0] > ridges[1] && ridges[1] > ridges[2] && ridges[2] >= ridges[3])
  }

  @Test func `a time that was taken says how near the roof work came`() throws {
    let roof = try #require(Roofline(try Device.named("A100"), .fp32))
    let point = roof.place(operations: 1e12, bytes: 1e9, taken: 0.1)
    #expect(point.attained == 1e13)
    #expect(abs(try #require(point.roofShare) - 1e13 / 19.5e12) < 1e-12)
    #expect(roof.place(operations: 1, bytes: 1).attained == nil)
    #expect(roof.place(operations: 1, bytes: 1, taken: 0).roofShare == nil)
  }

  @Test func `no roof without the arithmetic`() throws {
    #expect(Roofline(try Device.named("T4"), .fp8Tensor) == nil)
    #expect(Roofline(try Device.named("T4"), .fp16Tensor, sparse: true) == nil)
  }
}
