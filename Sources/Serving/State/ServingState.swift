public import Base

/// Everything that one replica's decisions rest on: its sequences, their blocks, and who waits and runs.
///
/// The cycle is `submit`, then for each step `plan`, `begin`, and, when an executor has run the step,
/// `complete`. With pipeline stages several steps are in flight; their sequences stand in none of the
/// lists. It belongs to one thread at a time and knows no clock.
public final class ServingState {
  /// Every KV block of the replica.
  public internal(set) var pool: BlockPool
  /// Names of the beginnings of requests, for the prefix cache.
  public internal(set) var prefixes: PrefixIDs
  /// False lets no waiting sequence find anything in the prefix cache.
  public var isReusing = true
  /// True where tokens are real, so that a prompt that was read in part is never taken for all of it:
  /// blocks that are given up for a fresh start are then only computed again.
  public var keepsPrompts = false
  /// In which order running sequences stand.
  public internal(set) var order: RunningOrder
  /// True when more urgent requests wait before others.
  public internal(set) var isByPriority: Bool
  /// Blocks that a single sequence can never have.
  public internal(set) var reservedBlocks: Int

  /// Sequences that hold blocks and are not in flight, in order.
  public internal(set) var running = Column<Int32>(capacity: 256)
  /// Sequences that hold blocks, those in flight included.
  public internal(set) var admittedCount = 0
  /// Sequences in flight.
  public internal(set) var inFlightCount = 0
  /// Running sequences and those in flight that compute known tokens.
  public internal(set) var prefillingCount = 0
  /// Blocks whose contents are in host memory.
  public internal(set) var swappedBlocks = 0
  /// What happened since the state was made; set where the deciding was done elsewhere.
  public var counts = ServingCounts()

  var sequences = SequenceTable()
  var waiting = SlotQueue()
  var nextDecodes = NextDecodes()
  /// Parts of `prefixes` that belong to slots, where sequences are named as their tokens come.
  var ownNames = Column<PrefixRange>()
  /// True once a sequence was forked.
  var hasForked = false
  /// Sequences that may share the block that they write next.
  var forked = Column<Int32>()
  /// Blocks that are kept from being used.
  var withheld = Column<Int32>()
  private var admissions: Int64 = 0

  /// Creates the state of an idle replica, whose lists are kept as a scheduler wants them.
  public init(
    blockCount: Int, blockSize: Int = 16, isCaching: Bool = false,
    prefixes: PrefixIDs = PrefixIDs(), for scheduler: some Scheduler
  ) {
    precondition(
      !isCaching || prefixes.tokensPerID % blockSize == 0,
      "names for \(prefixes.tokensPerID) tokens do not divide into blocks of \(blockSize)")
    pool = BlockPool(
      blockCount: blockCount, blockSize: blockSize, isCaching: isCaching,
      blocksPerName: isCaching ? prefixes.tokensPerID / blockSize : 1)
    self.prefixes = prefixes
    order = scheduler.order
    isByPriority = scheduler.isByPriority
    reservedBlocks = scheduler.reservedBlocks(of: blockCount)
  }

  private init(copying other: ServingState) {
    pool = other.pool.copy()
    prefixes = other.prefixes
    isReusing = other.isReusing
    keepsPrompts = other.keepsPrompts
    ownNames = other.ownNames.copy()
    withheld = other.withheld.copy()
    forked = other.forked.copy()
    hasForked = other.hasForked
    order = other.order
    isByPriority = other.isByPriority
    reservedBlocks = other.reservedBlocks
    running = other.running.copy()
    admittedCount = other.admittedCount
    inFlightCount = other.inFlightCount
    prefillingCount = other.prefillingCount
    swappedBlocks = other.swappedBlocks
    counts = other.counts
    sequences = other.sequences.copy()
    waiting = other.waiting.copy()
    admissions = other.admissions
  }

  /// Keeps the lists as another scheduler wants them from now on.
  public func adopt(_ scheduler: some Scheduler) {
    nextDecodes.removeAll()
    order = scheduler.order
    isByPriority = scheduler.isByPriority
    reservedBlocks = scheduler.reservedBlocks(of: pool.blockCount)
    for slot in liveSlots
    where sequences.phase[slot] == .prefill || sequences.phase[slot] == .decode {
      // Those in flight come first: they were admitted before any that will be.
      sequences.order[slot] = order == .admission ? 0 : sequences.request[slot].rank
    }
    if order == .admission {
      for index in 0..<running.count { sequences.order[running[index]] = nextAdmission() }
    }
    if isByPriority {
      let slots = waitingSlots
      waiting = SlotQueue()
      for slot in slots { enqueue(slot) }
    }
  }

  /// A state that goes on by itself from here.
  public func copy() -> ServingState { ServingState(copying: self) }

  // MARK: Looking

  /// Sequences that wait for blocks.
  @inline(__always) public var waitingCount: Int { waiting.count }
  /// True when no sequence waits, runs or is in flight.
  public var isIdle: Bool { waiting.count == 0 && admittedCount == 0 }
  /// The sequences that wait, the next one first.
  public var waitingSlots: [Int32] { (0..<waiting.count).map { waiting[$0] } }
  /// The slots that hold a sequence.
  public var liveSlots: [Int32] {
    (0..<Int32(sequences.count)).filter { sequences.phase[$0] != .none }
  }

  /// How many slots there are, used or not.
  public var slotCount: Int { sequences.count }

  /// The waiting sequence at a place in the queue.
  @inline(__always) public func waitingSlot(_ index: Int) -> Int32 { waiting[index] }
  /// How far a sequence is.
  @inline(__always) public func progress(_ slot: Int32) -> Progress { sequences.progress[slot] }
  /// What a sequence is doing.
  @inline(__always) public func phase(_ slot: Int32) -> SequencePhase { sequences.phase[slot] }
  /// What a sequence was asked for.
  public func request(_ slot: Int32) -> Request { sequences.request[slot] }
  /// The number that the owner gave a sequence's request.
  @inline(__always) public func requestID(_ slot: Int32) -> Int32 { sequences.request[slot].id }
  /// How many blocks a sequence holds.
  public func blockCount(_ slot: Int32) -> Int {
    pool.wholeBlocks(of: sequences.progress[slot].room)
  }
  /// True where several sequences may hold one block.
  @inline(__always) var mayShare: Bool { pool.isCaching || hasForked }
  /// The sequence of a request, or nothing.
  public func slot(ofRequest id: Int32) -> Int32? {
    (0..<Int32(sequences.count)).first {
      sequences.phase[$0] != .none && sequences.request[$0].id == id
    }
  }

  /// A sequence as a value.
  public func view(_ slot: Int32) -> SequenceView {
    let phase = sequences.phase[slot]
    let isAdmitted = phase == .prefill || phase == .decode
    return SequenceView(
      slot: slot, request: sequences.request[slot], phase: phase,
      progress: sequences.progress[slot],
      isInFlight: isAdmitted && !running.values.contains(slot),
      preemptions: Int(sequences.preemptions[slot]),
      cachedTokens: Int(sequences.cachedTokens[slot]), blocks: blockTable(slot))
  }

  /// The blocks that a sequence holds, in the order of its tokens.
  public func blockTable(_ slot: Int32) -> [Int32] {
    Array(UnsafeBufferPointer(start: sequences.table[slot], count: blockCount(slot)))
  }

  /// Leading tokens of a waiting sequence that the prefix cache has, in whole blocks and never all of
  /// them, and how many of their blocks are free.
  public func cachedPrefix(_ slot: Int32) -> (tokens: Int, freeBlocks: Int) {
    guard pool.isCaching, isReusing else { return (0, 0) }
    let known = Int(sequences.progress[slot].known)
    // At least one token is computed: logits come from nowhere else.
    let blocks = min(Int(sequences.request[slot].prefix.tokens), known - 1) / pool.blockSize
    guard blocks > 0 else { return (0, 0) }
    let found = withPrefix(slot) { pool.match($0, blocks: blocks) }
    return (found.hits * pool.blockSize, found.free)
  }

  func withPrefix<Value>(_ slot: Int32, _ body: (UnsafePointer<UInt64>) -> Value) -> Value {
    let start = Int(sequences.request[slot].prefix.start)
    return prefixes.ids.withUnsafeBufferPointer { ids in
      guard let base = ids.baseAddress else { preconditionFailure("there are no names") }
      return body(base + start)
    }
  }

  func nextAdmission() -> Int64 {
    admissions += 1
    return admissions
  }

  // MARK: Requests

  /// Takes a request.
  ///
  /// - Returns: Its slot; nothing when its tokens would never fit into the pool.
  @discardableResult
  public func submit(_ request: Request) -> Int32? {
    let total = Int(request.promptTokens) + Int(request.outputTokens)
    // Keys and values of the last token are never stored.
    let blocks = pool.blocks(for: total - 1)
    guard blocks <= pool.blockCount - reservedBlocks else {
      counts.rejected += 1
      return nil
    }
    let slot = sequences.add(
      request, known: request.promptTokens, total: Int32(total), blocks: blocks + 1)
    counts.submitted += 1
    enqueue(slot)
    debugCheck()
    return slot
  }

  /// Takes a request whose prompt was computed elsewhere: its keys and values have come with it, and it
  /// has its first token.
  ///
  /// Schedulers that admit swapped sequences go on from there; others compute the prompt again.
  /// - Returns: Its slot; nothing when its tokens would never fit into the pool.
  @discardableResult
  public func submit(computed request: Request) -> Int32? {
    precondition(request.outputTokens > 1, "a request with one token to come has it already")
    guard let slot = submit(request) else { return nil }
    sequences.progress[slot].known = request.promptTokens + 1
    sequences.progress[slot].computed = request.promptTokens
    sequences.phase[slot] = .swapped
    swappedBlocks += swappedBlocks(of: slot)
    debugCheck()
    return slot
  }

  /// Puts a sequence behind those that go before it.
  func enqueue(_ slot: Int32) {
    guard isByPriority else { return waiting.append(slot) }
    let request = sequences.request[slot]
    waiting.insert(slot) { other in
      let other = sequences.request[other]
      return (other.priority, other.rank) <= (request.priority, request.rank)
    }
  }

  /// Lets the step that runs, or the next one, be a sequence's last, as when its answer has ended.
  /// - Parameters:
  ///   - slot: The sequence.
  ///   - tokens: How many tokens it gets by that step, with guesses that held.
  public func shorten(_ slot: Int32, after tokens: Int32 = 1) {
    sequences.progress[slot].total = sequences.progress[slot].known + tokens
  }

  /// Ends a sequence that is not in flight; one in flight is to be shortened.
  public func cancel(_ slot: Int32) throws(Problem) {
    nextDecodes.removeAll()
    if !waiting.remove(slot) {
      guard let place = running.values.firstIndex(of: slot) else {
        throw Problem("sequence \(slot) is not there or in flight", fix: "shorten it")
      }
      for index in place..<(running.count - 1) { running[index] = running[index + 1] }
      running.truncate(to: running.count - 1)
      if sequences.phase[slot] == .prefill { prefillingCount -= 1 }
      admittedCount -= 1
    }
    if sequences.phase[slot] == .swapped { swappedBlocks -= swappedBlocks(of: slot) }
    releaseBlocks(slot)
    sequences.remove(slot)
    counts.cancelled += 1
    debugCheck()
  }

  func swappedBlocks(of slot: Int32) -> Int {
    pool.blocks(for: Int(sequences.progress[slot].computed))
  }

  func releaseBlocks(_ slot: Int32) {
    pool.release(sequences.table[slot], count: blockCount(slot))
    sequences.progress[slot].room = 0
    sequences.namedBlocks[slot] = 0
  }
}

/// What happened in a replica so far.
public struct ServingCounts: Hashable, Sendable {
  /// Requests that were taken.
  public var submitted = 0
  /// Requests that were not, since they would never fit.
  public var rejected = 0
  /// Sequences that came to their end.
  public var finished = 0
  /// Sequences that were ended.
  public var cancelled = 0
  /// Times that a sequence's blocks were taken from it.
  public var preemptions = 0
  /// Steps that were begun.
  public var steps = 0
  /// Tokens of prompts, asked for and found in the prefix cache.
  public var prefixTokens = CacheCounts()
  /// Guesses that were verified, and those that held.
  public var drafts = CacheCounts()

  /// Creates counts of nothing.
  public init() {}
}
