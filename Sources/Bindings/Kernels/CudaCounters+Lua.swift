import Base
import Kernels
import LuaBridge

/// Counters as Lua holds them: a field per kind of access, by Nsight's names.
struct CudaCounters: CustomStringConvertible {
  let set: CounterSet

  var description: String {
    CudaCounterText.accesses(set).filter { $0.counts.requests > 0 }.map { name, counts in
      "\(name): \(counts.requests) requests, \(counts.sectors) sectors, "
        + "\(counts.wavefronts) wavefronts"
    }.joined(separator: "\n")
  }
}

extension CudaCounters: LuaExported {
  static let luaName = "cuda.Counters"

  static let exported = Exported<CudaCounters>(
    "Counters of a launch or a line; counters.global_load.sectors_per_request and the like.",
    detail: "Accesses that the kernel never made are zeros."
  ) {
    accesses
    property("warp_instructions", "Instructions issued, once per warp.") {
      $0.set.warpInstructions
    }
    property("thread_instructions", "Instructions done, once per active lane.") {
      $0.set.threadInstructions
    }
    property("average_active_lanes", "Active lanes of an average instruction.") {
      $0.set.averageActiveLanes
    }
    property("branches", "Conditions of if, for and while that warps evaluated.") {
      $0.set.branches
    }
    property("divergent_branches", "Those that came out both ways among the active lanes.") {
      $0.set.divergentBranches
    }
    property("instructions", "Instructions by class, each counted per warp and per thread.") {
      instructions($0.set)
    }
    property("flops", "Floating-point operations: total, f16, f32, f64, tensor.", unit: .flops) {
      operations($0.set)
    }
    method("to_table", "All of them as a table, without the accesses never made.", .state) {
      table($0.set, $1)
    }
    .returns("table")
  }

  @MemberBuilder private static var accesses: [ExportedMember] {
    property("global_load", "Loads from global memory.") { CudaAccesses(counts: $0.set.globalLoad) }
    property("global_store", "Stores to global memory.") {
      CudaAccesses(counts: $0.set.globalStore)
    }
    property("global_atomic", "Atomics on global memory.") {
      CudaAccesses(counts: $0.set.globalAtomic)
    }
    property("shared_load", "Loads from shared memory.") { CudaAccesses(counts: $0.set.sharedLoad) }
    property("shared_store", "Stores to shared memory.") {
      CudaAccesses(counts: $0.set.sharedStore)
    }
    property("shared_atomic", "Atomics on shared memory.") {
      CudaAccesses(counts: $0.set.sharedAtomic)
    }
    property("local_load", "Loads from a thread's own memory.") {
      CudaAccesses(counts: $0.set.localLoad)
    }
    property("local_store", "Stores to a thread's own memory.") {
      CudaAccesses(counts: $0.set.localStore)
    }
    property("constant_load", "Loads from constant memory.") {
      CudaAccesses(counts: $0.set.constantLoad)
    }
    property("texture", "Texture reads.") { CudaAccesses(counts: $0.set.texture) }
  }

  private static func instructions(_ set: CounterSet) -> [String: [String: Int]] {
    Dictionary(
      uniqueKeysWithValues: set.instructions.map { kind, counts in
        (kind.rawValue, ["warp": counts.warp, "thread": counts.thread])
      })
  }

  private static func operations(_ set: CounterSet) -> [String: Int] {
    [
      "total": set.operations.total, "f16": set.operations.float16, "f32": set.operations.float32,
      "f64": set.operations.float64, "tensor": set.operations.tensor,
    ]
  }

  private static func table(_ set: CounterSet, _ state: LuaState) -> LuaTable {
    let table = state.makeTable(fields: [
      "warp_instructions": .integer(set.warpInstructions),
      "thread_instructions": .integer(set.threadInstructions),
      "average_active_lanes": .number(set.averageActiveLanes),
      "branches": .integer(set.branches), "divergent_branches": .integer(set.divergentBranches),
    ])
    for (name, counts) in CudaCounterText.accesses(set) where counts.requests > 0 {
      table[.text(name)] = .table(CudaAccesses(counts: counts).table(state))
    }
    table.write("instructions", instructions(set))
    table.write("flops", operations(set))
    return table
  }
}

/// The counts of one kind of access as Lua holds them.
struct CudaAccesses: CustomStringConvertible {
  let counts: AccessCounts

  var description: String { CudaCounterText.line(counts) }

  fileprivate func table(_ state: LuaState) -> LuaTable {
    state.makeTable(fields: [
      "requests": .integer(counts.requests), "active_lanes": .integer(counts.activeLanes),
      "lanes_per_request": .number(counts.lanesPerRequest),
      "bytes_requested": .integer(counts.bytesRequested), "sectors": .integer(counts.sectors),
      "sectors_per_request": .number(counts.sectorsPerRequest),
      "efficiency": .number(counts.efficiency), "l1_hit_rate": .number(counts.l1HitRate),
      "wavefronts": .integer(counts.wavefronts),
      "wavefronts_per_request": .number(counts.wavefrontsPerRequest),
      "conflicts": .integer(counts.conflicts),
    ])
  }
}

extension CudaAccesses: LuaExported {
  static let luaName = "cuda.Accesses"

  static let exported = Exported<CudaAccesses>(
    "What accesses of one kind did, in Nsight Compute's terms.",
    detail: "Averages over no requests are 0. Sectors are counted where memory behind L1 is asked,"
      + " wavefronts where banks of shared memory are."
  ) {
    property("requests", "Accesses of a warp with at least one active lane.") { $0.counts.requests }
    property("active_lanes", "Active lanes over all requests.") { $0.counts.activeLanes }
    property("lanes_per_request", "Active lanes of an average request.") {
      $0.counts.lanesPerRequest
    }
    property("bytes_requested", "What those lanes asked for.", unit: .bytes) {
      $0.counts.bytesRequested
    }
    property("sectors", "Distinct 32-byte segments, counted per request.") { $0.counts.sectors }
    property("sectors_per_request", "Sectors of an average request; 4 is best for 4-byte lanes.") {
      $0.counts.sectorsPerRequest
    }
    property("efficiency", "Bytes asked for per byte of the sectors; above 1 where lanes share.") {
      $0.counts.efficiency
    }
    property("l1_hit_rate", "The part of sectors that the model of L1 held.", unit: .ratio) {
      $0.counts.l1HitRate
    }
    property("wavefronts", "Passes over the banks of shared memory.") { $0.counts.wavefronts }
    property("wavefronts_per_request", "Passes of an average request; 1 is best.") {
      $0.counts.wavefrontsPerRequest
    }
    property("conflicts", "Passes beyond those needed.") { $0.counts.conflicts }
    method("to_table", "All of them as a table.", .state) { $0.table($1) }
      .returns("table")
  }
}
