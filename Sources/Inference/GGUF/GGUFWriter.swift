public import Base

/// Builds a GGUF file of version 3: keys and tensors in the order they are added.
public struct GGUFWriter {
  /// What can be written under a key.
  public enum Value: Sendable {
    case uint32(UInt32)
    case uint64(UInt64)
    case int32(Int32)
    case float32(Float)
    case float64(Double)
    case boolean(Bool)
    case string(String)
    /// Strings as bytes: a vocabulary may hold what is not UTF-8.
    case strings([[UInt8]])
    case int32s([Int32])
    case float32s([Float])
    /// Arrays in an array.
    case arrays([Value])
  }

  private struct Tensor {
    let name: String
    let dimensions: [Int]
    let type: GGUFTensorType
    let bytes: [UInt8]
  }

  /// What tensor data is aligned to.
  public let alignment: Int
  private var pairs: [(key: String, value: Value)] = []
  private var tensors: [Tensor] = []

  /// Creates an empty file.
  public init(alignment: Int = 32) {
    precondition(
      alignment >= 8 && alignment & (alignment - 1) == 0, "alignment \(alignment)")
    self.alignment = alignment
    if alignment != 32 { set("general.alignment", .uint32(UInt32(alignment))) }
  }

  /// Adds a key.
  public mutating func set(_ key: String, _ value: Value) { pairs.append((key, value)) }

  /// Adds a tensor; `dimensions` run fastest first and `bytes` must be exactly its blocks.
  public mutating func add(
    _ name: String, dimensions: [Int], type: GGUFTensorType, bytes: [UInt8]
  ) {
    let count = dimensions.reduce(1, *)
    precondition(
      dimensions[0] % type.blockSize == 0
        && bytes.count == count / type.blockSize * type.blockBytes,
      "\(name): \(bytes.count) bytes for \(dimensions) of \(type.name)")
    tensors.append(Tensor(name: name, dimensions: dimensions, type: type, bytes: bytes))
  }

  /// Adds a tensor of 32-bit floats.
  public mutating func add(_ name: String, dimensions: [Int], values: [Float]) {
    guard let type = GGUFTensorType.named("f32") else { return }
    let bytes = values.withUnsafeBytes { Array($0) }
    add(name, dimensions: dimensions, type: type, bytes: bytes)
  }

  /// The bytes of the file.
  public var bytes: [UInt8] {
    var out = ByteSink()
    out.bytes += Array("GGUF".utf8)
    out.integer(UInt32(3))
    out.integer(UInt64(tensors.count))
    out.integer(UInt64(pairs.count))
    for (key, value) in pairs {
      out.string(Array(key.utf8))
      out.integer(value.type.rawValue)
      out.value(value)
    }
    var offset = 0
    for tensor in tensors {
      out.string(Array(tensor.name.utf8))
      out.integer(UInt32(tensor.dimensions.count))
      for length in tensor.dimensions { out.integer(UInt64(length)) }
      out.integer(tensor.type.code)
      out.integer(UInt64(offset))
      offset += (tensor.bytes.count + alignment - 1) / alignment * alignment
    }
    for tensor in tensors {
      out.pad(to: alignment)
      out.bytes += tensor.bytes
    }
    out.pad(to: alignment)
    return out.bytes
  }

  /// Writes the file, replacing an old one whole.
  public func write(to path: String) throws(Problem) { try FileIO.write(bytes, to: path) }
}

extension GGUFWriter.Value {
  fileprivate var type: GGUFValueType {
    switch self {
    case .uint32: .uint32
    case .uint64: .uint64
    case .int32: .int32
    case .float32: .float32
    case .float64: .float64
    case .boolean: .bool
    case .string: .string
    case .strings, .int32s, .float32s, .arrays: .array
    }
  }
}

/// Little-endian bytes in the making.
private struct ByteSink {
  var bytes: [UInt8] = []

  mutating func integer(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  mutating func string(_ text: [UInt8]) {
    integer(UInt64(text.count))
    bytes += text
  }

  mutating func pad(to alignment: Int) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }

  mutating func head(_ type: GGUFValueType, _ count: Int) {
    integer(type.rawValue)
    integer(UInt64(count))
  }

  mutating func value(_ value: GGUFWriter.Value) {
    switch value {
    case .uint32(let number): integer(number)
    case .uint64(let number): integer(number)
    case .int32(let number): integer(number)
    case .float32(let number): integer(number.bitPattern)
    case .float64(let number): integer(number.bitPattern)
    case .boolean(let truth): integer(UInt8(truth ? 1 : 0))
    case .string(let text): string(Array(text.utf8))
    case .strings(let texts):
      head(.string, texts.count)
      for text in texts { string(text) }
    case .int32s(let numbers):
      head(.int32, numbers.count)
      for number in numbers { integer(number) }
    case .float32s(let numbers):
      head(.float32, numbers.count)
      for number in numbers { integer(number.bitPattern) }
    case .arrays(let arrays):
      head(.array, arrays.count)
      for array in arrays { self.value(array) }
    }
  }
}
