/// What came of a step, by the numbers of the requests.
public final class StepOutcome {
  /// Requests that computed the last of their known tokens and so got a token.
  public internal(set) var prefilled = Column<Int32>(capacity: 64)
  /// Requests that have all their tokens.
  public internal(set) var finished = Column<Int32>(capacity: 64)
  /// Tokens that were produced.
  public internal(set) var producedTokens = 0

  /// Creates an empty outcome.
  public init() {}

  func removeAll() {
    prefilled.removeAll()
    finished.removeAll()
    producedTokens = 0
  }
}

extension ServingState {
  // MARK: Beginning

  /// Completes the shape of a plan that has not begun: what is copied to host memory, and back.
  public func countSwaps(of plan: StepPlan) {
    guard swappedBlocks > 0 || plan.preempted.count > 0 else { return }
    if plan.preemption == .swap {
      for index in 0..<plan.preempted.count {
        plan.shape.swappedTokens += Int(sequences.progress[plan.preempted[index]].computed)
      }
    }
    for index in 0..<plan.prefills.count where plan.prefills[index].isAdmission {
      let slot = plan.prefills[index].slot
      // What came computed is in the pool when it comes; only what was taken away is copied back.
      guard sequences.phase[slot] == .swapped, sequences.preemptions[slot] > 0 else { continue }
      plan.shape.swappedTokens += Int(sequences.progress[slot].computed)
    }
  }

  /// Carries out what a plan means for blocks and queues; its sequences are in flight from then on.
  public func begin(_ plan: StepPlan) {
    nextDecodes.isKnown = false
    for index in 0..<plan.preempted.count { preempt(plan.preempted[index], plan) }
    // What the plan found in the cache is held before any free block is taken for something else.
    if pool.isCaching { adoptPrefixes(plan) }
    for index in 0..<plan.growth.count {
      let growth = plan.growth[index]
      if growth.blocks > 0 { extend(growth.slot, by: Int(growth.blocks)) }
    }
    var admitted = 0
    for index in 0..<plan.prefills.count {
      let item = plan.prefills[index]
      if item.isAdmission {
        admit(item)
        admitted += 1
      }
      if pool.isCaching { commitNames(item.slot, upTo: item.context + item.tokens) }
    }
    if plan.preempted.count > 0 {
      counts.preemptions += plan.preempted.count
    }
    takeFromRunning(plan, leaving: running.count - (plan.count - admitted))
    inFlightCount += plan.count
    if !plan.isEmpty { counts.steps += 1 }
    debugCheck()
  }

  /// Takes the plan's sequences out of the running ones; mostly those are all of them.
  private func takeFromRunning(_ plan: StepPlan, leaving left: Int) {
    precondition(left >= 0, "the plan runs sequences that do not run")
    if left == 0 { return running.removeAll() }
    if left < running.count {
      setMarks(plan, true)
      var kept = 0
      for index in 0..<running.count where !sequences.mark[running[index]] {
        running[kept] = running[index]
        kept += 1
      }
      setMarks(plan, false)
      precondition(kept == left, "the plan runs sequences that do not run")
      running.truncate(to: kept)
    }
    if order == .leftByRank { sortRunning() }
  }

  private func setMarks(_ plan: StepPlan, _ mark: Bool) {
    for index in 0..<plan.decodes.count { sequences.mark[plan.decodes[index]] = mark }
    for index in 0..<plan.prefills.count { sequences.mark[plan.prefills[index].slot] = mark }
  }

  /// Sorts the running sequences; they are nearly sorted, so insertion is quick, and it is stable.
  func sortRunning() {
    let (slots, keys) = (running.base, sequences.order.base)
    for index in stride(from: 1, to: running.count, by: 1) {
      let slot = slots[index]
      let key = keys[Int(slot)]
      var place = index
      while place > 0, keys[Int(slots[place - 1])] > key {
        slots[place] = slots[place - 1]
        place -= 1
      }
      slots[place] = slot
    }
  }

  private func extend(_ slot: Int32, by blocks: Int) {
    let held = blockCount(slot)
    sequences.makeTableRoom(slot, blocks: held + blocks)
    pool.allocate(blocks, into: sequences.table[slot] + held)
    if pool.isCaching { commitNames(slot, upTo: sequences.progress[slot].computed) }
    sequences.progress[slot].room &+= Int32(truncatingIfNeeded: blocks &* pool.blockSize)
  }

  private func preempt(_ slot: Int32, _ plan: StepPlan) {
    let place = running.values.lastIndex(of: slot)
    guard let place else { preconditionFailure("sequence \(slot) does not run") }
    for index in place..<(running.count - 1) { running[index] = running[index + 1] }
    running.truncate(to: running.count - 1)
    releaseBlocks(slot)
    admittedCount -= 1
    sequences.preemptions[slot] += 1
    let wasPrefilling = sequences.phase[slot] == .prefill
    if wasPrefilling { prefillingCount -= 1 }
    switch plan.preemption {
    case .swap where sequences.progress[slot].computed > 0:
      sequences.phase[slot] = .swapped
      swappedBlocks += swappedBlocks(of: slot)
    case .restart:
      if wasPrefilling, !keepsPrompts {
        sequences.progress[slot].known = sequences.progress[slot].computed
      }
      startAnew(slot)
    default: startAnew(slot)
    }
    if isByPriority { enqueue(slot) } else { waiting.prepend(slot) }
  }

  private func startAnew(_ slot: Int32) {
    sequences.progress[slot].computed = 0
    sequences.phase[slot] = .waiting
  }

  private func adoptPrefixes(_ plan: StepPlan) {
    for index in 0..<plan.prefills.count where plan.prefills[index].cached > 0 {
      let item = plan.prefills[index]
      let blocks = Int(item.cached) / pool.blockSize
      sequences.makeTableRoom(item.slot, blocks: blocks)
      withPrefix(item.slot) {
        pool.adopt($0, blocks: blocks, into: sequences.table[item.slot])
      }
    }
  }

  private func admit(_ item: PrefillItem) {
    let slot = item.slot
    let isWaiting = waiting.remove(slot)
    precondition(isWaiting, "sequence \(slot) does not wait")
    let (cached, fresh) = (Int(item.cached) / pool.blockSize, Int(item.blocks))
    sequences.makeTableRoom(slot, blocks: cached + fresh)
    pool.allocate(fresh, into: sequences.table[slot] + cached)
    if sequences.phase[slot] == .swapped {
      swappedBlocks -= swappedBlocks(of: slot)
    } else {
      sequences.progress[slot].computed = item.cached
      if pool.isCaching, sequences.preemptions[slot] == 0 {
        counts.prefixTokens.asked += Int(sequences.progress[slot].known)
        counts.prefixTokens.hit += Int(item.cached)
      }
    }
    sequences.progress[slot].room = Int32((cached + fresh) * pool.blockSize)
    sequences.cachedTokens[slot] = item.cached
    sequences.namedBlocks[slot] = Int32(cached)
    sequences.phase[slot] = .prefill
    if order == .admission { sequences.order[slot] = nextAdmission() }
    prefillingCount += 1
    admittedCount += 1
  }

  /// Lets blocks that are full be found by others, up to a number of tokens.
  ///
  /// Blocks that a step is about to fill count as full, as in vLLM.
  private func commitNames(_ slot: Int32, upTo tokens: Int32) {
    let full = min(tokens, sequences.request[slot].prefix.tokens) / Int32(pool.blockSize)
    let named = sequences.namedBlocks[slot]
    guard full > named else { return }
    withPrefix(slot) {
      pool.commit(
        $0, blocks: Int(named)..<Int(full), of: sequences.table[slot])
    }
    sequences.namedBlocks[slot] = full
  }

  // MARK: Completing

  /// Takes note of what a step did: everyone has its tokens, and those at their end let go.
  /// - Parameters:
  ///   - plan: The plan that was begun.
  ///   - accepted: How many guesses held, for each of the plan's decodes; needed where it has drafts.
  ///   - outcome: What came of it; what it held before is forgotten.
  public func complete(
    _ plan: StepPlan, accepted: UnsafePointer<Int32>? = nil, into outcome: StepOutcome
  ) {
    outcome.removeAll()
    nextDecodes.removeAll()
    let hadRunning = running.count > 0
    running.reserve(running.count + plan.count)
    if plan.draftTokens == 0 {
      completeDecodes(plan, outcome)
    } else {
      precondition(accepted != nil, "a plan with drafts needs what was accepted")
      for index in 0..<plan.decodes.count {
        completeDrafts(plan.decodes[index], plan, Int(accepted?[index] ?? 0), outcome)
      }
    }
    for index in 0..<plan.prefills.count { completePrefill(plan.prefills[index], outcome) }
    inFlightCount -= plan.count
    // Who was let in stands behind those who decoded, but may be of a higher rank: it may have been
    // preempted before them.
    let isMixed = hadRunning || (order == .rank && plan.prefills.count > 0)
    nextDecodes.isKnown = !isMixed && plan.draftTokens == 0 && prefillingCount == 0
    if isMixed, order == .rank || order == .admission { sortRunning() }
    debugCheck()
  }

  private func completeDecodes(_ plan: StepPlan, _ outcome: StepOutcome) {
    // One pass over all decoding sequences: what it reads lies side by side.
    let (slots, progress, count) = (plan.decodes.base, sequences.progress.base, plan.decodes.count)
    let old = running.count
    nextDecodes.growth.reserve(count)
    let grow = nextDecodes.growth.base
    var (going, context, grown) = (0, 0, 0)
    for index in 0..<count {
      let slot = slots[index]
      let place = progress + Int(slot)
      let (before, room) = (place.pointee.known, place.pointee.room)
      let known = before &+ 1
      place.pointee.computed = before
      place.pointee.known = known
      // Signs of differences, added and written always: whether a block fills is not worth a guess.
      let goesOn = Int(UInt32(bitPattern: known &- place.pointee.total) &>> 31)
      let fills = Int(UInt32(bitPattern: room &- known) &>> 31)
      going &+= goesOn
      context &+= Int(known)
      grow[grown] = BlockGrowth(slot: slot, blocks: 1)
      grown &+= fills & goesOn
    }
    nextDecodes.context = context
    nextDecodes.growth.resize(to: grown)
    outcome.producedTokens += count
    running.append(from: slots, count: count)
    if going < count { finishEnded(from: old, outcome) }
  }

  /// Lets those go that have all their tokens, among the running ones from a place on.
  private func finishEnded(from start: Int, _ outcome: StepOutcome) {
    var kept = start
    for index in start..<running.count {
      let slot = running[index]
      let progress = sequences.progress[slot]
      if progress.known == progress.total {
        nextDecodes.context -= Int(progress.known)
        finish(slot, outcome)
      } else {
        running[kept] = slot
        kept += 1
      }
    }
    running.truncate(to: kept)
  }

  private func completeDrafts(
    _ slot: Int32, _ plan: StepPlan, _ accepted: Int, _ outcome: StepOutcome
  ) {
    var progress = sequences.progress[slot]
    // Guesses that no block has room for could not be verified: a step near its budget, or a sequence near
    // its end, gets blocks for fewer than others of the same step.
    let held = min(accepted, Int(progress.room - progress.computed) - 1)
    let produced = min(Int32(1 + held), progress.total - progress.known)
    progress.known += produced
    progress.computed = progress.known - 1
    sequences.progress[slot] = progress
    counts.drafts.asked += plan.draftTokens
    counts.drafts.hit += held
    outcome.producedTokens += Int(produced)
    if progress.known >= progress.total { finish(slot, outcome) } else { running.append(slot) }
  }

  private func completePrefill(_ item: PrefillItem, _ outcome: StepOutcome) {
    let slot = item.slot
    var progress = sequences.progress[slot]
    progress.computed = item.context + item.tokens
    if progress.computed == progress.known {
      progress.known += 1
      sequences.phase[slot] = .decode
      prefillingCount -= 1
      outcome.prefilled.append(sequences.request[slot].id)
      outcome.producedTokens += 1
    }
    sequences.progress[slot] = progress
    if progress.known >= progress.total, sequences.phase[slot] == .decode {
      finish(slot, outcome)
    } else {
      running.append(slot)
      nextDecodes.add(slot, progress)
    }
  }

  func finish(_ slot: Int32, _ outcome: StepOutcome) {
    if pool.isCaching { commitNames(slot, upTo: sequences.progress[slot].computed) }
    releaseBlocks(slot)
    outcome.finished.append(sequences.request[slot].id)
    sequences.remove(slot)
    admittedCount -= 1
    counts.finished += 1
  }
}
