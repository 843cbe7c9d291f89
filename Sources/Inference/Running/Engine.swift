public import Base
import CTensors
public import Models
public import Tensors

/// A model ready to run: its weights, its tokenizer and its chat template.
///
/// It never changes; sequences of tokens run through it by a ``StepExecutor``.
public final class Engine: Sendable {
  /// The model file.
  public let file: GGUFFile
  /// The numbers of its architecture.
  public let spec: ModelSpec
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// How a conversation is written for it; nil where the file says nothing.
  public let chatTemplate: ChatTemplate?
  /// How weights meet activations.
  public let arithmetic: Arithmetic

  /// What the repacked copies of the weights take; nothing with exact arithmetic.
  public let packedBytes: Bytes
  /// The engine that adapters were merged into; nil for one opened from its file.
  ///
  /// Merging makes another engine and leaves this one as it was, so taking an adapter back is exact by
  /// construction: it is going on with the original.
  public let original: Engine?

  let architecture: any Architecture
  /// What adapters can add to.
  let targets: AdapterTargets
  let changes: WeightChanges

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - path: A .gguf file.
  ///   - arithmetic: How weights meet activations.
  ///   - requantise: A format that the layers' matrices are stored in anew as they are loaded, to see
  ///     what a format costs, or to make a draft model of the same file; nil leaves them.
  ///   - memoryLimit: The most that the weights may take; nil for what the system has available.
  /// - Throws: A problem of the file; of kind `limit` for a model that is too large.
  public init(
    path: String, arithmetic: Arithmetic = .fast, requantise: BlockFormat? = nil,
    memoryLimit: Bytes? = nil
  ) throws(Problem) {
    try ModelUse.text.check(path)
    file = try GGUFFile(path: path)
    self.arithmetic = arithmetic
    spec = try ModelSpec(file)
    original = nil
    changes = WeightChanges(format: requantise)
    try MemoryLimit.check(
      file, MemoryLimit.needed(file, spec, arithmetic, requantise), memoryLimit)
    file.mapping.readAhead(file.dataOffset..<file.mapping.bytes.count)
    (architecture, packedBytes, targets) = try Architectures.read(file, spec, arithmetic, changes)
    tokenizer = try Tokenizer(file)
    guard tokenizer.vocabulary.count == spec.vocabularySize else {
      throw Problem(
        "\(path): \(tokenizer.vocabulary.count) tokens have \(spec.vocabularySize) embeddings")
    }
    chatTemplate = try file.optional("tokenizer.chat_template", "a string", \.string)
      .map { ChatTemplate($0) }
  }

  /// Reads the weights of an engine's file again, with other changes.
  init(_ original: Engine, _ changes: WeightChanges) throws(Problem) {
    file = original.file
    spec = original.spec
    arithmetic = original.arithmetic
    tokenizer = original.tokenizer
    chatTemplate = original.chatTemplate
    self.original = original
    self.changes = changes
    (architecture, packedBytes, targets) = try Architectures.read(file, spec, arithmetic, changes)
  }

  /// What is kept of each position.
  public var cacheShape: KVShape { architecture.cacheShape }

  /// Makes memory for sequences of this model.
  public func makePool(format: KVFormat = .f32, blockSize: Int = 64, limit: Int? = nil)
    throws(Problem) -> KVPool
  {
    try KVPool(cacheShape, format: format, blockSize: blockSize, limit: limit)
  }

  /// Starts an empty sequence with a pool of its own.
  public func makeSession(format: KVFormat = .f32) -> Session { Session(self, format: format) }

  /// Copies the embedding of a token.
  public func embedding(of token: TokenID) -> [Float] {
    [Float](unsafeUninitializedCapacity: spec.width) { values, count in
      if let start = values.baseAddress {
        architecture.tables.embedding.unpackRow(Int(token), into: start)
      }
      count = spec.width
    }
  }

  /// The instruction set that the kernels use here, as in "avx512".
  public static var simdName: String { String(cString: ct_simd_name(Int32(CT_SIMD_BEST.rawValue))) }
}
