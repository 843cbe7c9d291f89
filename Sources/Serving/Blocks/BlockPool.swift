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
  /// The logarithm of `blockSize` to base 2 where that is whole; else -1.
  @usableFromInline let blockShift: Int
  /// 2^32 / `blockSize`, rounded up.
  private let blockFactor: UInt64
  /// True when full blocks are kept for requests with the same beginning.
  public let isCaching: Bool
  /// Blocks that were asked for under a name, and those that were there.
  public internal(set) var lookups = CacheCounts()
  /// Named blocks that were taken for something else.
  public internal(set) var evictionCount = 0

  /// How many sequences hold each block.
  var references: Column<Int32>
  // The free ones: in a queue with a cache, else on a stack; the other one is empty.
  var queue: FreeQueue
  var stack: FreeStack
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
    blockShift = blockSize.nonzeroBitCount == 1 ? blockSize.trailingZeroBitCount : -1
    blockFactor = (1 << 32 + UInt64(blockSize) - 1) / UInt64(blockSize)
    self.isCaching = isCaching
    references = Column(repeating: 0, count: blockCount)
    queue = FreeQueue(blockCount: isCaching ? blockCount : 0)
    stack = FreeStack(blockCount: isCaching ? 0 : blockCount)
    names = PrefixTable(blockCount: isCaching ? blockCount : 0, groupSize: blocksPerName)
  }

  private init(copying other: borrowing BlockPool) {
    blockCount = other.blockCount
    blockSize = other.blockSize
    blockFactor = other.blockFactor
    blockShift = other.blockShift
    isCaching = other.isCaching
    lookups = other.lookups
    evictionCount = other.evictionCount
    references = other.references.copy()
    queue = other.queue.copy()
    stack = other.stack.copy()
    names = other.names.copy()
  }

  /// A pool in the same state.
  public borrowing func copy() -> BlockPool { BlockPool(copying: self) }

  /// How many blocks nobody holds.
  public var freeCount: Int { isCaching ? queue.count : stack.count }
  /// How many blocks somebody holds.
  public var usedCount: Int { blockCount - freeCount }
  /// The share of blocks that somebody holds.
  public var occupancy: Double { Double(usedCount) / Double(blockCount) }
  /// How many blocks so many tokens fill or begin.
  @inlinable
  public func blocks(for tokens: Int) -> Int {
    let end = tokens + blockSize - 1
    // Mostly a block has a power of two of tokens, and a shift takes a tenth of a division's time.
    return blockShift >= 0 ? end >> blockShift : end / blockSize
  }
  /// How many blocks so many tokens fill, where they fill whole ones: by a product, which takes a third of
  /// the time of a division and is exact, since the factor is too large by less than 1 in 2^28.
  @inline(__always)
  func wholeBlocks(of tokens: Int32) -> Int {
    Int((UInt64(UInt32(bitPattern: tokens)) &* blockFactor) >> 32)
  }
  /// How many sequences hold a block.
  public func referenceCount(of block: Int32) -> Int { Int(references[block]) }
  /// The free blocks in the order in which they will be taken, to be looked at.
  public var freeBlocks: [Int32] { isCaching ? queue.values : stack.values }

  // MARK: Taking and giving back

  /// Takes free blocks in the order in which they stand and writes their numbers; so many must be free.
  public mutating func allocate(_ count: Int, into table: UnsafeMutablePointer<Int32>) {
    precondition(count <= freeCount, "\(count) blocks asked for, \(freeCount) are free")
    if isCaching {
      queue.take(count, into: table, references.base)
      for index in 0..<count { forget(table[index]) }
    } else {
      stack.take(count, into: table, references.base)
    }
  }

  /// Lets a sequence go: its last block will be taken first, so that what many share stays longest.
  public mutating func release(_ table: UnsafePointer<Int32>, count: Int) {
    if isCaching {
      queue.give(table, count: count, references.base)
    } else {
      stack.give(table, count: count, references.base)
    }
  }

  /// Holds a block once more; a free one only where there is a cache to find it in.
  public mutating func retain(_ block: Int32) {
    if references[block] == 0 {
      precondition(isCaching, "block \(block) is free, and only a cache finds free blocks")
      queue.remove(block)
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
