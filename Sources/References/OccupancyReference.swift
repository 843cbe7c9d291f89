import Base
import Devices
import Kernels

/// Rows of NVIDIA's occupancy calculator: a launch, how many blocks are resident, and why.
struct OccupancyReference: ReferenceFile {
  let folder = "gpu"
  let name = "occupancy.csv"

  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? {
    var tally = ReferenceTally()
    for (number, row) in (document.array ?? []).enumerated() {
      let difference = try difference(row)
      tally.count(difference.isEmpty, "row \(number + 2): \(difference)")
    }
    return tally
  }

  /// What differs in a row, as in "limit_regs 4 for 5".
  private func difference(_ row: JSONValue) throws(Problem) -> String {
    let capability = try ComputeCapability(parsing: row.column("cc", as: String.self))
    let found = try Occupancy(try query(row), on: try ComputeLimits.of(capability))
    var differences: [String] = []
    for (column, value) in Self.columns(found) {
      let expected = try row.column(column, as: String.self)
      if expected != value { differences.append("\(column) \(value) for \(expected)") }
    }
    let fraction = try row.column("occupancy", as: Double.self)
    // The file keeps six digits.
    if abs(found.fraction - fraction) > 6e-7 {
      differences.append("occupancy \(found.fraction) for \(fraction)")
    }
    return differences.joined(separator: ", ")
  }

  private func query(_ row: JSONValue) throws(Problem) -> OccupancyQuery {
    let carveout = try row.column("carveout_percent", as: Int.self)
    return OccupancyQuery(
      blockSize: try row.column("block_size", as: Int.self),
      registersPerThread: try row.column("regs_per_thread", as: Int.self),
      staticShared: try row.column("static_smem_bytes", as: Int.self),
      dynamicShared: try row.column("dynamic_smem_bytes", as: Int.self),
      optsIn: try row.column("optin", as: Int.self) != 0,
      carveoutPercent: carveout < 0 ? nil : carveout,
      barriers: try row.column("block_barriers", as: Int.self))
  }

  /// Our answer in the file's words.
  private static func columns(_ found: Occupancy) -> [(String, String)] {
    func limit(_ resource: Occupancy.Resource) -> String {
      found.blockLimits[resource].map(String.init) ?? "inf"
    }
    return [
      ("active_blocks_per_sm", String(found.activeBlocks)),
      ("limiting_factors", found.limiting.map(\.rawValue).joined(separator: "|")),
      ("limit_warps", limit(.warps)), ("limit_regs", limit(.registers)),
      ("limit_smem", limit(.shared)), ("limit_blocks", limit(.blocks)),
      ("limit_barriers", limit(.barriers)),
      ("alloc_regs_per_block", String(found.registersPerBlock)),
      ("alloc_smem_per_block", String(found.sharedPerBlock)),
      ("active_warps_per_sm", String(found.activeWarps)),
    ]
  }
}
