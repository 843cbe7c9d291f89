public import Base
import Serving

extension Cluster {
  /// Why no step runs though requests are open: who is next, what it needs, and what there is.
  ///
  /// - Parameter scheduler: What the scheduler is called, where that is known.
  /// - Returns: Nothing where something is to come, or where every request has ended.
  public func stall(of scheduler: String? = nil) -> Problem? {
    guard nextTime() == nil, openRequests > 0 else { return nil }
    let plural = openRequests == 1 ? " is" : "s are"
    let what = "\(openRequests) request\(plural) open at \(ShownNumber.time(time)) and no step runs"
    let stuck = replicas.first { !$0.state.isIdle }
    let view = stuck.map { StallView($0, budget) }
    let name = scheduler.map { "scheduler \"\($0)\"" } ?? "the scheduler"
    return Problem(
      "\(what): \(name) plans nothing" + (view.map { ". \($0.words)" } ?? ""),
      fix: view?.advice ?? "start the service and look at it there: inspect()")
  }
}

/// A replica whose scheduler plans nothing.
private struct StallView {
  let replica: Replica
  let budget: StepBudget

  init(_ replica: Replica, _ budget: StepBudget) {
    (self.replica, self.budget) = (replica, budget)
  }

  private var state: ServingState { replica.state }

  /// The sequence that would be next.
  private var next: Int32? {
    state.waitingCount > 0 ? state.waitingSlot(0) : state.running.count > 0 ? state.running[0] : nil
  }

  private var pending: Int {
    guard let next else { return 0 }
    let progress = state.progress(next)
    return Int(progress.known - progress.computed)
  }

  /// True where the next one has more to read than a step may have.
  private var isTooLong: Bool { pending > budget.tokens }

  var words: String {
    guard let next else { return "Replica \(replica.id + 1) has no sequence" }
    let who = "Request \(state.requestID(next) + 1) is next on replica \(replica.id + 1)"
    let tokens = "\(pending) tokens to compute, where steps have at most \(budget.tokens)"
    let needed = state.pool.blocks(for: Int(state.progress(next).known))
    let blocks =
      "\(needed) blocks, of which \(state.pool.freeCount) of \(state.pool.blockCount) are free"
    return "\(who): \(tokens), and \(blocks); \(state.admittedCount) run"
  }

  var advice: String {
    isTooLong
      ? "raise max_tokens to \(pending) or more, clip the trace, or take a scheduler that reads "
        + "prompts in chunks"
      : "start the service and look at it there: inspect(), sequences()"
  }
}
