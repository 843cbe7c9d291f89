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
