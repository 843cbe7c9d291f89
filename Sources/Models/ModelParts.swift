/// Experts that stand in place of a layer's feed-forward block; a router picks some for each token.
public struct Mixture: Sendable, Hashable {
  /// E, the number of experts.
  public let count: Int
  /// How many of them a token goes through.
  public let used: Int
  /// The width of one expert's neurons.
  public let width: Int
  /// The width of the block that every token goes through beside its experts; 0: none.
  public let sharedWidth: Int
  /// Layers at the beginning that have a plain feed-forward block.
  public let denseLayers: Int

  /// States a mixture.
  public init(count: Int, used: Int, width: Int, sharedWidth: Int = 0, denseLayers: Int = 0) {
    precondition(used > 0 && used <= count, "\(used) of \(count) experts")
    self.count = count
    self.used = used
    self.width = width
    self.sharedWidth = sharedWidth
    self.denseLayers = denseLayers
  }
}

/// Attention that keeps one short vector of a position in place of its heads' keys and values
/// (multi-head latent attention, DeepSeek-V2, 2024).
public struct LatentAttention: Sendable, Hashable {
  /// The width of the vector from which keys and values are made.
  public let rank: Int
  /// The width of the vector from which queries are made; nil: they are made from the stream.
  public let queryRank: Int?
  /// The width of a head's query and key that the vector gives.
  public let plainWidth: Int
  /// The width of a head's query and key that is turned by the position; one key serves all heads.
  public let turnedWidth: Int
  /// The width of a head's value.
  public let valueWidth: Int

  /// States the widths.
  public init(rank: Int, queryRank: Int?, plainWidth: Int, turnedWidth: Int, valueWidth: Int) {
    self.rank = rank
    self.queryRank = queryRank
    self.plainWidth = plainWidth
    self.turnedWidth = turnedWidth
    self.valueWidth = valueWidth
  }
}

/// Layers whose tokens see the latest positions only.
public struct SlidingWindow: Sendable, Hashable {
  /// Positions that a token sees, itself included.
  public let size: Int
  /// Every so many layers the last one sees all positions; nil: none does.
  public let globalEvery: Int?

  /// States a window.
  public init(size: Int, globalEvery: Int? = nil) {
    self.size = size
    self.globalEvery = globalEvery
  }

  /// True where a layer, from 0, sees all positions.
  public func isGlobal(layer: Int) -> Bool {
    globalEvery.map { (layer + 1) % $0 == 0 } ?? false
  }
}
