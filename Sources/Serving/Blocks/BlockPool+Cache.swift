extension BlockPool {
  /// How many leading blocks of a beginning are in the cache, and how many of those are free, so that
  /// holding them makes fewer free.
  func match(_ ids: UnsafePointer<UInt64>, blocks count: Int) -> (hits: Int, free: Int) {
    var (hits, free, part, group) = (0, 0, 0, Int32(-1))
    let size = names.groupSize
    while hits < count {
      if part == 0 { group = names.group(of: ids[hits / size]) }
      guard group >= 0 else { break }
      let block = names.block(group, part)
      guard block >= 0 else { break }
      if references[block] == 0 { free += 1 }
      hits += 1
      part = part + 1 == size ? 0 : part + 1
    }
    return (hits, free)
  }

  /// Holds leading blocks that `match` found and writes their numbers.
  mutating func adopt(
    _ ids: UnsafePointer<UInt64>, blocks count: Int, into table: UnsafeMutablePointer<Int32>
  ) {
    let size = names.groupSize
    for index in 0..<count {
      let group = names.group(of: ids[index / size])
      precondition(group >= 0, "block \(index) was in the cache when the step was planned")
      let block = names.block(group, index % size)
      precondition(block >= 0, "block \(index) was in the cache when the step was planned")
      retain(block)
      table[index] = block
    }
  }

  /// Says what full blocks of a sequence hold from now on.
  mutating func commit(
    _ ids: UnsafePointer<UInt64>, blocks range: Range<Int>, of table: UnsafePointer<Int32>
  ) {
    let size = names.groupSize
    var (group, groupID) = (Int32(-1), -1)
    for index in range where !names.hasName(table[index]) {
      let (id, part) = index.quotientAndRemainder(dividingBy: size)
      if id != groupID {
        group = names.makeGroup(of: ids[id])
        groupID = id
      }
      names.insert(table[index], at: part, of: group)
    }
  }

  /// True when a block can be found under a name.
  public func isNamed(_ block: Int32) -> Bool { isCaching && names.hasName(block) }
  /// True when a block can be found under this name.
  public func knows(_ name: UInt64) -> Bool { isCaching && names.group(of: name) >= 0 }
  /// How many blocks can be found under a name.
  public var namedCount: Int { names.count }

  /// Stops the program when the queue of free blocks, the counts and the names disagree.
  public func checkInvariants() {
    let free = freeBlocks
    precondition(free.count == freeCount, "\(free.count) blocks are free, \(freeCount) counted")
    for block in free { precondition(references[block] == 0, "free block \(block) is held") }
    var unheld = 0
    for block in 0..<blockCount {
      precondition(references[block] >= 0, "block \(block) was released too often")
      if references[block] == 0 { unheld += 1 }
    }
    precondition(unheld == freeCount, "\(unheld) blocks are held by nobody, \(freeCount) are free")
    names.checkInvariants()
  }
}
