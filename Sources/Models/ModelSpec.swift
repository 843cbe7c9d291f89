public import Base

/// The numbers of a transformer's architecture: what it takes to store it, run it and remember with it.
///
/// A decoder of L layers of width d: attention with H query heads and G key heads of D each, then a
/// gated feed-forward block of width f (gate, up, down), a norm before each, and a vocabulary of V.
/// Families that differ say so: a mixture of experts, latent attention, windows.
public struct ModelSpec: Described, Sendable {
  /// What Lua, `help` and the tests know about this model.
  public let info: Info
  /// The family's name as GGUF files spell it, as in "llama".
  public let architecture: String
  /// L, the number of layers.
  public let layers: Int
  /// d, the width of the residual stream.
  public let width: Int
  /// f, the width of the feed-forward block; of a mixture, that of its plain layers.
  public let feedForwardWidth: Int
  /// False where the feed-forward block has no gate: up and down alone.
  public let isGated: Bool
  /// H, the number of query heads.
  public let heads: Int
  /// G, the number of key and value heads; G divides H.
  public let keyValueHeads: Int
  /// D, the width of one head.
  public let headWidth: Int
  /// V, the number of tokens in the vocabulary.
  public let vocabularySize: Int
  /// The longest sequence it was trained for.
  public let contextLength: Int
  /// The base of the rotary positions' wavelengths.
  public let ropeBase: Double
  /// What keeps the norms from dividing by zero.
  public let normEpsilon: Double
  /// True when the embedding matrix is the output matrix too.
  public let sharesOutput: Bool
  /// Experts in place of the feed-forward block; nil where there are none.
  public let mixture: Mixture?
  /// What attention keeps in place of keys and values; nil where it keeps those.
  public let latent: LatentAttention?
  /// Which layers see the latest positions only; nil where all see everything.
  public let window: SlidingWindow?
  /// Parameters outside the matrices of layers and vocabulary: norms, biases, learned positions.
  public let otherParameters: Int
  /// What the weights take in the file they were read from; nil for a model known by its numbers only.
  public let storedBytes: Bytes?
  /// What its makers say of it, where they do.
  public let published: PublishedFigures?

  /// Creates a spec from its numbers; a head is d/H wide where nothing else is said, and other
  /// parameters are two norms a layer and one before the output.
  public init(
    info: Info, architecture: String, layers: Int, width: Int, feedForwardWidth: Int, heads: Int,
    keyValueHeads: Int, headWidth: Int? = nil, vocabularySize: Int, contextLength: Int,
    ropeBase: Double = 10_000, normEpsilon: Double = 1e-5, sharesOutput: Bool = false,
    isGated: Bool = true, mixture: Mixture? = nil, latent: LatentAttention? = nil,
    window: SlidingWindow? = nil, otherParameters: Int? = nil, storedBytes: Bytes? = nil,
    published: PublishedFigures? = nil
  ) {
    precondition(
      heads > 0 && keyValueHeads > 0 && heads % keyValueHeads == 0,
      "\(heads) query heads over \(keyValueHeads) key heads")
    self.info = info
    self.architecture = architecture
    self.layers = layers
    self.width = width
    self.feedForwardWidth = feedForwardWidth
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth ?? width / heads
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.ropeBase = ropeBase
    self.normEpsilon = normEpsilon
    self.sharesOutput = sharesOutput
    self.isGated = isGated
    self.mixture = mixture
    self.latent = latent
    self.window = window
    self.otherParameters = otherParameters ?? (2 * layers + 1) * width
    self.storedBytes = storedBytes
    self.published = published
  }
}
