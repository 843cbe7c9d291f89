/// Which block holds the tokens of a name: an open-addressed table beside the blocks.
///
/// Several blocks may hold the same tokens, as two requests that began in one step compute them twice;
/// they are linked, and the oldest is found.
struct PrefixTable: ~Copyable {
  /// The name of each block; 0 for none.
  private var nameOf: Column<UInt64>
  /// The next block of the same name.
  private var twin: Column<Int32>
  private var keys: Column<UInt64>
  private var heads: Column<Int32>
  private let mask: Int
  /// How many blocks have a name.
  private(set) var count = 0

  init(blockCount: Int) {
    nameOf = Column(repeating: 0, count: blockCount)
    twin = Column(repeating: -1, count: blockCount)
    var size = 16
    // At most half full, so that probes stay short.
    while size < blockCount * 2 { size *= 2 }
    mask = size - 1
    keys = Column(repeating: 0, count: size)
    heads = Column(repeating: -1, count: size)
  }

  private init(copying other: borrowing PrefixTable) {
    nameOf = other.nameOf.copy()
    twin = other.twin.copy()
    keys = other.keys.copy()
    heads = other.heads.copy()
    mask = other.mask
    count = other.count
  }

  borrowing func copy() -> PrefixTable { PrefixTable(copying: self) }

  /// The block that holds a name's tokens, or nothing.
  @inline(__always)
  func find(_ name: UInt64) -> Int32? {
    let place = slot(of: name)
    return keys[place] == name ? heads[place] : nil
  }

  /// The name of a block; 0 for none.
  func name(of block: Int32) -> UInt64 { nameOf[block] }

  /// Says what a block holds from now on; it must have no name, and 0 is none.
  mutating func insert(_ name: UInt64, _ block: Int32) {
    assert(nameOf[block] == 0 && name != 0)
    nameOf[block] = name
    twin[block] = -1
    count += 1
    let place = slot(of: name)
    guard keys[place] == name else {
      keys[place] = name
      heads[place] = block
      return
    }
    var last = heads[place]
    while twin[last] >= 0 { last = twin[last] }
    twin[last] = block
  }

  /// Forgets what a block held; false when it had no name.
  mutating func remove(_ block: Int32) -> Bool {
    let name = nameOf[block]
    guard name != 0 else { return false }
    nameOf[block] = 0
    count -= 1
    let place = slot(of: name)
    if heads[place] == block {
      heads[place] = twin[block]
      if heads[place] < 0 { close(place) }
    } else {
      var before = heads[place]
      while twin[before] != block { before = twin[before] }
      twin[before] = twin[block]
    }
    return true
  }

  /// Where the search for a name begins; the lowest bit of a name is always set.
  @inline(__always)
  private func home(_ name: UInt64) -> Int { Int(truncatingIfNeeded: name >> 17) & mask }

  /// The place where a name stands or would stand.
  @inline(__always)
  private func slot(of name: UInt64) -> Int {
    var place = home(name)
    while keys[place] != 0, keys[place] != name { place = (place + 1) & mask }
    return place
  }

  /// Empties a place and moves those behind it that would no longer be found (Knuth's algorithm R).
  private mutating func close(_ place: Int) {
    var hole = place
    var other = hole
    while true {
      other = (other + 1) & mask
      guard keys[other] != 0 else { break }
      let home = home(keys[other])
      if (other - home) & mask >= (other - hole) & mask {
        keys[hole] = keys[other]
        heads[hole] = heads[other]
        hole = other
      }
    }
    keys[hole] = 0
    heads[hole] = -1
  }

  /// Stops the program when a block is not found under its name.
  func checkInvariants() {
    var named = 0
    for block in 0..<nameOf.count where nameOf[block] != 0 {
      named += 1
      var candidate = find(nameOf[block]) ?? -1
      while candidate >= 0, candidate != Int32(block) { candidate = twin[candidate] }
      precondition(candidate == Int32(block), "block \(block) is not found under its name")
    }
    precondition(named == count, "\(named) blocks have a name, \(count) counted")
  }
}
