/// Which blocks hold the tokens of a name: an open-addressed table of groups beside the blocks.
///
/// A name stands for as many blocks as its tokens fill, and those of one name lie side by side, since they
/// are asked for one after the other. Several blocks may hold the same tokens, as two requests that began
/// in one step compute them twice; they are linked, and the oldest is found.
struct PrefixTable: ~Copyable {
  /// How many blocks a name stands for.
  let groupSize: Int
  /// How many blocks have a name.
  private(set) var count = 0

  /// What a block holds; side by side, since it is needed together.
  struct Content: BitwiseCopyable {
    /// The group of the block, or -1, and its place in it.
    var group: Int32 = -1
    var part: Int32 = 0
    /// The next block of the same name and place, or -1.
    var twin: Int32 = -1
  }

  private var contents: Column<Content>
  /// The oldest block at each place of each group, or -1.
  private var heads: Column<Int32>
  /// The name of each group, and how many blocks it has.
  private var names: Column<UInt64>
  private var sizes: Column<Int32>
  private var freeGroups: Column<Int32>
  /// Groups by name; -1 is an empty place.
  private var places: Column<Int32>
  private var mask: Int
  private var groupCount = 0

  init(blockCount: Int, groupSize: Int) {
    self.groupSize = groupSize
    contents = Column(repeating: Content(), count: blockCount)
    heads = Column()
    names = Column()
    sizes = Column()
    freeGroups = Column()
    mask = 63
    places = Column(repeating: -1, count: 64)
  }

  private init(copying other: borrowing PrefixTable) {
    groupSize = other.groupSize
    count = other.count
    contents = other.contents.copy()
    heads = other.heads.copy()
    names = other.names.copy()
    sizes = other.sizes.copy()
    freeGroups = other.freeGroups.copy()
    places = other.places.copy()
    mask = other.mask
    groupCount = other.groupCount
  }

  borrowing func copy() -> PrefixTable { PrefixTable(copying: self) }

  /// The group of a name, or -1.
  @inline(__always)
  func group(of name: UInt64) -> Int32 { places[place(of: name)] }

  /// The block at a place of a group, or -1.
  @inline(__always)
  func block(_ group: Int32, _ part: Int) -> Int32 { heads[Int(group) * groupSize + part] }

  /// True when others can find a block.
  @inline(__always)
  func hasName(_ block: Int32) -> Bool { contents[block].group >= 0 }

  // MARK: Changing

  /// The group of a name, made where there is none; it must get a block at once.
  mutating func makeGroup(of name: UInt64) -> Int32 {
    let known = places[place(of: name)]
    if known >= 0 { return known }
    if (groupCount + 1) * 2 > places.count { growPlaces() }
    let group = freeGroups.isEmpty ? Int32(names.count) : freeGroups.removeLast()
    if Int(group) == names.count {
      names.append(name)
      sizes.append(0)
      heads.reserve(heads.count + groupSize)
      for _ in 0..<groupSize { heads.append(-1) }
    } else {
      names[group] = name
    }
    places[place(of: name)] = group
    groupCount += 1
    return group
  }

  /// Says what a block without a name holds from now on.
  mutating func insert(_ block: Int32, at part: Int, of group: Int32) {
    assert(contents[block].group < 0, "block \(block) has a name")
    contents[block] = Content(group: group, part: Int32(part))
    sizes[group] += 1
    count += 1
    let place = Int(group) * groupSize + part
    guard heads[place] >= 0 else {
      heads[place] = block
      return
    }
    var last = heads[place]
    while contents[last].twin >= 0 { last = contents[last].twin }
    contents[last].twin = block
  }

  /// Forgets what a block held; false when it had no name.
  mutating func remove(_ block: Int32) -> Bool {
    let content = contents[block]
    let group = content.group
    guard group >= 0 else { return false }
    contents[block].group = -1
    count -= 1
    let place = Int(group) * groupSize + Int(content.part)
    if heads[place] == block {
      heads[place] = content.twin
    } else {
      var before = heads[place]
      while contents[before].twin != block { before = contents[before].twin }
      contents[before].twin = content.twin
    }
    sizes[group] -= 1
    if sizes[group] == 0 { drop(group) }
    return true
  }

  private mutating func drop(_ group: Int32) {
    close(place(of: names[group]))
    freeGroups.append(group)
    groupCount -= 1
  }

  // MARK: Places

  @inline(__always)
  private func home(_ name: UInt64) -> Int {
    Int(truncatingIfNeeded: PrefixIDs.mixed(name) >> 17) & mask
  }

  /// The place where a name stands or would stand.
  @inline(__always)
  private func place(of name: UInt64) -> Int {
    var place = home(name)
    while places[place] >= 0, names[places[place]] != name { place = (place + 1) & mask }
    return place
  }

  private mutating func growPlaces() {
    mask = places.count * 2 - 1
    let old = places.values
    places = Column(repeating: -1, count: mask + 1)
    for group in old where group >= 0 { places[place(of: names[group])] = group }
  }

  /// Empties a place and moves those behind it that would no longer be found (Knuth's algorithm R).
  private mutating func close(_ place: Int) {
    var hole = place
    var other = hole
    while true {
      other = (other + 1) & mask
      guard places[other] >= 0 else { break }
      let home = home(names[places[other]])
      if (other - home) & mask >= (other - hole) & mask {
        places[hole] = places[other]
        hole = other
      }
    }
    places[hole] = -1
  }

  /// Stops the program when a block is not found under its name.
  func checkInvariants() {
    var named = 0
    for block in 0..<Int32(contents.count) where contents[block].group >= 0 {
      named += 1
      let group = contents[block].group
      precondition(self.group(of: names[group]) == group, "group \(group) is not found")
      var candidate = self.block(group, Int(contents[block].part))
      while candidate >= 0, candidate != block { candidate = contents[candidate].twin }
      precondition(candidate == block, "block \(block) is not found under its name")
    }
    precondition(named == count, "\(named) blocks have a name, \(count) counted")
    let groups = places.values.count { $0 >= 0 }
    precondition(groups == groupCount, "\(groups) groups, \(groupCount) counted")
  }
}
