public import Base
internal import CTensors

/// Named arrays in a ZIP archive, as `numpy.savez` writes them; stored or deflated.
public enum NumPyArchive {
  /// Reads the arrays; names lose their ".npy".
  public static func parse(
    _ bytes: [UInt8], file: String
  ) throws(Problem) -> [(name: String, tensor: Tensor)] {
    let members = try ZipDirectory(bytes, file: file).members
    var arrays: [(name: String, tensor: Tensor)] = []
    for member in members {
      let name = member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : member.name
      let content = try member.content(of: bytes, file: file)
      arrays.append((name, try NumPyFile.parse(content, file: "\(file)/\(member.name)")))
    }
    return arrays
  }

  /// Writes arrays, stored.
  public static func format(_ arrays: [(name: String, tensor: Tensor)]) throws(Problem) -> [UInt8] {
    var (body, directory) = ([UInt8](), [UInt8]())
    for (name, tensor) in arrays {
      let content = try NumPyFile.format(tensor)
      let path = Array("\(name).npy".utf8)
      guard body.count + content.count < 0xFFFF_0000, arrays.count < 0xFFFF else {
        throw Problem("npz: more than 4 GB or 65,534 arrays", fix: "save as safetensors")
      }
      let crc = Deflate.checksum(content)
      // 1980-01-01 00:00, the first time a ZIP can say: equal arrays give equal bytes.
      let common =
        little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(crc), 4) + little(content.count, 4) + little(content.count, 4)
        + little(path.count, 2) + little(0, 2)
      directory +=
        little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2)
        + little(0, 2) + little(0, 4) + little(body.count, 4) + path
      body += little(0x0403_4B50, 4) + common + path + content
    }
    let end =
      little(0x0605_4B50, 4) + little(0, 4) + little(arrays.count, 2)
      + little(arrays.count, 2) + little(directory.count, 4) + little(body.count, 4) + little(0, 2)
    return body + directory + end
  }

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The list of members at the end of a ZIP archive.
private struct ZipDirectory {
  struct Member {
    let name: String
    let method: Int
    let crc: UInt32
    let packed: Int
    let size: Int
    let offset: Int
  }

  private(set) var members: [Member] = []

  init(_ bytes: [UInt8], file: String) throws(Problem) {
    func refuse(_ at: Int, _ expected: String, _ found: String) -> Problem {
      .inFile(file, at: at, expected: expected, found: found)
    }
    var reader = ByteReader(bytes: bytes, file: file)
    // The end record is 22 bytes and a comment of up to 65,535.
    let first = max(0, bytes.count - 22 - 65_535)
    guard bytes.count >= 22,
      let end = stride(from: bytes.count - 22, through: first, by: -1).first(where: {
        bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4B && bytes[$0 + 2] == 5 && bytes[$0 + 3] == 6
      })
    else { throw refuse(max(0, bytes.count - 22), "the end record of a ZIP archive", "none") }
    reader.offset = end + 10
    let count = Int(try reader.integer(2, "member count"))
    _ = try reader.integer(4, "directory size")
    var at = Int(try reader.integer(4, "directory offset"))
    var names = Set<String>()
    for _ in 0..<count {
      guard at <= bytes.count else { throw refuse(bytes.count, "a directory entry", "the end") }
      reader.offset = at
      guard try reader.integer(4, "directory entry") == 0x0201_4B50 else {
        throw refuse(at, "a directory entry", "other bytes")
      }
      let member = try ZipDirectory.member(&reader)
      guard names.insert(member.name).inserted else {
        throw refuse(at, "each name once", "\"\(member.name)\" again")
      }
      members.append(member)
      at = reader.offset
    }
  }

  private static func member(_ reader: inout ByteReader) throws(Problem) -> Member {
    let start = reader.offset
    _ = try reader.take(4, "versions")
    let flags = try reader.integer(2, "flags")
    guard flags & 1 == 0 else {
      throw .inFile(reader.file, at: start, expected: "a member without a password", found: "one")
    }
    let method = Int(try reader.integer(2, "method"))
    _ = try reader.take(4, "time")
    let crc = UInt32(try reader.integer(4, "checksum"))
    var packed = try reader.integer(4, "packed size")
    var size = try reader.integer(4, "size")
    let nameLength = Int(try reader.integer(2, "name length"))
    let extraLength = Int(try reader.integer(2, "extra length"))
    let commentLength = Int(try reader.integer(2, "comment length"))
    _ = try reader.take(8, "attributes")
    var offset = try reader.integer(4, "offset")
    let name = String(decoding: try reader.take(nameLength, "name"), as: UTF8.self)
    let extraEnd = reader.offset + extraLength
    // ZIP64: sizes that do not fit stand in an extra field, in this order.
    while reader.offset + 4 <= extraEnd {
      let tag = try reader.integer(2, "extra tag")
      let next = Int(try reader.integer(2, "extra size")) + reader.offset
      if tag == 1 {
        if size == 0xFFFF_FFFF { size = try reader.integer(8, "size") }
        if packed == 0xFFFF_FFFF { packed = try reader.integer(8, "packed size") }
        if offset == 0xFFFF_FFFF { offset = try reader.integer(8, "offset") }
      }
      reader.offset = min(next, reader.bytes.count)
    }
    reader.offset = min(extraEnd, reader.bytes.count)
    _ = try reader.take(commentLength, "comment")
    let limit = UInt64(reader.bytes.count)
    // Deflate cannot shrink by more than 1032 to 1.
    guard packed <= limit, offset <= limit, size <= limit * 1040 else {
      throw .inFile(
        reader.file, at: start, expected: "sizes within the file", found: "\(size) bytes")
    }
    return Member(
      name: name, method: method, crc: crc, packed: Int(packed), size: Int(size),
      offset: Int(offset))
  }
}

extension ZipDirectory.Member {
  func content(of bytes: [UInt8], file: String) throws(Problem) -> [UInt8] {
    var reader = ByteReader(bytes: bytes, file: file, offset: offset)
    guard try reader.integer(4, "member") == 0x0403_4B50 else {
      throw .inFile(file, at: offset, expected: "a member", found: "other bytes")
    }
    _ = try reader.take(22, "member")
    let nameLength = Int(try reader.integer(2, "name length"))
    let extraLength = Int(try reader.integer(2, "extra length"))
    _ = try reader.take(nameLength + extraLength, "name")
    let start = reader.offset
    let packed = Array(try reader.take(packed, "data of \(name)"))
    let result: [UInt8]
    switch method {
    case 0: result = packed
    case 8: result = try inflated(packed, file, at: start)
    default:
      throw .inFile(file, at: start, expected: "stored or deflated data", found: "method \(method)")
    }
    let sum = Deflate.checksum(result)
    guard result.count == size, sum == crc else {
      throw .inFile(file, at: start, expected: "checksum \(crc) of \(name)", found: "\(sum)")
    }
    return result
  }

  private func inflated(_ packed: [UInt8], _ file: String, at: Int) throws(Problem) -> [UInt8] {
    guard TensorStorage.liveBytes + size <= TensorStorage.byteLimit else {
      throw Problem("\(file): \(name) has \(Bytes(size)), more than the limit leaves", kind: .limit)
    }
    guard let result = Deflate.unpack(packed, .raw, limitBytes: size), result.count == size else {
      throw .inFile(
        file, at: at, expected: "\(size) bytes of deflated data", found: "a broken stream")
    }
    return result
  }
}
