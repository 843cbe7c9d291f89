import Base

/// Keeps what a person would have to scroll for from filling the screen again and again.
enum TallText {
  /// The text, or its head and its tail around a count of the lines left out, when it takes more
  /// than three screens.
  ///
  /// - Parameters:
  ///   - text: What is to be shown, without colours.
  ///   - columns: The columns of a screen.
  ///   - rows: The rows of a screen.
  /// - Returns: what to show.
  static func cut(_ text: String, columns: Int, rows: Int) -> String {
    let most = 3 * max(rows, 20)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let heights = lines.map { max(1, (String($0).displayWidth + columns - 1) / columns) }
    guard heights.reduce(0, +) > most else { return text }
    let head = count(of: heights, within: most * 2 / 3)
    let tail = count(of: heights[head...].reversed(), within: most - most * 2 / 3 - 1)
    let hidden = lines.count - head - tail
    guard hidden > 1 else { return text }
    let note = "… \(hidden.grouped) lines left out …"
    return (lines[..<head] + [note[...]] + lines.suffix(tail)).joined(separator: "\n")
  }

  /// How many of the first lines fit, one at least.
  private static func count(of heights: some Sequence<Int>, within rows: Int) -> Int {
    var (count, used) = (0, 0)
    for height in heights {
      used += height
      if used > rows, count > 0 { break }
      count += 1
    }
    return count
  }
}

extension Int {
  /// The digits with a comma between thousands.
  fileprivate var grouped: String {
    var text = ""
    for (index, digit) in String(self).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text += "," }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
