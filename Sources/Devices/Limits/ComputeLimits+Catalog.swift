public import Base

extension ComputeLimits {
  /// The limits of every capability in the catalogue, oldest first.
  ///
  /// From the compute-capability tables of the CUDA C++ Programming Guide, cuda_occupancy.h of CUDA
  /// 13.5 and the architecture whitepapers. Multiply-adds of a tensor core in a cycle: whitepapers of
  /// V100, A100 and H100; for 10.0 and 12.0 derived from stated peaks.
  public static let all: [ComputeLimits] = [
    kepler37, pascal60, pascal61, volta70, turing75, ampere80, ampere86, ampere87, ada89, hopper90,
    blackwell100, blackwell103, blackwell120, blackwell121,
  ]

  /// Finds the limits of a capability; the error lists those that are known.
  public static func of(_ capability: ComputeCapability) throws(Problem) -> ComputeLimits {
    guard let found = all.first(where: { $0.capability == capability }) else {
      throw .unknown("compute capability", capability.description, among: all.map(\.name))
    }
    return found
  }

  static let kepler37 = ComputeLimits(
    capability: ComputeCapability(3, 7), name: "3.7", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 16, registersPerMultiprocessor: 131_072,
    checkedRegistersPerThread: 255, sharedPerMultiprocessor: kib(112),
    sharedPerBlockOptIn: kib(48), sharedUnit: 256, sharedCarveouts: [80, 96, 112].map(kib),
    l1AndShared: kib(128), fp32Lanes: 192, fp64Lanes: 64, int32Lanes: 160, specialLanes: 32,
    tensorCores: 0, tensorFMAsPerCycle: 0, arithmeticLatency: 9)

  static let pascal60 = ComputeLimits(
    capability: ComputeCapability(6, 0), name: "6.0", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, checkedRegistersPerThread: 255, schedulers: 2,
    sharedPerMultiprocessor: kib(64), sharedPerBlockOptIn: kib(48), sharedUnit: 256,
    sharedCarveouts: [kib(64)], l1AndShared: nil, fp32Lanes: 64, fp64Lanes: 32,
    loadStoreLanes: 16, tensorCores: 0, tensorFMAsPerCycle: 0, l1BytesPerCycle: 64,
    arithmeticLatency: 6)

  static let pascal61 = ComputeLimits(
    capability: ComputeCapability(6, 1), name: "6.1", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, checkedRegistersPerThread: 255,
    sharedPerMultiprocessor: kib(96), sharedPerBlockOptIn: kib(48), sharedUnit: 256,
    sharedCarveouts: [kib(96)], l1AndShared: nil, fp32Lanes: 128, fp64Lanes: 4, int32Lanes: 128,
    specialLanes: 32, tensorCores: 0, tensorFMAsPerCycle: 0, l1BytesPerCycle: 64,
    arithmeticLatency: 6)

  static let volta70 = ComputeLimits(
    capability: ComputeCapability(7, 0), name: "7.0", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, sharedPerMultiprocessor: kib(96), sharedPerBlockOptIn: kib(96),
    sharedUnit: 256, sharedCarveouts: [0, 8, 16, 32, 64, 96].map(kib), l1AndShared: kib(128),
    fp32Lanes: 64, fp64Lanes: 32, tensorCores: 8, tensorFMAsPerCycle: 64)

  static let turing75 = ComputeLimits(
    capability: ComputeCapability(7, 5), name: "7.5", threadsPerMultiprocessor: 1024,
    blocksPerMultiprocessor: 16, sharedPerMultiprocessor: kib(64), sharedPerBlockOptIn: kib(64),
    sharedUnit: 256, sharedCarveouts: [32, 64].map(kib), l1AndShared: kib(96), fp32Lanes: 64,
    fp64Lanes: 2, loadStoreLanes: 16, tensorCores: 8, tensorFMAsPerCycle: 64, l1BytesPerCycle: 64)

  static let ampere80 = ComputeLimits(
    capability: ComputeCapability(8, 0), name: "8.0", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, sharedPerMultiprocessor: kib(164),
    sharedPerBlockOptIn: kib(163), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100, 132, 164].map(kib), l1AndShared: kib(192),
    fp32Lanes: 64, fp64Lanes: 32, tensorCores: 4, tensorFMAsPerCycle: 256)

  static let ampere86 = ComputeLimits(
    capability: ComputeCapability(8, 6), name: "8.6", threadsPerMultiprocessor: 1536,
    blocksPerMultiprocessor: 16, sharedPerMultiprocessor: kib(100),
    sharedPerBlockOptIn: kib(99), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100].map(kib), l1AndShared: kib(128), fp32Lanes: 128,
    fp64Lanes: 2, tensorCores: 4, tensorFMAsPerCycle: 128, l1BytesPerCycle: 64)

  static let ampere87 = ComputeLimits(
    capability: ComputeCapability(8, 7), name: "8.7", threadsPerMultiprocessor: 1536,
    blocksPerMultiprocessor: 16, sharedPerMultiprocessor: kib(164),
    sharedPerBlockOptIn: kib(163), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100, 132, 164].map(kib), l1AndShared: kib(192),
    fp32Lanes: 128, fp64Lanes: 2, tensorCores: 4, tensorFMAsPerCycle: 256)

  static let ada89 = ComputeLimits(
    capability: ComputeCapability(8, 9), name: "8.9", threadsPerMultiprocessor: 1536,
    blocksPerMultiprocessor: 24, sharedPerMultiprocessor: kib(100),
    sharedPerBlockOptIn: kib(99), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100].map(kib), l1AndShared: kib(128), fp32Lanes: 128,
    fp64Lanes: 2, tensorCores: 4, tensorFMAsPerCycle: 128, l1BytesPerCycle: 64)

  static let hopper90 = ComputeLimits(
    capability: ComputeCapability(9, 0), name: "9.0", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, sharedPerMultiprocessor: kib(228),
    sharedPerBlockOptIn: kib(227), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100, 132, 164, 196, 228].map(kib),
    l1AndShared: kib(256), barriersPerMultiprocessor: 64, fp32Lanes: 128, fp64Lanes: 64,
    tensorCores: 4, tensorFMAsPerCycle: 512)

  static let blackwell100 = ComputeLimits(
    capability: ComputeCapability(10, 0), name: "10.0", threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, sharedPerMultiprocessor: kib(228),
    sharedPerBlockOptIn: kib(227), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100, 132, 164, 196, 228].map(kib),
    l1AndShared: kib(256), barriersPerMultiprocessor: 64, fp32Lanes: 128, fp64Lanes: 64,
    tensorCores: 4, tensorFMAsPerCycle: 1024)

  static let blackwell120 = ComputeLimits(
    capability: ComputeCapability(12, 0), name: "12.0", threadsPerMultiprocessor: 1536,
    blocksPerMultiprocessor: 24, sharedPerMultiprocessor: kib(100),
    sharedPerBlockOptIn: kib(99), reservedSharedPerBlock: kib(1),
    sharedCarveouts: [0, 8, 16, 32, 64, 100].map(kib), l1AndShared: kib(128),
    barriersPerMultiprocessor: 24, fp32Lanes: 128, fp64Lanes: 2, int32Lanes: 128, tensorCores: 4,
    tensorFMAsPerCycle: 128)

  static let blackwell103 = blackwell100.variant(
    ComputeCapability(10, 3), barriersPerMultiprocessor: 32, fp64Lanes: 2)

  static let blackwell121 = blackwell120.variant(
    ComputeCapability(12, 1), barriersPerMultiprocessor: 24, fp64Lanes: 2)

  /// A later chip of a generation: its limits but for what differs.
  private func variant(
    _ capability: ComputeCapability, barriersPerMultiprocessor: Int, fp64Lanes: Int
  ) -> ComputeLimits {
    ComputeLimits(
      capability: capability, name: capability.description,
      threadsPerMultiprocessor: threadsPerMultiprocessor,
      blocksPerMultiprocessor: blocksPerMultiprocessor,
      sharedPerMultiprocessor: sharedPerMultiprocessor, sharedPerBlockOptIn: sharedPerBlockOptIn,
      reservedSharedPerBlock: reservedSharedPerBlock, sharedCarveouts: sharedCarveouts,
      l1AndShared: l1AndShared, barriersPerMultiprocessor: barriersPerMultiprocessor,
      fp32Lanes: fp32Lanes, fp64Lanes: fp64Lanes, int32Lanes: int32Lanes,
      tensorCores: tensorCores, tensorFMAsPerCycle: tensorFMAsPerCycle)
  }

  /// A compute unit of AMD's third CDNA generation in the same terms: wavefronts of 64 lanes, four
  /// SIMD units, 64 KiB of local memory.
  static let cdna3 = ComputeLimits(
    capability: nil, name: "CDNA 3", warpSize: 64, threadsPerMultiprocessor: 2048,
    blocksPerMultiprocessor: 32, registersPerMultiprocessor: 131_072,
    registersPerBlock: 131_072, registersPerThread: 512, checkedRegistersPerThread: 512,
    sharedPerMultiprocessor: kib(64), sharedPerBlock: kib(64), sharedPerBlockOptIn: kib(64),
    sharedUnit: 512, sharedCarveouts: [kib(64)], l1AndShared: nil, fp32Lanes: 128, fp64Lanes: 64,
    tensorCores: 4, tensorFMAsPerCycle: 256, l1BytesPerCycle: 64, arithmeticLatency: 8)

  private static func kib(_ count: Int) -> Int { count * 1024 }
}
