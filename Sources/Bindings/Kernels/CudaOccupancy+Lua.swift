import Base
import Devices
import Figures
import Kernels
import LuaBridge

/// An occupancy as Lua holds it.
struct OccupancyReport: CustomStringConvertible {
  let occupancy: Occupancy
  /// The device, where one was named.
  let device: Device?

  var description: String {
    let place = device?.name ?? occupancy.limits.name
    return "cuda.Occupancy on \(place)\n" + occupancy.explanation
  }

  /// The share of resident warps over one quantity, with the present value marked.
  func figure(_ variable: Occupancy.Variable) throws(Problem) -> Figure {
    let points = try occupancy.sweep(variable)
    let query = occupancy.query
    let (label, unit, present) =
      switch variable {
      case .blockSize: ("block size", "threads", query.blockSize)
      case .registers: ("registers per thread", "", query.registersPerThread)
      case .shared: ("dynamic shared memory per block", "B", query.dynamicShared)
      }
    let series = Series(
      x: points.map { Double($0.value) }, y: points.map { Double($0.occupancy.activeWarps) })
    let most = Double(occupancy.limits.warpsPerMultiprocessor)
    return .chart(
      Chart(
        "Resident warps by \(label)",
        subtitle: "\(device?.name ?? "compute capability \(occupancy.limits.name)"): "
          + "\(query.blockSize) threads, \(query.registersPerThread) registers, "
          + "\(query.staticShared + query.dynamicShared) B shared",
        x: Axis(label, unit: unit),
        y: Axis("warps per multiprocessor", minimum: 0, maximum: most * 1.05),
        marks: [
          Mark(variable == .blockSize ? .scatter(series) : .step(series), name: "resident"),
          Mark(.horizontalRule(most), paint: .faint),
          Mark(.verticalRule(Double(present)), paint: .muted, isDashed: true),
          Mark(
            .scatter(Series(x: [Double(present)], y: [Double(occupancy.activeWarps)])),
            name: "this launch", paint: .series(1)),
        ], size: Size(width: 640, height: 300)))
  }
}

extension OccupancyReport: LuaExported {
  static let luaName = "cuda.Occupancy"

  static let exported = Exported<OccupancyReport>(
    "How many blocks of a kernel a multiprocessor holds, and what limits them.",
    example: "cuda.occupancy{ device = \"A100\", block_size = 256, registers_per_thread = 44 }"
  ) {
    property("block_size", "Threads of a block.") { $0.occupancy.query.blockSize }
    property("registers_per_thread", "Registers of a thread.") {
      $0.occupancy.query.registersPerThread
    }
    property("active_blocks", "Blocks resident on a multiprocessor; 0: the launch is refused.") {
      $0.occupancy.activeBlocks
    }
    property("active_warps", "Warps resident on a multiprocessor.") { $0.occupancy.activeWarps }
    property("fraction", "Resident warps over the most there can be.", unit: .ratio) {
      $0.occupancy.fraction
    }
    property("limiting", "The resources that allow no block more.") {
      $0.occupancy.limiting.map(\.rawValue)
    }
    property("block_limits", "How many blocks each resource alone would allow.") { report in
      Dictionary(
        uniqueKeysWithValues: report.occupancy.blockLimits.map { ($0.key.rawValue, $0.value) })
    }
    property("registers_per_block", "Registers that a block is given.") {
      $0.occupancy.registersPerBlock
    }
    property("shared_bytes_per_block", "Shared memory that a block is given.", unit: .bytes) {
      $0.occupancy.sharedPerBlock
    }
    property("shared_carveout_bytes", "What is set aside as shared memory.", unit: .bytes) {
      $0.occupancy.sharedCarveout
    }
    property("explanation", "Why it is so, and what buys the next block.") {
      $0.occupancy.explanation
    }
    property("next_block", "The change that buys the next block; nil when none does.") {
      $0.occupancy.nextBlock?.text
    }
    property("better_block_size", "The nearest block size that keeps more warps; nil: none.") {
      $0.occupancy.betterBlockSize?.occupancy.query.blockSize
    }
    method(
      "shared_bytes_for", "The dynamic shared memory that keeps some blocks; nil: too many.",
      .integer("blocks", "how many are to be resident", range: 1...64)
    ) { try $0.occupancy.dynamicShared(keeping: $1) }
    .unit(.bytes)
    .example("cuda.occupancy{ device = \"A100\", block_size = 256 }:shared_bytes_for(4)")
    method(
      "plot", "Resident warps over one quantity, the others kept.",
      .choice(
        "over", "what is varied", among: Occupancy.Variable.allCases.map(\.rawValue),
        default: "block_size")
    ) { report, over in try report.figure(Occupancy.Variable(rawValue: over) ?? .blockSize) }
    .example("cuda.occupancy{ device = \"A100\", block_size = 256 }:plot(\"registers\")")
    method("__mime", "What a notebook shows of it: text and a chart over block sizes.", .state) {
      report, state in
      ["text/plain": report.description, "image/svg+xml": try report.figure(.blockSize).svg()]
    }
  }
}

/// `cuda.occupancy` and `cuda.best_block_size`.
enum CudaOccupancy: LuaDeclarations {
  private static var place: Argument<DeviceArgument?> {
    .optional(.value("device", "a device or its name", of: DeviceArgument.self))
  }

  private static var capability: Argument<String?> {
    .optional(.string("compute_capability", "in place of a device, as in \"9.0\""))
  }

  private static var registers: Argument<Int> {
    .integer("registers_per_thread", "as ptxas reports them", default: 32, range: 0...1024)
  }

  private static var staticShared: Argument<Int> {
    .integer(
      "static_shared_bytes", "what the kernel declares", unit: .bytes, default: 0,
      range: 0...1_000_000_000)
  }

  private static var dynamicShared: Argument<Int> {
    .integer(
      "dynamic_shared_bytes", "what the launch asks for", unit: .bytes, default: 0,
      range: 0...1_000_000_000)
  }

  private static var optIn: Argument<Bool> {
    .boolean("opt_in", "whether the kernel asked for more shared memory", default: false)
  }

  @MemberBuilder static var functions: [ExportedMember] {
    function(
      "occupancy", "How many blocks of a kernel a multiprocessor holds, by NVIDIA's rules.", .state,
      .named(
        place, capability, .integer("block_size", "threads of a block", range: 1...1_000_000),
        registers, staticShared, dynamicShared, optIn,
        .optional(
          .integer(
            "carveout_percent", "shared memory's wanted share of the common memory",
            unit: .percent, range: 0...100)),
        .integer("barriers", "named barriers of a block", default: 1, range: 0...1024))
    ) { state, options in
      let (place, name, size, registers, fixed, dynamic, optsIn, carveout, barriers) =
        options.values
      let (limits, device) = try chosen(place, name, state)
      let query = OccupancyQuery(
        blockSize: size, registersPerThread: registers, staticShared: fixed,
        dynamicShared: dynamic, optsIn: optsIn, carveoutPercent: carveout, barriers: barriers)
      return OccupancyReport(occupancy: try Occupancy(query, on: limits), device: device)
    }
    .example("cuda.occupancy{ device = \"H100\", block_size = 256, registers_per_thread = 72 }")
    function(
      "best_block_size", "The block size with the most resident threads; nil when none fits.",
      .state, .named(place, capability, registers, staticShared, dynamicShared, optIn)
    ) { state, options in
      let (place, name, registers, fixed, dynamic, optsIn) = options.values
      let (limits, device) = try chosen(place, name, state)
      let query = OccupancyQuery(
        blockSize: limits.warpSize, registersPerThread: registers, staticShared: fixed,
        dynamicShared: dynamic, optsIn: optsIn)
      return try Occupancy.bestBlockSize(query, on: limits).map {
        OccupancyReport(occupancy: $0, device: device)
      }
    }
    .detail("As cudaOccupancyMaxPotentialBlockSize picks it: the larger of equals.")
    .example("cuda.best_block_size{ device = \"A100\", registers_per_thread = 40 }")
  }

  /// The limits that are meant: those of a device, or of a capability.
  private static func chosen(
    _ place: DeviceArgument?, _ capability: String?, _ state: LuaState
  ) throws(Problem) -> (ComputeLimits, Device?) {
    if let place {
      let device = try place.device(in: state)
      return (device.limits, device)
    }
    guard let capability else {
      throw Problem(
        "an occupancy needs a device or a compute_capability",
        fix: "cuda.occupancy{ device = \"H100\", block_size = 256 }")
    }
    return (try ComputeLimits.of(ComputeCapability(parsing: capability)), nil)
  }
}
