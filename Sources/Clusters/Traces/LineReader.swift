import Base
import CZlib
import Glibc

/// Reads a text file line by line, gzipped or not, in little memory.
struct LineReader: ~Copyable {
  /// Longer lines are taken for damage.
  private static let longestLine = 8 << 20

  private let file: gzFile
  private let path: String
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// The number of the line that was read last, from 1.
  private(set) var line = 0

  init(path: String) throws(Problem) {
    guard FileIO.exists(path), !FileIO.isDirectory(path), let file = gzopen(path, "rb") else {
      throw Problem(
        "cannot open \(path): there is no such file", fix: "check the path", kind: .missing)
    }
    gzbuffer(file, 1 << 18)
    self.file = file
    self.path = path
    buffer.reserveCapacity(1 << 19)
  }

  deinit { gzclose(file) }

  /// Calls `body` with each line, without its end; false from `body` stops.
  mutating func forEach(
    _ body: (UnsafeRawBufferPointer, Int) throws(Problem) -> Bool
  ) throws(Problem) {
    while true {
      guard let end = try nextEnd() else { return }
      line += 1
      let range = start..<end.text
      let goesOn = try buffer.withUnsafeBytes { raw in
        Result { () throws(Problem) in
          try body(UnsafeRawBufferPointer(rebasing: raw[range]), line)
        }
      }.get()
      start = end.next
      if !goesOn { return }
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
      if isAtEnd {
        return start < buffer.count ? (buffer.count, buffer.count) : nil
      }
      buffer.removeSubrange(0..<start)
      start = 0
      searched = buffer.count
      guard buffer.count < Self.longestLine else {
        throw Problem("\(path): line \(line + 1) is longer than \(Self.longestLine) bytes")
      }
      try fill()
    }
  }

  private func find(from place: Int) -> Int? {
    buffer.withUnsafeBytes { raw in
      guard place < raw.count, let base = raw.baseAddress,
        let hit = memchr(base + place, 10, raw.count - place)
      else { return nil }
      return UnsafeRawPointer(hit) - base
    }
  }

  private mutating func fill() throws(Problem) {
    let (old, more) = (buffer.count, 1 << 18)
    buffer.append(contentsOf: repeatElement(0, count: more))
    let got = buffer.withUnsafeMutableBytes { raw in
      gzread(file, raw.baseAddress.map { $0 + old }, UInt32(more))
    }
    guard got >= 0 else { throw Problem("\(path) is damaged behind line \(line)") }
    buffer.removeLast(more - Int(got))
    if got < more {
      isAtEnd = gzeof(file) != 0
      var code: Int32 = 0
      _ = gzerror(file, &code)
      guard code == Z_OK || code == Z_STREAM_END else {
        throw Problem("\(path) is cut short behind line \(line)")
      }
      if got == 0 { isAtEnd = true }
    }
  }
}
