/// The KV blocks of one replica: reference counts, a queue of free ones, and a prefix cache over them.
///
/// With a cache as in vLLM v1: free blocks stand in the order in which they were given back, a released
/// sequence puts its last block first, and a block keeps what it holds until it is taken, so that a
/// request with the same beginning can have it back. Without one the blocks given back last are taken
/// first: those are in the processor's caches.
public struct BlockPool: ~Copyable {
  /// How many blocks there are.
  public let blockCount: Int
  /// Tokens per block.
  public let blockSize: Int
  /// 2^32 / `blockSize`, rounded up.
  private let blockFactor: UInt64
  /// True when full blocks are kept for requests with the same beginning.
  public let isCaching: Bool
  /// How many blocks nobody holds.
  public internal(set) var freeCount: Int
  /// Blocks that were asked for under a name, and those that were there.
  public internal(set) var lookups = CacheCounts()
  /// Named blocks that were taken for something else.
  public internal(set) var evictionCount = 0

  /// How many sequences hold each block.
  var references: Column<Int32>
  // The queue of free blocks, a ring of links through entry `blockCount`, which stands for its ends.
  var next: Column<Int32>
  var previous: Column<Int32>
  var names: PrefixTable

  /// Creates a pool of free blocks; with a cache, names stand for `blocksPerName` blocks each.
  public init(
    blockCount: Int, blockSize: Int = 16, isCaching: Bool = false, blocksPerName: Int = 1
  ) {
    precondition(blocksPerName >= 1, "a name stands for blocks, got \(blocksPerName)")
    precondition(blockCount >= 1, "a pool has blocks, got \(blockCount)")
    precondition(blockSize >= 1, "a block holds tokens, got \(blockSize)")
    self.blockCount = blockCount
    self.blockSize = blockSize
    blockFactor = (1 << 32 + UInt64(blockSize) - 1) / UInt64(blockSize)
    self.isCaching = isCaching
    freeCount = blockCount
    references = Column(repeating: 0, count: blockCount)
    next = Column(repeating: 0, count: blockCount + 1)
    previous = Column(repeating: 0, count: blockCount + 1)
    for block in 0...blockCount {
      next[block] = block == blockCount ? 0 : Int32(block + 1)
      previous[block] = block == 0 ? Int32(blockCount) : Int32(block - 1)
    }
    names = PrefixTable(blockCount: isCaching ? blockCount : 0, groupSize: blocksPerName)
  }

  private init(copying other: borrowing BlockPool) {
    blockCount = other.blockCount
    blockSize = other.blockSize
    blockFactor = other.blockFactor
    isCaching = other.isCaching
    freeCount = other.freeCount
    lookups = other.lookups
    evictionCount = other.evictionCount
    references = other.references.copy()
    next = other.next.copy()
    previous = other.previous.copy()
    names = other.names.copy()
  }

  /// A pool in the same state.
  public borrowing func copy() -> BlockPool { BlockPool(copying: self) }

  /// How many blocks somebody holds.
  public var usedCount: Int { blockCount - freeCount }
  /// The share of blocks that somebody holds.
  public var occupancy: Double { Double(usedCount) / Double(blockCount) }
  /// How many blocks so many tokens fill or begin.
  @inlinable public func blocks(for tokens: Int) -> Int { (tokens + blockSize - 1) / blockSize }
  /// How many blocks so many tokens fill, where they fill whole ones: by a product, which takes a third of
  /// the time of a division and is exact, since the factor is too large by less than 1 in 2^28.
  @inline(__always)
  func wholeBlocks(of tokens: Int32) -> Int {
    Int((UInt64(UInt32(bitPattern: tokens)) &* blockFactor) >> 32)
  }
  /// How many sequences hold a block.
  public func referenceCount(of block: Int32) -> Int { Int(references[block]) }
  /// The free blocks in the order in which they will be taken, to be looked at.
  public var freeBlocks: [Int32] {
    var (list, block): ([Int32], Int32) = ([], next[blockCount])
    while block != Int32(blockCount) {
      list.append(block)
      block = next[block]
    }
    return list
  }

  // MARK: Taking and giving back

  /// Takes free blocks in the order in which they stand and writes their numbers; so many must be free.
  public mutating func allocate(_ count: Int, into table: UnsafeMutablePointer<Int32>) {
    precondition(count <= freeCount, "\(count) blocks asked for, \(freeCount) are free")
    let (next, references) = (next.base, references.base)
    var block = next[blockCount]
    for index in 0..<count {
      table[index] = block
      references[Int(block)] = 1
      block = next[Int(block)]
    }
    if isCaching { for index in 0..<count { forget(table[index]) } }
    next[blockCount] = block
    previous[block] = Int32(blockCount)
    freeCount -= count
  }

  /// Lets a sequence go: its last block will be taken first, so that what many share stays longest.
  public mutating func release(_ table: UnsafePointer<Int32>, count: Int) {
    let end = Int32(blockCount)
    // Behind all others with a cache, else before them.
    var before = isCaching ? previous[end] : end
    let after = isCaching ? end : next[end]
    let (next, previous, references) = (next.base, previous.base, references.base)
    for index in stride(from: count - 1, through: 0, by: -1) {
      let block = table[index]
      assert(references[Int(block)] > 0, "block \(block) is held by nobody")
      references[Int(block)] &-= 1
      guard references[Int(block)] == 0 else { continue }
      next[Int(before)] = block
      previous[Int(block)] = before
      before = block
      freeCount += 1
    }
    next[Int(before)] = after
    previous[Int(after)] = before
  }

  /// Holds a block once more, free or not.
  public mutating func retain(_ block: Int32) {
    if references[block] == 0 {
      let (before, after) = (previous[block], next[block])
      next[before] = after
      previous[after] = before
      freeCount -= 1
    }
    references[block] += 1
  }

  /// Gives a sequence a block of its own where others hold the same one (copy-on-write).
  ///
  /// - Returns: The block to write to: the same one when nobody else holds it, otherwise a free one that
  ///   is to get the contents; nothing when none is free.
  public mutating func makeWritable(_ block: Int32) -> Int32? {
    guard references[block] > 1 else {
      // What is written to a block is no longer what its name says.
      if isCaching { forget(block) }
      return block
    }
    guard freeCount > 0 else { return nil }
    var copy: Int32 = 0
    allocate(1, into: &copy)
    references[block] -= 1
    return copy
  }

  mutating func forget(_ block: Int32) {
    if names.remove(block) { evictionCount += 1 }
  }
}

/// How often something was asked for and was there.
public struct CacheCounts: Hashable, Sendable {
  /// How often it was asked for.
  public var asked = 0
  /// How often it was there.
  public var hit = 0

  /// Creates counts of nothing.
  public init(asked: Int = 0, hit: Int = 0) {
    self.asked = asked
    self.hit = hit
  }

  /// The share that was there; 0 when nothing was asked for.
  public var ratio: Double { asked == 0 ? 0 : Double(hit) / Double(asked) }
}
