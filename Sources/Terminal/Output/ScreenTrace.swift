import Base

/// What a cell has shown since it began, as far as it may be taken back.
struct ScreenTrace {
  /// Beyond this nobody can see the beginning any more.
  private static let longest = 1 << 15

  /// True when the last thing shown ended its line.
  private(set) var isAtLineStart = true
  private var pieces: [(bytes: [UInt8], id: String?)] = []
  private var count = 0

  /// Notes something that was shown, under an id when it may be updated.
  mutating func add(_ bytes: some Collection<UInt8>, id: String?) {
    guard !bytes.isEmpty else { return }
    isAtLineStart = bytes.suffix(1).first == UInt8(ascii: "\n")
    count += bytes.count
    if count > Self.longest {
      pieces.removeAll()
    } else {
      pieces.append((Array(bytes), id))
    }
  }

  /// Notes that something else has been written into the line.
  mutating func leaveLineOpen() { isAtLineStart = false }

  /// Takes back what an id shows, when it was shown last.
  mutating func removeLast(id: String) -> String? {
    guard count <= Self.longest, let last = pieces.last, last.id == id else { return nil }
    pieces.removeLast()
    count -= last.bytes.count
    return String(decoding: last.bytes, as: UTF8.self)
  }

  /// Takes back everything, when that is still possible.
  mutating func removeAll() -> String? {
    guard count <= Self.longest, count > 0 else { return nil }
    let text = String(decoding: pieces.flatMap(\.bytes), as: UTF8.self)
    self = ScreenTrace()
    return text
  }

  /// How many rows below its first one a text ends.
  static func rows(of text: String, columns: Int) -> Int {
    var rows = 0
    var column = 0
    for character in text {
      if character == "\n" || character == "\r\n" {
        rows += 1
        column = 0
      } else {
        let width = character.displayWidth
        if column + width > columns {
          rows += 1
          column = 0
        }
        column += width
      }
    }
    return rows
  }
}
