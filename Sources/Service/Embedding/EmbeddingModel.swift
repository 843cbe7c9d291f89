public import Base
public import Inference

/// A model that turns sentences into vectors, as the service needs it.
public protocol EmbeddingModel: Sendable {
  /// The name that requests ask for.
  var name: String { get }
  /// The most tokens of a sentence, marks included.
  var maximumTokens: Int { get }
  /// The numbers of a vector.
  var dimensions: Int { get }
  /// Tokens are numbered from 0 up to this.
  var vocabularySize: Int { get }

  /// Cuts a text into at most so many tokens, with the marks that the model expects around it.
  func tokens(of text: String, most: Int) -> [TokenID]
  /// The text of tokens, as near to what was cut as the vocabulary tells.
  func text(of tokens: [TokenID]) -> String
  /// How the vocabulary spells a token.
  func spelling(of token: TokenID) -> String
  /// A vector of length 1 for each sentence, in order.
  func embed(_ sentences: [[TokenID]]) throws(Problem) -> [[Float]]
}

/// An embedder of this program as the service needs it.
///
/// Texts are embedded as they come; a client of a model such as E5 writes "query: " itself.
public struct EmbedderModel: EmbeddingModel {
  /// The name that requests ask for.
  public let name: String
  private let embedder: Embedder

  /// Serves an embedder under a name.
  public init(_ embedder: Embedder, name: String) {
    self.embedder = embedder
    self.name = name
  }

  /// The most tokens of a sentence, marks included.
  public var maximumTokens: Int { embedder.maximumTokens }
  /// The numbers of a vector.
  public var dimensions: Int { embedder.dimensions }
  /// Tokens are numbered from 0 up to this.
  public var vocabularySize: Int { embedder.shape.vocabularySize }

  /// Cuts a text into at most so many tokens, with the marks that the model expects around it.
  public func tokens(of text: String, most: Int) -> [TokenID] {
    embedder.tokenizer.encode(text, maximum: most)
  }

  /// The text of tokens, as near to what was cut as the vocabulary tells.
  public func text(of tokens: [TokenID]) -> String {
    let spellings = tokens.map(embedder.tokenizer.spelling)
    guard embedder.tokenizer.model == "wordpiece" else {
      let text = spellings.joined().map { $0 == "▁" ? " " : String($0) }.joined()
      return text.hasPrefix(" ") ? String(text.dropFirst()) : text
    }
    return spellings.enumerated().map { index, piece in
      if piece.hasPrefix("##") { return String(piece.dropFirst(2)) }
      return index == 0 ? piece : " " + piece
    }.joined()
  }

  /// How the vocabulary spells a token.
  public func spelling(of token: TokenID) -> String { embedder.tokenizer.spelling(of: token) }

  /// A vector of length 1 for each sentence, in order.
  public func embed(_ sentences: [[TokenID]]) throws(Problem) -> [[Float]] {
    try embedder.embed(tokens: sentences)
  }
}
