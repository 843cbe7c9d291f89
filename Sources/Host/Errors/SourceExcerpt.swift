import Base

/// The lines around a fault, with a caret under what the message names.
struct SourceExcerpt {
  let text: String
  /// The line of the fault, counted from 1.
  let line: Int
  let message: String
  /// A hint that is put behind the caret.
  let note: String?

  /// The excerpt: one line before, the line itself, the caret.
  var lines: [String] {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard line >= 1, line <= all.count else { return [] }
    let digits = String(line).count
    var lines: [String] = []
    for number in max(1, line - 1)...line {
      let shown = String(all[number - 1]).expandingTabs
      if number < line, shown.allSatisfy(\.isWhitespace) { continue }
      let mark = number == line ? ">" : " "
      let label = String(number).padded(toWidth: digits, alignRight: true)
      lines.append("\(mark) \(label) | \(shown.truncated(toWidth: 100))")
    }
    let target = marked(String(all[line - 1]).expandingTabs)
    let tail = note.map { " " + $0 } ?? ""
    if target.column + target.width <= 100 {
      let indent = String(repeating: " ", count: digits + 3 + target.column + 2)
      lines.append(indent + String(repeating: "^", count: target.width) + tail)
    } else if note != nil {
      lines.append(tail)
    }
    return lines
  }

  /// One line of a text.
  static func line(_ number: Int, of text: String) -> String? {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    return number >= 1 && number <= all.count ? String(all[number - 1]) : nil
  }

  /// Where the caret goes: under the name in the message, else under the whole statement.
  private func marked(_ shown: String) -> (column: Int, width: Int) {
    if let name = named, let range = shown.wordRange(of: name) {
      return (String(shown[..<range.lowerBound]).displayWidth, max(1, name.displayWidth))
    }
    let indent = shown.prefix { $0 == " " }.count
    return (indent, max(1, shown.displayWidth - indent))
  }

  /// The name that the message puts between quotes.
  private var named: String? {
    let quotes = message.split(separator: "'", omittingEmptySubsequences: false)
    guard quotes.count >= 3 else { return nil }
    // "near 'x'" stands last, "(global 'x')" stands first.
    let text = message.contains("near '") ? quotes[quotes.count - 2] : quotes[1]
    return text.isEmpty || text.contains("<") ? nil : String(text)
  }
}

extension String {
  /// Tabs as two spaces, so that a caret below them stands right.
  fileprivate var expandingTabs: String { replacing("\t", with: "  ") }

  /// The first place of a text.
  func range(ofText text: String) -> Range<Index>? { firstRange(of: text) }

  /// The last place of a text where it is a whole word, or any place when it is no word.
  fileprivate func wordRange(of text: String) -> Range<Index>? {
    let places = ranges(of: text)
    let isWord = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    guard isWord else { return places.last }
    return places.first { place in
      let before = place.lowerBound > startIndex ? self[index(before: place.lowerBound)] : " "
      let after = place.upperBound < endIndex ? self[place.upperBound] : " "
      return ![before, after].contains { $0.isLetter || $0.isNumber || $0 == "_" }
    }
  }
}
