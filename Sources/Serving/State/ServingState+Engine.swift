// What a real engine needs beside a simulation: it learns its tokens one by one, steps are stopped on the
// way, sequences are forked, and memory may be held by others.

/// How far a sequence came in a step that was stopped.
public struct StepReach: Hashable, Sendable {
  /// Tokens whose keys and values stand in blocks.
  public var computed: Int32
  /// Tokens that it got.
  public var gained: Int32

  /// Creates a reach.
  public init(computed: Int32, gained: Int32) {
    self.computed = computed
    self.gained = gained
  }
}

/// A block that a fork gets in place of one that it shared; the contents are to be copied.
public struct BlockCopy: Hashable, Sendable {
  /// The sequence.
  public let slot: Int32
  /// Where the block stands in its table.
  public let index: Int
  /// The block that was shared, and the new one.
  public let from, to: Int32
}

extension ServingState {
  // MARK: Names

  /// Names a sequence's leading blocks, one name a block; what it was called before is forgotten.
  ///
  /// Blocks that were found or can be found under an earlier name stay so.
  public func setNames(_ slot: Int32, _ names: [UInt64]) {
    makeNameRoom(slot, names.count)
    let start = Int(ownNames[slot].start)
    for (index, name) in names.enumerated() { prefixes.ids[start + index] = name }
    noteNames(slot, names.count)
  }

  /// Names the next block of a sequence, whose tokens are known now.
  public func addName(_ slot: Int32, _ name: UInt64) {
    let count = nameCount(slot)
    makeNameRoom(slot, count + 1)
    prefixes.ids[Int(ownNames[slot].start) + count] = name
    noteNames(slot, count + 1)
  }

  /// How many leading blocks of a sequence have a name.
  public func nameCount(_ slot: Int32) -> Int {
    Int(sequences.request[slot].prefix.tokens) / pool.blockSize
  }

  private func noteNames(_ slot: Int32, _ count: Int) {
    sequences.request[slot].prefix = PrefixRange(
      start: ownNames[slot].start, tokens: Int32(count * pool.blockSize))
  }

  /// Sees to a part of `prefixes` that belongs to the slot, for its next sequences too.
  private func makeNameRoom(_ slot: Int32, _ count: Int) {
    precondition(
      pool.isCaching && prefixes.tokensPerID == pool.blockSize, "a name stands for one block")
    while ownNames.count <= Int(slot) { ownNames.append(PrefixRange()) }
    let own = ownNames[slot]
    guard Int(own.tokens) < count else { return }
    var room = 16
    while room < count { room *= 2 }
    let start = prefixes.ids.count
    prefixes.ids += ContiguousArray(repeating: 0, count: room)
    for index in 0..<min(nameCount(slot), Int(own.tokens)) {
      prefixes.ids[start + index] = prefixes.ids[Int(own.start) + index]
    }
    ownNames[slot] = PrefixRange(start: Int32(start), tokens: Int32(room))
  }

  /// Sees to it that a block which nobody holds is not found any more.
  public func forget(_ block: Int32) {
    precondition(pool.referenceCount(of: block) == 0, "block \(block) is held")
    pool.forget(block)
  }

  // MARK: Forks

  /// Starts a sequence that goes on from where another stands; they share all blocks that hold something,
  /// until `separateForks`.
  ///
  /// - Parameters:
  ///   - slot: A sequence that runs and is not in flight.
  ///   - id: The number of the new one's request.
  ///   - rank: Its rank; a fork is served as if it came then.
  /// - Returns: The new one's slot; nothing when blocks that the other has reserved are not free.
  public func fork(_ slot: Int32, as id: Int32, rank: Int64) -> Int32? {
    guard running.values.contains(slot) else { return nil }
    nextDecodes.removeAll()
    let progress = sequences.progress[slot]
    let (held, filled) = (blockCount(slot), pool.blocks(for: Int(progress.computed)))
    guard held - filled <= pool.freeCount else { return nil }
    var request = sequences.request[slot]
    (request.id, request.rank, request.prefix) = (id, rank, PrefixRange())
    let child = sequences.add(
      request, known: progress.known, total: progress.total, blocks: held + 1)
    let (from, to) = (sequences.table[slot], sequences.table[child])
    for index in 0..<filled {
      to[index] = from[index]
      pool.retain(from[index])
    }
    pool.allocate(held - filled, into: to + filled)
    sequences.progress[child] = progress
    sequences.phase[child] = sequences.phase[slot]
    let full = progress.computed / Int32(pool.blockSize)
    sequences.namedBlocks[child] = min(sequences.namedBlocks[slot], full)
    if order == .admission { sequences.order[child] = nextAdmission() }
    if sequences.phase[child] == .prefill { prefillingCount += 1 }
    admittedCount += 1
    counts.submitted += 1
    running.append(child)
    if order != .batch { sortRunning() }
    forked.append(child)
    hasForked = true
    debugCheck()
    return child
  }

  /// Gives forks blocks of their own where they would write next (copy-on-write); to be done before a
  /// step is planned.
  ///
  /// - Returns: What is to be copied, and the forks for which no block is free: those must be preempted.
  public func separateForks() -> (copies: [BlockCopy], left: [Int32]) {
    guard forked.count > 0 else { return ([], []) }
    var (copies, left): ([BlockCopy], [Int32]) = ([], [])
    for slot in forked.values where running.values.contains(slot) {
      let computed = Int(sequences.progress[slot].computed)
      let index = computed / pool.blockSize
      guard computed % pool.blockSize != 0 else { continue }
      let shared = sequences.table[slot][index]
      guard pool.referenceCount(of: shared) > 1 else { continue }
      guard let own = pool.makeWritable(shared) else {
        left.append(slot)
        continue
      }
      sequences.table[slot][index] = own
      copies.append(BlockCopy(slot: slot, index: index, from: shared, to: own))
    }
    forked.removeAll()
    debugCheck()
    return (copies, left)
  }

  // MARK: Stopped steps

  /// Takes note of a step that was stopped on the way: everyone keeps what was computed and got.
  /// - Parameters:
  ///   - plan: The plan that was begun.
  ///   - reached: How far each came, the plan's decodes first.
  ///   - outcome: What came of it; what it held before is forgotten.
  public func abandon(_ plan: StepPlan, _ reached: [StepReach], into outcome: StepOutcome) {
    precondition(
      reached.count == plan.count, "\(reached.count) reaches for \(plan.count) sequences")
    outcome.removeAll()
    nextDecodes.removeAll()
    for (index, reach) in reached.enumerated() {
      let decodes = plan.decodes.count
      abandon(
        index < decodes ? plan.decodes[index] : plan.prefills[index - decodes].slot, reach, outcome)
    }
    inFlightCount -= plan.count
    if order == .rank || order == .admission { sortRunning() }
    debugCheck()
  }

  private func abandon(_ slot: Int32, _ reach: StepReach, _ outcome: StepOutcome) {
    var progress = sequences.progress[slot]
    progress.known += reach.gained
    // The last known token is computed by the step that brings the next.
    progress.computed = min(reach.computed, progress.known - 1)
    sequences.progress[slot] = progress
    outcome.producedTokens += Int(reach.gained)
    if reach.gained > 0, sequences.phase[slot] == .prefill {
      sequences.phase[slot] = .decode
      prefillingCount -= 1
      outcome.prefilled.append(sequences.request[slot].id)
    }
    // What the step was about to fill was findable already.
    let full = progress.computed / Int32(pool.blockSize)
    for index in Int(full)..<max(Int(full), Int(sequences.namedBlocks[slot])) {
      pool.forget(sequences.table[slot][index])
    }
    sequences.namedBlocks[slot] = min(sequences.namedBlocks[slot], full)
    if progress.known >= progress.total { finish(slot, outcome) } else { running.append(slot) }
  }

  // MARK: Blocks of others

  /// Keeps so many free blocks from being used, since their memory is held by others; as many as are
  /// free, at most.
  public func withhold(_ count: Int) {
    while withheld.count < count, pool.freeCount > 0 {
      var block: Int32 = 0
      pool.allocate(1, into: &block)
      withheld.append(block)
    }
    while withheld.count > count {
      var block = withheld.removeLast()
      pool.release(&block, count: 1)
    }
    debugCheck()
  }

  /// How many blocks are kept from being used.
  public var withheldCount: Int { withheld.count }
}
