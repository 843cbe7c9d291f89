import Base
import Devices
import Testing

@Suite struct DeviceDefinitionTests {
  @Test func `a device like another differs in what is said alone`() throws {
    let hopper = try Device.named("H100")
    var definition = DeviceDefinition(name: "H100-192GB")
    definition.like = hopper
    definition.memory = Bytes(192 << 30)
    definition.memoryBytesPerSecond = 6e12
    let made = try definition.make()
    #expect(made.memory.size.value.count == 192 << 30)
    #expect(made.memory.bytesPerSecond.value == 6e12)
    #expect(made.fp32Lanes == hopper.fp32Lanes)
    let (mine, theirs) = (try #require(made.peak(.bf16)), try #require(hopper.peak(.bf16)))
    #expect(abs(mine.rate.value / theirs.rate.value - 1) < 1e-12)
    #expect(made.ports?.bytesPerSecond == 450e9)
  }

  @Test func `half of the multiprocessors are half of every rate`() throws {
    let hopper = try Device.named("H100")
    var definition = DeviceDefinition(name: "half")
    definition.like = hopper
    definition.multiprocessors = 66
    let made = try definition.make()
    for (kind, rate) in made.peaks.dense {
      let whole = try #require(hopper.peaks.dense[kind]).value
      #expect(abs(rate.value / whole - 0.5) < 1e-9)
      #expect(rate.origin == .derived)
    }
    #expect(abs(made.l1BytesPerSecond / hopper.l1BytesPerSecond - 0.5) < 1e-9)
  }

  private static var whole: DeviceDefinition {
    var definition = DeviceDefinition(name: "own")
    definition.capability = ComputeCapability(9, 0)
    definition.multiprocessors = 100
    definition.boostHertz = 2e9
    definition.memory = Bytes(64 << 30)
    definition.memoryBytesPerSecond = 2e12
    definition.l2 = Bytes(40 << 20)
    definition.watts = 500
    return definition
  }

  @Test func `a device from nothing gets its rates from cores and clock`() throws {
    let made = try Self.whole.make()
    #expect(try #require(made.peaks.dense[.fp32]).value == 100 * 128 * 2 * 2e9)
    #expect(try #require(made.peak(.bf16)).rate.value == 100 * 4 * 512 * 2 * 2e9)
    #expect(try #require(made.peak(.fp8)).rate.value == 100 * 4 * 512 * 4 * 2e9)
    #expect(made.generation == .hopper)
  }

  @Test func `every number that is needed is asked for`() throws {
    let cases: [(String, (inout DeviceDefinition) -> Void)] = [
      ("compute_capability", { $0.capability = nil }),
      ("multiprocessors", { $0.multiprocessors = nil }),
      ("boost_hertz", { $0.boostHertz = nil }), ("memory_bytes", { $0.memory = nil }),
      ("memory_bytes_per_second", { $0.memoryBytesPerSecond = nil }), ("l2_bytes", { $0.l2 = nil }),
      ("watts", { $0.watts = nil }),
    ]
    for (name, remove) in cases {
      var definition = Self.whole
      remove(&definition)
      #expect {
        try definition.make()
      } throws: { "\($0)".contains("has no \(name)") }
    }
  }

  @Test func `what cannot be is refused`() throws {
    let cases: [(String, (inout DeviceDefinition) -> Void)] = [
      ("of the catalogue", { $0.name = "nvidia h100" }), ("needs a name", { $0.name = "" }),
      ("multiprocessors", { $0.multiprocessors = 0 }), ("boost_hertz", { $0.boostHertz = 1980 }),
      ("boost_hertz", { $0.boostHertz = .nan }), ("not below", { $0.l2 = Bytes(128 << 30) }),
      ("l2_bytes_per_second", { $0.l2BytesPerSecond = 1e12 }),
      ("not those with sparsity", { $0.peaks = [.bf16Tensor: 1.6e15] }),
      ("unknown compute capability", { $0.capability = ComputeCapability(4, 0) }),
    ]
    for (text, change) in cases {
      var definition = Self.whole
      change(&definition)
      #expect {
        try definition.make()
      } throws: { "\($0)".contains(text) }
    }
  }
}
