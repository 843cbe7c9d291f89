/// What a sequence is doing.
public enum SequencePhase: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// The slot is free.
  case none
  /// It holds no blocks and waits for its first step, or for its next after a preemption.
  case waiting
  /// Its blocks are in host memory.
  case swapped
  /// It computes tokens that are known already.
  case prefill
  /// Each step brings it a token.
  case decode
}

/// How far a sequence is: what the loops over all running sequences read, side by side.
@frozen
public struct Progress: Hashable, Sendable, BitwiseCopyable {
  /// Tokens of the prompt and of the answer so far.
  public var known: Int32
  /// Tokens whose keys and values stand in blocks.
  public var computed: Int32
  /// Tokens that its blocks have room for.
  public var room: Int32
  /// Tokens at which it ends.
  public var total: Int32

  @inlinable
  init(known: Int32, computed: Int32, room: Int32, total: Int32) {
    self.known = known
    self.computed = computed
    self.room = room
    self.total = total
  }
}

/// One sequence as a value, to be looked at.
public struct SequenceView: Hashable, Sendable {
  /// Where it stands in the state.
  public let slot: Int32
  /// What was asked for.
  public let request: Request
  /// What it is doing.
  public let phase: SequencePhase
  /// How far it is.
  public let progress: Progress
  /// True while a step runs it.
  public let isInFlight: Bool
  /// How often it was preempted.
  public let preemptions: Int
  /// Tokens that came from the prefix cache when it was admitted last.
  public let cachedTokens: Int
  /// The blocks it holds, in the order of its tokens.
  public let blocks: [Int32]

  /// Tokens of the answer so far.
  public var generated: Int { max(0, Int(progress.known - request.promptTokens)) }
}

/// Every sequence of a replica by slot; slots of ended ones are used again.
struct SequenceTable: ~Copyable {
  var progress: Column<Progress>
  var phase: Column<SequencePhase>
  var request: Column<Request>
  /// A mark that is set only inside of one call.
  var mark: Column<Bool>
  /// What running sequences are sorted by.
  var order: Column<Int64>
  var preemptions: Column<Int32>
  var cachedTokens: Column<Int32>
  /// Leading blocks that can be found in the prefix cache.
  var namedBlocks: Column<Int32>
  /// The block table, kept for the next sequence of the slot.
  var table: Column<UnsafeMutablePointer<Int32>>
  var tableRoom: Column<Int32>
  private var free: Column<Int32>

  init() {
    progress = Column()
    phase = Column()
    request = Column()
    mark = Column()
    order = Column()
    preemptions = Column()
    cachedTokens = Column()
    namedBlocks = Column()
    table = Column()
    tableRoom = Column()
    free = Column()
  }

  private init(copying other: borrowing SequenceTable) {
    progress = other.progress.copy()
    phase = other.phase.copy()
    request = other.request.copy()
    mark = other.mark.copy()
    order = other.order.copy()
    preemptions = other.preemptions.copy()
    cachedTokens = other.cachedTokens.copy()
    namedBlocks = other.namedBlocks.copy()
    tableRoom = other.tableRoom.copy()
    free = other.free.copy()
    table = Column(capacity: other.table.count)
    for slot in 0..<other.table.count {
      let room = Int(other.tableRoom[slot])
      let copy = UnsafeMutablePointer<Int32>.allocate(capacity: room)
      copy.initialize(from: other.table[slot], count: room)
      table.append(copy)
    }
  }

  // The tables are plain memory that only this value points to.
  deinit { for slot in 0..<table.count { table[slot].deallocate() } }

  borrowing func copy() -> SequenceTable { SequenceTable(copying: self) }

  /// How many slots there are, used or not.
  var count: Int { phase.count }

  /// Finds a slot and room for so many blocks.
  mutating func add(_ new: Request, known: Int32, total: Int32, blocks: Int) -> Int32 {
    let slot = free.isEmpty ? grow() : free.removeLast()
    progress[slot] = Progress(known: known, computed: 0, room: 0, total: total)
    phase[slot] = .waiting
    request[slot] = new
    mark[slot] = false
    order[slot] = new.rank
    preemptions[slot] = 0
    cachedTokens[slot] = 0
    namedBlocks[slot] = 0
    makeTableRoom(slot, blocks: blocks)
    return slot
  }

  /// Sees to a block table that so many blocks fit into.
  mutating func makeTableRoom(_ slot: Int32, blocks: Int) {
    let room = Int(tableRoom[slot])
    guard room < blocks else { return }
    // Rounded up so that the slot's next sequence fits as well.
    let larger = (blocks + 63) & ~63
    let moved = UnsafeMutablePointer<Int32>.allocate(capacity: larger)
    moved.initialize(from: table[slot], count: room)
    (moved + room).initialize(repeating: -1, count: larger - room)
    table[slot].deallocate()
    table[slot] = moved
    tableRoom[slot] = Int32(larger)
  }

  mutating func remove(_ slot: Int32) {
    phase[slot] = .none
    free.append(slot)
  }

  private mutating func grow() -> Int32 {
    progress.append(Progress(known: 0, computed: 0, room: 0, total: 0))
    phase.append(.none)
    request.append(Request(id: 0, promptTokens: 1, outputTokens: 1, rank: 0))
    mark.append(false)
    order.append(0)
    preemptions.append(0)
    cachedTokens.append(0)
    namedBlocks.append(0)
    let place = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    place.initialize(to: -1)
    table.append(place)
    tableRoom.append(1)
    return Int32(phase.count - 1)
  }
}
