public import Base
import CTensors

/// Holds blocks of a pool by numbers of its own, as a batch does that a scheduler leads.
protocol BlockTenant: AnyObject {
  /// Learns that the memory of a block that nobody held was needed for something else.
  func lost(_ block: Int)
}

/// The memory of a paged key-value cache: blocks of a fixed number of positions, shared by sequences.
///
/// A block holds all layers of its positions. Sequences that begin alike share blocks; a block that
/// nobody holds keeps its content until its place is needed, so that a later sequence which begins
/// with the same tokens finds it. A pool belongs to one thread at a time.
public final class KVPool {
  /// Positions in a block.
  public let blockSize: Int
  /// How keys and values are kept.
  public let format: KVFormat
  /// What is kept of each position.
  public let shape: KVShape
  /// The most blocks; nil where only memory sets an end.
  public let limit: Int?

  private var ledger: BlockLedger
  private var memory: [UnsafeMutableRawPointer] = []
  private let layerBytes: Int
  private var living: [Int: Living] = [:]
  private var sequencesMade = 0
  /// How often what was computed so far stopped being true.
  private(set) var epoch = 0

  private var tenants: [Int: Tenant] = [:]
  private var tenantsEntered = 0

  private struct Living { weak var sequence: KVSequence? }
  private struct Tenant { weak var value: (any BlockTenant)? }

  /// Creates a pool; memory is taken as blocks are.
  ///
  /// - Parameters:
  ///   - shape: What is kept of each position.
  ///   - format: How keys and values are kept.
  ///   - blockSize: Positions in a block, 1 to 1024.
  ///   - limit: The most blocks; nil where only memory sets an end.
  /// - Throws: A problem for a block size out of range.
  public init(
    _ shape: KVShape, format: KVFormat = .f32, blockSize: Int = 64, limit: Int? = nil
  ) throws(Problem) {
    guard (1...1024).contains(blockSize) else {
      throw Problem("a block of \(blockSize) positions", fix: "give 1 to 1024; 64 is usual")
    }
    self.shape = shape
    self.limit = limit
    self.format = format
    self.blockSize = blockSize
    ledger = BlockLedger(limit: limit)
    layerBytes = shape.layerBytes(format, blockSize: blockSize)
  }

  deinit { for block in memory { block.deallocate() } }

  // MARK: What is where

  /// What a block takes.
  public var blockBytes: Bytes { Bytes(layerBytes * shape.layers) }
  /// Blocks that sequences hold.
  public var heldBlocks: Int { ledger.heldCount }
  /// Blocks that nobody holds and whose content can be found again.
  public var keptBlocks: Int { ledger.keptCount }
  /// Blocks that can be had now; nil where there is no limit.
  public var availableBlocks: Int? { ledger.availableCount }
  /// What all blocks take that were ever handed out.
  public var bytes: Bytes { Bytes(memory.count * blockBytes.count) }
  /// How many sequences hold each block that was ever handed out, by block.
  public var holders: [Int] { (0..<ledger.count).map { ledger.holders(of: $0) } }
  /// For each block, whether its content can be found again.
  public var indexed: [Bool] { (0..<ledger.count).map { ledger.isIndexed($0) } }

  /// Forgets the content of every block that nobody holds.
  public func dropKept() { for tenancy in ledger.dropKept() { tell(tenancy) } }

  /// Sees to it that no later sequence finds keys and values computed up to now, as where values in
  /// the layers are about to be changed.
  public func beginEpoch() {
    epoch += 1
    dropKept()
  }

  /// The sequences that live, in the order they were made.
  public var sequences: [KVSequence] {
    living.sorted { $0.key < $1.key }.compactMap(\.value.sequence)
  }

  // MARK: For sequences

  /// Notes a sequence that begins to live; gives its number, from 1.
  func enter(_ sequence: KVSequence) -> Int {
    sequencesMade += 1
    living[sequencesMade] = Living(sequence: sequence)
    return sequencesMade
  }

  /// Forgets a sequence that ends.
  func leave(_ number: Int) { living[number] = nil }

  func take() throws(Problem) -> Int { try take(for: nil) }

  private func take(for tenancy: BlockLedger.Tenancy?) throws(Problem) -> Int {
    guard let (block, evicted) = ledger.take(for: tenancy) else { throw tooFew(1) }
    if let evicted { tell(evicted) }
    if block == memory.count {
      let piece = UnsafeMutableRawPointer.allocate(byteCount: blockBytes.count, alignment: 64)
      // Kernels read whole vectors over positions that are not filled yet: those must be numbers.
      piece.initializeMemory(as: UInt8.self, repeating: 0, count: blockBytes.count)
      memory.append(piece)
    }
    return block
  }

  /// Fails where fewer blocks can be had.
  func require(_ count: Int) throws(Problem) {
    if let available = availableBlocks, available < count { throw tooFew(count) }
  }

  private func tooFew(_ count: Int) -> Problem {
    Problem(
      "\(count) KV blocks of \(blockSize) positions are needed, "
        + "\(availableBlocks ?? 0) of \(limit ?? 0) can be had",
      fix: "let a sequence go, or make the pool larger", kind: .limit)
  }

  func retain(_ block: Int) { ledger.retain(block) }
  func release(_ block: Int) { ledger.release(block) }
  func isShared(_ block: Int) -> Bool { ledger.holders(of: block) > 1 }
  func indexed(_ block: Int) -> Bool { ledger.isIndexed(block) }
  func address(_ block: Int) -> UnsafeMutableRawPointer { memory[block] }

  /// A block whose content is the same and that only the caller holds, in place of one the caller holds.
  func makeUnique(_ block: Int) throws(Problem) -> Int {
    if ledger.holders(of: block) == 1 {
      ledger.forget(block)
      return block
    }
    let copy = try take()
    address(copy).copyMemory(from: address(block), byteCount: blockBytes.count)
    release(block)
    return copy
  }

  /// Copies what a block holds to another.
  func copy(_ block: Int, to other: Int) {
    address(other).copyMemory(from: address(block), byteCount: blockBytes.count)
  }

  // MARK: For tenants

  /// Notes a tenant; gives its number, from 1.
  func enter(_ tenant: any BlockTenant) -> Int {
    tenantsEntered += 1
    tenants[tenantsEntered] = Tenant(value: tenant)
    return tenantsEntered
  }

  /// Forgets a tenant that ends; what nobody holds of its blocks is free.
  func leave(tenant: Int) {
    tenants[tenant] = nil
    ledger.abandon(tenant: tenant)
  }

  /// Takes a block for a sequence of a tenant, which calls it by a number of its own.
  func take(tenant: Int, _ block: Int) throws(Problem) -> Int {
    try take(for: BlockLedger.Tenancy(tenant: tenant, block: block))
  }

  /// Holds a block of a tenant again whose content is about to change.
  func reuse(_ block: Int) {
    ledger.forget(block)
    ledger.retain(block)
  }

  /// Ends the tenancy of a block.
  func abandon(_ block: Int) { ledger.abandon(block) }

  /// True when sequences hold a block.
  func isHeld(_ block: Int) -> Bool { ledger.holders(of: block) > 0 }

  private func tell(_ tenancy: BlockLedger.Tenancy) {
    tenants[tenancy.tenant]?.value?.lost(tenancy.block)
  }

  // MARK: Contents

  func index(_ block: Int, parent: Int, tokens: [TokenID]) -> Int {
    ledger.index(block, parent: parent, tokens: tokens)
  }

  func find(parent: Int, tokens: [TokenID]) -> (block: Int, content: Int)? {
    ledger.find(parent: parent, tokens: tokens)
  }

  /// Where a layer's part of a block begins.
  func offset(ofLayer layer: Int) -> Int { layer * layerBytes }
}
