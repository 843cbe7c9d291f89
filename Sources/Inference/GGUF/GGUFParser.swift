import Base

/// Reads the header of a GGUF file: metadata, then tensor places, then the bounds of the data.
struct GGUFParser {
  var cursor: GGUFCursor
  private(set) var version = 0
  private(set) var keys: [String] = []
  private(set) var metadata: [String: GGUFValue] = [:]
  private(set) var tensors: [GGUFFile.Tensor] = []
  private(set) var positions: [String: Int] = [:]
  private(set) var alignment = 32
  private(set) var dataOffset = 0

  /// Arrays in arrays deeper than this are refused; ggml itself writes none.
  private static let deepestNesting = 8
  /// ggml's own limit on dimensions.
  private static let mostDimensions = 4

  init(_ file: MappedFile) { cursor = GGUFCursor(file) }

  mutating func parse() throws(Problem) {
    try parseMagic()
    // A tensor entry takes at least a name's length, a dimension count, a type and an offset.
    let tensorCount = try cursor.count(of: "tensors", bytesEach: 24)
    let keyCount = try cursor.count(of: "metadata keys", bytesEach: 13)
    for _ in 0..<keyCount { try parsePair() }
    try parseAlignment()
    var places: [Place] = []
    for _ in 0..<tensorCount { places.append(try parsePlace()) }
    try placeTensors(places)
  }

  // MARK: Header

  private mutating func parseMagic() throws(Problem) {
    let magic = try cursor.integer(UInt32.self, "the magic \"GGUF\"")
    guard magic == 0x4655_4747 else {
      throw cursor.fault("the magic \"GGUF\"", found: hexadecimal(magic), at: 0)
    }
    let version = try cursor.integer(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      let swapped = version.byteSwapped
      let found =
        swapped == 2 || swapped == 3 ? "big-endian version \(swapped)" : "version \(version)"
      throw cursor.fault("GGUF version 2 or 3, little-endian", found: found, at: 4)
    }
    self.version = Int(version)
  }

  private mutating func parsePair() throws(Problem) {
    let start = cursor.offset
    let key = try cursor.string("a metadata key")
    guard !key.isEmpty, key.utf8.count <= 65535 else {
      throw cursor.fault(
        "a key of 1 to 65535 bytes", found: "\(key.utf8.count) bytes", at: start)
    }
    let type = try parseType("the type of \"\(key)\"")
    let value = try parseValue(type, "\"\(key)\"", depth: 0)
    guard metadata.updateValue(value, forKey: key) == nil else {
      throw cursor.fault("each key once", found: "\"\(key)\" again", at: start)
    }
    keys.append(key)
  }

  private mutating func parseType(_ what: String) throws(Problem) -> GGUFValueType {
    let code = try cursor.integer(UInt32.self, what)
    guard let type = GGUFValueType(rawValue: code) else {
      throw cursor.fault("\(what), 0 to 12", found: "\(code)", at: cursor.offset - 4)
    }
    return type
  }

  private mutating func parseValue(_ type: GGUFValueType, _ what: String, depth: Int)
    throws(Problem) -> GGUFValue
  {
    switch type {
    case .string: return .string(try cursor.string(what))
    case .array: return .array(try parseArray(what, depth: depth))
    default:
      let start = cursor.offset
      try cursor.skip(type.size ?? 0, what)
      if type == .bool, cursor.file.bytes[start] > 1 {
        throw cursor.fault(
          "\(what) as 0 or 1", found: "\(cursor.file.bytes[start])", at: start)
      }
      return cursor.file.scalar(type, at: start)
    }
  }

  private mutating func parseArray(_ what: String, depth: Int) throws(Problem) -> GGUFArray {
    guard depth < Self.deepestNesting else {
      throw cursor.fault(
        "arrays nested at most \(Self.deepestNesting) deep", found: "a deeper one in \(what)")
    }
    let type = try parseType("the element type of \(what)")
    let count = try cursor.count(of: "elements of \(what)", bytesEach: type.leastSize)
    let start = cursor.offset
    var strings: [Range<Int>] = []
    var nested: [GGUFArray] = []
    switch type {
    case .string:
      strings.reserveCapacity(count)
      for _ in 0..<count { strings.append(try cursor.stringRange("an element of \(what)")) }
    case .array:
      for _ in 0..<count { nested.append(try parseArray(what, depth: depth + 1)) }
    default: try cursor.skip(count * (type.size ?? 0), "the elements of \(what)")
    }
    return GGUFArray(
      elementType: type, count: count, file: cursor.file, start: start, strings: strings,
      nested: nested)
  }

  private mutating func parseAlignment() throws(Problem) {
    guard let value = metadata["general.alignment"] else { return }
    guard let alignment = value.integer, alignment >= 8, alignment <= 1 << 20,
      alignment & (alignment - 1) == 0
    else {
      let found = value.integer.map(String.init) ?? value.kindName
      throw cursor.fault("general.alignment as a power of two from 8", found: found)
    }
    self.alignment = alignment
  }

  // MARK: Tensors

  /// A tensor as its entry states it; the offset counts from the start of the data.
  private struct Place {
    let entry: Int
    let name: String
    let dimensions: [Int]
    let type: GGUFTensorType
    let offset: UInt64
    let size: Int
  }

  private mutating func parsePlace() throws(Problem) -> Place {
    let entry = cursor.offset
    let name = try cursor.string("a tensor name")
    let what = "tensor \"\(name)\""
    let rank = try cursor.integer(UInt32.self, "the number of dimensions of \(what)")
    guard rank >= 1, rank <= UInt32(Self.mostDimensions) else {
      throw cursor.fault(
        "\(what) with 1 to \(Self.mostDimensions) dimensions", found: "\(rank)",
        at: cursor.offset - 4)
    }
    var dimensions: [Int] = []
    for _ in 0..<rank { dimensions.append(try parseDimension(what)) }
    let code = try cursor.integer(UInt32.self, "the type of \(what)")
    guard let type = GGUFTensorType.numbered(code) else {
      throw cursor.fault(
        "\(what) of a known type", found: "type \(code)", at: cursor.offset - 4)
    }
    let offset = try cursor.integer(UInt64.self, "the offset of \(what)")
    let size = try byteCount(dimensions, type, what, at: entry)
    return Place(
      entry: entry, name: name, dimensions: dimensions, type: type, offset: offset, size: size)
  }

  private mutating func parseDimension(_ what: String) throws(Problem) -> Int {
    let length = try cursor.integer(UInt64.self, "a dimension of \(what)")
    guard length >= 1, length <= UInt64(Int32.max) else {
      throw cursor.fault(
        "a dimension of \(what) from 1 to \(Int32.max)", found: "\(length)", at: cursor.offset - 8)
    }
    return Int(length)
  }

  private func byteCount(_ dimensions: [Int], _ type: GGUFTensorType, _ what: String, at entry: Int)
    throws(Problem) -> Int
  {
    guard dimensions[0] % type.blockSize == 0 else {
      throw cursor.fault(
        "rows of \(what) in whole \(type.name) blocks of \(type.blockSize)",
        found: "rows of \(dimensions[0])", at: entry)
    }
    var size = dimensions[0] / type.blockSize * type.blockBytes
    for length in dimensions.dropFirst() {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow, product <= cursor.file.bytes.count else {
        throw cursor.fault(
          "\(what) no larger than the file", found: "dimensions \(dimensions)", at: entry)
      }
      size = product
    }
    return size
  }

  private mutating func placeTensors(_ places: [Place]) throws(Problem) {
    dataOffset = (cursor.offset + alignment - 1) / alignment * alignment
    let available = max(0, cursor.file.bytes.count - dataOffset)
    tensors.reserveCapacity(places.count)
    for place in places {
      let what = "tensor \"\(place.name)\""
      guard place.offset % UInt64(alignment) == 0 else {
        throw cursor.fault(
          "\(what) at a multiple of \(alignment)", found: "offset \(place.offset)", at: place.entry)
      }
      guard place.offset <= UInt64(available), place.size <= available - Int(place.offset) else {
        throw cursor.fault(
          "\(what) within the \(available) bytes of data",
          found: "\(place.size) bytes from \(place.offset)", at: place.entry)
      }
      guard positions.updateValue(tensors.count, forKey: place.name) == nil else {
        throw cursor.fault("each tensor once", found: "\"\(place.name)\" again", at: place.entry)
      }
      let start = dataOffset + Int(place.offset)
      tensors.append(
        GGUFFile.Tensor(
          name: place.name, dimensions: place.dimensions, type: place.type,
          range: start..<start + place.size))
    }
  }
}

/// A word as people read bytes, as in 0x4655_4747.
private func hexadecimal(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
