import Base

/// Reads little-endian values one after another; every read is checked against the end of the file.
struct GGUFCursor {
  let file: MappedFile
  private(set) var offset: Int

  init(_ file: MappedFile, at offset: Int = 0) {
    self.file = file
    self.offset = offset
  }

  /// The bytes between the cursor and the end.
  var remaining: Int { file.bytes.count - offset }

  /// The error for what stands at an offset, or at the cursor.
  func fault(_ expected: String, found: String, at position: Int? = nil) -> Problem {
    .inFile(file.path, at: position ?? offset, expected: expected, found: found)
  }

  /// Reads one whole number.
  mutating func integer<T: FixedWidthInteger>(_ type: T.Type, _ what: String) throws(Problem) -> T {
    try need(MemoryLayout<T>.size, what)
    defer { offset += MemoryLayout<T>.size }
    return T(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Reads a count of things that take at least `bytesEach`: it cannot promise more than the file
  /// has left, so nothing is allocated for a lie.
  mutating func count(of what: String, bytesEach: Int) throws(Problem) -> Int {
    let start = offset
    let value = try integer(UInt64.self, "the number of \(what)")
    let most = remaining / bytesEach
    guard value <= UInt64(most) else {
      throw fault(
        "at most \(most) \(what) in the \(remaining) bytes that follow", found: "\(value)",
        at: start)
    }
    return Int(value)
  }

  /// Reads the range of a string: its length, then its bytes.
  mutating func stringRange(_ what: String) throws(Problem) -> Range<Int> {
    let start = offset
    let length = try integer(UInt64.self, "the length of \(what)")
    guard length <= UInt64(remaining) else {
      throw fault(
        "\(what) of at most the \(remaining) bytes that follow", found: "a length of \(length)",
        at: start)
    }
    let range = offset..<offset + Int(length)
    offset = range.upperBound
    return range
  }

  /// Reads a string that must be UTF-8.
  mutating func string(_ what: String) throws(Problem) -> String {
    let range = try stringRange(what)
    guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
      throw fault("\(what) in UTF-8", found: "other bytes", at: range.lowerBound)
    }
    return text
  }

  /// Steps over bytes that must be there.
  mutating func skip(_ count: Int, _ what: String) throws(Problem) {
    try need(count, what)
    offset += count
  }

  private func need(_ count: Int, _ what: String) throws(Problem) {
    guard count <= remaining else {
      throw fault("\(what) (\(count) bytes)", found: "the end of the file, \(remaining) bytes on")
    }
  }
}
