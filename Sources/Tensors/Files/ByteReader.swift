public import Base

/// Untrusted bytes read front to back; every read is checked against the end.
struct ByteReader {
  let bytes: [UInt8]
  let file: String
  var offset = 0

  var remaining: Int { bytes.count - offset }

  /// The next `count` bytes.
  mutating func take(_ count: Int, _ what: String) throws(Problem) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw .inFile(
        file, at: offset, expected: "\(count) bytes of \(what)", found: "\(remaining) bytes")
    }
    defer { offset += count }
    return bytes[offset..<(offset + count)]
  }

  /// A little-endian number of 1 to 8 bytes.
  mutating func integer(_ size: Int, _ what: String) throws(Problem) -> UInt64 {
    try take(size, what).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension Tensor {
  /// Creates a tensor from the bytes of its elements in row-major order.
  public init(rawBytes: some Collection<UInt8>, shape: [Int], dtype: DType) throws(Problem) {
    let out = try Tensor.empty(shape, dtype)
    guard rawBytes.count == out.byteCount else {
      throw Problem(
        "tensor: \(out.summary) takes \(out.byteCount) bytes, \(rawBytes.count) were given")
    }
    out.withBytes { target in
      target.copyBytes(from: rawBytes)
      // Only 0 and 1 are truth values in memory; other bytes mean true.
      if dtype == .bool { for i in target.indices where target[i] != 0 { target[i] = 1 } }
    }
    self = out
  }
}
