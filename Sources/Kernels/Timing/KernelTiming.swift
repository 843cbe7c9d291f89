internal import CKernels
public import Devices

/// What a launch did, as far as its time is concerned.
public struct LaunchWork: Sendable {
  /// The instructions that traces number.
  public var instructions: InstructionList
  /// What some of the blocks did, in launch order; at least one.
  public var blocks: [BlockTrace]
  /// How much of its instructions each traced block shows; below 1 where a trace was cut.
  public var tracedShare: Double
  /// Blocks of the launch.
  public var blockCount: Int
  /// Blocks that a multiprocessor holds at a time.
  public var residentBlocks: Int
  /// Floating-point operations of the whole launch.
  public var flops: Double
  /// Bytes that the launch moves to and from device memory.
  public var dramBytes: Double

  /// Describes a launch.
  public init(
    instructions: InstructionList, blocks: [BlockTrace], tracedShare: Double = 1, blockCount: Int,
    residentBlocks: Int, flops: Double = 0, dramBytes: Double = 0
  ) {
    precondition(!blocks.isEmpty && blockCount > 0 && residentBlocks > 0, "a launch has blocks")
    self.instructions = instructions
    self.blocks = blocks
    self.tracedShare = tracedShare
    self.blockCount = blockCount
    self.residentBlocks = residentBlocks
    self.flops = flops
    self.dramBytes = dramBytes
  }
}

extension LaunchWork {
  /// The share of sectors to and from device memory that are written.
  fileprivate var writtenShare: Double {
    var (written, all) = (0, 0)
    for block in blocks {
      for step in block.warps.joined() where step.dramSectors > 0 {
        all += Int(step.dramSectors)
        if instructions.instructions[Int(step.instruction)].isStore {
          written += Int(step.dramSectors)
        }
      }
    }
    return all == 0 ? 0 : Double(written) / Double(all)
  }
}

/// How long a launch takes on a device, and why.
public struct TimeEstimate: Sendable {
  /// From the launch to its end.
  public let seconds: Double
  /// Of that, what launching takes.
  public let launchSeconds: Double
  /// Cycles of the busiest multiprocessor.
  public let cycles: Double
  /// How busy each unit is, 1 for always, busiest first.
  public let utilisation: [(name: String, share: Double)]
  /// Shares of warp-cycles without an issue, by reason, largest first.
  public let stalls: [(reason: Stall, share: Double)]
  /// Instructions issued per cycle and multiprocessor.
  public let issuedPerCycle: Double

  /// What limits the launch: a unit that is busy for most of the time, or waiting.
  public var bound: String {
    if let busiest = utilisation.first, busiest.share >= 0.7 { return busiest.name }
    return stalls.first.map { "latency: \($0.reason.name)" } ?? "launch"
  }

  /// What would make it quicker.
  public var advice: String {
    if let busiest = utilisation.first, busiest.share >= 0.7 {
      return Self.remedies[busiest.name] ?? "less work"
    }
    return stalls.first?.reason.remedy ?? "more work in a launch"
  }

  private static let remedies = [
    "device memory": "move fewer bytes: reuse from shared memory or registers, smaller types",
    "L2 cache": "fewer sectors past the first-level cache: coalesce, tile",
    "load/store": "fewer or wider accesses, fewer bank conflicts, more reuse in registers",
    "issue slots": "fewer instructions: unroll, wider accesses, cheaper addressing",
    "FP32": "nothing but fewer operations, or tensor cores",
    "INT32": "fewer address and index calculations",
    "FP64": "single precision where it suffices",
    "special functions": "fewer transcendental functions, or approximations",
    "tensor cores": "nothing but fewer operations, or a smaller format",
  ]
}

/// Estimates how long launches take on one device.
///
/// Nothing is fitted to a kernel: traced blocks run through a model of one multiprocessor, the others
/// being taken for its like, with rates and latencies of the device's data sheet and microbenchmarks.
public struct KernelTiming: Sendable {
  /// The device.
  public let device: Device
  /// Time from one launch to the next on a busy stream (te42kyfo/gpu-benches, gpu-small-kernels).
  public static let launchSeconds = 2.2e-6

  /// How many steps are replayed where blocks are short.
  static let replayedSteps = 60_000

  /// Creates an estimator for a device or a slice of one.
  public init(_ device: Device) { self.device = device }

  /// Estimates a launch; nil when memory ran out.
  public func estimate(_ work: LaunchWork) -> TimeEstimate? {
    let multiprocessors = device.multiprocessors.value
    let active = min(multiprocessors, work.blockCount)
    let perMultiprocessor = (work.blockCount + multiprocessors - 1) / multiprocessors
    let resident = min(work.residentBlocks, perMultiprocessor)
    let steps = max(1, work.blocks.reduce(0) { $0 + $1.steps } / work.blocks.count)
    // Short blocks fill the queues of the memory only after many of them.
    let replayed = min(
      perMultiprocessor, max(resident * 3, 4, min(resident * 16, Self.replayedSteps / steps)))
    let rates = MultiprocessorRates(device, active: active, writtenShare: work.writtenShare)
    let table = CostTable(device.limits)
    let costs = work.instructions.instructions.map { table.cost(of: $0) }
    var scheduler = WarpScheduler(
      kernel: work.instructions, loops: LoopTable(work.instructions),
      latencies: expectedLatencies(work.instructions, costs: costs))
    let streams = work.blocks.map { block in block.warps.map { scheduler.schedule($0) } }
    let blocks = (0..<replayed).map { streams[$0 % streams.count] }
    let replay = MultiprocessorReplay(kernel: work.instructions, costs: costs)
    guard let result = replay.run(blocks, resident: resident, rates: rates) else { return nil }
    let cycles = extrapolate(
      result, to: perMultiprocessor, resident: resident, rates: rates, share: work.tracedShare)
    return summary(result, cycles: cycles, rates: rates)
  }

  /// Cycles of all blocks of a multiprocessor, from those that were replayed.
  private func extrapolate(
    _ result: ReplayResult, to blocks: Int, resident: Int, rates: MultiprocessorRates,
    share: Double
  ) -> Double {
    let ends = result.blockEnds.sorted()
    var cycles = Double(result.cycles)
    if blocks > ends.count, ends.count > resident {
      let steady = Double(ends[ends.count - 1] - ends[resident - 1])
      cycles += steady / Double(ends.count - resident) * Double(blocks - ends.count)
    }
    // What was put into queues must leave them, also where the replay ended before.
    let busiest = max(result.memoryBusy, result.l2Busy, result.dramBusy)
    cycles = max(cycles, busiest * Double(blocks) / Double(max(1, ends.count)))
    let rounds = (Double(blocks) / Double(resident)).rounded(.up)
    let starting = min(cycles, rounds * Double(rates.blockStart))
    return starting + (cycles - starting) / share
  }

  /// What a compiler expects of each instruction when it orders them.
  private func expectedLatencies(_ list: InstructionList, costs: [InstructionCost]) -> [Int] {
    zip(list.instructions, costs).map { instruction, cost in
      guard let space = instruction.accessedSpace, !instruction.isStore else { return cost.latency }
      return space == .shared ? Int(device.latencies.shared.value) : Int(device.latencies.l2.value)
    }
  }

  private func summary(
    _ result: ReplayResult, cycles: Double, rates: MultiprocessorRates
  ) -> TimeEstimate {
    let busiest = max(result.memoryBusy, result.l2Busy, result.dramBusy)
    let span = max(1, Double(result.cycles), busiest)
    let schedulers = Double(rates.schedulers)
    var shares: [(name: String, share: Double)] = Pipe.allCases.compactMap { pipe in
      guard pipe != .memory, pipe != .control else { return nil }
      let units = rates.sharedPipes.contains(pipe) ? 1 : schedulers
      return (pipe.name, result.pipeBusy[Int(pipe.rawValue)] / span / units)
    }
    shares += [
      (Pipe.memory.name, result.memoryBusy / span), ("L2 cache", result.l2Busy / span),
      ("device memory", result.dramBusy / span),
      ("issue slots", Double(result.issued) / span / schedulers),
    ]
    let waiting = Double(max(1, result.stalls.reduce(0, +)))
    let stalls = Stall.allCases.map {
      (reason: $0, share: Double(result.stalls[Int($0.rawValue)]) / waiting)
    }
    let clock = device.clocks.boost.value
    return TimeEstimate(
      seconds: Self.launchSeconds + cycles / clock, launchSeconds: Self.launchSeconds,
      cycles: cycles, utilisation: shares.sorted { $0.share > $1.share },
      stalls: stalls.sorted { $0.share > $1.share },
      issuedPerCycle: Double(result.issued) / span)
  }
}
