/// Free blocks that are taken in the order in which they were given back: a ring that is read from one end
/// and written at the other.
///
/// A block that is taken out of the middle leaves its entry behind, which is passed over later. A list of
/// links would need none of that, but following one waits for memory at each block.
struct FreeQueue: ~Copyable {
  private var ring: Column<Int32>
  /// The entry of each free block; -1 for one that was taken out of the middle.
  private var entryOf: Column<Int32>
  /// How many entries were read since the last closing up, and how many written.
  private var first = 0
  private var end: Int
  private(set) var count: Int

  /// All blocks, the first one first.
  init(blockCount: Int) {
    count = blockCount
    end = blockCount
    var size = 64
    while size < blockCount * 2 { size *= 2 }
    ring = Column(repeating: 0, count: size)
    entryOf = Column(repeating: 0, count: blockCount)
    for block in 0..<blockCount {
      ring[block] = Int32(block)
      entryOf[block] = Int32(block)
    }
  }

  private init(copying other: borrowing FreeQueue) {
    ring = other.ring.copy()
    entryOf = other.entryOf.copy()
    first = other.first
    end = other.end
    count = other.count
  }

  borrowing func copy() -> FreeQueue { FreeQueue(copying: self) }

  private var mask: Int { ring.count - 1 }

  /// The blocks in the order in which they will be taken.
  var values: [Int32] {
    (first..<end).map { $0 & mask }.filter { entryOf[ring[$0]] == Int32($0) }.map { ring[$0] }
  }

  /// Takes so many blocks, which must be there, and says that each is held once.
  mutating func take(
    _ taken: Int, into table: UnsafeMutablePointer<Int32>,
    _ references: UnsafeMutablePointer<Int32>
  ) {
    let (ring, entryOf, mask) = (ring.base, entryOf.base, mask)
    var (entry, index) = (first, 0)
    while index < taken {
      let place = entry & mask
      let block = ring[place]
      entry &+= 1
      guard entryOf[Int(block)] == Int32(truncatingIfNeeded: place) else { continue }
      table[index] = block
      references[Int(block)] = 1
      index &+= 1
    }
    first = entry
    count -= taken
  }

  /// Gives up a table of blocks; those that nobody else holds are free then, the last one first of them,
  /// so that what many share stays longest.
  mutating func give(
    _ table: UnsafePointer<Int32>, count given: Int, _ references: UnsafeMutablePointer<Int32>
  ) {
    if end - first + given > ring.count { closeUp(for: given) }
    let (ring, entryOf, mask) = (ring.base, entryOf.base, mask)
    let before = end
    for index in stride(from: given - 1, through: 0, by: -1) {
      let block = table[index]
      assert(references[Int(block)] > 0, "block \(block) is held by nobody")
      references[Int(block)] &-= 1
      guard references[Int(block)] == 0 else { continue }
      let place = end & mask
      ring[place] = block
      entryOf[Int(block)] = Int32(truncatingIfNeeded: place)
      end &+= 1
    }
    count += end - before
  }

  /// Takes a block out, wherever it stands.
  mutating func remove(_ block: Int32) {
    entryOf[block] = -1
    count -= 1
  }

  /// Drops the entries that blocks left behind, and sees to room for more.
  private mutating func closeUp(for more: Int) {
    let blocks = values
    var size = ring.count
    while size < blocks.count + more { size *= 2 }
    while ring.count < size { ring.append(0) }
    for (entry, block) in blocks.enumerated() {
      ring[entry] = block
      entryOf[block] = Int32(entry)
    }
    first = 0
    end = blocks.count
  }
}
