import Base

/// vLLM as the simulator Vidur models it: prompts whole and in steps of their own, first come, first
/// served, and whoever came last starts anew when blocks run out.
///
/// The step's token budget bounds (sequences + 1) · longest prompt, as padding would.
public struct VidurVLLMScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "vidur-vllm", "Whole prompts first, in steps of their own, as Vidur models vLLM.",
      detail:
        "A step admits waiting prompts while (count + 1) times the longest fits into the token "
        + "budget, and decodes only when none was admitted. A decoding sequence needs a free block "
        + "even where it takes none; the last of the others starts anew to make one.",
      parameters: [SchedulerParameters.watermark],
      source: "microsoft/vidur, vllm_replica_scheduler.py at 7d47513")
  ) { VidurVLLMScheduler(watermark: $0.watermark) }

  private let watermark: Double

  /// Creates the scheduler; admission leaves the watermark's share of blocks free.
  public init(watermark: Double = 0.01) { self.watermark = watermark }

  /// By rank.
  public var order: RunningOrder { .rank }
  /// By starting anew.
  public var preemption: StepPlan.Preemption { .restart }
  /// The watermark, and the block that must be free to decode.
  public func reservedBlocks(of poolBlocks: Int) -> Int {
    watermarkBlocks(poolBlocks, watermark) + 1
  }

  /// Admits, or else decodes.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    plan.preemption = .restart
    finishPrompts(state, budget, into: plan)
    if plan.prefills.count > 0 || plan.preempted.count > 0 { return }
    admit(state, budget, into: plan)
    if plan.prefills.count == 0 { _ = decodeAll(state, budget, into: plan) }
  }

  private func admit(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    let spared = watermarkBlocks(state.pool.blockCount, watermark)
    var (free, longest) = (state.pool.freeCount, 0)
    for index in 0..<state.waitingCount {
      let slot = state.waitingSlot(index)
      let tokens = Int(state.progress(slot).known)
      let blocks = state.pool.blocks(for: tokens)
      longest = max(longest, tokens)
      let count = plan.prefills.count
      guard free - blocks >= spared, (count + 1) * longest <= budget.tokens,
        state.admittedCount + count < budget.admitted, count < budget.sequences
      else { return }
      free -= blocks
      plan.prefill(
        PrefillItem(
          slot: slot, tokens: Int32(tokens), context: 0, blocks: Int32(blocks), isAdmission: true))
    }
  }
}

/// Sarathi-Serve: every step decodes all it can and fills the rest of its token budget with chunks of
/// prompts.
public struct SarathiScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "sarathi", "Decodes first, and fills each step up with chunks of prompts.",
      detail:
        "The token budget of a step is the chunk size. Whoever came last starts anew when blocks "
        + "run out; a prompt that was read in part goes on as if that part were all of it, as in Vidur.",
      parameters: [SchedulerParameters.watermark],
      source: "Agrawal et al., Sarathi-Serve (OSDI 2024), and microsoft/vidur at 7d47513")
  ) { SarathiScheduler(watermark: $0.watermark) }

  private let watermark: Double

  /// Creates the scheduler; admission leaves the watermark's share of blocks free.
  public init(watermark: Double = 0.01) { self.watermark = watermark }

  /// As in the step, what is left out by rank.
  public var order: RunningOrder { .leftByRank }
  /// By starting anew.
  public var preemption: StepPlan.Preemption { .restart }
  /// The watermark, and the block that must be free to decode.
  public func reservedBlocks(of poolBlocks: Int) -> Int {
    watermarkBlocks(poolBlocks, watermark) + 1
  }

  /// Decodes, goes on with prompts, and admits new ones.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    plan.preemption = .restart
    var decoded = decodeAll(state, budget, into: plan)
    if state.prefillingCount > 0 {
      // Those that were looked at and not put off; preempted ones stood behind them.
      for index in 0..<decoded.visited {
        let slot = state.running[index]
        guard state.phase(slot) == .prefill else { continue }
        let progress = state.progress(slot)
        let room = budget.tokens - plan.shape.tokens
        let tokens = min(Int(progress.known - progress.computed), room)
        guard tokens > 0 else { continue }
        plan.prefill(
          PrefillItem(slot: slot, tokens: Int32(tokens), context: progress.computed))
      }
    }
    admit(state, budget, &decoded.free, into: plan)
  }

  private func admit(
    _ state: ServingState, _ budget: StepBudget, _ free: inout Int, into plan: StepPlan
  ) {
    let spared = watermarkBlocks(state.pool.blockCount, watermark)
    var admitted = state.admittedCount - plan.preempted.count
    // Preempted ones go to the front of the queue, the last one first.
    let preempted = plan.preempted.count
    for index in 0..<(preempted + state.waitingCount) {
      let slot =
        index < preempted
        ? plan.preempted[preempted - 1 - index] : state.waitingSlot(index - preempted)
      let progress = state.progress(slot)
      let isCut = index < preempted && state.phase(slot) == .prefill && !state.keepsPrompts
      let known = Int(isCut ? progress.computed : progress.known)
      let blocks = state.pool.blocks(for: known)
      let tokens = min(known, budget.tokens - plan.shape.tokens)
      guard tokens > 0, free - blocks >= spared, admitted < budget.admitted,
        plan.count < budget.sequences
      else { return }
      free -= blocks
      admitted += 1
      plan.prefill(
        PrefillItem(
          slot: slot, tokens: Int32(tokens), context: 0, blocks: Int32(blocks), isAdmission: true))
    }
  }
}

/// The blocks that admission leaves free, rounded down as in Vidur.
func watermarkBlocks(_ poolBlocks: Int, _ share: Double) -> Int { Int(share * Double(poolBlocks)) }

/// Decodes running sequences in their order, those that read their prompts left out.
///
/// - Returns: How many running sequences were looked at, and the blocks that are free then.
func decodeAll(
  _ state: ServingState, _ budget: StepBudget, into plan: StepPlan
) -> (visited: Int, free: Int) {
  let (count, free) = (state.running.count, state.pool.freeCount)
  if count <= budget.sequences {
    plan.decodeAllRunning(of: state)
    // Where a block stays free after all, one was free for everybody.
    if free > plan.growth.count { return (count, free - plan.growth.count) }
    plan.decodes.removeAll()
    plan.growth.removeAll()
  }
  return decodeTightly(state, budget, into: plan)
}

/// The same where blocks may run out: the last of those that still come then makes room.
private func decodeTightly(
  _ state: ServingState, _ budget: StepBudget, into plan: StepPlan
) -> (visited: Int, free: Int) {
  let progress = state.sequences.progress.base
  let mayRead = state.prefillingCount > 0
  var (left, free, index) = (state.running.count, state.pool.freeCount, 0)
  var context = 0
  while index < left, plan.decodes.count < budget.sequences {
    let slot = state.running[index]
    index += 1
    if mayRead, state.phase(slot) != .decode { continue }
    while free < 1, left > index {
      left -= 1
      free += preempt(state.running[left], state, plan)
    }
    guard free >= 1 else {
      free += preempt(slot, state, plan)
      break
    }
    let place = progress[Int(slot)]
    if place.known > place.room {
      plan.grow(slot, blocks: 1)
      free -= 1
    }
    context += Int(place.known)
    plan.decodes.append(slot)
  }
  plan.shape.decodes = plan.decodes.count
  plan.shape.tokens = plan.decodes.count
  plan.shape.decodeContext = context
  return (index, free)
}

private func preempt(_ slot: Int32, _ state: ServingState, _ plan: StepPlan) -> Int {
  plan.preempt(slot)
  guard state.mayShare else { return state.blockCount(slot) }
  // What two hold that both have to go is not counted: fewer than become free, never more.
  return state.blockTable(slot).count { state.pool.referenceCount(of: $0) == 1 }
}

/// Options that several schedulers take.
enum SchedulerParameters {
  static let watermark = Parameter(
    name: "watermark", kind: .number, unit: .ratio, defaultValue: "0.01", range: 0...1,
    summary: "share of the blocks that admission leaves free",
    tradeOff: "more makes preemption rarer and batches smaller")
}
