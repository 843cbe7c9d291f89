import Serving

/// Times from token to token.
///
/// Mostly every decoding sequence takes part in every step, so all have their tokens at the same times
/// and one time is kept for all. Where a step leaves some out, as steps that only read prompts do, each
/// has its own until a step runs them all again.
extension Replica {
  /// Counts the time since the last token of everyone who gets one in a step that ends now.
  func noteTokens(
    _ plan: StepPlan, at now: Double, _ records: borrowing Column<RequestRecord>,
    _ itl: inout LogHistogram
  ) {
    let decoding = state.admittedCount - state.prefillingCount
    let isEveryone = plan.decodes.count == decoding
    if isEveryone, decoding == 0 || !commonLastToken.isNaN {
      if decoding > 0 { itl.add(now - commonLastToken, times: decoding) }
    } else {
      noteEach(plan, now, isEveryone, &itl)
    }
    if plan.prefills.count > 0 { notePrefills(plan, now, isEveryone, records, &itl) }
    commonLastToken = isEveryone ? now : .nan
  }

  private func noteEach(
    _ plan: StepPlan, _ now: Double, _ isEveryone: Bool, _ itl: inout LogHistogram
  ) {
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
    _ plan: StepPlan, _ now: Double, _ isEveryone: Bool,
    _ records: borrowing Column<RequestRecord>, _ itl: inout LogHistogram
  ) {
    makeRoomForSlots()
    for index in 0..<plan.prefills.count {
      let item = plan.prefills[index]
      guard item.context + item.tokens == state.progress(item.slot).known else { continue }
      if !records[state.requestID(item.slot)].firstTokenAt.isNaN {
        itl.add(now - lastToken[item.slot], times: 1)
      }
      if !isEveryone { lastToken[item.slot] = now }
    }
  }

  /// Keeps the last token of a sequence whose blocks are taken.
  func noteLeaving(_ slot: Int32) {
    makeRoomForSlots()
    guard state.phase(slot) == .decode, !commonLastToken.isNaN else { return }
    lastToken[slot] = commonLastToken
  }

  /// Gives every decoding sequence the common time as its own.
  private func spreadCommonTime() {
    makeRoomForSlots()
    guard !commonLastToken.isNaN else { return }
    for slot in 0..<Int32(state.slotCount) where state.phase(slot) == .decode {
      lastToken[slot] = commonLastToken
    }
    commonLastToken = .nan
  }

  private func makeRoomForSlots() {
    while lastToken.count < state.slotCount { lastToken.append(0) }
  }
}
