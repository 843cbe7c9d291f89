import Base
import Inference
import Synchronization

@testable import Service

/// A model whose tokens are bytes between 1 and 2, and whose vector of a sentence is its sum.
final class ScriptedEmbedder: EmbeddingModel {
  let name = "vectors"
  let maximumTokens = 10
  let dimensions = 2
  let vocabularySize = 256
  /// How many sentences it was given at once.
  let turns = Mutex<[Int]>([])
  /// Held while a test wants it to wait.
  let gate = Mutex(())

  func tokens(of text: String, most: Int) -> [TokenID] {
    [1] + text.utf8.prefix(most == .max ? .max : most - 2).map { TokenID($0) } + [2]
  }
  func text(of tokens: [TokenID]) -> String {
    String(decoding: tokens.map { UInt8($0) }, as: UTF8.self)
  }
  func spelling(of token: TokenID) -> String { text(of: [token]) }
  func embed(_ sentences: [[TokenID]]) throws(Problem) -> [[Float]] {
    turns.withLock { $0.append(sentences.count) }
    return gate.withLock { _ in sentences.map { [Float($0.reduce(0, +)), 0.1] } }
  }
}
