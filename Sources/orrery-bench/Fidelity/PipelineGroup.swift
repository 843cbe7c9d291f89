import Clusters
import Serving

/// One of the groups of sequences that take turns in a pipeline: with as many groups as stages, a group's
/// next step begins when the slowest stage has served all of them.
struct PipelineGroup: CostModel {
  let cost: ModelCost
  var requestSeconds: Double { cost.requestSeconds }

  func seconds(of shape: StepShape, stage: Int, of stages: Int) -> Double {
    let count = cost.deployment.pipelineParallel
    if count == 1 { return cost.seconds(of: shape, stage: 0, of: 1) }
    // The last stage has the output matrix, the others send.
    let first = cost.seconds(of: shape, stage: 0, of: count)
    let last = cost.seconds(of: shape, stage: count - 1, of: count)
    return Double(count) * max(first, last)
  }

  func explain(_ shape: StepShape, stage: Int, of stages: Int) -> [CostPart] {
    [CostPart("pipeline", seconds: seconds(of: shape, stage: stage, of: stages))]
  }
}
