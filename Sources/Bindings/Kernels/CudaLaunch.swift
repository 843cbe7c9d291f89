import Base
import Devices
import Kernels
import LuaBridge
import Tensors

/// One launch from Lua: converts what came, runs the kernel, estimates its time.
struct CudaLaunch {
  /// The options of a launch, in the order in which they are declared.
  typealias Options = (
    grid: CudaExtent, block: CudaExtent, args: LuaTable?, shared: Int, on: DeviceArgument,
    checks: [String], time: Bool, threads: Int, budget: Double
  )

  private let kernel: CudaKernelObject
  private let state: LuaState
  private let options: Options

  init(_ kernel: CudaKernelObject, _ state: LuaState, _ options: Options) {
    self.kernel = kernel
    self.state = state
    self.options = options
  }

  /// Runs the launch; a fault of the kernel is an error.
  func run() throws -> CudaReport {
    let device = try options.on.device(in: state)
    let module = kernel.owner.module
    let program = kernel.program
    let grid = try options.grid.extent("grid")
    let block = try options.block.extent("block")
    var arguments = CudaArguments(program, memory: module.memory)
    defer { arguments.end() }
    let converted = try arguments.convert(try values(for: program))
    let occupancy = try kernel.occupancy(block.count, dynamicShared: options.shared, on: device)
    try checkResidence(grid, occupancy, device)
    let launch = try launchOptions(device, occupancy: occupancy, grid: grid)
    let result = try state.stoppable {
      try module.launch(
        program.name, grid: grid, block: block, sharedBytes: options.shared, arguments: converted,
        options: launch)
    }
    if let fault = result.fault { throw fault.problem }
    return CudaReport(
      kernel: kernel, device: device, grid: grid, block: block, result: result,
      occupancy: occupancy,
      estimate: options.time
        ? result.estimate(
          on: device, residentBlocks: occupancy.activeBlocks, blockCount: grid.count) : nil)
  }

  /// The arguments by their number; none may be missing, a null pointer is written as 0.
  private func values(for program: KernelProgram) throws(Problem) -> [LuaValue] {
    guard let table = options.args else { return [] }
    let count = program.parameters.count
    for (key, _) in table.pairs {
      guard let number = key.integer, (1...max(count, 1)).contains(number), count > 0 else {
        throw Problem(
          "\"\(program.name)\" takes \(count) arguments, args has one for \(key.number.map { "#\(Quantity.digits($0))" } ?? "a name")",
          fix: CudaKernelObject.signature(program))
      }
    }
    return try program.parameters.enumerated().map { number, parameter throws(Problem) in
      let value = table[.integer(number + 1)]
      guard value != .nil else {
        throw Problem(
          "argument #\(number + 1) '\(parameter.name)' of \"\(program.name)\" is missing",
          fix: "\(CudaKernelObject.signature(program)) takes \(count); a null pointer is 0")
      }
      return value
    }
  }

  /// A barrier of the whole grid needs all blocks on the device at once.
  private func checkResidence(
    _ grid: Extent, _ occupancy: Occupancy, _ device: Device
  ) throws(Problem) {
    let most = occupancy.activeBlocks * device.multiprocessors.value
    guard kernel.program.waitsForGrid, grid.count > most else { return }
    throw Problem(
      "\"\(kernel.program.name)\" waits for its whole grid, but of its \(grid.count) blocks "
        + "\(device.name) holds \(most) at once",
      fix: "launch at most \(most) blocks and let each loop over more of the work")
  }

  private func launchOptions(
    _ device: Device, occupancy: Occupancy, grid: Extent
  ) throws(Problem) -> LaunchOptions {
    var launch = LaunchOptions()
    launch.multiprocessors = device.multiprocessors.value
    launch.l1Bytes = device.limits.l1AndShared ?? 64 * 1024
    launch.carveOutBytes = occupancy.sharedCarveout
    launch.l2Bytes = device.memory.l2Size.value.count
    launch.maximumSharedBytes = device.limits.sharedPerBlockOptIn
    launch.instructionBudget = Int(options.budget)
    if options.threads > 0 { launch.threads = options.threads }
    launch.checks = try checks()
    launch.isStopped = { Cancellation.isRequested }
    launch.tracedBlocks =
      options.time
      ? TracePlan(
        multiprocessors: device.multiprocessors.value, blockCount: grid.count
      ).blocks : []
    return launch
  }

  private func checks() throws(Problem) -> LaunchOptions.Checks {
    let known: [String: LaunchOptions.Checks] = [
      "races": .races, "uninitialised": .uninitialised, "barriers": .barriers,
      "masks": .synchronisationMasks, "all": .all,
    ]
    var chosen: LaunchOptions.Checks = []
    for name in options.checks {
      guard let check = known[name] else {
        throw .unknown("check", name, among: known.keys.sorted())
      }
      chosen.formUnion(check)
    }
    return chosen
  }
}
