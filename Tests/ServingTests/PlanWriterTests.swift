import Base
import Serving
import TestSupport
import Testing

@Suite struct PlanWriterTests {
  /// Writes plans by lot: most of what it asks for makes no sense.
  private final class Gambler: Scheduler {
    // One thread runs a test.
    nonisolated(unsafe) let writer = PlanWriter()
    nonisolated(unsafe) var random: SeededRandom
    nonisolated(unsafe) var refusals = 0

    init(seed: UInt64) { random = SeededRandom(seed: seed, named: "gambler") }

    func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
      writer.start(state, budget, into: plan)
      plan.preemption = [.recompute, .swap, .restart][random.nextInteger(below: 3)]
      for _ in 0..<random.nextInteger(below: 40) {
        let slot = Int32(random.nextInteger(below: state.slotCount + 2)) - 1
        do { try act(slot, random.nextInteger(below: 90) + 1) } catch { refusals += 1 }
      }
      // Somebody has to go on in the end.
      if plan.isEmpty, plan.preempted.count == 0 {
        _ = try? writer.runAll()
        for index in 0..<state.waitingCount { _ = try? writer.admit(state.waitingSlot(index)) }
      }
      writer.finish()
    }

    private func act(_ slot: Int32, _ tokens: Int) throws {
      switch random.nextInteger(below: 8) {
      case 0: _ = try writer.runAll(limit: tokens)
      case 1: try writer.decode(slot)
      case 2: try writer.prefill(slot, tokens: tokens)
      case 3: try writer.preempt(slot)
      case 4: _ = try writer.admit(slot)
      case 5: _ = try writer.admit(slot, tokens: tokens)
      case 6: if let youngest = try writer.youngest() { try writer.preempt(youngest) }
      default: _ = try writer.fits(slot, tokens: writer.tokens(for: slot))
      }
    }
  }

  @Test func `whatever is asked of it, what it wrote can be carried out`() {
    for seed in 0..<60 as Range<UInt64> {
      let gambler = Gambler(seed: seed)
      let prefixes = PrefixIDs(ids: ContiguousArray((0..<40).map { UInt64($0 % 13) }))
      let state = ServingState(
        blockCount: 24, isCaching: seed % 2 == 0, prefixes: prefixes, for: gambler)
      let budget = StepBudget(
        tokens: 100, sequences: 6, adapters: Int(seed % 3), draftTokens: Int(seed % 4))
      for id in 0..<12 as Range<Int32> {
        state.submit(
          Request(
            id: id, promptTokens: 10 + id * 7, outputTokens: 20, rank: Int64(id), adapter: id % 4,
            prefix: PrefixRange(start: id, tokens: 16)))
      }
      let (plan, outcome) = (StepPlan(), StepOutcome())
      var steps = 0
      while !state.isIdle, steps < 4000 {
        plan.removeAll()
        gambler.plan(state, budget, into: plan)
        #expect(plan.shape.tokens <= budget.tokens && plan.count <= budget.sequences)
        state.begin(plan)
        state.checkInvariants()
        #expect(state.pool.freeCount == gambler.writer.freeBlocks)
        guard !plan.isEmpty else { continue }
        let half = plan.decodes.values.map { _ in
          Int32(gambler.random.nextInteger(below: plan.draftTokens + 1))
        }
        half.withUnsafeBufferPointer {
          state.complete(plan, accepted: $0.baseAddress, into: outcome)
        }
        state.checkInvariants()
        steps += 1
      }
      #expect(gambler.refusals > 0)
      #expect(state.counts.finished + state.counts.rejected == 12, "seed \(seed) after \(steps)")
      #expect(state.pool.freeCount == 24)
    }
  }

  @Test func `outside of a plan everything is refused`() throws {
    // One thread runs a test.
    nonisolated(unsafe) let writer = PlanWriter()
    #expect(throws: Problem.self) { try writer.decode(0) }
    #expect(throws: Problem.self) { try writer.youngest() }
    let (state, plan) = (ServingState(blockCount: 10, for: VLLMScheduler()), StepPlan())
    writer.start(state, StepBudget(), into: plan)
    #expect(throws: Problem.self) { try writer.decode(0) }
    #expect(try writer.runAll() == nil)
    writer.finish()
    // The writer does not hold them, and they must stay until it has finished.
    withExtendedLifetime((state, plan)) {}
    #expect(throws: Problem.self) { try writer.runAll() }
  }
}
