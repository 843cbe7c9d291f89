/// Who holds which KV block, and what the blocks that nobody holds still remember: pure numbers, no
/// memory.
///
/// A block is free, held by one or more sequences, or kept: held by nobody, but found again by the
/// tokens whose keys and values it has, until its place is needed. Those that a tenant took are found by
/// the tenant, by a number of its own, and not by their tokens.
struct BlockLedger {
  /// The number of a block.
  typealias BlockID = Int

  /// What a full block can be found by: everything before it, and its tokens.
  struct Key: Hashable {
    /// The block before it, by its content; for a sequence's first block what else keys and values
    /// depend on, as an adapter.
    let parent: Int
    let tokens: [TokenID]
  }

  /// A block's tenant and the tenant's number for it.
  struct Tenancy: Equatable {
    let tenant: Int
    let block: Int
  }

  private struct Entry {
    var holders = 0
    var key: Key?
    var tenancy: Tenancy?
    var isKept: Bool { holders == 0 && (key != nil || tenancy != nil) }
    /// A name for its content that is never used again, so a key's parent cannot be mistaken.
    var content = 0
    var lastUse = 0
  }

  private var entries: [Entry] = []
  private var free: [BlockID] = []
  private var found: [Key: BlockID] = [:]
  private var uses = 0
  private var contents = 0

  /// The most blocks; nil where only memory sets an end.
  let limit: Int?

  init(limit: Int?) { self.limit = limit }

  /// Blocks that were ever handed out.
  var count: Int { entries.count }
  /// Blocks that sequences hold.
  private(set) var heldCount = 0
  /// Blocks that nobody holds and whose content can be found again.
  var keptCount: Int { entries.count - heldCount - free.count }
  /// Blocks that can be had now; nil where there is no limit.
  var availableCount: Int? { limit.map { $0 - heldCount } }

  /// How many sequences hold a block.
  func holders(of block: BlockID) -> Int { entries[block].holders }
  /// True where a block can be found by its content.
  func isIndexed(_ block: BlockID) -> Bool { entries[block].key != nil }

  /// Takes a block for one holder: a free one, a new one, or the one kept that was used longest ago,
  /// which its tenant is to be told; nil when all are held.
  mutating func take(for tenancy: Tenancy? = nil) -> (block: BlockID, evicted: Tenancy?)? {
    if let block = free.popLast() { return (hold(block, tenancy), nil) }
    // Without a limit, what is kept may take as much as what is held, and a little more.
    let mayGrow = limit.map { entries.count < $0 } ?? (keptCount <= entries.count / 2 + 16)
    if mayGrow {
      entries.append(Entry())
      return (hold(entries.count - 1, tenancy), nil)
    }
    let kept = entries.indices.lazy.filter { [entries] in entries[$0].holders == 0 }
    guard let oldest = kept.min(by: { [entries] in entries[$0].lastUse < entries[$1].lastUse })
    else { return nil }
    let evicted = entries[oldest].tenancy
    forget(oldest)
    return (hold(oldest, tenancy), evicted)
  }

  /// Adds a holder.
  mutating func retain(_ block: BlockID) {
    if entries[block].holders == 0 { heldCount += 1 }
    entries[block].holders += 1
  }

  /// Takes a holder away; a block without one is free, or kept where its content can be found.
  mutating func release(_ block: BlockID) {
    precondition(entries[block].holders > 0, "block \(block) has no holder")
    entries[block].holders -= 1
    uses += 1
    entries[block].lastUse = uses
    guard entries[block].holders == 0 else { return }
    heldCount -= 1
    if !entries[block].isKept { free.append(block) }
  }

  /// Ends a block's tenancy; it is free if nobody holds it.
  mutating func abandon(_ block: BlockID) {
    precondition(entries[block].tenancy != nil, "block \(block) has no tenant")
    entries[block].tenancy = nil
    if entries[block].holders == 0, entries[block].key == nil { free.append(block) }
  }

  /// Ends all tenancies of a tenant.
  mutating func abandon(tenant: Int) {
    for block in entries.indices where entries[block].tenancy?.tenant == tenant { abandon(block) }
  }

  /// Makes a full block findable and gives the name of its content.
  ///
  /// Where another block has the same content already, that one stays the one to be found.
  mutating func index(_ block: BlockID, parent: Int, tokens: [TokenID]) -> Int {
    let key = Key(parent: parent, tokens: tokens)
    if let other = found[key] { return entries[other].content }
    contents += 1
    entries[block].key = key
    entries[block].content = contents
    found[key] = block
    return contents
  }

  /// The block that has the keys and values of tokens behind a parent, and its content's name.
  func find(parent: Int, tokens: [TokenID]) -> (block: BlockID, content: Int)? {
    found[Key(parent: parent, tokens: tokens)].map { ($0, entries[$0].content) }
  }

  /// Makes a block's content unfindable, because it is about to change.
  mutating func forget(_ block: BlockID) {
    guard let key = entries[block].key else { return }
    found[key] = nil
    entries[block].key = nil
    entries[block].content = 0
  }

  /// Forgets the content of every block that nobody holds, and gives the tenancies that ended by it.
  mutating func dropKept() -> [Tenancy] {
    var ended: [Tenancy] = []
    for block in entries.indices where entries[block].isKept {
      if let tenancy = entries[block].tenancy { ended.append(tenancy) }
      entries[block].tenancy = nil
      forget(block)
      free.append(block)
    }
    return ended
  }

  private mutating func hold(_ block: BlockID, _ tenancy: Tenancy?) -> BlockID {
    entries[block].holders = 1
    entries[block].tenancy = tenancy
    heldCount += 1
    return block
  }
}
