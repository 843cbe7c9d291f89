import Base
import Serving
import Testing

@Suite struct ServingStateTests {
  /// Runs a state to its end with every guess refused; the plans as text.
  @discardableResult
  private func drain(
    _ state: ServingState, _ scheduler: any Scheduler, _ budget: StepBudget
  ) -> [String] {
    let (plan, outcome) = (StepPlan(), StepOutcome())
    var lines: [String] = []
    while !state.isIdle {
      plan.removeAll()
      scheduler.plan(state, budget, into: plan)
      precondition(!plan.isEmpty || plan.preempted.count > 0, "nothing runs: \(lines)")
      state.begin(plan)
      let prefills = plan.prefills.values.map { "\($0.slot):\($0.context)+\($0.tokens)" }
      lines.append(
        "\(plan.decodes.values) \(prefills.joined(separator: " ")) -\(plan.preempted.values)")
      if plan.isEmpty { continue }
      let none = [Int32](repeating: 0, count: plan.decodes.count)
      none.withUnsafeBufferPointer { state.complete(plan, accepted: $0.baseAddress, into: outcome) }
    }
    return lines
  }

  private func state(
    blocks: Int, for scheduler: some Scheduler, isCaching: Bool = false,
    prefixes: PrefixIDs = PrefixIDs()
  ) -> ServingState {
    ServingState(blockCount: blocks, isCaching: isCaching, prefixes: prefixes, for: scheduler)
  }

  @Test func `a long prompt is read in chunks beside decodes`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 100, for: scheduler)
    state.submit(Request(id: 0, promptTokens: 10, outputTokens: 3, rank: 0))
    state.submit(Request(id: 1, promptTokens: 50, outputTokens: 1, rank: 1))
    let lines = drain(state, scheduler, StepBudget(tokens: 32))
    #expect(
      lines == ["[] 0:0+10 1:0+22 -[]", "[0] 1:22+28 -[]", "[0]  -[]"])
    #expect(state.counts.finished == 2)
  }

  @Test func `when blocks run out the last admitted is preempted and computed again`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 4, for: scheduler)
    state.submit(Request(id: 0, promptTokens: 30, outputTokens: 20, rank: 0))
    state.submit(Request(id: 1, promptTokens: 30, outputTokens: 20, rank: 1))
    drain(state, scheduler, StepBudget())
    #expect(state.counts.preemptions == 1)
    #expect(state.counts.finished == 2)
    #expect(state.pool.freeCount == 4)
  }

  @Test func `the less urgent request is preempted although it came first`() {
    let scheduler = VLLMScheduler(isByPriority: true)
    let state = state(blocks: 4, for: scheduler)
    state.submit(Request(id: 7, promptTokens: 30, outputTokens: 20, rank: 0, priority: 5))
    state.submit(Request(id: 8, promptTokens: 30, outputTokens: 20, rank: 1, priority: 1))
    let (plan, outcome) = (StepPlan(), StepOutcome())
    var preempted: [Int32] = []
    while !state.isIdle {
      plan.removeAll()
      scheduler.plan(state, StepBudget(), into: plan)
      preempted += plan.preempted.values.map { state.requestID($0) }
      state.begin(plan)
      state.complete(plan, into: outcome)
    }
    #expect(preempted == [7])
  }

  @Test func `a swapped sequence goes on where it was`() {
    let scheduler = VLLMScheduler(preemption: .swap)
    let state = state(blocks: 4, for: scheduler)
    state.submit(Request(id: 0, promptTokens: 30, outputTokens: 20, rank: 0))
    state.submit(Request(id: 1, promptTokens: 30, outputTokens: 20, rank: 1))
    let lines = drain(state, scheduler, StepBudget())
    #expect(state.counts.preemptions == 1)
    // It is let in again with what it had computed: one token runs, not all of them.
    let again = lines.last { $0.hasPrefix("[] 1:") } ?? ""
    #expect(again.hasSuffix("+1 -[]"), "\(lines)")
    #expect(state.swappedBlocks == 0)
  }

  @Test func `those who are let in together decode by rank, however they waited`() {
    let scheduler = VidurVLLMScheduler()
    let state = state(blocks: 20, for: scheduler)
    state.submit(Request(id: 1, promptTokens: 30, outputTokens: 20, rank: 1))
    state.submit(Request(id: 0, promptTokens: 30, outputTokens: 20, rank: 0))
    let plan = StepPlan()
    for expected in [[1, 0], [0, 1]] {
      plan.removeAll()
      scheduler.plan(state, StepBudget(), into: plan)
      let slots = plan.prefills.values.map(\.slot) + plan.decodes.values
      #expect(slots.map { Int(state.requestID($0)) } == expected)
      state.begin(plan)
      state.complete(plan, into: StepOutcome())
    }
  }

  @Test func `what is copied to host memory comes back, token by token`() {
    let scheduler = VLLMScheduler(preemption: .swap)
    let state = state(blocks: 4, for: scheduler)
    state.submit(Request(id: 0, promptTokens: 30, outputTokens: 20, rank: 0))
    state.submit(Request(id: 1, promptTokens: 30, outputTokens: 20, rank: 1))
    let (plan, outcome) = (StepPlan(), StepOutcome())
    var copied: [Int] = []
    while !state.isIdle {
      plan.removeAll()
      scheduler.plan(state, StepBudget(), into: plan)
      state.countSwaps(of: plan)
      if plan.shape.swappedTokens > 0 { copied.append(plan.shape.swappedTokens) }
      state.begin(plan)
      state.complete(plan, into: outcome)
    }
    // Both had 32 tokens in their two blocks when the first of them needed a third one.
    #expect(copied == [32, 32])
  }

  @Test func `a second request with the same beginning computes only the rest`() {
    let scheduler = VLLMScheduler()
    let prefixes = PrefixIDs(ids: [11, 12, 13], tokensPerID: 16)
    let state = state(blocks: 20, for: scheduler, isCaching: true, prefixes: prefixes)
    let shared = PrefixRange(start: 0, tokens: 48)
    state.submit(Request(id: 0, promptTokens: 48, outputTokens: 2, rank: 0, prefix: shared))
    drain(state, scheduler, StepBudget())
    state.submit(Request(id: 1, promptTokens: 48, outputTokens: 2, rank: 1, prefix: shared))
    // The last block is computed again: somebody has to give the logits.
    #expect(drain(state, scheduler, StepBudget()).first == "[] 0:32+16 -[]")
    #expect(state.counts.prefixTokens == CacheCounts(asked: 96, hit: 32))
  }

  @Test func `adapters beyond the limit wait while others pass`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 100, for: scheduler)
    for (id, adapter) in [(0, 1), (1, 2), (2, 1), (3, 0)] as [(Int32, Int32)] {
      state.submit(
        Request(id: id, promptTokens: 8, outputTokens: 2, rank: Int64(id), adapter: adapter))
    }
    let lines = drain(state, scheduler, StepBudget(adapters: 1))
    #expect(lines.first == "[] 0:0+8 2:0+8 3:0+8 -[]")
    #expect(state.counts.finished == 4)
  }

  @Test func `a static batch runs to its end before the next begins`() {
    let scheduler = StaticScheduler()
    let state = state(blocks: 100, for: scheduler)
    for id in Int32(0)..<3 {
      state.submit(
        Request(id: id, promptTokens: 8, outputTokens: 1 + id, rank: Int64(id)))
    }
    let lines = drain(state, scheduler, StepBudget(sequences: 2))
    #expect(lines == ["[] 0:0+8 1:0+8 -[]", "[1]  -[]", "[] 2:0+8 -[]", "[2]  -[]", "[2]  -[]"])
  }

  @Test func `a static batch is as large as sequences and blocks allow, whatever a step may read`()
  {
    let scheduler = StaticScheduler()
    let state = state(blocks: 100, for: scheduler)
    for id in Int32(0)..<3 {
      state.submit(Request(id: id, promptTokens: 8, outputTokens: 1, rank: Int64(id)))
    }
    let lines = drain(state, scheduler, StepBudget(tokens: 10))
    #expect(lines == ["[] 0:0+8 1:0+8 2:0+8 -[]"])
  }

  @Test func `what never fits is turned away`() {
    let state = state(blocks: 2, for: VLLMScheduler())
    #expect(state.submit(Request(id: 0, promptTokens: 30, outputTokens: 4, rank: 0)) == nil)
    #expect(state.counts.rejected == 1)
    #expect(state.isIdle)
    // The keys and values of the last token are never stored.
    #expect(state.submit(Request(id: 1, promptTokens: 30, outputTokens: 3, rank: 1)) != nil)
  }

  @Test func `a fork shares its blocks until it writes, and goes on by itself`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 6, for: scheduler)
    let (plan, outcome) = (StepPlan(), StepOutcome())
    let slot = state.submit(Request(id: 0, promptTokens: 20, outputTokens: 10, rank: 0)) ?? -1
    #expect(state.fork(slot, as: 1, rank: 1) == nil)
    scheduler.plan(state, StepBudget(), into: plan)
    state.begin(plan)
    #expect(state.fork(slot, as: 1, rank: 1) == nil)
    state.complete(plan, into: outcome)
    let fork = state.fork(slot, as: 1, rank: 1) ?? -1
    let (own, shared) = (state.blockTable(fork), state.blockTable(slot))
    #expect(own == shared && state.pool.freeCount == 4)
    #expect(state.progress(fork) == state.progress(slot))
    let (copies, left) = state.separateForks()
    #expect(copies.count == 1 && left.isEmpty && copies[0].slot == fork)
    #expect(copies[0].index == 1 && copies[0].from == shared[1])
    #expect(state.blockTable(fork) == [shared[0], copies[0].to] && state.pool.freeCount == 3)
    #expect(state.separateForks().copies.isEmpty)
    drain(state, scheduler, StepBudget())
    #expect(state.counts.finished == 2 && state.pool.freeCount == 6)
  }

  @Test func `a stopped step keeps what was computed and unnames what was not`() {
    let scheduler = VLLMScheduler()
    let prefixes = PrefixIDs(ids: [1, 2, 3], tokensPerID: 16)
    let state = state(blocks: 9, for: scheduler, isCaching: true, prefixes: prefixes)
    let (plan, outcome) = (StepPlan(), StepOutcome())
    let named = PrefixRange(start: 0, tokens: 48)
    for id in 0..<2 as Range<Int32> {
      state.submit(
        Request(id: id, promptTokens: 40, outputTokens: 3, rank: Int64(id), prefix: named))
    }
    scheduler.plan(state, StepBudget(), into: plan)
    state.begin(plan)
    #expect(state.pool.namedCount == 4)
    let reached = [StepReach(computed: 40, gained: 1), StepReach(computed: 17, gained: 0)]
    state.abandon(plan, reached, into: outcome)
    state.checkInvariants()
    #expect(outcome.prefilled.values == [0] && state.pool.namedCount == 3)
    #expect(state.progress(0).known == 41 && state.progress(1).computed == 17)
    #expect(state.inFlightCount == 0 && state.running.count == 2)
    drain(state, scheduler, StepBudget())
    #expect(state.counts.finished == 2 && state.pool.freeCount == 9)
  }

  @Test func `blocks of others are kept from being used`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 4, for: scheduler)
    state.withhold(3)
    state.submit(Request(id: 0, promptTokens: 20, outputTokens: 2, rank: 0))
    let plan = StepPlan()
    scheduler.plan(state, StepBudget(), into: plan)
    #expect(plan.isEmpty && state.withheldCount == 3)
    state.withhold(1)
    drain(state, scheduler, StepBudget())
    #expect(state.counts.finished == 1 && state.pool.freeCount == 3)
    state.withhold(9)
    #expect(state.withheldCount == 4 && state.pool.freeCount == 0)
  }

  @Test func `names that come with the tokens are found by the next request`() {
    let scheduler = VLLMScheduler()
    let state = ServingState(
      blockCount: 8, blockSize: 4, isCaching: true, prefixes: PrefixIDs(tokensPerID: 4),
      for: scheduler)
    let slot = state.submit(Request(id: 0, promptTokens: 5, outputTokens: 8, rank: 0)) ?? -1
    state.setNames(slot, [11])
    let (plan, outcome) = (StepPlan(), StepOutcome())
    while !state.isIdle {
      plan.removeAll()
      scheduler.plan(state, StepBudget(), into: plan)
      state.begin(plan)
      if state.nameCount(slot) < (Int(state.progress(slot).known) + 1) / 4 {
        state.addName(slot, UInt64(11 + state.nameCount(slot)))
      }
      state.complete(plan, into: outcome)
    }
    // Twelve of its thirteen tokens have keys and values.
    #expect(state.pool.namedCount == 3)
    let next = state.submit(Request(id: 1, promptTokens: 13, outputTokens: 1, rank: 1)) ?? -1
    state.setNames(next, [11, 12, 13])
    #expect(state.cachedPrefix(next).tokens == 12)
    state.isReusing = false
    #expect(state.cachedPrefix(next).tokens == 0)
  }

  @Test func `a copy goes on by itself`() {
    let scheduler = VLLMScheduler()
    let state = state(blocks: 20, for: scheduler)
    state.submit(Request(id: 0, promptTokens: 30, outputTokens: 20, rank: 0))
    let copy = state.copy()
    drain(copy, scheduler, StepBudget())
    #expect(state.waitingCount == 1 && state.pool.freeCount == 20)
    #expect(drain(state, scheduler, StepBudget()).count == 20)
  }
}
