import Base
import Devices
import Figures
import Kernels
import LuaBridge

/// What a launch did, as Lua holds it.
public final class CudaReport: CustomStringConvertible {
  let kernel: CudaKernelObject
  let device: Device
  let grid: Extent
  let block: Extent
  let result: LaunchResult
  let occupancy: Occupancy
  /// How long it takes on the device; nil where nobody asked.
  let estimate: TimeEstimate?

  init(
    kernel: CudaKernelObject, device: Device, grid: Extent, block: Extent, result: LaunchResult,
    occupancy: Occupancy, estimate: TimeEstimate?
  ) {
    self.kernel = kernel
    self.device = device
    self.grid = grid
    self.block = block
    self.result = result
    self.occupancy = occupancy
    self.estimate = estimate
  }

  var total: CounterSet { result.counters.total }

  /// One screen: the launch, its time and why, accesses, instructions.
  public var description: String {
    let head =
      "cuda.Report of \(kernel.program.name) on \(device.name): grid \(text(grid)), "
      + "block \(text(block))"
    return ([head] + timeLines + [occupancyLine] + CudaCounterText.lines(result.counters))
      .joined(separator: "\n")
  }

  private var timeLines: [String] {
    guard let estimate else { return [] }
    let rate = Double(total.operations.total) / estimate.seconds
    let bytes = result.counters.traffic.dramBytes / estimate.seconds
    return [
      "time \(Quantity.text(estimate.seconds, "s")) (estimate), bound by \(estimate.bound), "
        + "\(Quantity.text(rate, "FLOP/s")), device memory \(Quantity.text(bytes, "B/s"))",
      "to be quicker: \(estimate.advice)",
    ]
  }

  private var occupancyLine: String {
    let percent = Quantity.digits(100 * occupancy.fraction)
    let limits = occupancy.limiting.map(\.rawValue).joined(separator: ", ")
    return "occupancy \(percent) %: \(occupancy.activeBlocks) blocks on a multiprocessor, "
      + "limited by \(limits)"
  }

  private func text(_ extent: Extent) -> String {
    extent.z > 1
      ? "\(extent.x)x\(extent.y)x\(extent.z)"
      : extent.y > 1 ? "\(extent.x)x\(extent.y)" : "\(extent.x)"
  }
}

/// Counters in lines of text.
enum CudaCounterText {
  /// The accesses of a set by their names.
  static func accesses(_ set: CounterSet) -> [(name: String, counts: AccessCounts)] {
    [
      ("global_load", set.globalLoad), ("global_store", set.globalStore),
      ("global_atomic", set.globalAtomic), ("shared_load", set.sharedLoad),
      ("shared_store", set.sharedStore), ("shared_atomic", set.sharedAtomic),
      ("local_load", set.localLoad), ("local_store", set.localStore),
      ("constant_load", set.constantLoad), ("texture", set.texture),
    ]
  }

  /// A count with its thousands marked off, or as a rounded number where it is long.
  private static func count(_ number: Int) -> String {
    number < 10_000_000 ? grouped(number) : Quantity.text(Double(number), "")
  }

  private static func grouped(_ number: Int) -> String {
    number < 1000
      ? "\(number)" : grouped(number / 1000) + "," + "\(1000 + number % 1000)".dropFirst()
  }

  static func lines(_ counters: Counters) -> [String] {
    let total = counters.total
    var lines = [
      "\(count(total.warpInstructions)) warp instructions, "
        + "\(Quantity.digits(total.averageActiveLanes)) active lanes, "
        + "\(total.divergentBranches) of \(total.branches) branches diverged, "
        + "\(Quantity.digits(counters.arithmeticIntensity)) FLOP/B"
    ]
    for (name, counts) in accesses(total) where counts.requests > 0 {
      var line = "\(name): \(count(counts.requests)) requests"
      if counts.sectors > 0 {
        line +=
          ", \(Quantity.digits(counts.sectorsPerRequest)) sectors each, "
          + "\(Quantity.digits(100 * counts.efficiency)) % used"
      }
      if counts.wavefronts > 0 {
        line +=
          ", \(Quantity.digits(counts.wavefrontsPerRequest)) wavefronts each, "
          + "\(count(counts.conflicts)) conflicts"
      }
      lines.append(line)
    }
    return lines
  }

  /// A set as a table for Lua.
  static func table(_ set: CounterSet, _ state: LuaState) -> LuaTable {
    let table = state.makeTable(fields: [
      "warp_instructions": .integer(set.warpInstructions),
      "thread_instructions": .integer(set.threadInstructions),
      "average_active_lanes": .number(set.averageActiveLanes),
      "branches": .integer(set.branches), "divergent_branches": .integer(set.divergentBranches),
    ])
    for (name, counts) in accesses(set) where counts.requests > 0 {
      table[.text(name)] = .table(self.table(counts, state))
    }
    let mix = state.makeTable()
    for (kind, counts) in set.instructions {
      mix[.text(kind.rawValue)] = .table(
        state.makeTable(fields: ["warp": .integer(counts.warp), "thread": .integer(counts.thread)]))
    }
    table["instructions"] = .table(mix)
    table["flops"] = .table(
      state.makeTable(fields: [
        "total": .integer(set.operations.total), "f16": .integer(set.operations.float16),
        "f32": .integer(set.operations.float32), "f64": .integer(set.operations.float64),
        "tensor": .integer(set.operations.tensor),
      ]))
    return table
  }

  private static func table(_ counts: AccessCounts, _ state: LuaState) -> LuaTable {
    let table = state.makeTable(fields: [
      "requests": .integer(counts.requests), "active_lanes": .integer(counts.activeLanes),
      "bytes_requested": .integer(counts.bytesRequested),
      "lanes_per_request": .number(counts.lanesPerRequest),
    ])
    if counts.sectors > 0 {
      table["sectors"] = .integer(counts.sectors)
      table["sectors_per_request"] = .number(counts.sectorsPerRequest)
      table["efficiency"] = .number(counts.efficiency)
      table["l1_hit_rate"] = .number(counts.l1HitRate)
    }
    if counts.wavefronts > 0 {
      table["wavefronts"] = .integer(counts.wavefronts)
      table["wavefronts_per_request"] = .number(counts.wavefrontsPerRequest)
      table["conflicts"] = .integer(counts.conflicts)
    }
    return table
  }
}
