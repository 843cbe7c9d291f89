import Base
import Devices
import Testing

@Suite struct ComputeLimitsTests {
  @Test("limits of a capability fit one another", arguments: ComputeLimits.all)
  func consistent(_ limits: ComputeLimits) throws {
    #expect(limits.threadsPerMultiprocessor % limits.warpSize == 0)
    #expect(limits.threadsPerBlock <= limits.threadsPerMultiprocessor)
    #expect(limits.registersPerBlock <= limits.registersPerMultiprocessor)
    #expect(limits.sharedPerBlock <= limits.sharedPerBlockOptIn)
    #expect(
      limits.sharedPerBlockOptIn + limits.reservedSharedPerBlock
        <= limits.sharedPerMultiprocessor)
    #expect(limits.sharedCarveouts == limits.sharedCarveouts.sorted())
    #expect(limits.sharedCarveouts.last == limits.sharedPerMultiprocessor)
    if let both = limits.l1AndShared { #expect(both > limits.sharedPerMultiprocessor) }
    #expect(limits.fp32Lanes % limits.schedulers == 0)
    #expect(limits.registersPerMultiprocessor % limits.schedulers == 0)
    #expect(limits.banks * limits.bankWidth == limits.sharedBytesPerCycle)
  }

  @Test func `data-centre generations never lose shared memory, cache or tensor rate`() throws {
    let line = try ["7.0", "8.0", "9.0", "10.0"].map {
      try ComputeLimits.of(ComputeCapability(parsing: $0))
    }
    for (older, newer) in zip(line, line.dropFirst()) {
      #expect(older.sharedPerMultiprocessor <= newer.sharedPerMultiprocessor)
      #expect((older.l1AndShared ?? 0) <= (newer.l1AndShared ?? 0))
      #expect(
        older.tensorCores * older.tensorFMAsPerCycle < newer.tensorCores * newer.tensorFMAsPerCycle)
      #expect(older.threadsPerMultiprocessor == newer.threadsPerMultiprocessor)
    }
  }

  @Test("a capability reads as people write it", arguments: ["8.6", "sm_86", "compute_86", "86"])
  func parsing(_ text: String) throws {
    #expect(try ComputeCapability(parsing: text) == ComputeCapability(8, 6))
  }

  @Test func `an unknown capability lists those that are known`() throws {
    #expect {
      try ComputeLimits.of(ComputeCapability(4, 2))
    } throws: { "\($0)".contains("unknown compute capability \"4.2\"") }
  }
}
