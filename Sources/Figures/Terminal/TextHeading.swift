import Base

/// Titles, legends and notes in a terminal.
enum TextHeading {
  /// Writes title and subtitle from the first line on and tells the next free line.
  static func put(title: String, subtitle: String, in canvas: inout TextCanvas) -> Int {
    var y = 0
    for line in lines(title, width: canvas.width - 1) {
      canvas.put(line, x: 1, y: y, isBold: true)
      y += 1
    }
    for line in lines(subtitle, width: canvas.width - 1) {
      canvas.put(line, x: 1, y: y, ink: TextPaint(color: canvas.color).muted)
      y += 1
    }
    return y
  }

  /// Writes a row of samples and names, wrapped, and tells the next free line.
  static func putLegend(
    _ entries: [(sample: String, ink: Color?, name: String)], y: Int, in canvas: inout TextCanvas
  ) -> Int {
    guard !entries.isEmpty else { return y }
    var (x, y) = (1, y)
    for entry in entries {
      let name = entry.name.truncated(toWidth: max(4, canvas.width - 6))
      let size = entry.sample.displayWidth + 1 + name.displayWidth
      if x > 1, x + size > canvas.width { (x, y) = (1, y + 1) }
      canvas.put(entry.sample, x: x, y: y, ink: entry.ink)
      canvas.put(name, x: x + entry.sample.displayWidth + 1, y: y)
      x += size + 3
    }
    return y + 1
  }

  /// Writes what was left out below everything.
  static func putNotes(_ notes: [String], in canvas: inout TextCanvas) {
    for note in notes {
      for line in lines(note, width: canvas.width - 1) {
        canvas.put(line, x: 1, y: canvas.height, ink: TextPaint(color: canvas.color).muted)
      }
    }
  }

  /// The text in lines of at most so many columns, broken at spaces and between wide letters.
  static func lines(_ text: String, width: Int) -> [String] {
    var result: [String] = []
    for paragraph in text.split(separator: "\n") {
      var line = ""
      for word in words(paragraph) {
        if line.isEmpty || line.displayWidth + word.displayWidth <= width {
          line += word
        } else {
          result.append(line)
          line = word == " " ? "" : word
        }
        while line.displayWidth > width, width > 1 {
          // A word wider than the line is cut where it ends.
          let head = head(of: line, width: width)
          result.append(head)
          line = String(line.dropFirst(head.count))
        }
      }
      if !line.isEmpty { result.append(line) }
    }
    return result
  }

  private static func head(of line: String, width: Int) -> String {
    var head = ""
    for character in line {
      if head.displayWidth + character.displayWidth > width { break }
      head.append(character)
    }
    return head.isEmpty ? String(line.prefix(1)) : head
  }

  private static func words(_ text: Substring) -> [String] {
    var pieces: [String] = []
    var word = ""
    for character in text {
      if character == " " || character.displayWidth == 2 {
        if !word.isEmpty { pieces.append(word) }
        pieces.append(String(character))
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? pieces : pieces + [word]
  }
}
