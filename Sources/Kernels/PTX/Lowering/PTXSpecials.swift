/// The special registers of PTX.
enum PTXSpecials {
  /// What a special register is on the machine.
  enum Meaning {
    case word(SpecialValue)
    case constant(UInt64)
    case clock(PTXType)
    case clockHigh
    /// Warps in the block.
    case warpCount
    /// Shared memory that the system keeps for itself, from this byte on.
    case reserved(Int)
    case unsupported
  }

  static func isKnown(_ name: String) -> Bool { meanings[name] != nil }

  static func meaning(of name: String) -> Meaning { meanings[name] ?? .unsupported }

  /// The type a register has by itself.
  static func type(of name: String) -> PTXType {
    switch name {
    case "%clock64", "%globaltimer", "%gridid": .u64
    case "%is_explicit_cluster": .pred
    default: .u32
    }
  }

  private static let meanings: [String: Meaning] = {
    var table: [String: Meaning] = [
      "%laneid": .word(.lane), "%warpid": .word(.warp), "%nwarpid": .warpCount,
      "%smid": .word(.multiprocessor), "%nsmid": .word(.multiprocessors),
      "%gridid": .constant(1),
      "%lanemask_eq": .word(.laneMaskEqual), "%lanemask_lt": .word(.laneMaskLess),
      "%lanemask_le": .word(.laneMaskLessOrEqual), "%lanemask_gt": .word(.laneMaskGreater),
      "%lanemask_ge": .word(.laneMaskGreaterOrEqual),
      "%clock": .clock(.u32), "%clock_hi": .clockHigh, "%clock64": .clock(.u64),
      "%globaltimer": .clock(.u64), "%globaltimer_lo": .clock(.u32), "%globaltimer_hi": .clockHigh,
      "%dynamic_smem_size": .word(.dynamicSharedBytes),
      "%total_smem_size": .word(.totalSharedBytes), "%aggr_smem_size": .word(.totalSharedBytes),
      "%is_explicit_cluster": .constant(0),
      "%reserved_smem_offset_begin": .reserved(0), "%reserved_smem_offset_0": .reserved(0),
      "%reserved_smem_offset_1": .reserved(512), "%reserved_smem_offset_end": .reserved(1024),
      "%reserved_smem_offset_cap": .constant(1024),
      // A launch without clusters has clusters of one block.
      "%cluster_ctarank": .constant(0), "%cluster_nctarank": .constant(1),
    ]
    for (axis, place) in [("x", 0), ("y", 1), ("z", 2)] {
      table["%tid.\(axis)"] = .word([.threadX, .threadY, .threadZ][place])
      table["%ctaid.\(axis)"] = .word([.blockX, .blockY, .blockZ][place])
      table["%ntid.\(axis)"] = .word([.blockSizeX, .blockSizeY, .blockSizeZ][place])
      table["%nctaid.\(axis)"] = .word([.gridSizeX, .gridSizeY, .gridSizeZ][place])
      table["%clusterid.\(axis)"] = table["%ctaid.\(axis)"]
      table["%nclusterid.\(axis)"] = table["%nctaid.\(axis)"]
      table["%cluster_ctaid.\(axis)"] = .constant(0)
      table["%cluster_nctaid.\(axis)"] = .constant(1)
    }
    for number in 0..<32 { table["%envreg\(number)"] = .constant(0) }
    for number in 0..<8 { table["%pm\(number)"] = .unsupported }
    return table
  }()
}
