/// Free blocks of which the one that was given back last is taken first: it is in the processor's caches.
struct FreeStack: ~Copyable {
  private var blocks: Column<Int32>
  private(set) var count: Int

  /// All blocks, the first one on top.
  init(blockCount: Int) {
    count = blockCount
    blocks = Column(repeating: 0, count: blockCount)
    for place in 0..<blockCount { blocks[place] = Int32(blockCount - 1 - place) }
  }

  private init(copying other: borrowing FreeStack) {
    blocks = other.blocks.copy()
    count = other.count
  }

  borrowing func copy() -> FreeStack { FreeStack(copying: self) }

  /// The blocks in the order in which they will be taken.
  var values: [Int32] { (0..<count).map { blocks[count - 1 - $0] } }

  /// Takes so many blocks, which must be there, and says that each is held once.
  @inline(__always)
  mutating func take(
    _ taken: Int, into table: UnsafeMutablePointer<Int32>,
    _ references: UnsafeMutablePointer<Int32>
  ) {
    let top = blocks.base + (count &- 1)
    var index = 0
    while index < taken {
      let block = top[0 &- index]
      table[index] = block
      references[Int(block)] = 1
      index &+= 1
    }
    count &-= taken
  }

  /// Gives up a table of blocks; those that nobody else holds are free then, the last one on top.
  mutating func give(
    _ table: UnsafePointer<Int32>, count given: Int, _ references: UnsafeMutablePointer<Int32>
  ) {
    let blocks = blocks.base
    var top = count
    for index in 0..<given {
      let block = table[index]
      let left = references[Int(block)] &- 1
      assert(left >= 0, "block \(block) is held by nobody")
      references[Int(block)] = left
      // There is room for it where it stays held too, since then it is not among the free ones.
      blocks[top] = block
      top &+= left == 0 ? 1 : 0
    }
    count = top
  }
}

/// Free blocks that are taken in the order in which they were given back: a ring of links through an entry
/// behind the last block, which stands for both ends.
struct FreeQueue: ~Copyable {
  private var next: Column<Int32>
  private var previous: Column<Int32>
  private let end: Int
  private(set) var count: Int

  /// All blocks, the first one first.
  init(blockCount: Int) {
    (end, count) = (blockCount, blockCount)
    next = Column(repeating: 0, count: blockCount + 1)
    previous = Column(repeating: 0, count: blockCount + 1)
    for block in 0...blockCount {
      next[block] = block == blockCount ? 0 : Int32(block + 1)
      previous[block] = block == 0 ? Int32(blockCount) : Int32(block - 1)
    }
  }

  private init(copying other: borrowing FreeQueue) {
    next = other.next.copy()
    previous = other.previous.copy()
    (end, count) = (other.end, other.count)
  }

  borrowing func copy() -> FreeQueue { FreeQueue(copying: self) }

  /// The blocks in the order in which they will be taken.
  var values: [Int32] {
    var (list, block): ([Int32], Int32) = ([], next[end])
    while block != Int32(end), list.count <= count {
      precondition(previous[next[block]] == block, "links at block \(block)")
      list.append(block)
      block = next[block]
    }
    return list
  }

  /// Takes so many blocks, which must be there, and says that each is held once.
  mutating func take(
    _ taken: Int, into table: UnsafeMutablePointer<Int32>,
    _ references: UnsafeMutablePointer<Int32>
  ) {
    let next = next.base
    var block = next[end]
    for index in 0..<taken {
      table[index] = block
      references[Int(block)] = 1
      block = next[Int(block)]
    }
    next[end] = block
    previous[block] = Int32(end)
    count -= taken
  }

  /// Gives up a table of blocks; those that nobody else holds are free then, the last one first of them,
  /// so that what many share stays longest.
  mutating func give(
    _ table: UnsafePointer<Int32>, count given: Int, _ references: UnsafeMutablePointer<Int32>
  ) {
    let (next, previous) = (next.base, previous.base)
    var before = previous[end]
    for index in stride(from: given - 1, through: 0, by: -1) {
      let block = table[index]
      assert(references[Int(block)] > 0, "block \(block) is held by nobody")
      references[Int(block)] &-= 1
      guard references[Int(block)] == 0 else { continue }
      next[Int(before)] = block
      previous[Int(block)] = before
      before = block
      count += 1
    }
    next[Int(before)] = Int32(end)
    previous[end] = before
  }

  /// Takes a block out, wherever it stands.
  mutating func remove(_ block: Int32) {
    let (before, after) = (previous[block], next[block])
    next[before] = after
    previous[after] = before
    count -= 1
  }
}
