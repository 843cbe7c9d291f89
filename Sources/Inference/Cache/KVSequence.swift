public import Base

/// One stream of tokens with its keys and values in the blocks of a pool.
///
/// Forks share blocks; whoever writes into a shared block first gets a copy of its own. A sequence that a
/// scheduler leads takes and gives back no block itself.
public final class KVSequence {
  /// Where its blocks lie.
  public let pool: KVPool
  /// The tokens whose keys and values are held, in order.
  public private(set) var tokens: [TokenID] = []
  /// The numbers of its blocks, in order.
  public private(set) var blocks: [Int] = []
  /// What keys and values depend on beside the tokens, as an adapter; sequences with different
  /// variants share nothing.
  public let variant: Int
  /// Its number among all sequences of the pool, from 1 in the order they were made.
  public private(set) var number = 0

  /// True for a sequence whose blocks a scheduler gives it.
  let isLed: Bool

  /// What stands for everything before the first block.
  private let root: Int
  /// The blocks' addresses, as kernels read them.
  private(set) var addresses: [UnsafeMutableRawPointer?] = []
  /// The names of the contents of its full, indexed blocks.
  private var contents: [Int] = []

  /// The number of positions held.
  public var count: Int { tokens.count }
  /// What its blocks take; shared ones count in each sequence.
  public var bytes: Bytes { Bytes(blocks.count * pool.blockBytes.count) }

  /// Creates an empty sequence.
  public convenience init(_ pool: KVPool, variant: Int = 0) {
    self.init(pool, variant: variant, isLed: false)
  }

  init(_ pool: KVPool, variant: Int, isLed: Bool) {
    self.pool = pool
    self.variant = variant
    self.isLed = isLed
    // Variants are few: the pool's epoch goes beside them.
    root = -1 - variant - pool.epoch << 32
    number = pool.enter(self)
  }

  deinit {
    pool.leave(number)
    dropBlocks(from: 0)
  }

  /// A sequence that goes on from the same tokens; nothing is copied until one of them writes.
  public func fork() -> KVSequence {
    let other = KVSequence(pool, variant: variant)
    other.tokens = tokens
    other.blocks = Array(blocks.prefix(blockCount(tokens.count)))
    other.addresses = Array(addresses.prefix(other.blocks.count))
    other.contents = contents
    for block in other.blocks { pool.retain(block) }
    return other
  }

  /// Forgets everything behind the first `count` positions and gives blocks back.
  public func truncate(to count: Int) {
    precondition(count >= 0 && count <= tokens.count, "\(count) of \(tokens.count) positions")
    tokens.removeLast(tokens.count - count)
    if isLed { return }
    contents.removeLast(max(0, contents.count - count / pool.blockSize))
    trim()
  }

  /// Fills an empty sequence from blocks that hold the beginning of a prompt; the last token of a
  /// prompt is never taken from there, because its logits are wanted.
  ///
  /// - Returns: The number of tokens that need not be computed.
  @discardableResult
  public func adopt(beginningOf prompt: [TokenID]) -> Int {
    precondition(tokens.isEmpty, "the sequence holds \(tokens.count) tokens")
    let size = pool.blockSize
    while tokens.count + size < prompt.count {
      let piece = Array(prompt[tokens.count..<tokens.count + size])
      guard let found = pool.find(parent: parent, tokens: piece) else { break }
      pool.retain(found.block)
      blocks.append(found.block)
      addresses.append(pool.address(found.block))
      contents.append(found.content)
      tokens += piece
    }
    return tokens.count
  }

  // MARK: For the executor

  /// Takes a block that it holds from now on, behind the others.
  func give(_ block: Int) {
    blocks.append(block)
    addresses.append(pool.address(block))
  }

  /// Takes a block in place of another, which it lets go.
  func replace(_ index: Int, by block: Int) {
    pool.release(blocks[index])
    blocks[index] = block
    addresses[index] = pool.address(block)
  }

  /// Says which tokens its blocks hold already.
  func begin(with tokens: ArraySlice<TokenID>) { self.tokens = Array(tokens) }

  /// How many blocks a sequence would have to take for more positions.
  public func blocksNeeded(for more: Int) -> Int {
    if isLed { return 0 }
    let copies = writesIntoShared && more > 0 ? 1 : 0
    return max(0, blockCount(tokens.count + more) - blocks.count) + copies
  }

  /// Makes room for more positions; on failure what it holds is as before.
  func reserve(_ more: Int) throws(Problem) {
    if isLed {
      let room = blocks.count * pool.blockSize
      precondition(tokens.count + more <= room, "\(tokens.count + more) tokens in room for \(room)")
      return
    }
    // Asked for all at once: where there is too little, not even a shared block is copied.
    try pool.require(blocksNeeded(for: more))
    if more > 0, let last = openBlock, writesIntoShared || pool.indexed(last.block) {
      let own = try pool.makeUnique(last.block)
      blocks[last.index] = own
      addresses[last.index] = pool.address(own)
    }
    while blocks.count < blockCount(tokens.count + more) {
      let block = try pool.take()
      blocks.append(block)
      addresses.append(pool.address(block))
    }
  }

  /// Counts positions whose keys and values are stored in every layer, and makes full blocks findable.
  func commit(_ more: some Swift.Sequence<TokenID>) {
    tokens += more
    if isLed { return }
    let size = pool.blockSize
    while (contents.count + 1) * size <= tokens.count {
      let start = contents.count * size
      contents.append(
        pool.index(
          blocks[contents.count], parent: parent, tokens: Array(tokens[start..<start + size])))
    }
  }

  /// Gives back blocks that hold no position.
  func trim() { if !isLed { dropBlocks(from: blockCount(tokens.count)) } }

  // MARK: Blocks

  private func blockCount(_ positions: Int) -> Int {
    (positions + pool.blockSize - 1) / pool.blockSize
  }

  /// What stands for everything before the next block to be indexed.
  private var parent: Int { contents.last ?? root }

  /// The block that the next position is written into, where it holds some already.
  private var openBlock: (index: Int, block: Int)? {
    let index = tokens.count / pool.blockSize
    guard tokens.count % pool.blockSize != 0, index < blocks.count else { return nil }
    return (index, blocks[index])
  }

  private var writesIntoShared: Bool {
    openBlock.map { pool.isShared($0.block) } ?? false
  }

  private func dropBlocks(from first: Int) {
    for block in blocks.dropFirst(first) { pool.release(block) }
    blocks.removeLast(max(0, blocks.count - first))
    addresses.removeLast(max(0, addresses.count - first))
  }
}
