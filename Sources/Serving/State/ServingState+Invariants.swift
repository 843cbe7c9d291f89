extension ServingState {
  /// Pools up to this many blocks are checked after every change in debug builds; larger ones would make
  /// those too slow to use.
  private static let checkedBlocks = 256

  @inline(__always)
  func debugCheck() {
    assert(
      {
        if pool.blockCount <= Self.checkedBlocks { checkInvariants() }
        return true
      }())
  }

  /// Stops the program when lists, counts and blocks disagree: a sequence stands in exactly one place,
  /// every block is held as often as tables say, and nobody has more tokens than room.
  public func checkInvariants() {
    pool.checkInvariants()
    var places = [UInt8](repeating: 0, count: slotCount)
    for index in 0..<running.count { places[Int(running[index])] += 1 }
    for index in 0..<waiting.count { places[Int(waiting[index])] += 16 }
    var holders = [Int32](repeating: 0, count: pool.blockCount)
    var (admitted, prefilling, swapped) = (0, 0, 0)
    for slot in 0..<Int32(slotCount) {
      let phase = sequences.phase[slot]
      checkPlace(of: slot, phase, places[Int(slot)])
      guard phase != .none else { continue }
      if phase == .prefill || phase == .decode { admitted += 1 }
      if phase == .prefill { prefilling += 1 }
      if phase == .swapped { swapped += swappedBlocks(of: slot) }
      let table = sequences.table[slot]
      for index in 0..<blockCount(slot) { holders[Int(table[index])] += 1 }
    }
    precondition(admitted == admittedCount, "\(admitted) admitted, \(admittedCount) counted")
    precondition(
      admitted == running.count + inFlightCount, "\(admitted) admitted, \(running.count) run")
    precondition(prefilling == prefillingCount, "\(prefilling) read, \(prefillingCount) counted")
    precondition(swapped == swappedBlocks, "\(swapped) swapped blocks, \(swappedBlocks) counted")
    for index in 0..<withheld.count { holders[Int(withheld[index])] += 1 }
    for block in 0..<pool.blockCount {
      precondition(
        pool.references[block] == holders[block], "block \(block) is held \(holders[block]) times")
    }
  }

  /// One sequence: `place` counts where it runs in its lower half and where it waits in its upper one.
  private func checkPlace(of slot: Int32, _ phase: SequencePhase, _ place: UInt8) {
    let progress = sequences.progress[slot]
    switch phase {
    case .none: precondition(place == 0, "slot \(slot) is free and stands in a list")
    case .waiting, .swapped:
      precondition(place == 16, "sequence \(slot) is \(phase) and stands at \(place)")
      precondition(progress.room == 0, "sequence \(slot) waits and holds blocks")
    case .prefill, .decode:
      precondition(place <= 1, "sequence \(slot) is \(phase) and stands at \(place)")
      precondition(progress.computed <= progress.room, "sequence \(slot): \(progress)")
    }
    precondition(
      phase == .none || progress.computed <= progress.known && progress.known <= progress.total,
      "sequence \(slot): \(progress)")
  }
}
