public import Base
import CTensors
public import Models

/// A model ready to run: its weights in the mapped file, its tokenizer and its chat template.
///
/// It never changes; each sequence has a ``Session`` of its own.
public final class Engine: Sendable {
  /// The model file.
  public let file: GGUFFile
  /// The numbers of its architecture.
  public let spec: ModelSpec
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// How a conversation is written for it; nil where the file says nothing.
  public let chatTemplate: ChatTemplate?

  let graph: any Graph

  /// The most tokens of one run through the layers; longer prompts go in pieces, so that a stop is
  /// seen and memory stays bounded.
  static let chunk = 128

  /// Opens a model file.
  public init(path: String) throws(Problem) {
    file = try GGUFFile(path: path)
    spec = try ModelSpec(file)
    graph = try Graphs.make(file, spec)
    tokenizer = try Tokenizer(file)
    file.mapping.readAhead(file.dataOffset..<file.mapping.bytes.count)
    guard tokenizer.vocabulary.count == spec.vocabularySize else {
      throw Problem(
        "\(path): \(tokenizer.vocabulary.count) tokens have \(spec.vocabularySize) embeddings")
    }
    chatTemplate = try file.optional("tokenizer.chat_template", "a string", \.string)
      .map { ChatTemplate($0) }
  }

  /// Starts an empty sequence.
  public func makeSession(precision: KVCache.Precision = .single) -> Session {
    Session(self, precision: precision)
  }

  /// Copies the embedding of a token.
  public func embedding(of token: TokenID) -> [Float] {
    [Float](unsafeUninitializedCapacity: spec.width) { values, count in
      if let start = values.baseAddress { graph.embedding.unpackRow(Int(token), into: start) }
      count = spec.width
    }
  }

  /// The instruction set that the kernels use here, as in "avx512".
  public static var simdName: String { String(cString: ct_simd_name(Int32(CT_SIMD_BEST.rawValue))) }
}
