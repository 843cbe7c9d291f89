public import Base

/// A GGUF file, version 2 or 3, mapped into memory with every length, offset and size checked.
///
/// Opening reads the header only; a tensor's bytes are touched when it is used. No value of the
/// file decides an allocation before it was held against the bytes that the file really has.
public final class GGUFFile: Sendable {
  /// One tensor: its name, shape, type and place.
  public struct Tensor: Sendable {
    /// The name, as in "blk.0.attn_q.weight".
    public let name: String
    /// The lengths, the fastest-running dimension first, as the file has them.
    public let dimensions: [Int]
    /// How its numbers are stored.
    public let type: GGUFTensorType
    /// The bytes in the file.
    public let range: Range<Int>
    /// The number of values.
    public var count: Int { dimensions.reduce(1, *) }
  }

  /// The path as given.
  public let path: String
  /// The version of the format.
  public let version: Int
  /// The metadata keys in the file's order.
  public let keys: [String]
  /// The metadata.
  public let metadata: [String: GGUFValue]
  /// The tensors in the file's order.
  public let tensors: [Tensor]
  /// What tensor data is aligned to, in bytes.
  public let alignment: Int
  /// Where the tensor data starts.
  public let dataOffset: Int

  let mapping: MappedFile
  private let positions: [String: Int]

  /// Opens a file and checks its header.
  public init(path: String) throws(Problem) {
    var parser = GGUFParser(try MappedFile(path))
    try parser.parse()
    self.path = path
    mapping = parser.cursor.file
    version = parser.version
    keys = parser.keys
    metadata = parser.metadata
    tensors = parser.tensors
    alignment = parser.alignment
    dataOffset = parser.dataOffset
    positions = parser.positions
  }

  /// The size of the file.
  public var size: Bytes { Bytes(mapping.bytes.count) }

  /// Finds a tensor.
  public func tensor(_ name: String) -> Tensor? { positions[name].map { tensors[$0] } }

  /// The bytes of a tensor; valid as long as the file is referenced.
  public func bytes(of tensor: Tensor) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: mapping.bytes[tensor.range])
  }
}

extension GGUFFile {
  /// Reads a key that must be there and of the right kind.
  public func required<T>(_ key: String, _ kind: String, _ read: (GGUFValue) -> T?) throws(Problem)
    -> T
  {
    guard let value = metadata[key] else {
      throw Problem(
        "\(path): the metadata has no \"\(key)\"", fix: "the file is not a whole model")
    }
    guard let result = read(value) else {
      throw Problem("\(path): metadata \"\(key)\" should be \(kind), is \(value.kindName)")
    }
    return result
  }

  /// Reads a key that may be missing but not of the wrong kind.
  public func optional<T>(_ key: String, _ kind: String, _ read: (GGUFValue) -> T?) throws(Problem)
    -> T?
  {
    metadata[key] == nil ? nil : try required(key, kind, read)
  }
}
