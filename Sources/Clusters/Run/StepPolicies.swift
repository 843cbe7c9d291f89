import Serving

/// What steps are made by, taken from a cluster once per run.
///
/// Asking an existential copies it first, which takes longer than most answers; a class that knows the
/// types behind it asks them in place.
class StepPolicies {
  let budget: StepBudget
  /// The same for replicas that only read prompts.
  let promptBudget: StepBudget

  fileprivate init(_ cluster: Cluster) {
    budget = cluster.budget
    promptBudget = cluster.promptBudget
  }

  /// Takes the policies that a cluster has now.
  static func of(_ cluster: Cluster) -> StepPolicies {
    bind(cluster.scheduler, cluster.cost, cluster.promptCost, cluster)
  }

  /// Plans a replica's next step.
  func plan(_ replica: Replica, _ state: ServingState, into plan: StepPlan) {
    preconditionFailure("the bound policies plan")
  }

  /// How long a stage of a step takes; negative where that is not known yet.
  func seconds(of shape: StepShape, _ replica: Replica, stage: Int, of stages: Int) -> Double {
    preconditionFailure("the bound policies price")
  }

  private static func bind(
    _ scheduler: some Scheduler, _ cost: some CostModel, _ promptCost: some CostModel,
    _ cluster: Cluster
  ) -> StepPolicies {
    BoundPolicies(scheduler, cost, promptCost, cluster)
  }
}

private final class BoundPolicies<S: Scheduler, C: CostModel, P: CostModel>: StepPolicies {
  private let scheduler: S
  private let cost: C
  private let promptCost: P

  init(_ scheduler: S, _ cost: C, _ promptCost: P, _ cluster: Cluster) {
    self.scheduler = scheduler
    self.cost = cost
    self.promptCost = promptCost
    super.init(cluster)
  }

  override func plan(_ replica: Replica, _ state: ServingState, into plan: StepPlan) {
    if replica.isForPrompts {
      scheduler.plan(state, promptBudget, into: plan)
    } else {
      scheduler.plan(state, budget, into: plan)
    }
  }

  override func seconds(of shape: StepShape, _ replica: Replica, stage: Int, of stages: Int)
    -> Double
  {
    if replica.isForPrompts {
      return promptCost.seconds(of: shape, stage: stage, of: stages)
    }
    return cost.seconds(of: shape, stage: stage, of: stages)
  }
}
