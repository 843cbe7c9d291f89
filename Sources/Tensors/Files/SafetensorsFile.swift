public import Base

/// Named tensors and notes as Hugging Face's safetensors format holds them.
///
/// The header is JSON; the data behind it has no gaps, overlaps or rest, which is checked.
public struct SafetensorsFile: Sendable {
  /// The tensors in the order of their data.
  public let tensors: [(name: String, tensor: Tensor)]
  /// The notes, in order.
  public let metadata: [(key: String, value: String)]

  /// Creates the content of a file.
  public init(
    tensors: [(name: String, tensor: Tensor)], metadata: [(key: String, value: String)] = []
  ) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private static let kinds: [String: StoredKind] = [
    "F64": .plain(.f64), "F32": .plain(.f32), "F16": .plain(.f16), "BF16": .plain(.bf16),
    "F8_E4M3": .plain(.f8e4m3), "F8_E5M2": .plain(.f8e5m2), "I64": .plain(.i64),
    "I32": .plain(.i32), "I8": .plain(.i8), "U8": .plain(.u8), "BOOL": .plain(.bool), "I16": .i16,
    "U16": .u16, "U32": .u32, "U64": .u64,
  ]

  /// The longest header taken, as in the format's own implementation.
  private static let headerLimit = 100_000_000

  private struct Entry {
    let name: String
    let kind: StoredKind
    let shape: [Int]
    let begin: Int
    let end: Int
  }

  /// Reads a file's bytes; whatever does not fit together is refused.
  public init(parsing bytes: [UInt8], file: String) throws(Problem) {
    var reader = ByteReader(bytes: bytes, file: file)
    let length = try reader.integer(8, "header length")
    guard length <= UInt64(SafetensorsFile.headerLimit), Int(length) <= reader.remaining else {
      throw .inFile(
        file, at: 0,
        expected: "a header length up to \(min(reader.remaining, SafetensorsFile.headerLimit))",
        found: "\(length)")
    }
    let json = try JSONValue(parsing: Array(try reader.take(Int(length), "header")), file: file)
    guard let object = json.object else {
      throw .inFile(file, at: 8, expected: "a JSON object", found: json.kindName)
    }
    var entries: [Entry] = []
    var notes: [(key: String, value: String)] = []
    for (name, value) in object {
      if name == "__metadata__" {
        notes = try SafetensorsFile.notes(value, file)
      } else {
        entries.append(try SafetensorsFile.entry(name, value, file))
      }
    }
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    let data = reader.offset
    try SafetensorsFile.checkCover(entries, dataSize: reader.remaining, data: data, file)
    var tensors: [(name: String, tensor: Tensor)] = []
    for entry in entries {
      let part = Array(bytes[(data + entry.begin)..<(data + entry.end)])
      tensors.append(
        (entry.name, try entry.kind.tensor(part, entry.shape, file: file, at: data + entry.begin)))
    }
    self.init(tensors: tensors, metadata: notes)
  }

  private static func notes(_ value: JSONValue, _ file: String) throws(Problem) -> [(
    key: String, value: String
  )] {
    guard let object = value.object else {
      throw .inFile(file, at: 8, expected: "__metadata__ to be an object", found: value.kindName)
    }
    var notes: [(key: String, value: String)] = []
    for (key, value) in object {
      guard let text = value.string else {
        throw .inFile(file, at: 8, expected: "text as __metadata__.\(key)", found: value.kindName)
      }
      notes.append((key, text))
    }
    return notes
  }

  private static func entry(_ name: String, _ value: JSONValue, _ file: String) throws(Problem)
    -> Entry
  {
    func refuse(_ expected: String, _ found: String) -> Problem {
      .inFile(file, at: 8, expected: "\(expected) for \"\(name)\"", found: found)
    }
    guard let type = value["dtype"]?.string, let kind = kinds[type] else {
      throw refuse("a known dtype", value["dtype"]?.string ?? "none")
    }
    var shape: [Int] = []
    for size in value["shape"]?.array ?? [.null] {
      guard let size = size.integer, size >= 0 else {
        throw refuse("a list of sizes", size.kindName)
      }
      shape.append(size)
    }
    guard let offsets = value["data_offsets"]?.array, offsets.count == 2,
      let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0
    else { throw refuse("two data_offsets", value["data_offsets"]?.kindName ?? "none") }
    guard begin <= end else { throw refuse("begin before end", "\(begin) and \(end)") }
    let (size, overflow) = try Shape.count(shape, of: file).multipliedReportingOverflow(
      by: kind.size)
    guard !overflow, size == end - begin else {
      throw refuse("\(overflow ? "a possible number of" : String(size)) bytes", "\(end - begin)")
    }
    return Entry(name: name, kind: kind, shape: shape, begin: begin, end: end)
  }

  private static func checkCover(
    _ entries: [Entry], dataSize: Int, data: Int, _ file: String
  ) throws(Problem) {
    var expected = 0
    for entry in entries {
      guard entry.begin == expected else {
        throw .inFile(
          file, at: data + entry.begin,
          expected: "the data of \"\(entry.name)\" at \(expected)",
          found:
            "it at \(entry.begin), which \(entry.begin < expected ? "overlaps" : "leaves a gap")")
      }
      expected = entry.end
    }
    guard expected == dataSize else {
      throw .inFile(
        file, at: data + min(expected, dataSize), expected: "\(expected) bytes of data",
        found: "\(dataSize)")
    }
  }

  /// The bytes of the file.
  public func formatted() throws(Problem) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      var notes = JSONObject()
      for (key, value) in metadata { notes[key] = .string(value) }
      header["__metadata__"] = .object(notes)
    }
    var data: [UInt8] = []
    for (name, tensor) in tensors {
      guard name != "__metadata__", header[name] == nil else {
        throw Problem("safetensors: the name \"\(name)\" is taken")
      }
      guard let type = SafetensorsFile.kinds.first(where: { $0.value == .plain(tensor.dtype) })?.key
      else { throw Problem("safetensors: cannot hold \(tensor.dtype.name)") }
      let begin = data.count
      data += tensor.rawBytes
      header[name] = [
        "dtype": .string(type), "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(begin), .integer(data.count)],
      ]
    }
    var text = Array(JSONValue.object(header).formatted().utf8)
    // Data begins at a multiple of 8, so that it can be mapped.
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text + data
  }
}
