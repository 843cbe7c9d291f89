public import Base

/// Which KV block holds what, as it is now.
public struct KVMap: Sendable {
  /// What a block is to the pool.
  public enum Use: String, Sendable, CaseIterable {
    /// One sequence holds it.
    case held
    /// Several sequences hold it.
    case shared
    /// Nobody holds it; its content is found again by its tokens until its place is needed.
    case kept
    /// It can be had.
    case free
  }

  /// One block.
  public struct Block: Sendable {
    /// Its number, from 0.
    public let number: Int
    /// What it is to the pool.
    public let use: Use
    /// The numbers of the sequences that hold it.
    public let sequences: [Int]
    /// How many sequences hold it.
    public let holders: Int
    /// Positions that are filled.
    public let positions: Int
  }

  /// One sequence.
  public struct Sequence: Sendable {
    /// Its number, from 1 in the order sequences were made.
    public let number: Int
    /// The tokens that it holds.
    public let tokens: Int
    /// Its blocks in order.
    public let blocks: [Int]
  }

  /// Positions in a block.
  public let blockSize: Int
  /// How keys and values are kept.
  public let format: KVFormat
  /// What a block takes.
  public let blockBytes: Bytes
  /// The most blocks; nil where only memory sets an end.
  public let limit: Int?
  /// Every block that was ever handed out.
  public let blocks: [Block]
  /// The sequences that hold blocks.
  public let sequences: [Sequence]

  /// Takes the state of a pool.
  public init(_ pool: KVPool) {
    let living = pool.sequences.filter { !$0.blocks.isEmpty }
    var owners = [[Int]](repeating: [], count: pool.holders.count)
    var filled = [Int](repeating: 0, count: owners.count)
    for sequence in living {
      for (index, block) in sequence.blocks.enumerated() {
        owners[block].append(sequence.number)
        let positions = min(pool.blockSize, sequence.count - index * pool.blockSize)
        filled[block] = max(filled[block], positions)
      }
    }
    blockSize = pool.blockSize
    format = pool.format
    blockBytes = pool.blockBytes
    limit = pool.limit
    sequences = living.map {
      Sequence(number: $0.number, tokens: $0.count, blocks: $0.blocks)
    }
    blocks = zip(pool.holders, pool.indexed).enumerated().map { number, entry in
      let (holders, isIndexed) = entry
      let use: Use =
        holders > 1 ? .shared : holders == 1 ? .held : isIndexed ? .kept : .free
      // Only full blocks can be found again.
      return Block(
        number: number, use: use, sequences: owners[number], holders: holders,
        positions: use == .kept ? pool.blockSize : filled[number])
    }
  }

  /// Blocks of a kind.
  public func count(_ use: Use) -> Int { blocks.count { $0.use == use } }

  /// Positions in held blocks that no token fills: what paging wastes.
  public var emptyPositions: Int {
    blocks.filter { $0.holders > 0 }.reduce(0) { $0 + blockSize - $1.positions }
  }

  /// One character for a block: how full a held one is, how often a shared one is held.
  public func mark(_ block: Block) -> String {
    switch block.use {
    case .free: return "·"
    case .kept: return "░"
    case .shared: return block.holders > 9 ? "+" : String(block.holders)
    case .held:
      let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
      return levels[min(7, max(0, (block.positions * 8 - 1) / blockSize))]
    }
  }
}
