import Base
import Devices
import LuaBridge

/// The limits of a compute capability as Lua holds them.
struct LimitsValue: CustomStringConvertible {
  let limits: ComputeLimits

  init(_ limits: ComputeLimits) { self.limits = limits }

  var description: String {
    "gpu.Limits \(limits.name): \(limits.warpsPerMultiprocessor) warps, "
      + "\(limits.blocksPerMultiprocessor) blocks, \(limits.registersPerMultiprocessor) registers "
      + "and \(limits.sharedPerMultiprocessor / 1024) KiB of shared memory a multiprocessor"
  }
}

extension LimitsValue: LuaExported {
  static let luaName = "gpu.Limits"

  static let exported = Exported<LimitsValue>(
    "What a multiprocessor and a block of a compute capability may hold.",
    example: "gpu.limits \"9.0\""
  ) {
    property("name", "The capability, as in \"9.0\".") { $0.limits.name }
    property("warp_size", "Lanes of a warp.") { $0.limits.warpSize }
    property("threads_per_block", "The most threads of a block.") { $0.limits.threadsPerBlock }
    property("threads_per_multiprocessor", "The most resident threads.") {
      $0.limits.threadsPerMultiprocessor
    }
    property("warps_per_multiprocessor", "The most resident warps.") {
      $0.limits.warpsPerMultiprocessor
    }
    property("blocks_per_multiprocessor", "The most resident blocks.") {
      $0.limits.blocksPerMultiprocessor
    }
    property("registers_per_multiprocessor", "Registers, of 4 bytes each.") {
      $0.limits.registersPerMultiprocessor
    }
    property("registers_per_block", "The most registers of a block.") {
      $0.limits.registersPerBlock
    }
    property("registers_per_thread", "The most registers of a thread.") {
      $0.limits.registersPerThread
    }
    property(
      "shared_bytes_per_multiprocessor", "Shared memory of a multiprocessor.", unit: .bytes
    ) { $0.limits.sharedPerMultiprocessor }
    property("shared_bytes_per_block", "The most a block usually has.", unit: .bytes) {
      $0.limits.sharedPerBlock
    }
    property(
      "shared_bytes_per_block_opt_in", "The most a block has when it asks.", unit: .bytes
    ) { $0.limits.sharedPerBlockOptIn }
    property("shared_carveouts_bytes", "What can be set as shared memory.", unit: .bytes) {
      $0.limits.sharedCarveouts
    }
    property("l1_and_shared_bytes", "Cache and shared memory together; nil: apart.", unit: .bytes) {
      $0.limits.l1AndShared
    }
    property("barriers_per_multiprocessor", "Named barriers; nil: no limit.") {
      $0.limits.barriersPerMultiprocessor
    }
    property("schedulers", "Partitions with a scheduler each.") { $0.limits.schedulers }
    property("fp32_lanes", "Lanes for FP32.") { $0.limits.fp32Lanes }
    property("fp64_lanes", "Lanes for FP64.") { $0.limits.fp64Lanes }
    property("int32_lanes", "Lanes for integers.") { $0.limits.int32Lanes }
    property("special_lanes", "Lanes for roots, sines and exponentials.") {
      $0.limits.specialLanes
    }
    property("tensor_cores", "Tensor cores.") { $0.limits.tensorCores }
    property("tensor_fmas_per_cycle", "FP16 multiply-adds of one tensor core in a cycle.") {
      $0.limits.tensorFMAsPerCycle
    }
    property("banks", "Banks of shared memory, 4 bytes wide.") { $0.limits.banks }
  }
}
