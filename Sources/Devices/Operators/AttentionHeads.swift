/// The heads of one layer's attention on one device.
public struct AttentionHeads: Sendable, Hashable {
  /// Heads of queries.
  public var query: Int
  /// Heads of keys and values.
  public var keyValue: Int
  /// Numbers per head.
  public var dimension: Int

  /// Creates heads.
  public init(query: Int, keyValue: Int, dimension: Int = 128) {
    precondition(query > 0 && keyValue > 0 && dimension > 0, "\(query), \(keyValue), \(dimension)")
    self.query = query
    self.keyValue = keyValue
    self.dimension = dimension
  }
}

/// The prompts, or chunks of prompts, that one call of attention computes; it grows by what is added.
public struct PrefillWork: Sendable, Hashable {
  /// Chunks.
  public private(set) var sequences = 0.0
  /// Queries of all chunks.
  public private(set) var tokens = 0.0
  /// Keys that the chunks see, their own included.
  public private(set) var context = 0.0
  /// Pairs of a query and a key that it sees.
  public private(set) var pairs = 0.0
  /// Tiles of queries of one head.
  private(set) var tiles = 0.0
  /// Pairs in whole blocks of 64 queries and 64 keys of one head.
  private(set) var tilePairs = 0.0
  /// The most keys that a tile sees.
  private(set) var longest = 0.0

  /// Queries of a tile.
  static let tile = 128.0
  /// The edge of a block of queries and keys that is computed or skipped as a whole.
  static let block = 64.0

  /// Creates empty work.
  public init() {}

  /// Creates the work of equal chunks.
  ///
  /// - Parameters:
  ///   - sequences: how many there are.
  ///   - tokens: queries of each.
  ///   - prefix: keys before each that were computed already.
  public init(sequences: Double = 1, tokens: Double, prefix: Double = 0) {
    add(sequences: sequences, tokens: tokens, prefix: prefix)
  }

  /// Adds equal chunks.
  public mutating func add(sequences count: Double = 1, tokens: Double, prefix: Double = 0) {
    guard count > 0, tokens > 0 else { return }
    let rows = (tokens / Self.tile).rounded(.up)
    sequences += count
    self.tokens += count * tokens
    context += count * (prefix + tokens)
    pairs += count * tokens * (prefix + (tokens + 1) / 2)
    tiles += count * rows
    let blocks = (tokens / Self.block).rounded(.up)
    tilePairs += count * Self.block * blocks * (prefix + Self.block * (blocks + 1) / 2)
    longest = max(longest, prefix + Self.tile * rows)
  }
}
