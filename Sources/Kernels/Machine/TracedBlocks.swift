internal import CKernels

/// What the traced blocks of a launch did: their warps' steps, and where accesses went.
public struct TracedBlocks: Sendable {
  /// The instructions that steps number.
  public let instructions: InstructionList
  /// The blocks that were traced, by rising number.
  public let blocks: [Int]
  /// What each did; accesses tell what went past the first-level cache.
  public let traces: [BlockTrace]
  /// The share of their instructions that the traces show.
  public let share: Double
  /// The first traced access of each place in the kernel.
  public let samples: [AccessSample]

  init(
    _ code: MachineCode, _ raw: ArraySlice<ok_block_trace>, program: KernelProgram,
    shape: LaunchShape
  ) {
    instructions = InstructionList(code.listing, targets: code.targets)
    blocks = raw.map { Int($0.block) }
    let warps = (shape.block.count + 31) / 32
    traces = raw.map { TraceReader(code, $0, warps: warps).trace }
    let shown = traces.reduce(0) { $0 + $1.steps }
    let all = raw.reduce(0) { $0 + Int($1.instructions) }
    share = all == 0 ? 1 : min(1, Double(shown) / Double(all))
    samples = raw.flatMap { trace in
      (0..<Int(trace.sample_count)).map { AccessSample(trace.samples[$0], code) }
    }
  }
}

/// The addresses of one access: what a picture of it is drawn from.
public struct AccessSample: Sendable {
  /// The source line.
  public let line: Int
  /// The memory.
  public let space: Space
  /// True of a store.
  public let isStore: Bool
  /// Bytes of one lane.
  public let bytes: Int
  /// The lanes that took part.
  public let mask: UInt32
  /// Each lane's address, or its offset in shared memory.
  public let addresses: [UInt64]
  /// The block and the warp.
  public let block: Int
  /// The warp in its block.
  public let warp: Int
  /// Distinct 32-byte sectors.
  public let sectors: Int
  /// Passes over the banks.
  public let wavefronts: Int

  init(_ raw: ok_access_sample, _ code: MachineCode) {
    line = code.sites[Int(raw.site)].location.line
    space = Space(rawValue: raw.space) ?? .global
    isStore = raw.is_store != 0
    bytes = Int(raw.size)
    mask = raw.mask
    addresses = withUnsafeBytes(of: raw.addresses) { Array($0.bindMemory(to: UInt64.self)) }
    block = Int(raw.block)
    warp = Int(raw.warp)
    sectors = Int(raw.sectors)
    wavefronts = Int(raw.wavefronts)
  }

  /// How much of a multiprocessor's memory pipeline it takes: what a costly access is.
  var cost: Int { space == .shared ? wavefronts : sectors }
}

/// Puts the events of a block together with the instructions of the basic blocks they name.
private struct TraceReader {
  private let code: MachineCode
  private(set) var trace: BlockTrace

  init(_ code: MachineCode, _ raw: ok_block_trace, warps: Int) {
    self.code = code
    var byWarp = [[ok_trace_event]](repeating: [], count: warps)
    for place in 0..<Int(raw.count) {
      let event = raw.events[place]
      byWarp[Int(event.warp)].append(event)
    }
    trace = BlockTrace(warps: [])
    trace.warps = byWarp.map { Self.steps($0, code) }
  }

  private static func steps(_ events: [ok_trace_event], _ code: MachineCode) -> [TraceStep] {
    var steps: [TraceStep] = []
    var place = 0
    while place < events.count {
      let event = events[place]
      place += 1
      guard event.what & OK_TRACE_ACCESS == 0 else { continue }
      for instruction in code.blocks[Int(event.what)] {
        guard instruction.site >= 0, code.sites[instruction.site].isAccess else {
          steps.append(TraceStep(instruction: instruction.number, lanes: Int(event.lanes)))
          continue
        }
        // An access whose guard holds for no lane leaves no event.
        guard place < events.count, events[place].what == OK_TRACE_ACCESS | UInt32(instruction.site)
        else { continue }
        steps.append(step(instruction, events[place]))
        place += 1
      }
    }
    return steps
  }

  private static func step(
    _ instruction: MachineCode.Counted, _ event: ok_trace_event
  ) -> TraceStep {
    let isGlobal = event.space == Space.global.rawValue
    return TraceStep(
      instruction: instruction.number, lanes: Int(event.lanes),
      tagPasses: isGlobal ? Int(event.tag_passes) : 0, wavefronts: Int(event.wavefronts),
      sectors: isGlobal ? Int(event.sectors) : 0, l2Sectors: isGlobal ? Int(event.misses) : 0)
  }
}

extension MachineCode.Site {
  /// True of loads, stores and atomics.
  fileprivate var isAccess: Bool {
    switch kind {
    case .load, .store, .atomic: true
    case .texture, .branch, .guarded: false
    }
  }
}
