import Base

/// SGLang's default: prompts have steps of their own, before anyone decodes.
///
/// Who is read and in which chunks, and who gives blocks back, is decided as in vLLM's scheduler. A step
/// of prompts alone is over sooner than one that decodes beside them, so first tokens come early, and
/// answers stand still as long as prompts wait that can be admitted.
public struct SGLangScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "sglang", "Prompts in steps of their own, in chunks, before anyone decodes.",
      parameters: [
        Parameter(
          name: "by_priority", kind: .boolean, defaultValue: "false",
          summary: "more urgent requests go first and are preempted last")
      ],
      source: "sgl-project/sglang, python/sglang/srt/managers/scheduler.py, without mixed chunks")
  ) { SGLangScheduler(isByPriority: $0.isByPriority) }

  private let inner: VLLMScheduler
  /// True when more urgent requests go first.
  public var isByPriority: Bool { inner.isByPriority }

  /// Creates the scheduler.
  public init(isByPriority: Bool = false) {
    inner = VLLMScheduler(isByPriority: isByPriority)
  }

  /// Reads prompts where some can be read, and else decodes.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    let isFull = state.admittedCount >= min(budget.admitted, budget.sequences)
    if state.prefillingCount == 0, state.waitingCount == 0 || isFull {
      return inner.plan(state, budget, into: plan)
    }
    let both = StepPlan()
    inner.plan(state, budget, into: both)
    guard both.prefills.count > 0, both.preempted.count == 0 else {
      return inner.plan(state, budget, into: plan)
    }
    for index in 0..<both.growth.count {
      let growth = both.growth[index]
      if state.phase(growth.slot) == .prefill { plan.grow(growth.slot, blocks: Int(growth.blocks)) }
    }
    for index in 0..<both.prefills.count { plan.prefill(both.prefills[index]) }
  }
}
