import Base

/// What a batcher keeps of a request that has not ended, beside its answer.
struct LiveRequest {
  let id: BatchRequest.ID
  /// Where it stands in the decision state.
  let slot: Int32
  /// The names of its leading blocks.
  var names: [UInt64]
  /// Its keys and values while it holds blocks.
  var sequence: KVSequence?
  /// The numbers that the decision state gives to its blocks.
  var table: [Int32] = []
  /// Its keys and values while it was made to give its blocks up for host memory.
  var swapped: SwappedBlocks?

  init(id: BatchRequest.ID, slot: Int32, names: [UInt64]) {
    self.id = id
    self.slot = slot
    self.names = names
  }
}

/// One request's part in a step that runs.
struct Flight {
  let id: BatchRequest.ID
  let key: Int32
  let slot: Int32
  /// Tokens that were known when the step was planned.
  let known: Int
  /// Guesses that stand behind them.
  let drafts: [Draft]
  /// Tokens that it got, the one that ends a turn included.
  var gained = 0
  /// Guesses that held.
  var accepted = 0
  /// True once no further row says anything.
  var isClosed = false
}

/// A copy of a sequence's keys and values outside of its pool.
final class SwappedBlocks {
  /// How many tokens they are of.
  let tokens: Int
  private let bytesEach: Int
  private let copies: [UnsafeMutableRawPointer]

  /// Copies what a sequence holds.
  init(_ sequence: KVSequence) {
    let pool = sequence.pool
    let bytes = pool.blockBytes.count
    tokens = sequence.count
    bytesEach = bytes
    let filled = (tokens + pool.blockSize - 1) / pool.blockSize
    copies = sequence.blocks.prefix(filled).map { block in
      let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      copy.copyMemory(from: pool.address(block), byteCount: bytes)
      return copy
    }
  }

  // The copies are plain memory that only this object points to.
  deinit { for copy in copies { copy.deallocate() } }

  /// Writes the copies into the blocks of a sequence.
  func restore(to sequence: KVSequence) {
    for (block, copy) in zip(sequence.blocks, copies) {
      sequence.pool.address(block).copyMemory(from: copy, byteCount: bytesEach)
    }
  }
}
