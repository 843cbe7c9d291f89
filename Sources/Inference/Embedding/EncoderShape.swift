/// The numbers of an encoder of the BERT family.
public struct EncoderShape: Hashable, Sendable {
  /// Layers.
  public let layers: Int
  /// Width of the residual stream, and of an embedding.
  public let width: Int
  /// Attention heads; they divide the width.
  public let heads: Int
  /// Width of the feed-forward block.
  public let innerWidth: Int
  /// Rows of the token embeddings.
  public let vocabularySize: Int
  /// Positions that have an embedding: the longest sequence in tokens.
  public let positions: Int
  /// Rows of the token type embeddings.
  public let tokenTypes: Int
  /// What keeps a norm from dividing by zero.
  public let epsilon: Float

  /// Width of one head.
  public var headWidth: Int { width / heads }
}
