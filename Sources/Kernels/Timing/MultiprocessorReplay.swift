internal import CKernels

/// What the replay of a multiprocessor's blocks found.
public struct ReplayResult: Sendable {
  /// Cycles from the launch of the first block to the end of the last.
  public let cycles: Int
  /// The cycle at which each block ended, in the order in which they were started.
  public let blockEnds: [Int]
  /// Issue slots that were used.
  public let issued: Int
  /// Cycles that each arithmetic unit was busy, summed over schedulers.
  public let pipeBusy: [Double]
  /// Cycles that the memory pipeline was busy.
  public let memoryBusy: Double
  /// Cycles that the share of the second-level cache was busy.
  public let l2Busy: Double
  /// Cycles that the share of device memory was busy.
  public let dramBusy: Double
  /// Warp-cycles without an issue, by reason.
  public let stalls: [Int]
}

/// Runs scheduled warps through the units of one multiprocessor; the rules are in `replay.c`.
struct MultiprocessorReplay {
  private let steps: StepTable

  init(kernel: InstructionList, costs: [InstructionCost]) {
    steps = StepTable(kernel: kernel, costs: costs)
  }

  /// Replays blocks, each a list of streams, with at most `resident` of them at a time.
  ///
  /// Blocks must have the same number of warps.
  func run(
    _ blocks: [[[ScheduledStep]]], resident: Int, rates: MultiprocessorRates
  ) -> ReplayResult? {
    let warps = blocks[0].count
    precondition(blocks.allSatisfy { $0.count == warps }, "blocks of one launch have equal warps")
    let flat = blocks.flatMap { $0 }.map { stream in stream.map { steps.step($0) } }
    var all: [or_step] = []
    all.reserveCapacity(flat.reduce(0) { $0 + $1.count })
    var offsets: [(Int, Int)] = []
    for stream in flat {
      offsets.append((all.count, stream.count))
      all += stream
    }
    var machine = rates.forReplay(residentBlocks: resident, warpsPerBlock: warps)
    var result = or_result()
    var ends = [Int64](repeating: 0, count: blocks.count)
    // The streams point into `all`, which lives until the call returns.
    let status = all.withUnsafeBufferPointer { buffer in
      let streams = offsets.map { offset, count in
        or_stream(steps: buffer.baseAddress.map { $0 + offset }, count: Int32(count))
      }
      return or_replay(&machine, streams, Int32(blocks.count), &ends, &result)
    }
    return status == 0 ? ReplayResult(result, ends: ends) : nil
  }
}

extension ReplayResult {
  fileprivate init(_ raw: or_result, ends: [Int64]) {
    cycles = Int(raw.cycles)
    blockEnds = ends.map { Int($0) }
    issued = Int(raw.issued)
    pipeBusy = withUnsafeBytes(of: raw.pipe_busy) { Array($0.bindMemory(to: Double.self)) }
    memoryBusy = raw.memory_busy
    l2Busy = raw.l2_busy
    dramBusy = raw.dram_busy
    stalls = withUnsafeBytes(of: raw.stalls) { $0.bindMemory(to: Int64.self).map { Int($0) } }
  }
}

/// Turns scheduled steps into what the replay reads.
private struct StepTable {
  private let templates: [or_step]
  /// Bytes that one lane of each instruction moves.
  private let laneBytes: [Int]

  init(kernel: InstructionList, costs: [InstructionCost]) {
    laneBytes = kernel.instructions.map { instruction in
      instruction.type.bytes * max(instruction.destinations.count, instruction.sources.count, 1)
    }
    templates = zip(kernel.instructions, costs).map { instruction, cost in
      var step = or_step()
      step.pipe = cost.pipe.rawValue
      step.kind = UInt8(truncatingIfNeeded: Self.kind(of: instruction))
      step.issues = UInt8(clamping: cost.issues)
      step.interval = UInt16(clamping: cost.interval)
      step.latency = UInt16(clamping: cost.latency)
      return step
    }
  }

  func step(_ scheduled: ScheduledStep) -> or_step {
    var step = templates[Int(scheduled.trace.instruction)]
    let producers = scheduled.producers
    step.producers = (producers[0], producers[1], producers[2], producers[3])
    step.tag_passes = scheduled.trace.tagPasses
    let bytes = Int(scheduled.trace.lanes) * laneBytes[Int(scheduled.trace.instruction)]
    step.sixteens = UInt8(clamping: bytes / 16)
    step.wavefronts = scheduled.trace.wavefronts
    step.l2_sectors = scheduled.trace.l2Sectors
    step.dram_sectors = scheduled.trace.dramSectors
    return step
  }

  private static func kind(of instruction: Instruction) -> Int {
    if instruction.isBarrier { return Int(OR_BARRIER) }
    switch instruction.operation {
    case .shuffle, .match, .reduce: return Int(OR_SHARED_LOAD)
    case .texture: return Int(OR_GLOBAL_LOAD)
    default: break
    }
    guard let space = instruction.accessedSpace else { return Int(OR_ARITHMETIC) }
    let isShared = space == .shared || space == .constant
    let isLoad = !instruction.isStore || !instruction.destinations.isEmpty
    switch (isShared, isLoad) {
    case (true, true): return Int(OR_SHARED_LOAD)
    case (true, false): return Int(OR_SHARED_STORE)
    case (false, true): return Int(OR_GLOBAL_LOAD)
    case (false, false): return Int(OR_GLOBAL_STORE)
    }
  }
}
