import Base

extension String {
  /// The text up to its first line break.
  var firstLine: String { String(prefix { $0 != "\n" }) }

  /// The text without spaces at its end.
  var trimmedEnd: String {
    var kept = self[...]
    while kept.last == " " { kept.removeLast() }
    return String(kept)
  }

  /// The line in pieces of at most so many columns, cut at spaces; further ones are indented more.
  func wrapped(toWidth columns: Int) -> [String] {
    let columns = max(8, columns)
    guard displayWidth > columns else { return [self] }
    let indent = String(repeating: " ", count: min(prefix { $0 == " " }.count + 2, columns / 2))
    var lines: [String] = []
    var rest = self[...]
    while !rest.isEmpty {
      let start = lines.isEmpty ? "" : indent
      let piece = rest.piece(ofWidth: columns - start.displayWidth)
      lines.append((start + piece).trimmedEnd)
      rest = rest[piece.endIndex...].drop { $0 == " " }
    }
    return lines
  }
}

extension Substring {
  /// The longest start of at most so many columns that ends before a space, or in a long word.
  fileprivate func piece(ofWidth columns: Int) -> Substring {
    var width = 0
    var end = startIndex
    var lastSpace: Index?
    while end < endIndex {
      width += self[end].displayWidth
      if width > columns { break }
      if self[end] == " " { lastSpace = end }
      end = index(after: end)
    }
    if end == endIndex { return self }
    if let lastSpace, self[..<lastSpace].contains(where: { $0 != " " }) {
      return self[..<lastSpace]
    }
    return end > startIndex ? self[..<end] : self.prefix(1)
  }
}
