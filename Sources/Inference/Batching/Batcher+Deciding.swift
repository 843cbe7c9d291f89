import Base
import Serving

/// What the scheduler decides, and what follows where it runs nobody.
extension Batcher {
  private var budget: StepBudget {
    StepBudget(
      tokens: limits.stepTokens, sequences: limits.running, admitted: limits.running,
      adapters: limits.adapters, draftTokens: limits.draftTokens)
  }

  /// Lets the scheduler decide, and fails who can never run; false when nothing is left to do.
  func makePlan(_ report: inout BatchStep) throws(Problem) -> Bool {
    while !state.isIdle {
      withholdOthers()
      separateForks(&report)
      plan.removeAll()
      scheduler.plan(state, budget, into: plan)
      guard !plan.isGivenUp else { throw Problem("the scheduler could not decide on a step") }
      if !plan.isEmpty { return true }
      let lost = (0..<plan.preempted.count).map { plan.preempted[$0] }
      beginPlan(&report)
      giveUp(lost, &report)
    }
    return false
  }

  /// Copies blocks that forks share and would write next; a fork for which none is free has to wait.
  private func separateForks(_ report: inout BatchStep) {
    let (copies, left) = state.separateForks()
    for copy in copies {
      let key = state.requestID(copy.slot)
      guard let sequence = live[key]?.sequence else { continue }
      memory.separate(sequence, copy)
      live[key]?.table[copy.index] = copy.to
    }
    guard !left.isEmpty else { return }
    plan.removeAll()
    plan.preemption = .recompute
    for slot in left { plan.preempt(slot) }
    beginPlan(&report)
  }

  /// Fails a request where a plan runs nobody: one that has to have more blocks than there are, or the
  /// first that the scheduler will not run.
  private func giveUp(_ lost: [Int32], _ report: inout BatchStep) {
    let most = state.pool.blockCount - state.reservedBlocks - state.withheldCount
    let tooLong = lost.first { state.pool.blocks(for: Int(state.progress($0).known)) > most }
    guard lost.isEmpty || tooLong != nil else { return }
    let first = state.waitingCount > 0 ? state.waitingSlot(0) : state.running.values.first
    guard let slot = tooLong ?? first, let known = live[state.requestID(slot)] else { return }
    let tokens = Int(state.progress(slot).known)
    if state.pool.blocks(for: tokens) > most {
      fail(known.id, doesNotFit(tokens), &report.events)
    } else {
      fail(
        known.id,
        "the scheduler plans nothing for its \(tokens) tokens with \(limits.stepTokens) a step",
        &report.events)
    }
  }

  /// Why a request can never have the blocks that it needs.
  func doesNotFit(_ tokens: Int) -> String {
    let others = state.withheldCount
    return "its \(tokens) tokens do not fit into "
      + "\(state.pool.blockCount - state.reservedBlocks - others) KV blocks of "
      + "\(state.pool.blockSize) positions"
      + (others > 0 ? "; \(others) more are held outside of the batch" : "")
  }

  /// Keeps blocks from being used whose memory sequences outside of the batch hold.
  func withholdOthers() {
    guard executor.pool.limit != nil else { return }
    let own = state.pool.usedCount - state.withheldCount
    state.withhold(max(0, executor.pool.heldBlocks - own))
  }
}
