import Glibc

/// A text in pieces that can be shown, each with the probability that the model gave it.
public struct ScoredText: Sendable {
  /// One token, or several where a letter's bytes are spread over them.
  public struct Piece: Sendable {
    /// The text.
    public let text: String
    /// The tokens.
    public let tokens: [TokenID]
    /// The product of the tokens' probabilities; nil where nothing is known, as for a first token.
    public let probability: Double?

    /// How surprising it is, in bits.
    public var surprise: Double? { probability.map { -log2(max($0, 0x1p-60)) } }
    /// How surprising from 0, expected, to 1, at ten bits or more.
    public var shade: Double { min(1, max(0, (surprise ?? 0) / 10)) }
  }

  /// The pieces in order.
  public let pieces: [Piece]

  /// Cuts tokens into pieces; one probability for each token.
  public init(_ tokens: [TokenID], _ probabilities: [Double?], _ tokenizer: Tokenizer) {
    var pieces: [Piece] = []
    var stream = TextStream()
    var waiting: [TokenID] = []
    var product: Double? = 1
    func piece(_ text: String) -> Piece {
      defer { (waiting, product) = ([], 1) }
      return Piece(text: text, tokens: waiting, probability: product)
    }
    for (token, probability) in zip(tokens, probabilities) {
      waiting.append(token)
      product = product.flatMap { known in probability.map { known * $0 } }
      let text = stream.add(tokenizer.bytes(of: token))
      if !text.isEmpty { pieces.append(piece(text)) }
    }
    let rest = stream.finish()
    if !waiting.isEmpty { pieces.append(piece(rest)) }
    self.pieces = pieces
  }

  /// The mean surprise of the pieces where it is known, in bits.
  public var meanBits: Double {
    let known = pieces.compactMap(\.surprise)
    return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
  }
}
