extension BlockPool {
  /// The name of one block of a beginning; nothing where its tokens have no name.
  ///
  /// A name of the beginnings stands for one or several blocks; which of them is mixed into it.
  @inline(__always)
  static func name(
    _ ids: UnsafePointer<UInt64>, _ index: Int, blocksPerID: Int
  ) -> UInt64 {
    let (id, part) = index.quotientAndRemainder(dividingBy: blocksPerID)
    return PrefixIDs.mixed(ids[id] &+ UInt64(part) &* 0xD1B5_4A32_D192_ED03) | 1
  }

  /// How many leading blocks of a beginning are in the cache, and how many of those are free, so that
  /// holding them makes fewer free.
  func match(
    _ ids: UnsafePointer<UInt64>, blocks count: Int, blocksPerID: Int
  ) -> (hits: Int, free: Int) {
    var (hits, free) = (0, 0)
    while hits < count,
      let block = names.find(Self.name(ids, hits, blocksPerID: blocksPerID))
    {
      if references[block] == 0 { free += 1 }
      hits += 1
    }
    return (hits, free)
  }

  /// Holds leading blocks that `match` found and writes their numbers.
  mutating func adopt(
    _ ids: UnsafePointer<UInt64>, blocks count: Int, blocksPerID: Int,
    into table: UnsafeMutablePointer<Int32>
  ) {
    for index in 0..<count {
      guard let block = names.find(Self.name(ids, index, blocksPerID: blocksPerID)) else {
        preconditionFailure("block \(index) was in the cache when the step was planned")
      }
      retain(block)
      table[index] = block
    }
  }

  /// Says what full blocks of a sequence hold from now on.
  mutating func commit(
    _ ids: UnsafePointer<UInt64>, blocks range: Range<Int>, blocksPerID: Int,
    of table: UnsafePointer<Int32>
  ) {
    for index in range where names.name(of: table[index]) == 0 {
      names.insert(Self.name(ids, index, blocksPerID: blocksPerID), table[index])
    }
  }

  /// How many blocks can be found under a name.
  public var namedCount: Int { names.count }

  /// Stops the program when the queue of free blocks, the counts and the names disagree.
  public func checkInvariants() {
    var (free, block) = (0, next[blockCount])
    while block != Int32(blockCount), free <= freeCount {
      precondition(references[block] == 0, "free block \(block) is held")
      precondition(previous[next[block]] == block, "links at block \(block)")
      free += 1
      block = next[block]
    }
    precondition(free == freeCount, "\(free) blocks are free, \(freeCount) counted")
    var unheld = 0
    for block in 0..<blockCount {
      precondition(references[block] >= 0, "block \(block) was released too often")
      if references[block] == 0 { unheld += 1 }
    }
    precondition(unheld == freeCount, "\(unheld) blocks are held by nobody, \(freeCount) are free")
    names.checkInvariants()
  }
}
