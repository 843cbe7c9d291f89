import Serving

/// The memory behind the blocks of a decision state: each block that the scheduler gives to a sequence
/// stands for one block of a pool.
///
/// A block that nobody holds keeps its memory while it can be found; where the pool needs the memory for
/// others, the state learns that the block can be found no more.
final class BlockMemory: BlockTenant {
  private let pool: KVPool
  private let state: ServingState
  private var number = 0
  /// The pool's block for each of the state's, or -1.
  private var places: [Int]

  init(_ pool: KVPool, _ state: ServingState) {
    self.pool = pool
    self.state = state
    places = Array(repeating: -1, count: state.pool.blockCount)
    number = pool.enter(self)
  }

  deinit { pool.leave(tenant: number) }

  func lost(_ block: Int) {
    places[block] = -1
    // One that was just given to a sequence has no name any more.
    if state.pool.referenceCount(of: Int32(block)) == 0 { state.forget(Int32(block)) }
  }

  /// Gives a sequence the memory of the blocks that its slot holds from a place on; those behind `kept`
  /// are new.
  func extend(_ sequence: KVSequence, to table: [Int32], kept: Int) {
    for index in sequence.blocks.count..<table.count where index < kept {
      let place = places[Int(table[index])]
      precondition(place >= 0, "block \(table[index]) is shared and has no memory")
      pool.retain(place)
      sequence.give(place)
    }
  }

  /// The same for new blocks; must come after all that is kept was given.
  func fill(_ sequence: KVSequence, to table: [Int32]) {
    for index in sequence.blocks.count..<table.count {
      sequence.give(place(ofNew: Int(table[index])))
    }
  }

  /// Gives a sequence a copy of a block in place of the block, which it shared.
  func separate(_ sequence: KVSequence, _ copy: BlockCopy) {
    let own = place(ofNew: Int(copy.to))
    pool.copy(sequence.blocks[copy.index], to: own)
    sequence.replace(copy.index, by: own)
  }

  /// Memory for a block that nobody held.
  private func place(ofNew block: Int) -> Int {
    // A copy of a sequence that somebody made may still read what stood there.
    if places[block] >= 0, pool.isHeld(places[block]) { drop(block) }
    if places[block] >= 0 {
      pool.reuse(places[block])
    } else {
      guard let place = try? pool.take(tenant: number, block) else {
        preconditionFailure("the state gave out a block whose memory others hold")
      }
      places[block] = place
    }
    return places[block]
  }

  /// Lets the memory go of blocks that nobody holds and nobody can find.
  func release(_ table: [Int32]) {
    for block in table
    where state.pool.referenceCount(of: block) == 0 && !state.pool.isNamed(block) {
      drop(Int(block))
    }
  }

  private func drop(_ block: Int) {
    guard places[block] >= 0 else { return }
    pool.abandon(places[block])
    places[block] = -1
  }

  /// True when a sequence's memory is that of a table of blocks.
  func agrees(_ sequence: KVSequence, _ table: [Int32]) -> Bool {
    sequence.blocks.count == table.count
      && zip(sequence.blocks, table).allSatisfy { places[Int($1)] == $0 }
  }
}
