import Base

/// vLLM's v1 scheduler: no phases, only tokens that are known and not computed yet, under one budget.
///
/// Running sequences come first, then waiting ones, which take what the prefix cache has. When blocks
/// run out, the last admitted, or the least urgent one, gives its blocks back; nobody is admitted in such
/// a step. With several steps in flight a sequence does not give way to those that are out of reach: it
/// waits for them, so that the earliest always gets on.
public struct VLLMScheduler: Scheduler {
  /// How it is known.
  public static let kind = SchedulerKind(
    Info(
      "vllm-v1", "One token budget for running and new requests, with chunked prefill.",
      parameters: [
        Parameter(
          name: "long_prefill_tokens", kind: .integer, unit: .tokens, defaultValue: "0",
          range: 0...1e9, summary: "the most tokens of one prompt in a step; 0 for no limit",
          tradeOff: "less lets short prompts pass long ones, which take longer"),
        Parameter(
          name: "by_priority", kind: .boolean, defaultValue: "false",
          summary: "more urgent requests go first and are preempted last"),
        Parameter(
          name: "preemption", kind: .choice(["recompute", "swap"]), defaultValue: "\"recompute\"",
          summary: "what becomes of the blocks of a preempted sequence",
          tradeOff: "swapping costs copies over PCIe, recomputing costs prefill"),
      ],
      source: "vllm-project/vllm, vllm/v1/core/sched/scheduler.py")
  ) {
    VLLMScheduler(
      longPrefillTokens: $0.longPrefillTokens, isByPriority: $0.isByPriority,
      preemption: $0.preemption)
  }

  private let longPrefillTokens: Int
  /// True when more urgent requests go first.
  public let isByPriority: Bool
  /// How blocks are taken.
  public let preemption: StepPlan.Preemption

  /// Creates the scheduler.
  public init(
    longPrefillTokens: Int = 0, isByPriority: Bool = false,
    preemption: StepPlan.Preemption = .recompute
  ) {
    self.longPrefillTokens = longPrefillTokens
    self.isByPriority = isByPriority
    self.preemption = preemption
  }

  /// Runs who runs, then admits, under one budget of tokens.
  public func plan(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    plan.preemption = preemption
    var run = RunningPass(state, budget)
    let count = state.running.count
    let isPlenty =
      run.free >= count && count <= min(budget.sequences, budget.tokens)
      && state.prefillingCount == 0 && budget.draftTokens == 0
    if isPlenty {
      plan.decodeAllRunning(of: state)
      run.free -= plan.growth.count
    } else {
      runAll(&run, state, budget, into: plan)
    }
    if plan.preempted.count == 0, !run.isWaiting { admit(state, budget, run.free, into: plan) }
  }

  // MARK: Running sequences

  private func runAll(
    _ run: inout RunningPass, _ state: ServingState, _ budget: StepBudget, into plan: StepPlan
  ) {
    while run.index < run.left, plan.shape.tokens < budget.tokens, plan.count < budget.sequences {
      let slot = state.running[run.index]
      run.index += 1
      if plan.isPreempting(slot) { continue }
      let progress = state.progress(slot)
      let isDecode = state.phase(slot) == .decode
      let pending = Int(progress.known - progress.computed)
      let room = budget.tokens - plan.shape.tokens
      let drafts =
        isDecode ? min(budget.draftTokens, Int(progress.total - progress.known) - 1, room - 1) : 0
      let tokens = isDecode ? 1 + drafts : min(limited(pending), room)
      let blocks =
        state.pool.blocks(for: Int(progress.computed) + tokens)
        - Int(progress.room) / state.pool.blockSize
      guard makeRoom(blocks, for: slot, &run, state, plan) else { break }
      if blocks > 0 { plan.grow(slot, blocks: blocks) }
      run.free -= max(0, blocks)
      if isDecode {
        plan.decode(slot, context: Int(progress.known), drafts: drafts)
      } else {
        plan.prefill(
          PrefillItem(slot: slot, tokens: Int32(tokens), context: progress.computed))
      }
    }
  }

  private func limited(_ tokens: Int) -> Int {
    longPrefillTokens > 0 ? min(tokens, longPrefillTokens) : tokens
  }

  /// Preempts until so many blocks are free; false when the sequence itself had to go, or waits for blocks
  /// of sequences that are in flight.
  private func makeRoom(
    _ blocks: Int, for slot: Int32, _ run: inout RunningPass, _ state: ServingState,
    _ plan: StepPlan
  ) -> Bool {
    while run.free < blocks {
      let victim = victim(&run, state, plan)
      // Two sequences that are never in reach of each other would else take turns in giving up all they
      // have computed, for ever.
      if victim == slot, state.inFlightCount > 0 {
        run.isWaiting = true
        return false
      }
      plan.unplan(victim, state, &run.free)
      plan.preempt(victim)
      run.free += run.blocksFreed(by: victim, state)
      if victim == slot { return false }
    }
    return true
  }

  /// The last of the running ones, or the least urgent and latest of all.
  private func victim(_ run: inout RunningPass, _ state: ServingState, _ plan: StepPlan) -> Int32 {
    guard isByPriority else {
      run.left -= 1
      return state.running[run.left]
    }
    var worst: Int32 = -1
    var key: (Int32, Int64) = (.min, .min)
    for index in 0..<state.running.count where !plan.isPreempting(state.running[index]) {
      let request = state.request(state.running[index])
      if worst < 0 || (request.priority, request.rank) >= key {
        worst = state.running[index]
        key = (request.priority, request.rank)
      }
    }
    return worst
  }

  // MARK: Waiting sequences

  private func admit(
    _ state: ServingState, _ budget: StepBudget, _ startFree: Int, into plan: StepPlan
  ) {
    guard state.waitingCount > 0 else { return }
    var (free, admitted) = (startFree, state.admittedCount)
    var adapters = AdapterSet(plan, state, limit: budget.adapters)
    for index in 0..<state.waitingCount {
      guard plan.shape.tokens < budget.tokens, plan.count < budget.sequences,
        admitted < min(budget.admitted, budget.sequences)
      else { return }
      let slot = state.waitingSlot(index)
      guard adapters.takes(state.request(slot).adapter) else { continue }
      let progress = state.progress(slot)
      let isSwapped = state.phase(slot) == .swapped
      let found = isSwapped ? (tokens: 0, freeBlocks: 0) : state.cachedPrefix(slot)
      let context = isSwapped ? Int(progress.computed) : found.tokens
      let room = budget.tokens - plan.shape.tokens
      let tokens = min(limited(Int(progress.known) - context), room)
      let blocks = state.pool.blocks(for: context + tokens) - found.tokens / state.pool.blockSize
      guard free - found.freeBlocks >= blocks else { return }
      free -= blocks + found.freeBlocks
      admitted += 1
      plan.prefill(
        PrefillItem(
          slot: slot, tokens: Int32(tokens), context: Int32(context), blocks: Int32(blocks),
          cached: Int32(found.tokens), isAdmission: true))
    }
  }
}

/// How far the pass over the running sequences is.
private struct RunningPass {
  var index = 0
  /// Running sequences that were not preempted from the end.
  var left: Int
  var free: Int
  /// True when a sequence waits for blocks that a step in flight will give back.
  var isWaiting = false
  /// How often a shared block has been given back in this plan; only made when something is preempted.
  private var released: [Int32: Int] = [:]

  init(_ state: ServingState, _ budget: StepBudget) {
    left = state.running.count
    free = state.pool.freeCount
  }

  /// How many blocks become free with a sequence: those that nobody else holds.
  mutating func blocksFreed(by slot: Int32, _ state: ServingState) -> Int {
    guard state.mayShare else { return state.blockCount(slot) }
    return state.blockTable(slot).reduce(0) { freed, block in
      let holders = state.pool.referenceCount(of: block) - released[block, default: 0]
      if holders > 1 { released[block, default: 0] += 1 }
      return holders == 1 ? freed + 1 : freed
    }
  }
}

/// The LoRA adapters of a step, few enough that a list is quick.
private struct AdapterSet {
  private var adapters: [Int32] = []
  private let limit: Int

  init(_ plan: StepPlan, _ state: ServingState, limit: Int) {
    self.limit = limit
    guard limit > 0 else { return }
    for index in 0..<plan.decodes.count { _ = takes(state.request(plan.decodes[index]).adapter) }
    for index in 0..<plan.prefills.count {
      _ = takes(state.request(plan.prefills[index].slot).adapter)
    }
  }

  /// True when a sequence with an adapter may join; it counts from then on.
  mutating func takes(_ adapter: Int32) -> Bool {
    if limit == 0 || adapter == 0 || adapters.contains(adapter) { return true }
    guard adapters.count < limit else { return false }
    adapters.append(adapter)
    return true
  }
}

extension StepPlan {
  /// True when a plan takes a sequence's blocks.
  func isPreempting(_ slot: Int32) -> Bool {
    for index in 0..<preempted.count where preempted[index] == slot { return true }
    return false
  }

  /// Takes a sequence out that was planned already, with the blocks it was to get.
  func unplan(_ slot: Int32, _ state: ServingState, _ free: inout Int) {
    let isPlanned =
      decodes.values.contains(slot) || prefills.values.contains { $0.slot == slot }
    guard isPlanned else { return }
    let (kept, items, grown) = (decodes.values, prefills.values, growth.values)
    let drafts = draftTokens
    decodes.removeAll()
    prefills.removeAll()
    growth.removeAll()
    shape = StepShape()
    for other in kept where other != slot {
      decode(other, context: Int(state.progress(other).known), drafts: drafts)
    }
    for item in items where item.slot != slot { prefill(item) }
    for entry in grown {
      if entry.slot == slot { free += Int(entry.blocks) } else { growth.append(entry) }
    }
  }
}
