import Base

/// Orca's iteration-level batching: prompts whole, decodes beside them, and blocks for the longest
/// possible sequence reserved at admission, so nobody is ever preempted.
public struct OrcaScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "orca", "Whole prompts beside decodes, with blocks reserved for the longest sequence.",
      parameters: [
        Parameter(
          name: "sequence_tokens", kind: .integer, unit: .tokens, defaultValue: "4096",
          range: 1...1e9, summary: "the most tokens of one sequence",
          tradeOff: "more wastes blocks, since all of it is reserved")
      ],
      source: "Yu et al., Orca (OSDI 2022), as microsoft/vidur models it at 7d47513")
  ) { OrcaScheduler(sequenceTokens: $0.sequenceTokens) }

  private let sequenceTokens: Int

  /// Creates the scheduler, which reserves so many tokens for each sequence.
  public init(sequenceTokens: Int = 4096) { self.sequenceTokens = sequenceTokens }

  /// As in the step.
  public var order: RunningOrder { .batch }

  /// Runs who runs and admits as long as reservations fit.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    runAll(state, budget, into: plan)
    var free = state.pool.freeCount - plan.grownBlocks
    for index in 0..<state.waitingCount where plan.count < budget.sequences {
      let slot = state.waitingSlot(index)
      let least = state.pool.blocks(for: Int(state.progress(slot).total) - 1)
      let blocks = min(max(sequenceTokens / state.pool.blockSize, least), state.pool.blockCount)
      guard free >= blocks else { return }
      free -= blocks
      admit(slot, state, blocks: blocks, into: plan)
    }
  }
}

/// Static batching: a batch is admitted when the replica is empty, and the next one when the last
/// sequence of it has ended.
public struct StaticScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "static", "A batch runs to its end before the next one is admitted.",
      detail: "What continuous batching is measured against: short answers wait for the longest. "
        + "Prompts of a batch are read whole in one step, whatever the token budget, as engines "
        + "without chunks do.")
  ) { _ in StaticScheduler() }

  /// Creates the scheduler.
  public init() {}

  /// As in the step.
  public var order: RunningOrder { .batch }

  /// Runs who runs, or admits the next batch with blocks for all of it.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    runAll(state, budget, into: plan)
    guard state.admittedCount == 0 else { return }
    var free = state.pool.freeCount
    for index in 0..<state.waitingCount where plan.count < budget.sequences {
      let slot = state.waitingSlot(index)
      let blocks = state.pool.blocks(for: Int(state.progress(slot).total) - 1)
      guard free >= blocks else { return }
      free -= blocks
      admit(slot, state, blocks: blocks, into: plan)
    }
  }
}

/// Decodes the running sequences, whose blocks are reserved, and goes on with prompts that were cut off.
private func runAll(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
  if state.running.count <= budget.sequences {
    plan.decodeAllRunning(of: state)
    // Those that another scheduler admitted have reserved nothing.
    if plan.growth.count > state.pool.freeCount {
      plan.removeAll()
      _ = decodeAll(state, budget, into: plan)
    }
  } else {
    for index in 0..<min(state.running.count, budget.sequences)
    where state.phase(state.running[index]) == .decode {
      let slot = state.running[index]
      plan.decode(slot, context: Int(state.progress(slot).known))
    }
  }
  finishPrompts(state, budget, into: plan)
}

/// Reads the rest of prompts that were read in part, as when a step was stopped or another scheduler cut
/// them; schedulers that take prompts whole leave no others.
func finishPrompts(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
  guard state.prefillingCount > 0 else { return }
  var free = state.pool.freeCount - plan.grownBlocks
  for index in 0..<state.running.count where plan.count < budget.sequences {
    let slot = state.running[index]
    guard state.phase(slot) == .prefill, !plan.isPreempting(slot) else { continue }
    let progress = state.progress(slot)
    let blocks = state.pool.blocks(for: Int(progress.known)) - state.blockCount(slot)
    guard blocks <= free else {
      plan.preempt(slot)
      continue
    }
    if blocks > 0 { plan.grow(slot, blocks: blocks) }
    free -= max(0, blocks)
    plan.prefill(
      PrefillItem(
        slot: slot, tokens: progress.known - progress.computed, context: progress.computed))
  }
}

extension StepPlan {
  /// Blocks that running sequences get.
  var grownBlocks: Int {
    (0..<growth.count).reduce(0) { $0 + Int(growth[$1].blocks) }
  }
}

private func admit(_ slot: Int32, _ state: ServingState, blocks: Int, into plan: StepPlan) {
  plan.prefill(
    PrefillItem(
      slot: slot, tokens: state.progress(slot).known, context: 0, blocks: Int32(blocks),
      isAdmission: true))
}
