extension String {
  /// The line in pieces of at most `columns` columns, cut at spaces.
  ///
  /// Further pieces begin with `indent` spaces, by default two more than the line has; a word that
  /// is too long is cut.
  public func wrapped(toWidth columns: Int, indent: Int? = nil) -> [String] {
    let columns = max(8, columns)
    guard displayWidth > columns else { return [self] }
    let blanks = min(indent ?? prefix { $0 == " " }.count + 2, columns / 2)
    let margin = String(repeating: " ", count: blanks)
    var lines: [String] = []
    var rest = self[...]
    while !rest.isEmpty {
      let start = lines.isEmpty ? "" : margin
      let piece = rest.piece(ofWidth: columns - start.count)
      let last = piece.lastIndex { $0 != " " }.map { piece.index(after: $0) } ?? piece.startIndex
      lines.append(start + piece[..<last])
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
