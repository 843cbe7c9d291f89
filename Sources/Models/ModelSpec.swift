public import Base

/// The numbers of a transformer's architecture: what it takes to store it, run it and remember with it.
///
/// A decoder of L layers of width d: attention with H query heads and G key heads of D each, then a
/// gated feed-forward block of width f (gate, up, down), a norm before each, and a vocabulary of V.
public struct ModelSpec: Described, Sendable {
  /// What Lua, `help` and the tests know about this model.
  public let info: Info
  /// The family's name as GGUF files spell it, as in "llama".
  public let architecture: String
  /// L, the number of layers.
  public let layers: Int
  /// d, the width of the residual stream.
  public let width: Int
  /// f, the width of the feed-forward block.
  public let feedForwardWidth: Int
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
  /// What the weights take in the file they were read from; nil for a model known by its numbers only.
  public let storedBytes: Bytes?

  /// Creates a spec from its numbers; a head is d/H wide where nothing else is said.
  public init(
    info: Info, architecture: String, layers: Int, width: Int, feedForwardWidth: Int, heads: Int,
    keyValueHeads: Int, headWidth: Int? = nil, vocabularySize: Int, contextLength: Int,
    ropeBase: Double = 10_000, normEpsilon: Double = 1e-5, sharesOutput: Bool = false,
    storedBytes: Bytes? = nil
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
    self.storedBytes = storedBytes
  }
}

// MARK: Parameters

extension ModelSpec {
  /// Parameters of the embedding matrix, V·d.
  public var embeddingParameters: Int { vocabularySize * width }

  /// Parameters of one layer's attention: queries, keys, values and output, 2·d·D·(H + G).
  public var attentionParameters: Int { 2 * width * headWidth * (heads + keyValueHeads) }

  /// Parameters of one layer's feed-forward block: gate, up and down, 3·d·f.
  public var feedForwardParameters: Int { 3 * width * feedForwardWidth }

  /// Parameters of all norms: two a layer and one before the output.
  public var normParameters: Int { (2 * layers + 1) * width }

  /// All parameters; a shared matrix counts once.
  public var parameters: Int {
    layers * (attentionParameters + feedForwardParameters) + normParameters
      + embeddingParameters * (sharesOutput ? 1 : 2)
  }

  /// Parameters that a token is multiplied with: the layers and the output matrix.
  public var multipliedParameters: Int {
    layers * (attentionParameters + feedForwardParameters) + embeddingParameters
  }
}

// MARK: Work and memory

extension ModelSpec {
  /// Floating-point operations of one token at a position: two for every weight it meets and, in each
  /// layer, four for every element of every key and value it looks at.
  public func flops(atPosition position: Int) -> Double {
    2 * Double(multipliedParameters) + 4 * Double(layers * heads * headWidth) * Double(position + 1)
  }

  /// Floating-point operations of reading a prompt; only its last token meets the output matrix.
  public func prefillFLOPs(tokens: Int) -> Double {
    guard tokens > 0 else { return 0 }
    let inLayers = 2 * Double(multipliedParameters - embeddingParameters) * Double(tokens)
    let pairs = Double(tokens) * Double(tokens + 1) / 2
    return inLayers + 4 * Double(layers * heads * headWidth) * pairs
      + 2 * Double(embeddingParameters)
  }

  /// What one position takes in the key-value cache, in bytes.
  public func keyValueBytes(bytesPerElement: Int = 2) -> Bytes {
    Bytes(2 * layers * keyValueHeads * headWidth * bytesPerElement)
  }

  /// What the weights take at a width per parameter.
  public func weightBytes(bitsPerWeight: Double) -> Bytes {
    Bytes(Int((Double(parameters) * bitsPerWeight / 8).rounded()))
  }

  /// What the weights take: as stored where that is known, else in half precision.
  public var weightBytes: Bytes { storedBytes ?? weightBytes(bitsPerWeight: 16) }
}
