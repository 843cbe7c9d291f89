public import Base

/// One array in NumPy's own format (versions 1 to 3).
public enum NumPyFile {
  /// Reads an array; 16-bit and unsigned integers are widened to the dtype that holds them.
  public static func parse(_ bytes: [UInt8], file: String) throws(Problem) -> Tensor {
    var reader = ByteReader(bytes: bytes, file: file)
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard bytes.starts(with: magic) else {
      throw .inFile(file, at: 0, expected: "\\x93NUMPY", found: "other bytes")
    }
    _ = try reader.take(6, "magic")
    let version = try reader.integer(2, "version")
    guard (1...3).contains(version & 0xFF) else {
      throw .inFile(file, at: 6, expected: "version 1, 2 or 3", found: "\(version & 0xFF)")
    }
    let length = Int(try reader.integer(version & 0xFF == 1 ? 2 : 4, "header length"))
    let start = reader.offset
    let text = String(decoding: try reader.take(length, "header"), as: UTF8.self)
    let header = try NumPyHeader(text, file: file, at: start)
    return try array(header, &reader)
  }

  private static func array(
    _ header: NumPyHeader, _ reader: inout ByteReader
  ) throws(Problem) -> Tensor {
    let count = try Shape.count(header.shape, of: reader.file)
    let (size, overflow) = count.multipliedReportingOverflow(by: header.kind.size)
    guard !overflow, size == reader.remaining else {
      throw .inFile(
        reader.file, at: reader.offset,
        expected:
          "\(overflow ? "a possible number of" : String(size)) bytes for \(Shape.text(header.shape))",
        found: "\(reader.remaining) bytes")
    }
    let at = reader.offset
    var data = Array(try reader.take(size, "data"))
    if header.isBigEndian { data = swapped(data, header.kind.size) }
    let shape = header.isFortran ? Array(header.shape.reversed()) : header.shape
    let tensor = try header.kind.tensor(data, shape, file: reader.file, at: at)
    return header.isFortran
      ? try tensor.permuted(Array(shape.indices.reversed())).contiguous() : tensor
  }

  private static func swapped(_ data: [UInt8], _ size: Int) -> [UInt8] {
    var result = data
    for start in stride(from: 0, to: data.count, by: size) {
      for i in 0..<size { result[start + i] = data[start + size - 1 - i] }
    }
    return result
  }

  /// Writes an array; dtypes that NumPy does not have are refused.
  public static func format(_ tensor: Tensor) throws(Problem) -> [UInt8] {
    guard let descr = StoredKind.numPyNames.first(where: { $0.value == .plain(tensor.dtype) })?.key
    else {
      throw Problem(
        "npy: NumPy has no \(tensor.dtype.name)", fix: "cast to f32, or save as safetensors")
    }
    let mark = tensor.dtype.size == 1 ? "|" : "<"
    let sizes = tensor.shape.map { "\($0)," }.joined(separator: " ")
    let shape =
      tensor.rank == 1 ? "(\(sizes))" : "(\(tensor.shape.map(String.init).joined(separator: ", ")))"
    var header = "{'descr': '\(mark)\(descr)', 'fortran_order': False, 'shape': \(shape), }"
    let padding = 63 - (10 + header.utf8.count) % 64
    header += String(repeating: " ", count: padding) + "\n"
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(header.utf8) + tensor.rawBytes
  }
}

/// How a file stores elements: as one of our dtypes, or as one that is widened on reading.
enum StoredKind: Equatable {
  case plain(DType)
  case i16, u16, u32, u64

  static let numPyNames: [String: StoredKind] = [
    "f8": .plain(.f64), "f4": .plain(.f32), "f2": .plain(.f16), "i8": .plain(.i64),
    "i4": .plain(.i32), "i1": .plain(.i8), "u1": .plain(.u8), "b1": .plain(.bool), "i2": .i16,
    "u2": .u16, "u4": .u32, "u8": .u64,
  ]

  var size: Int {
    switch self {
    case .plain(let dtype): dtype.size
    case .i16, .u16: 2
    case .u32: 4
    case .u64: 8
    }
  }

  func tensor(_ data: [UInt8], _ shape: [Int], file: String, at: Int) throws(Problem) -> Tensor {
    if case .plain(let dtype) = self {
      return try Tensor(rawBytes: data, shape: shape, dtype: dtype)
    }
    var values: [Int] = []
    values.reserveCapacity(data.count / size)
    for start in stride(from: 0, to: data.count, by: size) {
      let raw = data[start..<(start + size)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let value = self == .i16 ? Int(Int16(truncatingIfNeeded: raw)) : Int(exactly: raw)
      else {
        throw .inFile(file, at: at + start, expected: "a number below 2^63", found: "\(raw)")
      }
      values.append(value)
    }
    return try Tensor(values, shape: shape, dtype: size == 2 ? .i32 : .i64)
  }
}

/// The Python dictionary at the head of a file, read strictly.
private struct NumPyHeader {
  var kind = StoredKind.plain(.f32)
  var isBigEndian = false
  var isFortran = false
  var shape: [Int] = []

  init(_ text: String, file: String, at start: Int) throws(Problem) {
    func value(_ key: String) -> Substring? {
      for quote in ["'", "\""] {
        if let range = text.range(of: "\(quote)\(key)\(quote):") {
          return text[range.upperBound...].drop { $0 == " " }
        }
      }
      return nil
    }
    guard let descr = value("descr"), let order = value("fortran_order"), let sizes = value("shape")
    else {
      throw .inFile(
        file, at: start, expected: "descr, fortran_order and shape", found: String(text.prefix(60)))
    }
    let quoted = descr.dropFirst().prefix { $0 != "'" && $0 != "\"" }
    guard let kind = StoredKind.numPyNames[String(quoted.drop { "<>|=".contains($0) })] else {
      throw .inFile(
        file, at: start, expected: "a dtype of numbers or booleans", found: "\"\(quoted)\"")
    }
    self.kind = kind
    isBigEndian = quoted.first == ">"
    isFortran = order.hasPrefix("True")
    guard isFortran || order.hasPrefix("False"), sizes.first == "(",
      let end = sizes.firstIndex(of: ")")
    else {
      throw .inFile(
        file, at: start, expected: "True or False and (sizes)", found: String(order.prefix(20)))
    }
    for part in sizes[sizes.index(after: sizes.startIndex)..<end].split(separator: ",") {
      let digits = part.filter { $0 != " " && $0 != "L" }
      if digits.isEmpty { continue }
      guard let size = Int(digits), size >= 0 else {
        throw .inFile(file, at: start, expected: "sizes in the shape", found: "\"\(part)\"")
      }
      shape.append(size)
    }
  }
}

extension String {
  /// The first place where a text stands; the standard library has it only in Foundation.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
