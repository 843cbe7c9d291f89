import Serving

/// Times from token to token.
///
/// Mostly every decoding sequence takes part in every step, so all have their tokens at the same times
/// and one time is kept for all. Those that a step which only read prompts has added since have their own
/// until the next step. Where a step leaves some out, each has its own until a step runs them all again.
extension Replica {
  /// Counts the time since the last token of everyone who gets one in a step that ends now.
  func noteTokens(
    _ plan: StepPlan, at now: Double, _ records: borrowing Column<RequestRecord>,
    _ itl: inout LogHistogram
  ) {
    let decoding = state.admittedCount - state.prefillingCount
    let hasCommon = decoding == 0 || !commonLastToken.isNaN
    let isEveryone = plan.decodes.count == decoding
    let isNobody = plan.decodes.count == 0 && decoding > 0
    if isEveryone, hasCommon {
      noteAll(decoding, now, &itl)
    } else if !isNobody || !hasCommon {
      noteEach(plan, now, &itl)
    }
    if plan.prefills.count > 0 {
      notePrefills(
        plan, now, isEveryone: isEveryone, isNobody: isNobody && hasCommon, records, &itl)
    }
    if !isNobody || !hasCommon { commonLastToken = isEveryone ? now : .nan }
  }

  private func noteAll(_ decoding: Int, _ now: Double, _ itl: inout LogHistogram) {
    let common = decoding - added.count
    if common > 0 { itl.add(now - commonLastToken, times: common) }
    for index in 0..<added.count { itl.add(now - lastToken[added[index]], times: 1) }
    added.removeAll()
  }

  private func noteEach(_ plan: StepPlan, _ now: Double, _ itl: inout LogHistogram) {
    spreadCommonTime()
    let (last, slots) = (lastToken.base, plan.decodes.base)
    var (gap, run) = (-1.0, 0)
    for index in 0..<plan.decodes.count {
      let slot = Int(slots[index])
      let since = now - last[slot]
      last[slot] = now
      if since != gap {
        if run > 0 { itl.add(gap, times: run) }
        (gap, run) = (since, 0)
      }
      run += 1
    }
    if run > 0 { itl.add(gap, times: run) }
  }

  /// Those that end their prompts: a token is not their first when they were preempted before.
  private func notePrefills(
    _ plan: StepPlan, _ now: Double, isEveryone: Bool, isNobody: Bool,
    _ records: borrowing Column<RequestRecord>, _ itl: inout LogHistogram
  ) {
    makeRoomForSlots()
    for index in 0..<plan.prefills.count {
      let item = plan.prefills[index]
      let progress = state.progress(item.slot)
      guard item.context + item.tokens == progress.known else { continue }
      if !records[state.requestID(item.slot)].firstTokenAt.isNaN {
        itl.add(now - lastToken[item.slot], times: 1)
      }
      if !isEveryone { lastToken[item.slot] = now }
      // One whose first token is its last will not decode.
      if isNobody, progress.known + 1 < progress.total { added.append(item.slot) }
    }
  }

  /// Takes note of a sequence that comes with its first token.
  func noteArrival(_ slot: Int32, lastToken time: Double) {
    makeRoomForSlots()
    lastToken[slot] = time
  }

  /// Keeps the last token of a sequence whose blocks are taken.
  func noteLeaving(_ slot: Int32) {
    makeRoomForSlots()
    guard state.phase(slot) == .decode, !commonLastToken.isNaN else { return }
    if let place = added.values.firstIndex(of: slot) {
      let last = added.removeLast()
      if place < added.count { added[place] = last }
    } else {
      lastToken[slot] = commonLastToken
    }
  }

  /// Gives every decoding sequence a time of its own.
  private func spreadCommonTime() {
    makeRoomForSlots()
    guard !commonLastToken.isNaN else { return }
    let own = added.values.map { ($0, lastToken[$0]) }
    for slot in 0..<Int32(state.slotCount) where state.phase(slot) == .decode {
      lastToken[slot] = commonLastToken
    }
    for (slot, time) in own { lastToken[slot] = time }
    added.removeAll()
    commonLastToken = .nan
  }

  private func makeRoomForSlots() {
    while lastToken.count < state.slotCount { lastToken.append(0) }
  }
}
