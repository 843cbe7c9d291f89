import Clusters
import Inference
import Serving
import Synchronization

/// A scheduler that writes down what another one decides, by the numbers of the requests.
final class PlanLog: Scheduler {
  private let base: any Scheduler
  private let written = Mutex<[String]>([])

  init(_ base: any Scheduler) { self.base = base }

  var lines: [String] { written.withLock(\.self) }

  var order: RunningOrder { base.order }
  var preemption: StepPlan.Preemption { base.preemption }
  var isByPriority: Bool { base.isByPriority }
  func reservedBlocks(of poolBlocks: Int) -> Int { base.reservedBlocks(of: poolBlocks) }

  func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    base.plan(state, budget, into: plan)
    guard !plan.isEmpty || plan.preempted.count > 0 else { return }
    let id = { (slot: Int32) in state.requestID(slot) }
    let decodes = plan.decodes.values.map { "\(id($0))" }
    let prefills = plan.prefills.values.map { item in
      "\(id(item.slot)):\(item.context)+\(item.tokens)"
        + (item.isAdmission ? " takes \(item.blocks), finds \(item.cached)" : "")
    }
    let growth = plan.growth.values.map { "\(id($0.slot))+\($0.blocks)" }
    let line =
      "decode \(decodes) guess \(plan.draftTokens) read \(prefills) grow \(growth) "
      + "preempt \(plan.preempted.values.map(id)) free \(state.pool.freeCount)"
    written.withLock { $0.append(line) }
  }
}
