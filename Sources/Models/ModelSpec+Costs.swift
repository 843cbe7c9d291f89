public import Base

// MARK: Parameters

extension ModelSpec {
  /// Parameters of the embedding matrix, V·d.
  public var embeddingParameters: Int { vocabularySize * width }

  /// Parameters of one layer's attention: queries, keys, values and output, 2·d·D·(H + G); with a
  /// latent vector, the matrices into it and out of it in place of keys and values.
  public var attentionParameters: Int {
    guard let latent else { return 2 * width * headWidth * (heads + keyValueHeads) }
    let queries = heads * (latent.plainWidth + latent.turnedWidth)
    let intoQueries = latent.queryRank.map { $0 * (width + queries) } ?? width * queries
    let intoLatent = width * (latent.rank + latent.turnedWidth)
    let outOfLatent = latent.rank * heads * (latent.plainWidth + latent.valueWidth)
    return intoQueries + intoLatent + outOfLatent + heads * latent.valueWidth * width
  }

  /// Parameters of one layer's feed-forward block: gate, up and down, 3·d·f; of a mixture those of
  /// its router, all experts and what they share.
  public var feedForwardParameters: Int { feedForwardParameters(experts: mixture?.count ?? 0) }

  /// All parameters; a shared matrix counts once.
  public var parameters: Int {
    layers * attentionParameters + feedForwards(feedForwardParameters) + otherParameters
      + embeddingParameters * (sharesOutput ? 1 : 2)
  }

  /// Parameters that a token is multiplied with: the layers, of a mixture the experts that it goes
  /// through, and the output matrix.
  public var multipliedParameters: Int {
    layers * attentionParameters
      + feedForwards(feedForwardParameters(experts: mixture?.used ?? 0)) + embeddingParameters
  }

  /// Parameters that a token uses: all but the experts that it does not go through.
  public var activeParameters: Int {
    parameters - feedForwards(feedForwardParameters)
      + feedForwards(feedForwardParameters(experts: mixture?.used ?? 0))
  }

  private var plainFeedForward: Int { (isGated ? 3 : 2) * width * feedForwardWidth }

  private func feedForwardParameters(experts: Int) -> Int {
    guard let mixture else { return plainFeedForward }
    return width * mixture.count + 3 * width * (experts * mixture.width + mixture.sharedWidth)
  }

  /// All layers' feed-forward blocks, of which those of a mixture take `each`.
  private func feedForwards(_ each: Int) -> Int {
    let dense = min(mixture?.denseLayers ?? 0, layers)
    return dense * plainFeedForward + (layers - dense) * each
  }
}

// MARK: Work and memory

extension ModelSpec {
  /// Floating-point operations of one token at a position: two for every weight it meets and, in each
  /// layer, four for every element of every key and value it looks at.
  public func flops(atPosition position: Int) -> Double {
    2 * Double(multipliedParameters)
      + looking { window in Double(min(position + 1, window ?? .max)) }
  }

  /// Floating-point operations of reading a prompt; only its last token meets the output matrix.
  public func prefillFLOPs(tokens: Int) -> Double {
    guard tokens > 0 else { return 0 }
    let inLayers = 2 * Double(multipliedParameters - embeddingParameters) * Double(tokens)
    let pairs = looking { window in
      // The first tokens see all before them, the others a whole window.
      let growing = min(tokens, window ?? tokens)
      return Double(growing) * Double(growing + 1) / 2 + Double(tokens - growing) * Double(growing)
    }
    return inLayers + pairs + 2 * Double(embeddingParameters)
  }

  /// What one position takes in the key-value cache, in bytes.
  public func keyValueBytes(bytesPerElement: Int = 2) -> Bytes {
    Bytes(layers * keptElements * bytesPerElement)
  }

  /// What a sequence takes in a key-value cache that drops what no window reaches any more.
  public func keyValueBytes(positions: Int, bytesPerElement: Int = 2) -> Bytes {
    let kept = (0..<layers).reduce(0) { $0 + min(positions, windowSize(layer: $1) ?? positions) }
    return Bytes(kept * keptElements * bytesPerElement)
  }

  /// The positions that a layer's tokens see; nil: all before them.
  public func windowSize(layer: Int) -> Int? {
    window.flatMap { $0.isGlobal(layer: layer) ? nil : $0.size }
  }

  /// What the weights take at a width per parameter.
  public func weightBytes(bitsPerWeight: Double) -> Bytes {
    Bytes(Int((Double(parameters) * bitsPerWeight / 8).rounded()))
  }

  /// What the weights take: as stored where that is known, else in half precision.
  public var weightBytes: Bytes { storedBytes ?? weightBytes(bitsPerWeight: 16) }

  /// Elements that one layer keeps of a position.
  private var keptElements: Int {
    latent.map { $0.rank + $0.turnedWidth } ?? 2 * keyValueHeads * headWidth
  }

  /// Operations of looking back in all layers, where `pairs` says how many positions are seen.
  private func looking(_ pairs: (Int?) -> Double) -> Double {
    let width = latent.map { 2 * $0.rank + $0.turnedWidth } ?? 2 * headWidth
    let seen = (0..<layers).reduce(0.0) { $0 + pairs(windowSize(layer: $1)) }
    return 2 * Double(heads * width) * seen
  }
}
