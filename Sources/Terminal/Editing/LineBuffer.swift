import Base

/// The text being edited and the cursor in it, counted in characters as people see them.
///
/// A family emoji or a letter with its accent is one character: it is stepped over and deleted
/// whole. Lines are separated by "\n".
struct LineBuffer: Hashable {
  /// The text, character by character.
  private(set) var characters: [Character]
  /// Where the next character goes, from 0 to the number of characters.
  private(set) var cursor: Int

  /// Creates a buffer with the cursor behind the text.
  init(_ text: String = "") {
    characters = Array(text)
    cursor = characters.count
  }

  /// The whole text.
  var text: String { String(characters) }
  /// True when there is no text.
  var isEmpty: Bool { characters.isEmpty }
  /// The text before the cursor.
  var textBeforeCursor: String { String(characters[..<cursor]) }
  /// The cursor as an offset in UTF-8 bytes.
  var cursorInBytes: Int { characters[..<cursor].reduce(0) { $0 + $1.utf8.count } }
  /// The range of the line that holds the cursor, without its line break.
  var line: Range<Int> {
    let start = characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    let end = characters[cursor...].firstIndex(of: "\n") ?? characters.count
    return start..<end
  }
  /// True when the cursor stands in the first line.
  var isInFirstLine: Bool { line.lowerBound == 0 }
  /// True when the cursor stands in the last line.
  var isInLastLine: Bool { line.upperBound == characters.count }

  // MARK: Changing

  /// Inserts text at the cursor; a combining mark joins the character before it.
  mutating func insert(_ text: String) {
    let before = cursor > 0 ? String(characters[cursor - 1]) : ""
    let joined = Array(before + text)
    let start = before.isEmpty ? cursor : cursor - 1
    characters.replaceSubrange(start..<cursor, with: joined)
    cursor = start + joined.count
  }

  /// Replaces a range of UTF-8 bytes and puts the cursor behind the new text.
  mutating func replace(bytes range: Range<Int>, with text: String) {
    let all = Array(self.text.utf8)
    let lower = max(0, min(range.lowerBound, all.count))
    let upper = max(lower, min(range.upperBound, all.count))
    let head = String(decoding: all[..<lower], as: UTF8.self) + text
    characters = Array(head + String(decoding: all[upper...], as: UTF8.self))
    cursor = min(head.count, characters.count)
  }

  /// Replaces everything.
  mutating func set(_ text: String, cursor position: Int? = nil) {
    characters = Array(text)
    cursor = min(position ?? characters.count, characters.count)
  }

  /// Takes out a range of characters and returns their text; the cursor stays with its neighbours.
  @discardableResult
  mutating func remove(_ range: Range<Int>) -> String {
    let removed = String(characters[range])
    characters.removeSubrange(range)
    if cursor >= range.upperBound {
      cursor -= range.count
    } else if cursor > range.lowerBound {
      cursor = range.lowerBound
    }
    return removed
  }

  /// Deletes the character before the cursor.
  mutating func deleteBack() { if cursor > 0 { remove(cursor - 1..<cursor) } }

  /// Deletes the character under the cursor.
  mutating func deleteForward() {
    if cursor < characters.count { remove(cursor..<cursor + 1) }
  }

  /// Swaps the two characters around the cursor and steps over them.
  mutating func transpose() {
    let right = min(cursor, line.upperBound - 1)
    guard right > line.lowerBound else { return }
    characters.swapAt(right - 1, right)
    cursor = right + 1
  }

  /// Takes up to `columns` spaces away from the start of the cursor's line.
  mutating func unindent(_ columns: Int) {
    let start = line.lowerBound
    let spaces = characters[line].prefix { $0 == " " }.count
    remove(start..<start + min(columns, spaces))
  }

  /// Puts `columns` spaces at the start of the cursor's line.
  mutating func indent(_ columns: Int) {
    characters.insert(contentsOf: repeatElement(" ", count: columns), at: line.lowerBound)
    cursor += columns
  }

  // MARK: Moving

  /// Moves the cursor, as far as there is text.
  mutating func move(to position: Int) { cursor = max(0, min(position, characters.count)) }

  /// Moves up or down by lines, keeping the column where the line is long enough.
  mutating func moveLine(by direction: Int) {
    let column = characters[line.lowerBound..<cursor].reduce(0) { $0 + $1.displayWidth }
    move(to: direction < 0 ? line.lowerBound - 1 : line.upperBound + 1)
    var passed = 0
    var position = line.lowerBound
    while position < line.upperBound, passed + characters[position].displayWidth <= column {
      passed += characters[position].displayWidth
      position += 1
    }
    move(to: position)
  }

  /// Where the word before the cursor begins.
  var wordStart: Int {
    var position = cursor
    while position > 0, !characters[position - 1].isWordPart { position -= 1 }
    while position > 0, characters[position - 1].isWordPart { position -= 1 }
    return position
  }

  /// Where the word after the cursor ends.
  var wordEnd: Int {
    var position = cursor
    while position < characters.count, !characters[position].isWordPart { position += 1 }
    while position < characters.count, characters[position].isWordPart { position += 1 }
    return position
  }

  /// What ^K takes: the rest of the line, or the line break when nothing is left of it.
  var restOfLine: Range<Int> {
    let end = line.upperBound
    return cursor..<(cursor == end ? min(end + 1, characters.count) : end)
  }
}

extension Character {
  fileprivate var isWordPart: Bool { isLetter || isNumber || self == "_" }
}
