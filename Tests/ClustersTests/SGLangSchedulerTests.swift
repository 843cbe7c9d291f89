import Base
import Clusters
import Serving
import Simulation
import Synchronization
import Testing

@Suite struct SGLangSchedulerTests {
  /// Looks at every plan of a scheduler.
  private final class Watching: Scheduler {
    let inner = SGLangScheduler()
    let seen = Mutex((prompts: 0, answers: 0, mixed: 0))

    func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
      inner.plan(state, budget, into: plan)
      seen.withLock {
        $0.prompts += plan.prefills.count > 0 ? 1 : 0
        $0.answers += plan.decodes.count > 0 ? 1 : 0
        let isMixed = plan.prefills.count > 0 && plan.decodes.count > 0
        $0.mixed += isMixed && plan.preempted.count == 0 ? 1 : 0
      }
    }
  }

  private static func run(_ scheduler: any Scheduler, blocks: Int) throws -> ClusterReport {
    let lengths = Lengths(prompt: Uniform(20, 900), output: Uniform(5, 120))
    let trace = try OpenWorkload(.poisson(perSecond: 6), lengths: lengths, requests: 150)
      .trace(seed: 2)
    var options = ClusterOptions()
    options.scheduler = scheduler
    options.blockCount = blocks
    options.budget = StepBudget(tokens: 256, sequences: 32)
    let cluster = try Cluster(options, trace: trace)
    cluster.run()
    #expect(cluster.isDone)
    return ClusterReport(cluster)
  }

  @Test("prompts and answers never share a step", arguments: [120, 4000])
  func apart(blocks: Int) throws {
    let scheduler = Watching()
    _ = try Self.run(scheduler, blocks: blocks)
    let seen = scheduler.seen.withLock { $0 }
    #expect(seen.prompts > 100 && seen.answers > 100 && seen.mixed == 0)
  }

  @Test func `first tokens come earlier than beside answers, and later tokens later`() throws {
    let (apart, beside) = (
      try Self.run(SGLangScheduler(), blocks: 4000), try Self.run(VLLMScheduler(), blocks: 4000)
    )
    #expect(apart.ttft.mean < beside.ttft.mean)
    #expect(apart.tpot.mean > beside.tpot.mean)
  }
}
