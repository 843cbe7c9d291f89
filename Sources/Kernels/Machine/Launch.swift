public import Base
internal import CKernels
import Glibc

extension KernelModule {
  /// Runs a kernel on a grid of blocks.
  ///
  /// What the kernel does wrong does not throw: it is the result's fault, beside what was counted
  /// and printed until then.
  ///
  /// - Throws: A problem when the launch itself is wrong: its name, sizes or arguments.
  public func launch(
    _ name: String, grid: Extent, block: Extent, sharedBytes: Int = 0,
    arguments: [LaunchArgument] = [], options: LaunchOptions = LaunchOptions()
  ) throws(Problem) -> LaunchResult {
    let program = try program(named: name)
    let code = try code(of: program)
    let shape = LaunchShape(
      program: program, grid: grid, block: block, dynamicSharedBytes: sharedBytes)
    try shape.check(options)
    let bytes = try ArgumentEncoder.encode(arguments, for: program)
    var run = LaunchRun(module: self, program: program, code: code, shape: shape, options: options)
    run.argumentNames = argumentNames(arguments, program)
    return try run.run(arguments: bytes)
  }

  /// What a kernel calls the allocations that it was given.
  private func argumentNames(_ arguments: [LaunchArgument], _ program: KernelProgram)
    -> [UInt64: String]
  {
    var names: [UInt64: String] = [:]
    for (argument, parameter) in zip(arguments, program.parameters) {
      if case .buffer(let buffer) = argument, names[buffer.address] == nil {
        names[buffer.address] = parameter.name
      }
    }
    return names
  }
}

/// The sizes of a launch.
struct LaunchShape {
  let program: KernelProgram
  let grid: Extent
  let block: Extent
  let dynamicSharedBytes: Int

  /// Where the dynamic part of shared memory begins.
  var dynamicOffset: Int { (program.sharedBytes + 15) / 16 * 16 }
  /// The bytes of shared memory of a block.
  var sharedBytes: Int {
    dynamicSharedBytes == 0 ? program.sharedBytes : dynamicOffset + dynamicSharedBytes
  }

  /// Refuses what no device would launch.
  func check(_ options: LaunchOptions) throws(Problem) {
    let call = "launch of \"\(program.name)\""
    func require(_ holds: Bool, _ message: @autoclosure () -> String, _ fix: String? = nil)
      throws(Problem)
    {
      if !holds { throw Problem("\(call): \(message())", fix: fix) }
    }
    let blockText = "(\(block.x), \(block.y), \(block.z))"
    let gridText = "(\(grid.x), \(grid.y), \(grid.z))"
    try require(
      min(block.x, block.y, block.z) >= 1 && min(grid.x, grid.y, grid.z) >= 1,
      "a grid of \(gridText) blocks of \(blockText) threads has no threads")
    try require(
      block.x <= 1024 && block.y <= 1024 && block.z <= 64,
      "a block of \(blockText) threads is larger than (1024, 1024, 64)")
    let most = min(1024, program.maximumBlockThreads ?? 1024)
    try require(
      block.x * block.y * block.z <= most,
      "a block of \(block.x * block.y * block.z) threads has more than \(most)",
      "use smaller blocks and more of them")
    try require(
      grid.x <= 0x7fff_ffff && grid.y <= 65535 && grid.z <= 65535,
      "a grid of \(gridText) blocks is larger than (2147483647, 65535, 65535)")
    let resident = options.multiprocessors * 32
    try require(
      !program.waitsForGrid || options.onlyBlocks != nil || grid.count <= resident,
      "\(grid.count) blocks cannot be resident at once, as a barrier of the whole grid needs",
      "use at most as many blocks as the device holds, and loop over the rest")
    try require(
      dynamicSharedBytes >= 0 && sharedBytes <= options.maximumSharedBytes,
      "\(sharedBytes) bytes of shared memory were asked for, a block may have "
        + "\(options.maximumSharedBytes)")
  }
}

/// One launch on its way through the machine.
struct LaunchRun {
  let module: KernelModule
  let program: KernelProgram
  let code: MachineCode
  let shape: LaunchShape
  let options: LaunchOptions
  var argumentNames: [UInt64: String] = [:]

  func run(arguments: [UInt8]) throws(Problem) -> LaunchResult {
    var instructions = code.instructions
    let level = Int32(options.vectorLevel ?? Int(ok_vector_level()))
    let missing = instructions.withUnsafeMutableBufferPointer {
      ok_link($0.baseAddress, Int64($0.count), level)
    }
    guard missing < 0 else { throw unsupported(Int(missing)) }
    let fills = fills(arguments)
    var blocks = [ok_block_count](repeating: ok_block_count(), count: code.blocks.count + 1)
    var sites = [ok_site_count](repeating: ok_site_count(), count: code.sites.count + 1)
    var allocations = allocationTable()
    allocations.append(ok_allocation())
    let textures = textureTable()
    var result = ok_result()
    let traced = Array(Set(options.tracedBlocks)).sorted().filter {
      $0 >= 0 && $0 < shape.grid.count
    }
    .map { Int64($0) }
    var traces = [ok_block_trace](repeating: ok_block_trace(), count: traced.count + 1)
    // The pointers live as long as the call; the machine keeps none of them.
    withExtendedLifetime(module.memory) {
      instructions.withUnsafeBufferPointer { instructions in
        fills.withUnsafeBufferPointer { fills in
          blocks.withUnsafeMutableBufferPointer { blocks in
            sites.withUnsafeMutableBufferPointer { sites in
              allocations.withUnsafeBufferPointer { allocations in
                textures.withUnsafeBufferPointer { textures in
                  var launch = description(level)
                  launch.code = instructions.baseAddress
                  launch.fills = fills.baseAddress
                  launch.fill_count = Int64(fills.count)
                  launch.allocations = allocations.baseAddress
                  launch.allocation_count = Int64(allocations.count - 1)
                  launch.textures = textures.baseAddress
                  launch.texture_count = Int64(textures.count)
                  result.blocks = blocks.baseAddress
                  result.sites = sites.baseAddress
                  execute(&launch, &result, traced, &traces)
                }
              }
            }
          }
        }
      }
    }
    defer {
      free(result.printed)
      ok_release_traces(&traces, Int64(traced.count))
    }
    return LaunchResult(
      kernel: program.name,
      counters: Counters(
        code: code, blocks: blocks, sites: sites, result: result, options: options),
      printed: PrintedText(result, module.tables, code, module.memory),
      fault: FaultText(run: self).fault(result.fault), orderReason: code.orderReason,
      threads: Int(result.threads), instructionLines: code.locations.map(\.line),
      traces: TracedBlocks(code, traces.dropLast(), program: program, shape: shape))
  }

  private func execute(
    _ launch: inout ok_launch, _ result: inout ok_result, _ traced: [Int64],
    _ traces: inout [ok_block_trace]
  ) {
    traced.withUnsafeBufferPointer { traced in
      traces.withUnsafeMutableBufferPointer { traces in
        launch.traced_blocks = traced.baseAddress
        launch.traced_count = Int64(traced.count)
        launch.trace_events = Int64(options.traceSteps)
        launch.step_limit = Int64(options.stepLimit ?? 0)
        result.traces = traces.baseAddress
        guard let only = options.onlyBlocks else { return execute(&launch, &result) }
        var wanted = Set(only).filter { $0 >= 0 && $0 < shape.grid.count }.sorted().map {
          Int64($0)
        }
        let count = wanted.count
        // An empty list must not read as "all".
        wanted.append(0)
        wanted.withUnsafeBufferPointer { wanted in
          launch.only_blocks = wanted.baseAddress
          launch.only_count = Int64(count)
          execute(&launch, &result)
        }
      }
    }
  }

  private func execute(_ launch: inout ok_launch, _ result: inout ok_result) {
    code.lists.withUnsafeBufferPointer { lists in
      code.matrices.withUnsafeBufferPointer { matrices in
        code.cleared.withUnsafeBufferPointer { cleared in
          module.constantBank.withUnsafeBufferPointer { constants in
            launch.lists = lists.baseAddress
            launch.matrices = matrices.baseAddress
            launch.cleared = cleared.baseAddress
            launch.cleared_count = Int64(cleared.count / 2)
            launch.constants = constants.baseAddress
            launch.constant_bytes = Int64(constants.count)
            var asked = Asked(isStopped: options.isStopped)
            withUnsafeMutablePointer(to: &asked) { pointer in
              launch.context = UnsafeMutableRawPointer(pointer)
              if options.isStopped != nil {
                launch.is_stopped = { context in
                  guard let asked = context?.assumingMemoryBound(to: Asked.self) else { return 0 }
                  return asked.pointee.isStopped?() == true ? 1 : 0
                }
              }
              _ = ok_run(&launch, &result)
            }
          }
        }
      }
    }
  }

  private struct Asked { let isStopped: (() -> Bool)? }

  private func description(_ level: Int32) -> ok_launch {
    var launch = ok_launch()
    launch.code_count = Int64(code.instructions.count)
    launch.level = level
    launch.frame_bytes = Int64(code.layout.bytes)
    launch.block_count = Int64(code.blocks.count)
    launch.site_count = Int64(code.sites.count)
    launch.local_bytes = Int64((program.localBytes + 15) / 16 * 16)
    launch.grid = (Int32(shape.grid.x), Int32(shape.grid.y), Int32(shape.grid.z))
    launch.block = (Int32(shape.block.x), Int32(shape.block.y), Int32(shape.block.z))
    launch.shared_bytes = Int64(shape.sharedBytes)
    launch.dynamic_shared_bytes = Int64(shape.dynamicSharedBytes)
    launch.dynamic_shared_offset = Int64(shape.dynamicOffset)
    launch.budget = Int64(max(options.instructionBudget, 1))
    launch.threads = Int32(clamping: max(options.threads ?? MachineThreads.count, 1))
    launch.in_order = code.orderReason == nil ? 0 : 1
    // A part of the grid cannot wait for the rest: there, each block passes the barrier alone.
    launch.cooperative = program.waitsForGrid && options.onlyBlocks == nil ? 1 : 0
    launch.checks = Int32(options.checks.rawValue)
    launch.multiprocessors = Int32(clamping: max(options.multiprocessors, 1))
    launch.model_caches = options.modelsCaches ? 1 : 0
    launch.l1_lines = Int32(clamping: CacheModel.l1Lines(options, sharedBytes: shape.sharedBytes))
    launch.print_bytes = Int64(max(options.printLimit, 0))
    return launch
  }

  private func unsupported(_ pc: Int) -> Problem {
    let counted = code.blocks.joined().first { $0.pc == pc }
    let line = code.locations[pc].line
    let it = code.instructions[pc]
    let type = ValueType(rawValue: it.type).map { "\($0)" } ?? "?"
    return Problem(
      "kernel \"\(program.name)\", line \(line): the machine has no \(counted?.name ?? "instruction") "
        + "for \(type)")
  }

  // MARK: - Tables

  private func fills(_ arguments: [UInt8]) -> [ok_fill] {
    code.layout.order.map { key in
      var fill = ok_fill()
      let slot = code.layout.constants[key] ?? 0
      fill.slot = UInt32(code.layout.offset(slot, key.kind))
      fill.bytes = key.kind == .wide ? 8 : key.kind == .word ? 4 : 0
      switch key.constant {
      case .bits(let bits): fill.value = bits
      case .special(let special):
        fill.is_special = 1
        fill.special = UInt16(special.rawValue)
      case .argument(let offset, let type):
        fill.value = ArgumentEncoder.value(arguments, at: offset, type)
      case .global(let symbol):
        fill.value =
          module.globalBuffers.indices.contains(symbol) ? module.globalBuffers[symbol].address : 0
      }
      return fill
    }
  }

  private func allocationTable() -> [ok_allocation] {
    module.memory.allocations.enumerated().map { number, allocation in
      var entry = ok_allocation()
      entry.start = allocation.buffer.address
      entry.end = allocation.buffer.address + UInt64(allocation.buffer.bytes)
      entry.host = allocation.host.assumingMemoryBound(to: UInt8.self)
      entry.writable = allocation.isReadOnly ? 0 : 1
      entry.number = Int32(number)
      return entry
    }
  }

  private func textureTable() -> [ok_texture_unit] {
    module.textureBindings.map { binding in
      var unit = ok_texture_unit()
      guard let binding else { return unit }
      let holder = module.memory.allocations.last { $0.buffer.address <= binding.address }
      guard let holder else { return unit }
      unit.host = UnsafePointer(
        (holder.host + Int(binding.address - holder.buffer.address)).assumingMemoryBound(
          to: UInt8.self))
      unit.width = Int64(binding.width)
      unit.height = Int64(binding.height)
      unit.pitch = Int64(binding.pitchBytes)
      unit.type = Int32(binding.type.rawValue)
      unit.components = Int32(binding.components)
      unit.is_linear = binding.isLinear ? 1 : 0
      unit.is_normalized = binding.isNormalized ? 1 : 0
      unit.reads_unit = binding.readsNormalizedFloat ? 1 : 0
      unit.address_x = binding.addressModeX.rawValue
      unit.address_y = binding.addressModeY.rawValue
      return unit
    }
  }
}

/// How many threads run blocks unless a launch says otherwise.
public enum MachineThreads {
  /// One per core that the process may use.
  public static let count = max(1, Int(ok_cores()))
}
