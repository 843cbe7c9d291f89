import Base
import Devices
import Kernels
import TestSupport
import Testing

@Suite struct OccupancyTests {
  static let modern = ComputeLimits.all.filter {
    $0.capability.map { $0 >= ComputeCapability(7, 0) } ?? false
  }

  private static func limits(_ name: String) throws -> ComputeLimits {
    try ComputeLimits.of(ComputeCapability(parsing: name))
  }

  /// Made with NVIDIA's cuda_occupancy.h of CUDA 13.5.
  @Test(
    "cases of NVIDIA's calculator come out the same",
    arguments: [
      (
        "8.9", OccupancyQuery(blockSize: 162, registersPerThread: 64, carveoutPercent: 9), 5,
        "registers"
      ),
      ("12.0", OccupancyQuery(blockSize: 1092, registersPerThread: 88), 0, "warps|registers"),
      (
        "8.9",
        OccupancyQuery(blockSize: 64, registersPerThread: 114, dynamicShared: 97424, optsIn: true),
        1, "shared"
      ),
      (
        "10.0",
        OccupancyQuery(
          blockSize: 168, registersPerThread: 74, staticShared: 1397, carveoutPercent: 25), 4,
        "registers"
      ),
      (
        "8.0", OccupancyQuery(blockSize: 352, registersPerThread: 42, staticShared: 43496), 3,
        "registers|shared"
      ),
      (
        "7.0", OccupancyQuery(blockSize: 160, registersPerThread: 20, staticShared: 23100), 4,
        "shared"
      ),
    ])
  func published(_ name: String, _ query: OccupancyQuery, _ blocks: Int, _ limiting: String) throws
  {
    let found = try Occupancy(query, on: Self.limits(name))
    #expect(found.activeBlocks == blocks)
    #expect(found.limiting.map(\.rawValue).joined(separator: "|") == limiting)
  }

  private static func query(_ random: inout SeededRandom, _ limits: ComputeLimits) -> OccupancyQuery
  {
    OccupancyQuery(
      blockSize: 1 + random.nextInteger(below: 1100),
      registersPerThread: random.nextInteger(below: 261),
      staticShared: random.nextInteger(below: 3) == 0 ? random.nextInteger(below: 50001) : 0,
      dynamicShared: random.nextInteger(below: 3) == 0 ? random.nextInteger(below: 240001) : 0,
      optsIn: random.nextInteger(below: 2) == 0,
      carveoutPercent: random.nextInteger(below: 2) == 0 ? random.nextInteger(below: 101) : nil,
      barriers: random.nextInteger(below: 17))
  }

  @Test("what is resident fits on a multiprocessor", arguments: ComputeLimits.all)
  func fits(_ limits: ComputeLimits) throws {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let found = try Occupancy(Self.query(&random, limits), on: limits)
      let blocks = found.activeBlocks
      #expect(found.activeWarps <= limits.warpsPerMultiprocessor)
      #expect(blocks * found.registersPerBlock <= limits.registersPerMultiprocessor)
      #expect(blocks * found.sharedPerBlock <= found.sharedCarveout || blocks == 0)
      #expect(blocks <= limits.blocksPerMultiprocessor)
      #expect(!found.limiting.isEmpty)
      #expect((0...1).contains(found.fraction))
    }
  }

  @Test("more of a resource never allows more blocks", arguments: ComputeLimits.all)
  func monotone(_ limits: ComputeLimits) throws {
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let query = Self.query(&random, limits)
      let before = try Occupancy(query, on: limits).activeBlocks
      var more = query
      switch random.nextInteger(below: 3) {
      case 0: more.registersPerThread += 1 + random.nextInteger(below: 40)
      case 1: more.dynamicShared += 1 + random.nextInteger(below: 9000)
      default: more.barriers += 1 + random.nextInteger(below: 4)
      }
      // A block beyond 48 KiB raises the carve-out, and with it room for a second one may appear.
      guard more.carveoutPercent == nil else { continue }
      #expect(try Occupancy(more, on: limits).activeBlocks <= before)
    }
  }

  @Test(
    "advice for the next block does what it says and no less would", arguments: ComputeLimits.all)
  func advice(_ limits: ComputeLimits) throws {
    var given = 0
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let found = try Occupancy(Self.query(&random, limits), on: limits)
      guard let advice = found.nextBlock else { continue }
      given += 1
      #expect(advice.occupancy.activeBlocks > found.activeBlocks)
      for change in advice.changes {
        if case .registersPerThread(let count) = change {
          var one = advice.occupancy.query
          one.registersPerThread = count + 1
          #expect(try Occupancy(one, on: limits).activeBlocks <= found.activeBlocks)
        }
      }
    }
    #expect(given > 100)
  }

  @Test func `advice names the change, and the explanation shows it`() throws {
    let found = try Occupancy(
      OccupancyQuery(blockSize: 256, registersPerThread: 44), on: Self.limits("8.0"))
    #expect(found.activeBlocks == 5)
    #expect(found.nextBlock?.text == "use at most 40 registers per thread (now 44)")
    #expect(found.explanation.contains("limited by registers"))
    let refused = try Occupancy(
      OccupancyQuery(blockSize: 256, dynamicShared: 100_000), on: Self.limits("8.0"))
    #expect(refused.explanation.contains("without opting in"))
    #expect(refused.nextBlock?.changes == [.optIn])
  }

  @Test("the best block size is not beaten by any other", arguments: modern)
  func best(_ limits: ComputeLimits) throws {
    for registers in [20, 33, 64, 128, 255] {
      let query = OccupancyQuery(blockSize: 1, registersPerThread: registers)
      let best = try #require(try Occupancy.bestBlockSize(query, on: limits))
      for point in try best.sweep(.blockSize) {
        #expect(point.occupancy.activeThreads <= best.activeThreads)
      }
    }
  }

  @Test(
    "the dynamic memory that keeps some blocks keeps them, and a byte more does not",
    arguments: modern)
  func keeping(_ limits: ComputeLimits) throws {
    let found = try Occupancy(OccupancyQuery(blockSize: 128, optsIn: true), on: limits)
    for blocks in 1...4 {
      let bytes = try #require(try found.dynamicShared(keeping: blocks))
      var query = found.query
      query.dynamicShared = bytes
      #expect(try Occupancy(query, on: limits).activeBlocks >= blocks)
      query.dynamicShared = bytes + 1
      #expect(try Occupancy(query, on: limits).activeBlocks < blocks)
    }
  }

  @Test func `impossible questions are refused`() throws {
    let limits = try Self.limits("9.0")
    for query in [
      OccupancyQuery(blockSize: 0), OccupancyQuery(blockSize: 32, registersPerThread: -1),
      OccupancyQuery(blockSize: 32, carveoutPercent: 101), OccupancyQuery(blockSize: .max),
    ] {
      #expect(throws: Problem.self) { try Occupancy(query, on: limits) }
    }
    let other = try Device.named("MI300X").limits
    #expect(throws: Problem.self) { try Occupancy(OccupancyQuery(blockSize: 32), on: other) }
  }
}
