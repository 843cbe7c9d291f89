import Base

/// Terminal cells that are written in any order and grow downwards.
struct TextCanvas {
  /// One column of one line.
  private struct Cell {
    /// Nil right of a wide character.
    var character: Character? = " "
    var ink: Color?
    var ground: Color?
    var isBold = false

    func hasSameColors(as other: Cell) -> Bool {
      other.ink == ink && other.ground == ground && other.isBold == isBold
    }
  }

  let width: Int
  let color: TerminalColor
  private var lines: [[Cell]] = []

  init(width: Int, color: TerminalColor) {
    self.width = max(1, width)
    self.color = color
  }

  var height: Int { lines.count }

  /// Makes the canvas at least so many lines high.
  mutating func grow(to height: Int) {
    while lines.count < height { lines.append(Array(repeating: Cell(), count: width)) }
  }

  /// Writes text from a column on; what does not fit is cut.
  mutating func put(
    _ text: String, x: Int, y: Int, ink: Color? = nil, ground: Color? = nil, isBold: Bool = false
  ) {
    guard y >= 0 else { return }
    grow(to: y + 1)
    var column = x
    for character in text {
      let size = character.displayWidth
      guard size > 0 else { continue }
      guard column + size <= width else { return }
      if column >= 0 {
        clear(column, y)
        if size == 2 { clear(column + 1, y) }
        lines[y][column] = Cell(character: character, ink: ink, ground: ground, isBold: isBold)
        if size == 2 {
          lines[y][column + 1] = Cell(character: nil, ink: ink, ground: ground, isBold: isBold)
        }
      }
      column += size
    }
  }

  /// A half of a wide character cannot stay when the other is overwritten.
  private mutating func clear(_ column: Int, _ y: Int) {
    if lines[y][column].character == nil, column > 0 { lines[y][column - 1].character = " " }
    if column + 1 < width, lines[y][column + 1].character == nil {
      lines[y][column + 1].character = " "
    }
  }

  /// Writes text that ends at a column.
  mutating func put(_ text: String, endingAt x: Int, y: Int, ink: Color? = nil) {
    put(text, x: x - text.displayWidth + 1, y: y, ink: ink)
  }

  /// What is written at a place.
  func character(x: Int, y: Int) -> Character? {
    y >= 0 && y < lines.count && x >= 0 && x < width ? lines[y][x].character : nil
  }

  /// Copies another canvas to a place.
  mutating func put(_ other: TextCanvas, x: Int, y: Int) {
    grow(to: y + other.height)
    for (row, cells) in other.lines.enumerated() {
      for (column, cell) in cells.enumerated() where x + column < width && x + column >= 0 {
        lines[y + row][x + column] = cell
      }
    }
  }

  /// The lines without trailing spaces, with escape codes where colours are shown.
  var text: String {
    lines.map(line).joined(separator: "\n")
  }

  private func line(_ cells: [Cell]) -> String {
    var end = cells.count
    while end > 0, cells[end - 1].character == " ", cells[end - 1].ground == nil { end -= 1 }
    var text = ""
    var last = Cell()
    for cell in cells[..<end] {
      guard let character = cell.character else { continue }
      if color != .none, !cell.hasSameColors(as: last) {
        if last.ink != nil || last.ground != nil || last.isBold { text += "\u{1B}[0m" }
        text += color.code(cell.ink, ground: cell.ground, isBold: cell.isBold)
        last = cell
      }
      text.append(character)
    }
    if color != .none, last.ink != nil || last.ground != nil || last.isBold { text += "\u{1B}[0m" }
    return text
  }
}
