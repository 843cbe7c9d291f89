import Base
import LuaBridge
import Serving

/// A scheduler written in Lua: `plan(state, budget, plan)`.
// Unchecked: it belongs to the one thread of its Lua state.
final class LuaScheduler: Scheduler, @unchecked Sendable {
  let policy: LuaPolicy
  let order: RunningOrder
  let preemption: StepPlan.Preemption
  let isByPriority: Bool
  private let reserved: Int
  private let writer = PlanWriter()
  private let stateView: LuaUserdata
  private let planView: LuaUserdata
  private let state: LuaState
  private var budget: (value: StepBudget, table: LuaTable)
  private var isPlanning = false

  init(_ value: LuaValue, in state: LuaState) throws {
    policy = try LuaPolicy(value, noun: "scheduler", method: "plan", in: state)
    order = try SchedulerWords.order(policy)
    preemption = try SchedulerWords.preemption(policy)
    isByPriority = try SchedulerWords.isByPriority(policy)
    reserved = try SchedulerWords.reservedBlocks(policy)
    self.state = state
    guard
      case .userdata(let view) = LuaValue.of(SchedulerState(writer, in: state), in: state),
      case .userdata(let plan) = LuaValue.of(writer, in: state)
    else { preconditionFailure("an exported object is a userdata") }
    (stateView, planView) = (view, plan)
    budget = (StepBudget(), SchedulerWords.table(StepBudget(), in: state))
  }

  func reservedBlocks(of poolBlocks: Int) -> Int { min(max(0, reserved), poolBlocks - 1) }

  func plan(_ serving: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    guard !isPlanning else {
      policy.fail(Problem("it is asked while it plans: a scheduler cannot run a simulation"))
      return plan.giveUp()
    }
    isPlanning = true
    writer.start(serving, budget, into: plan)
    plan.preemption = preemption
    defer {
      writer.finish()
      isPlanning = false
    }
    if budget != self.budget.value {
      self.budget = (budget, SchedulerWords.table(budget, in: state))
    }
    do {
      let answer: AnyAnswer
      if let table = policy.table {
        answer = try policy.function(table, stateView, self.budget.table, planView)
      } else {
        answer = try policy.function(stateView, self.budget.table, planView)
      }
      guard !answer.isNil else { return }
      policy.faults.note(
        Problem(
          "scheduler \"\(policy.name)\" returned a value, and nothing is expected",
          fix: "write the plan by plan:decode(s), plan:prefill(s, tokens), plan:admit(s)"))
    } catch {
      policy.fail(error)
    }
    plan.giveUp()
  }
}

/// What stands beside a scheduler's function, in words.
private enum SchedulerWords {
  static func order(_ policy: LuaPolicy) throws -> RunningOrder {
    switch try policy.setting("order") {
    case .nil: return .admission
    case let value:
      let words: [String: RunningOrder] = [
        "batch": .batch, "left_by_rank": .leftByRank, "rank": .rank, "admission": .admission,
      ]
      guard let text = value.text, let order = words[text] else {
        throw Problem(
          "scheduler \"\(policy.name)\": order is \(LuaPolicy.shown(value))",
          fix: "\"admission\", \"rank\", \"batch\" or \"left_by_rank\"")
      }
      return order
    }
  }

  static func isByPriority(_ policy: LuaPolicy) throws -> Bool {
    switch try policy.setting("by_priority") {
    case .nil: return false
    case .boolean(let flag): return flag
    case let value:
      throw Problem(
        "scheduler \"\(policy.name)\": by_priority is \(LuaPolicy.shown(value))",
        fix: "give true or false")
    }
  }

  static func reservedBlocks(_ policy: LuaPolicy) throws -> Int {
    let value = try policy.setting("reserved_blocks")
    if value.isNil { return 0 }
    guard let blocks = value.integer, blocks >= 0 else {
      throw Problem(
        "scheduler \"\(policy.name)\": reserved_blocks is \(LuaPolicy.shown(value))",
        fix: "give a whole number from 0")
    }
    return blocks
  }

  static func preemption(_ policy: LuaPolicy) throws -> StepPlan.Preemption {
    switch try policy.setting("preemption") {
    case .nil, "recompute": return .recompute
    case "swap": return .swap
    case "restart": return .restart
    case let value:
      throw Problem(
        "scheduler \"\(policy.name)\": preemption is \(LuaPolicy.shown(value))",
        fix: "\"recompute\", \"swap\" or \"restart\"")
    }
  }

  static func table(_ budget: StepBudget, in state: LuaState) -> LuaTable {
    state.makeTable(fields: [
      "tokens": .integer(budget.tokens), "sequences": .integer(budget.sequences),
      "admitted": .integer(budget.admitted), "adapters": .integer(budget.adapters),
      "draft_tokens": .integer(budget.draftTokens),
    ])
  }
}
