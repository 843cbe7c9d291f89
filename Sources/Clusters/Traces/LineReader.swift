import Base
import CZlib
import Glibc

/// Reads a text file line by line, gzipped or not, in little memory.
struct LineReader: ~Copyable {
  /// Longer lines are taken for damage.
  private static let longestLine = 8 << 20

  private let file: gzFile
  private let path: String
  // Raw memory: bytes come from zlib and go to the parsers, and neither needs them cleared first.
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// The number of the line that was read last, from 1.
  private(set) var line = 0

  init(path: String) throws(Problem) {
    guard !FileIO.isDirectory(path) else {
      throw Problem(
        "cannot open \(path): it is a folder", fix: "name a file in it", kind: .missing)
    }
    guard FileIO.exists(path), let file = gzopen(path, "rb") else {
      throw Problem(
        "cannot open \(path): there is no such file", fix: "check the path", kind: .missing)
    }
    gzbuffer(file, 1 << 18)
    self.file = file
    self.path = path
  }

  deinit {
    gzclose(file)
    buffer.deallocate()
  }

  /// Calls `body` with each line, without its end; false from `body` stops.
  mutating func forEach(
    _ body: (UnsafeRawBufferPointer, Int) throws(Problem) -> Bool
  ) throws(Problem) {
    while let (text, next) = try nextEnd() {
      line += 1
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<text])
      start = next
      if try !body(bytes, line) { return }
    }
  }

  /// Where the line that begins at `start` ends, and where the next one begins; nothing at the end.
  private mutating func nextEnd() throws(Problem) -> (text: Int, next: Int)? {
    var searched = start
    while true {
      if let newline = find(from: searched) {
        let isCarriage = newline > start && buffer[newline - 1] == UInt8(ascii: "\r")
        return (isCarriage ? newline - 1 : newline, newline + 1)
      }
      if isAtEnd { return start < end ? (end, end) : nil }
      let unread = end - start
      guard unread < Self.longestLine else {
        throw Problem("\(path): line \(line + 1) is longer than \(Self.longestLine) bytes")
      }
      makeRoom(unread)
      searched = unread
      try fill()
    }
  }

  private func find(from place: Int) -> Int? {
    guard place < end, let base = buffer.baseAddress,
      let hit = memchr(base + place, 10, end - place)
    else { return nil }
    return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
  }

  /// Moves what is not read yet to the front, and to a larger place where it fills the buffer.
  private mutating func makeRoom(_ unread: Int) {
    let old = buffer
    if unread * 2 > buffer.count {
      buffer = .allocate(byteCount: old.count * 2, alignment: 16)
    }
    if let to = buffer.baseAddress, let from = old.baseAddress { memmove(to, from + start, unread) }
    if buffer.baseAddress != old.baseAddress { old.deallocate() }
    (start, end) = (0, unread)
  }

  private mutating func fill() throws(Problem) {
    let room = buffer.count - end
    let got = gzread(file, buffer.baseAddress.map { $0 + end }, UInt32(room))
    guard got >= 0 else { throw Problem("\(path) is damaged behind line \(line)") }
    end += Int(got)
    guard got < room else { return }
    isAtEnd = true
    var code: Int32 = 0
    _ = gzerror(file, &code)
    guard code == Z_OK || code == Z_STREAM_END else {
      throw Problem("\(path) is cut short behind line \(line)")
    }
  }
}
