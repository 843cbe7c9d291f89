public import Base

/// Writes a step sequence by sequence and refuses what could not run.
///
/// Schedulers that are built in write plans as they are; those that come from outside write them through
/// this. It keeps count of tokens, sequences and free blocks, and a wrong call is an error that leaves
/// the plan as it was. Between `start` and `finish` it belongs to one plan.
public final class PlanWriter {
  /// Why a waiting sequence cannot be let in now.
  public enum Refusal: String, Sendable, CaseIterable {
    /// The step has no token left.
    case tokens
    /// The step, or the replica, has as many sequences as it may.
    case sequences
    /// Too few blocks are free.
    case blocks
    /// The step would need one more LoRA adapter than it may have.
    case adapters
  }

  /// The blocks that are free once the plan is carried out.
  public private(set) var freeBlocks = 0
  /// What the step may use.
  public private(set) var budget = StepBudget()

  private var statePlace: Unmanaged<ServingState>?
  private var planPlace: Unmanaged<StepPlan>?
  /// What the plan does with each sequence, by slot.
  ///
  /// The plan's number says that it runs it, one more that it takes its blocks. Later plans have larger
  /// numbers, so nothing is ever cleared.
  private var marks = Column<UInt64>(capacity: 256)
  private var number: UInt64 = 0
  /// True when all decoding sequences were planned in one go and have no mark.
  private var hasAllDecodes = false
  /// How far `runAll` is in the list of running sequences.
  private var next = 0
  private var admitted = 0
  /// True when a running sequence waits for blocks of others that are in flight: nobody is let in then.
  private var isWaiting = false
  /// How often a shared block is given back by this plan.
  private var released: [Int32: Int] = [:]

  /// Creates a writer that belongs to no plan.
  public init() {}

  // MARK: One plan

  /// Begins an empty plan; both objects must stay until `finish`.
  public func start(_ state: ServingState, _ budget: StepBudget, into plan: StepPlan) {
    statePlace = .passUnretained(state)
    planPlace = .passUnretained(plan)
    self.budget = budget
    freeBlocks = state.pool.freeCount
    admitted = state.admittedCount
    number += 2
    hasAllDecodes = false
    isWaiting = false
    next = 0
    while marks.count < state.slotCount { marks.append(0) }
    if !released.isEmpty { released = [:] }
  }

  /// Ends the plan; calls are errors from then on.
  public func finish() {
    statePlace = nil
    planPlace = nil
  }

  /// The state that the plan is for.
  public var state: ServingState {
    get throws(Problem) {
      guard let statePlace else { throw Self.isOver }
      // Whoever started the plan holds the state until `finish`.
      return statePlace._withUnsafeGuaranteedRef { $0 }
    }
  }

  /// The plan.
  public var plan: StepPlan {
    get throws(Problem) {
      guard let planPlace else { throw Self.isOver }
      return planPlace._withUnsafeGuaranteedRef { $0 }
    }
  }

  private static var isOver: Problem {
    Problem("this step is planned already", fix: "use it only while the scheduler is asked")
  }

  // MARK: Looking

  /// Tokens that the step may still have.
  public var tokensLeft: Int { get throws(Problem) { try budget.tokens - plan.shape.tokens } }
  /// Sequences that the step may still have.
  public var sequencesLeft: Int { get throws(Problem) { try budget.sequences - plan.count } }

  /// True when the plan runs a sequence.
  public func isPlanned(_ slot: Int32) throws(Problem) -> Bool {
    let state = try check(slot)
    return marks[slot] == number || hasAllDecodes && state.phase(slot) == .decode
  }

  /// True when the plan takes a sequence's blocks.
  public func isPreempted(_ slot: Int32) throws(Problem) -> Bool {
    _ = try check(slot)
    return marks[slot] == number + 1
  }

  /// Tokens that a sequence still has to compute: 1 where it decodes; those in the prefix cache, or in
  /// host memory, left out where it waits.
  public func pending(_ slot: Int32) throws(Problem) -> Int {
    let state = try check(slot)
    let progress = state.progress(slot)
    switch state.phase(slot) {
    case .decode: return 1
    case .waiting: return Int(progress.known) - state.cachedPrefix(slot).tokens
    default: return Int(progress.known - progress.computed)
    }
  }

  /// Tokens that a sequence would have in this step by itself: what it has to compute, as far as the
  /// step has room, and its guesses.
  public func tokens(for slot: Int32) throws(Problem) -> Int {
    let state = try check(slot)
    let left = try max(0, tokensLeft)
    guard state.phase(slot) == .decode else { return try min(pending(slot), left) }
    return min(1 + drafts(state.progress(slot), left), left)
  }

  /// True when blocks for so many more tokens of a running sequence are free.
  public func fits(_ slot: Int32, tokens: Int) throws(Problem) -> Bool {
    let state = try check(slot)
    return blocks(state, state.progress(slot), tokens) <= freeBlocks
  }

  /// The running sequence that was admitted last, of those that the plan neither runs nor preempts.
  public func youngest() throws(Problem) -> Int32? {
    let state = try state
    for index in stride(from: state.running.count - 1, through: 0, by: -1) {
      let slot = state.running[index]
      if marks[slot] < number, !(hasAllDecodes && state.phase(slot) == .decode) { return slot }
    }
    return nil
  }

  // MARK: Running sequences

  /// Plans running sequences in their order until the step is full; goes on from where it was.
  ///
  /// Each gets as many tokens as `tokens(for:)` says. One that lacks blocks, where all others that have
  /// some are in flight, waits for them, and nobody is let in.
  ///
  /// - Parameter limit: The most tokens of one prompt.
  /// - Returns: The first sequence that lacks blocks; nothing when none does.
  /// - Throws: When the plan is over.
  public func runAll(limit: Int = .max) throws(Problem) -> Int32? {
    let (state, plan) = (try state, try plan)
    if next == 0, plan.count == 0, isPlenty(state) {
      plan.decodeAllRunning(of: state)
      freeBlocks -= plan.growth.count
      hasAllDecodes = true
      next = state.running.count
      return nil
    }
    while next < state.running.count, plan.shape.tokens < budget.tokens,
      plan.count < budget.sequences
    {
      let slot = state.running[next]
      if marks[slot] < number {
        let progress = state.progress(slot)
        let isDecode = state.phase(slot) == .decode
        let room = budget.tokens - plan.shape.tokens
        let drafts = isDecode ? drafts(progress, room) : 0
        let tokens =
          isDecode ? 1 + drafts : min(Int(progress.known - progress.computed), room, limit)
        let needed = blocks(state, progress, tokens)
        guard needed <= freeBlocks else {
          // It does not give up what it has for those that are out of reach, as in `VLLMScheduler`.
          if state.inFlightCount > 0 { isWaiting = try youngest() == slot }
          return isWaiting ? nil : slot
        }
        add(slot, progress, tokens, isDecode ? drafts : nil, needed, plan)
      }
      next += 1
    }
    return nil
  }

  private func isPlenty(_ state: ServingState) -> Bool {
    let count = state.running.count
    return freeBlocks >= count && count <= min(budget.sequences, budget.tokens)
      && state.prefillingCount == 0 && budget.draftTokens == 0
      && freeBlocks == state.pool.freeCount
  }

  /// Plans the next token of a sequence, with as many guesses as the budget has.
  public func decode(_ slot: Int32) throws(Problem) {
    let state = try checkRunning(slot, .decode, "decode")
    let progress = state.progress(slot)
    let left = try tokensLeft
    let drafts = drafts(progress, left)
    try addRunning(slot, state, 1 + drafts, drafts)
  }

  /// Plans known tokens of a sequence.
  public func prefill(_ slot: Int32, tokens: Int) throws(Problem) {
    let state = try checkRunning(slot, .prefill, "prefill")
    let pending = Int(state.progress(slot).known - state.progress(slot).computed)
    guard tokens >= 1, tokens <= pending else {
      throw Problem(
        "\(Self.name(slot)) has \(pending) tokens to compute, the plan says \(tokens)",
        fix: "plan 1 to \(pending)")
    }
    try addRunning(slot, state, tokens, nil)
  }

  private func addRunning(
    _ slot: Int32, _ state: ServingState, _ tokens: Int, _ drafts: Int?
  ) throws(Problem) {
    let plan = try plan
    try checkRoom(slot, tokens: tokens, plan)
    let progress = state.progress(slot)
    let needed = blocks(state, progress, tokens)
    guard needed <= freeBlocks else {
      throw Problem(
        "\(Self.name(slot)) needs \(Self.count(needed, "block")), and \(freeBlocks) are free",
        fix: "preempt another sequence first, or plan fewer tokens")
    }
    add(slot, progress, tokens, drafts, needed, plan)
  }

  private func add(
    _ slot: Int32, _ progress: Progress, _ tokens: Int, _ drafts: Int?, _ blocks: Int,
    _ plan: StepPlan
  ) {
    if blocks > 0 { plan.grow(slot, blocks: blocks) }
    freeBlocks -= max(0, blocks)
    marks[slot] = number
    if let drafts {
      plan.decode(slot, context: Int(progress.known), drafts: drafts)
    } else {
      plan.prefill(PrefillItem(slot: slot, tokens: Int32(tokens), context: progress.computed))
    }
  }

  /// Takes a running sequence's blocks, which are free from then on.
  public func preempt(_ slot: Int32) throws(Problem) {
    let state = try check(slot)
    let phase = state.phase(slot)
    guard phase == .decode || phase == .prefill, isRunning(slot, state) else {
      throw Problem("\(Self.name(slot)) does not run and cannot be preempted")
    }
    guard try !isPlanned(slot) else {
      throw Problem(
        "\(Self.name(slot)) is in the plan and cannot be preempted as well",
        fix: "preempt before planning, or another one: plan:youngest()")
    }
    guard marks[slot] != number + 1 else {
      throw Problem("\(Self.name(slot)) is preempted already")
    }
    try plan.preempt(slot)
    marks[slot] = number + 1
    freeBlocks += blocksFreed(by: slot, state)
  }

  /// How many blocks become free with a sequence: those that nobody else holds.
  private func blocksFreed(by slot: Int32, _ state: ServingState) -> Int {
    guard state.mayShare else { return state.blockCount(slot) }
    return state.blockTable(slot).reduce(0) { freed, block in
      let holders = state.pool.referenceCount(of: block) - released[block, default: 0]
      if holders > 1 { released[block, default: 0] += 1 }
      return holders == 1 ? freed + 1 : freed
    }
  }

  // MARK: Waiting sequences

  /// Lets a waiting sequence in with its first tokens, those of the prefix cache left out.
  ///
  /// - Parameters:
  ///   - slot: The sequence.
  ///   - tokens: What it computes; nothing for all that the step has room for.
  /// - Returns: Why it cannot be let in now; nothing when it was.
  /// - Throws: When it does not wait, or has not so many tokens.
  public func admit(_ slot: Int32, tokens: Int? = nil) throws(Problem) -> Refusal? {
    let (state, plan) = (try check(slot), try plan)
    let phase = state.phase(slot)
    guard phase == .waiting || phase == .swapped, marks[slot] < number else {
      throw Problem(
        "\(Self.name(slot)) "
          + (marks[slot] >= number
            ? "is in the plan already" : "does not wait and cannot be admitted"))
    }
    let progress = state.progress(slot)
    let isSwapped = phase == .swapped
    let found = isSwapped ? (tokens: 0, freeBlocks: 0) : state.cachedPrefix(slot)
    let context = isSwapped ? Int(progress.computed) : found.tokens
    let pending = Int(progress.known) - context
    let left = budget.tokens - plan.shape.tokens
    let wanted = tokens ?? min(pending, left)
    guard left >= 1 else { return .tokens }
    guard !isWaiting else { return .blocks }
    guard wanted >= 1, wanted <= pending else {
      throw Problem(
        "\(Self.name(slot)) has \(pending) tokens to compute, the plan says \(wanted)",
        fix: "admit it with 1 to \(pending)")
    }
    guard wanted <= left else { return .tokens }
    guard plan.count < budget.sequences, admitted < min(budget.admitted, budget.sequences) else {
      return .sequences
    }
    guard takesAdapter(state.request(slot).adapter, state, plan) else { return .adapters }
    let needed = state.pool.blocks(for: context + wanted) - found.tokens / state.pool.blockSize
    guard freeBlocks - found.freeBlocks >= needed else { return .blocks }
    freeBlocks -= needed + found.freeBlocks
    admitted += 1
    marks[slot] = number
    plan.prefill(
      PrefillItem(
        slot: slot, tokens: Int32(wanted), context: Int32(context), blocks: Int32(needed),
        cached: Int32(found.tokens), isAdmission: true))
    return nil
  }

  private func takesAdapter(_ adapter: Int32, _ state: ServingState, _ plan: StepPlan) -> Bool {
    guard budget.adapters > 0, adapter != 0 else { return true }
    var used = Set<Int32>()
    for index in 0..<plan.decodes.count { used.insert(state.request(plan.decodes[index]).adapter) }
    for index in 0..<plan.prefills.count {
      used.insert(state.request(plan.prefills[index].slot).adapter)
    }
    used.remove(0)
    return used.contains(adapter) || used.count < budget.adapters
  }

  // MARK: Checks

  private func drafts(_ progress: Progress, _ room: Int) -> Int {
    guard budget.draftTokens > 0 else { return 0 }
    return max(0, min(budget.draftTokens, Int(progress.total - progress.known) - 1, room - 1))
  }

  private func blocks(_ state: ServingState, _ progress: Progress, _ tokens: Int) -> Int {
    max(
      0,
      state.pool.blocks(for: Int(progress.computed) + tokens)
        - Int(progress.room) / state.pool.blockSize)
  }

  /// The state, when a slot has a sequence.
  @inline(__always)
  private func check(_ slot: Int32) throws(Problem) -> ServingState {
    let state = try state
    guard slot >= 0, Int(slot) < state.slotCount, state.phase(slot) != .none else {
      throw Problem(
        "there is no sequence \(Int(slot) + 1)",
        fix: "state:running() and state:waiting() go over those there are")
    }
    return state
  }

  private func checkRunning(
    _ slot: Int32, _ phase: SequencePhase, _ verb: String
  ) throws(Problem) -> ServingState {
    let state = try check(slot)
    guard marks[slot] != number + 1 else {
      throw Problem("\(Self.name(slot)) is preempted in this step and cannot run in it")
    }
    guard try !isPlanned(slot) else { throw Problem("\(Self.name(slot)) is in the plan already") }
    guard state.phase(slot) == phase, isRunning(slot, state) else {
      throw Problem(
        "\(Self.name(slot)) cannot \(verb): it is \(Self.words(state, slot, isRunning(slot, state)))"
      )
    }
    return state
  }

  private func checkRoom(_ slot: Int32, tokens: Int, _ plan: StepPlan) throws(Problem) {
    let left = budget.tokens - plan.shape.tokens
    guard tokens <= left else {
      throw Problem(
        "\(Self.name(slot)) would have \(Self.count(tokens, "token")), and the step has \(left) left",
        fix: "see plan.tokens_left")
    }
    guard plan.count < budget.sequences else {
      throw Problem(
        "the step has \(Self.count(plan.count, "sequence")), and no more may be in it",
        fix: "see plan.sequences_left")
    }
  }

  /// True when a sequence stands in the list of running ones: those in flight do not.
  private func isRunning(_ slot: Int32, _ state: ServingState) -> Bool {
    guard state.inFlightCount > 0 else { return true }
    return state.running.values.contains(slot)
  }

  private static func words(_ state: ServingState, _ slot: Int32, _ isRunning: Bool) -> String {
    switch state.phase(slot) {
    case .none: "gone"
    case .waiting: "waiting (admit it)"
    case .swapped: "swapped out (admit it)"
    case .prefill: isRunning ? "reading its prompt (prefill it)" : "in flight"
    case .decode: isRunning ? "decoding (decode it)" : "in flight"
    }
  }

  private static func name(_ slot: Int32) -> String { "sequence \(slot + 1)" }
  private static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
