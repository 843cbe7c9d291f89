internal import CZlib

/// Packing and unpacking of DEFLATE data (RFC 1951) by zlib.
public enum Deflate {
  /// What surrounds the packed data.
  public enum Form: Sendable {
    /// Nothing, as in ZIP archives.
    case raw
    /// A header and a checksum (RFC 1950), as in PNG.
    case zlib

    fileprivate var windowBits: Int32 { self == .raw ? -15 : 15 }
  }

  /// Unpacks data; nil when it is damaged or gives more than so many bytes.
  public static func unpack(_ bytes: [UInt8], _ form: Form, limitBytes: Int) -> [UInt8]? {
    var stream = z_stream()
    let version = zlibVersion()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard bytes.count <= Int(UInt32.max), limitBytes >= 0,
      inflateInit2_(&stream, form.windowBits, version, size) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(1 << 16, limitBytes + 1))
    var input = bytes
    // zlib reads the input and writes the chunk through the pointers it is given, within this call.
    return input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while true {
        let (status, count) = chunk.withUnsafeMutableBufferPointer { chunk in
          stream.next_out = chunk.baseAddress
          stream.avail_out = UInt32(chunk.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          return (status, chunk.count - Int(stream.avail_out))
        }
        output += chunk[..<count]
        guard output.count <= limitBytes else { return nil }
        if status == Z_STREAM_END { return output }
        // Without an end, nothing more to come means that the data stops too early.
        guard status == Z_OK, count > 0 else { return nil }
      }
    }
  }

  /// Packs data in the form of PNG.
  public static func pack(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&output, &count, bytes, UInt(bytes.count), 6)
    precondition(status == Z_OK, "zlib cannot pack \(bytes.count) bytes: \(status)")
    return Array(output[..<Int(count)])
  }

  /// The checksum of ZIP and PNG (CRC-32 of ISO 3309).
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
  }
}
