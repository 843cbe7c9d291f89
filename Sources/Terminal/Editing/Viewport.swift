import Base
import CEditSupport

/// What of a buffer is on the screen: continuation lines get a margin, a block taller than the
/// screen shows the lines around the cursor.
///
/// libedit counts columns by `wcwidth`, terminals by what they draw; where the two differ (emoji
/// joined by ZWJ, skin tones) the first code point stands for the whole, so that the cursor is
/// always where it seems to be.
struct Viewport {
  /// The code points to show.
  private(set) var scalars: [UInt32] = []
  /// The cursor's place among them.
  private(set) var cursor = 0
  /// The row of the cursor on the screen, counted from the prompt's row.
  private(set) var cursorRow = 0
  /// The column of the cursor.
  private(set) var cursorColumn = 0
  /// How many rows the prompt and the text take.
  private(set) var rowCount = 1
  /// True when a character takes two columns.
  private(set) var hasWideCharacters = false
  /// How many lines of the buffer are hidden above.
  private(set) var hiddenAbove = 0

  /// Lays out a buffer behind a prompt; each further line begins with the margin.
  ///
  /// `top` is the first line that was shown last time: the window moves only when it must.
  init(
    _ buffer: LineBuffer, promptWidth: Int, margin: String, columns: Int, rows: Int, top: Int = 0
  ) {
    let lines = buffer.characters.split(separator: "\n", omittingEmptySubsequences: false)
    let cursorLine = buffer.characters[..<buffer.cursor].reduce(0) { $0 + ($1 == "\n" ? 1 : 0) }
    let widths = lines.map { $0.reduce(0) { $0 + $1.columns } }
    let heights = widths.map { ($0 + promptWidth) / max(1, columns) + 1 }
    let window = Self.window(heights, around: cursorLine, room: max(1, rows - 1), top: top)
    hiddenAbove = window.lowerBound

    var position = ScreenPosition(column: promptWidth, width: max(1, columns))
    var index = lines[..<window.lowerBound].reduce(0) { $0 + $1.count + 1 }
    for number in window {
      if number > window.lowerBound {
        scalars.append(0x0A)
        position.newLine()
        append(margin.unicodeScalars.map(\.value), &position)
      }
      for character in lines[number] {
        if index == buffer.cursor { place(at: position) }
        append(character.shown, &position)
        index += 1
      }
      if index == buffer.cursor { place(at: position) }
      index += 1
    }
    rowCount = position.row + 1
  }

  private mutating func place(at position: ScreenPosition) {
    cursor = scalars.count
    cursorRow = position.row
    cursorColumn = position.column
  }

  private mutating func append(_ shown: [UInt32], _ position: inout ScreenPosition) {
    for scalar in shown {
      let columns = max(0, Int(cedit_columns(scalar)))
      if columns > 1 { hasWideCharacters = true }
      position.advance(by: columns)
    }
    scalars.append(contentsOf: shown)
  }

  /// Picks the lines to show so that the cursor's line is among them and all fit.
  static func window(_ heights: [Int], around line: Int, room: Int, top: Int) -> Range<Int> {
    if heights.reduce(0, +) <= room { return 0..<heights.count }
    var first = min(top, line)
    while first < line, heights[first...line].reduce(0, +) > room { first += 1 }
    var end = line + 1
    var used = heights[first..<end].reduce(0, +)
    while end < heights.count, used + heights[end] <= room {
      used += heights[end]
      end += 1
    }
    while end == heights.count, first > 0, used + heights[first - 1] <= room {
      first -= 1
      used += heights[first]
    }
    return first..<end
  }
}

/// Where libedit draws the next character.
private struct ScreenPosition {
  var row = 0
  var column: Int
  let width: Int

  init(column: Int, width: Int) {
    self.width = width
    row = column / width
    self.column = column % width
  }

  mutating func newLine() {
    row += 1
    column = 0
  }

  mutating func advance(by columns: Int) {
    if column + columns > width { newLine() }
    column += columns
    if column >= width { newLine() }
  }
}

extension Character {
  /// The code points that stand for the character on the screen.
  fileprivate var shown: [UInt32] {
    if self == "\t" { return Array(repeating: 0x20, count: 4) }
    let all = unicodeScalars.map(\.value)
    let widths = all.map { Int(cedit_columns($0)) }
    if !widths.contains(where: { $0 < 0 }), widths.reduce(0, +) == displayWidth { return all }
    // A control character or one the C library does not know shows as the replacement character.
    return [widths[0] >= 0 ? all[0] : 0xFFFD]
  }

  /// How many columns it takes on the screen.
  fileprivate var columns: Int {
    shown.reduce(0) { $0 + max(0, Int(cedit_columns($1))) }
  }
}
