import Base
import Clusters
import Serving
import Simulation
import Testing

@Suite struct WrittenPlansTests {
  /// Decides as `VLLMScheduler`, through a writer.
  private final class Writing: Scheduler {
    nonisolated(unsafe) let writer = PlanWriter()  // One thread runs a test.
    func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
      writer.start(state, budget, into: plan)
      defer { writer.finish() }
      do {
        var lacking = try writer.runAll()
        while lacking != nil {
          if let young = try writer.youngest() { try writer.preempt(young) }
          lacking = try writer.runAll()
        }
        if plan.preempted.count > 0 { return }
        for index in 0..<state.waitingCount {
          if try writer.admit(state.waitingSlot(index)) != nil { break }
        }
      } catch { preconditionFailure("\(error)") }
    }
  }
  @Test("plans that are written are those of vllm-v1", arguments: [1, 2, 3], [65, 120, 480])
  func same(stages: Int, blocks: Int) throws {
    let trace = try OpenWorkload(
      .poisson(perSecond: 6), lengths: Lengths(prompt: Uniform(20, 500), output: Uniform(5, 120)),
      requests: 100
    ).trace(seed: 1)
    func ends(_ scheduler: any Scheduler) throws -> ([Double], Int) {
      var options = ClusterOptions()
      options.scheduler = scheduler
      options.stages = stages
      options.blockCount = blocks
      options.budget = StepBudget(tokens: 256, sequences: 8)
      let cluster = try Cluster(options, trace: trace)
      cluster.run()
      #expect(cluster.isDone)
      return (
        cluster.records.values.map(\.finishedAt), cluster.replicas[0].state.counts.preemptions
      )
    }
    let (a, b) = (try ends(VLLMScheduler()), try ends(Writing()))
    #expect(a == b)
  }
}
