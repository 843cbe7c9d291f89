import Base
import Devices
import Kernels
public import LuaBridge

/// A kernel as Lua holds it: calling it launches it.
public final class CudaKernelObject: CustomStringConvertible {
  let owner: CudaModuleObject
  let program: KernelProgram

  init(_ owner: CudaModuleObject, _ program: KernelProgram) {
    self.owner = owner
    self.program = program
  }

  /// The declaration, and what a thread and a block take.
  public var description: String {
    let registers = (try? owner.module.registersPerThread(of: program)).map { "\($0)" } ?? "?"
    let kind = program.registersPerThread == nil ? "registers (estimated)" : "registers"
    return "cuda.Kernel \(Self.signature(program))\n"
      + "\(registers) \(kind), \(program.sharedBytes) B shared, \(program.localBytes) B local"
  }

  /// The declaration as a source would spell it.
  static func signature(_ program: KernelProgram) -> String {
    let parameters = program.parameters.map { parameter in
      parameter.typeName.hasSuffix("*")
        ? parameter.typeName + parameter.name : "\(parameter.typeName) \(parameter.name)"
    }
    return "\(program.name)(\(parameters.joined(separator: ", ")))"
  }
}

/// A size of a grid or a block: a number, or up to three of them.
typealias CudaExtent = Either<Int, [Int]>

extension Either where First == Int, Second == [Int] {
  /// The size that is meant.
  func extent(_ name: String) throws(Problem) -> Extent {
    switch self {
    case .first(let x): return Extent(x)
    case .second(let sizes):
      guard (1...3).contains(sizes.count) else {
        throw Problem("\(name) has \(sizes.count) sizes", fix: "give x, y and z, as in { 32, 8 }")
      }
      return Extent(
        sizes[0], sizes.count > 1 ? sizes[1] : 1, sizes.count > 2 ? sizes[2] : 1)
    }
  }
}

extension CudaKernelObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "cuda.Kernel"

  /// What Lua sees of a kernel.
  public static let exported = Exported<CudaKernelObject>(
    "A kernel: call it with a grid, a block and its arguments to run it.",
    example: "cuda.compile(\(CudaModule.saxpyText)).saxpy{ grid = 1, block = 32, "
      + "args = { 8, 2, tensor.ones(8), tensor.ones(8) } }"
  ) {
    property("name", "Its name, with template arguments.") { $0.program.name }
    property("registers_per_thread", "As ptxas counted them, or estimated.") {
      try $0.owner.module.registersPerThread(of: $0.program)
    }
    property("shared_bytes", "Shared memory that it declares.", unit: .bytes) {
      $0.program.sharedBytes
    }
    property("local_bytes", "Local memory of a thread.", unit: .bytes) { $0.program.localBytes }
    property("max_block_threads", "The largest block, by __launch_bounds__; nil: any.") {
      $0.program.maximumBlockThreads
    }
    method("parameters", "Its parameters, in order.") { kernel in
      kernel.program.parameters.map { ["name": $0.name, "type": $0.typeName] }
    }
    .example("cuda.compile(\(CudaModule.saxpyText)).saxpy:parameters()")
    method("listing", "Its instructions in the machine's form.") {
      $0.program.listing()
    }
    .example("cuda.compile(\(CudaModule.saxpyText)).saxpy:listing()")
    method(
      "occupancy", "How many of its blocks a multiprocessor holds.", .state,
      .value("block", "the block's size", of: CudaExtent.self),
      .named(
        .value(
          "on", "the device", of: DeviceArgument.self, default: .second(CudaModule.device),
          defaultText: "\"\(CudaModule.device)\""),
        .integer("shared_bytes", "dynamic shared memory", unit: .bytes, default: 0, range: 0...))
    ) { kernel, state, block, options in
      let device = try options.values.0.device(in: state)
      return OccupancyReport(
        occupancy: try kernel.occupancy(
          try block.extent("block").count, dynamicShared: options.values.1, on: device),
        device: device)
    }
    .example("cuda.compile(\(CudaModule.saxpyText)).saxpy:occupancy(256)")
    launching
  }

  private static var launching: ExportedMember {
    metamethod(
      .call, "Runs the kernel and reports what it did.", .state,
      .named(
        .value("grid", "blocks: a number or { x, y, z }", of: CudaExtent.self),
        .value("block", "threads of a block: a number or { x, y, z }", of: CudaExtent.self),
        .optional(.table("args", "one value per parameter: numbers, tensors, tables")),
        .integer("shared_bytes", "dynamic shared memory", unit: .bytes, default: 0, range: 0...),
        .value(
          "on", "the device", of: DeviceArgument.self, default: .second(CudaModule.device),
          defaultText: "\"\(CudaModule.device)\""),
        .value(
          "checks", "faults to look for: races, uninitialised, barriers, masks, all",
          of: [String].self, default: ["barriers"], defaultText: "{ \"barriers\" }"),
        .boolean("time", "estimates the time", default: true),
        .integer(
          "threads", "processor threads; 0 for all", unit: .threads, default: 0, range: 0...256),
        .number("budget", "the most instructions of one warp", default: 4e9, range: 1...9e18))
    ) { kernel, state, options in try CudaLaunch(kernel, state, options.values).run() }
  }

  /// The occupancy of blocks of so many threads.
  func occupancy(
    _ threads: Int, dynamicShared: Int, on device: Device
  ) throws(Problem) -> Occupancy {
    let query = OccupancyQuery(
      blockSize: threads, registersPerThread: try owner.module.registersPerThread(of: program),
      staticShared: program.sharedBytes, dynamicShared: dynamicShared,
      optsIn: program.sharedBytes + dynamicShared > 48 * 1024)
    return try Occupancy(query, on: device.limits)
  }
}
