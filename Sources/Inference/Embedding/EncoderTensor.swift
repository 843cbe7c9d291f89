import Base
import CTensors
import Tensors

/// Where the values of a tensor lie in a mapped file.
struct EncoderTensor {
  let format: BlockFormat
  /// The number of values.
  let count: Int
  /// Its bytes in the file.
  let range: Range<Int>
}

/// The tensors of an encoder's file, by the names that BERT's own files give them.
protocol EncoderTensorFile {
  /// The mapped file.
  var file: MappedFile { get }
  /// Finds a tensor, as in "encoder.layer.0.attention.self.query.weight".
  func tensor(_ name: String) -> EncoderTensor?
}

extension EncoderTensorFile {
  /// A tensor that must be there with this many values.
  func required(_ name: String, count: Int) throws(Problem) -> EncoderTensor {
    guard let tensor = tensor(name) else {
      throw Problem(
        "\(file.path): there is no tensor \"\(name)\"", fix: "give the file of a BERT encoder")
    }
    guard tensor.count == count else {
      throw Problem(
        "\(file.path): tensor \"\(name)\" should have \(count) values, has \(tensor.count)")
    }
    return tensor
  }

  /// The values of a tensor that must be there.
  func values(_ name: String, count: Int) throws(Problem) -> [Float] {
    let tensor = try required(name, count: count)
    return tensor.format.dequantise(
      UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range]), count: count)
  }
}

extension SafetensorsMap: EncoderTensorFile {
  func tensor(_ name: String) -> EncoderTensor? { entries[name] ?? entries["bert." + name] }
}

extension E5PackFile: EncoderTensorFile {
  func tensor(_ name: String) -> EncoderTensor? { Self.shortName(name).flatMap { entries[$0] } }

  /// What the packed file calls a tensor, as in "l0.q.w".
  private static func shortName(_ name: String) -> String? {
    if let short = outside[name] { return short }
    let prefix = "encoder.layer."
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let dot = parts[1].lastIndex(of: "."),
      let short = inside[String(parts[1][..<dot])]
    else { return nil }
    return "l\(parts[0]).\(short)." + (parts[1].hasSuffix(".weight") ? "w" : "b")
  }

  private static let outside = [
    "embeddings.word_embeddings.weight": "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w", "embeddings.LayerNorm.bias": "emb.ln.b",
  ]

  private static let inside = [
    "attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
    "attention.output.dense": "ao", "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi", "output.dense": "fo", "output.LayerNorm": "oln",
  ]
}

/// Rows of token embeddings as they lie in the mapped file.
// @unchecked: the bytes belong to a read-only mapping that `file` keeps alive.
struct TokenEmbeddings: @unchecked Sendable {
  let rows: Int
  let width: Int
  private let format: BlockFormat
  private let data: UnsafeRawPointer
  private let file: MappedFile

  init(_ tensor: EncoderTensor, of file: MappedFile, rows: Int, width: Int) throws(Problem) {
    guard let base = file.bytes.baseAddress else { throw Problem("\(file.path) is empty") }
    self.rows = rows
    self.width = width
    format = tensor.format
    data = base + tensor.range.lowerBound
    self.file = file
  }

  /// Copies the embedding of a token.
  func copy(_ token: TokenID, into out: UnsafeMutablePointer<Float>) {
    precondition(token >= 0 && token < rows, "token \(token) of \(rows)")
    var matrix = ct_matrix(
      data: data, rows: Int64(rows), cols: Int64(width), format: format.kernelCode)
    ct_matrix_row(&matrix, Int64(token), out)
  }
}
