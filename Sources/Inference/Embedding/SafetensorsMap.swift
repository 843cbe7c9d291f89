import Base
import Tensors

/// A safetensors file mapped into memory: tensors are read in place, one at a time.
struct SafetensorsMap {
  let file: MappedFile
  private(set) var entries: [String: EncoderTensor] = [:]

  private static let formats = ["F32": "f32", "F16": "f16", "BF16": "bf16"]

  /// Reads the header; whatever does not fit together is refused.
  ///
  /// Tensors of integers are left out.
  init(path: String) throws(Problem) {
    file = try MappedFile(path)
    var cursor = GGUFCursor(file)
    let length = try cursor.integer(UInt64.self, "the length of the header")
    guard length <= UInt64(min(cursor.remaining, 100_000_000)) else {
      throw cursor.fault("a header within the file", found: "\(length) bytes of it", at: 0)
    }
    let start = 8 + Int(length)
    let header = try JSONValue(parsing: Array(file.bytes[8..<start]), file: path)
    guard let object = header.object else {
      throw cursor.fault("a JSON object", found: header.kindName)
    }
    for (name, value) in object where name != "__metadata__" {
      guard let type = value["dtype"]?.string, let format = Self.formats[type] else { continue }
      entries[name] = try Self.entry(
        name, value, try BlockFormat.catalog[format], data: start, of: file)
    }
  }

  private static func entry(
    _ name: String, _ value: JSONValue, _ format: BlockFormat, data: Int, of file: MappedFile
  ) throws(Problem) -> EncoderTensor {
    let sizes = value["shape"]?.array?.map(\.integer) ?? [nil]
    let shape = sizes.compactMap { $0 }
    let offsets = value["data_offsets"]?.array?.compactMap(\.integer) ?? []
    guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 && $0 < 1 << 32 }),
      offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
      offsets[1] <= file.bytes.count - data
    else {
      throw .inFile(
        file.path, at: 8, expected: "a shape and two offsets within the file for \"\(name)\"",
        found: value.formatted())
    }
    var count = 1
    for size in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
      if isTooLarge || product > 1 << 40 {
        throw Problem("\(file.path): the shape of \"\(name)\" is too large")
      }
      count = product
    }
    let size = format.byteCount(of: count)
    guard size == offsets[1] - offsets[0] else {
      throw .inFile(
        file.path, at: data + offsets[0], expected: "\(size) bytes for \"\(name)\"",
        found: "\(offsets[1] - offsets[0])")
    }
    return EncoderTensor(
      format: format, count: count, range: data + offsets[0]..<data + offsets[1])
  }
}
