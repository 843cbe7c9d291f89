/// Colours a printed value: strings, numbers, constants, and what was left out.
struct ValueColours {
  /// The colours.
  let palette: Palette
  /// Longer text is left as it is: colour is for reading, and nobody reads that.
  private static let longest = 1 << 16

  /// The text with its colours.
  func painted(_ text: String) -> String {
    guard palette.isColoured, text.utf8.count <= Self.longest else { return text }
    var painted = ""
    var rest = text[...]
    var previous: Character?
    while let first = rest.first {
      let (piece, style) = next(rest, first, after: previous)
      painted += style.map { palette.paint(String(piece), $0) } ?? String(piece)
      previous = piece.last
      rest = rest[piece.endIndex...]
    }
    return painted
  }

  private func next(
    _ rest: Substring, _ first: Character, after previous: Character?
  ) -> (Substring, Style?) {
    if first == "\"" { return (quoted(rest), .string) }
    if first == "…" { return (rest.prefix { $0 != "\n" && $0 != "}" && $0 != "," }, .muted) }
    if first == "<" {
      let body = rest.prefix { $0 != ">" && $0 != "\n" }
      let whole = rest[
        ..<min(rest.index(after: body.endIndex, limit: rest.endIndex), rest.endIndex)]
      return (whole, .muted)
    }
    let isInWord = previous.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    if !isInWord, first.isASCII, first.isNumber || first == "-" {
      let number = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
      return (number, number.contains(where: \.isNumber) ? .number : nil)
    }
    if first.isLetter || first == "_" {
      let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      if ["true", "false", "nil"].contains(word) { return (word, .keyword) }
      if ["inf", "nan"].contains(word) { return (word, .number) }
      return (word, rest[word.endIndex...].hasPrefix(" = ") ? .key : nil)
    }
    return (rest.prefix(1), nil)
  }

  private func quoted(_ rest: Substring) -> Substring {
    var isEscaped = false
    var index = rest.index(after: rest.startIndex)
    while index < rest.endIndex {
      let character = rest[index]
      index = rest.index(after: index)
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        break
      }
    }
    return rest[..<index]
  }
}

extension Substring {
  fileprivate func index(after index: Index, limit: Index) -> Index {
    index < limit ? self.index(after: index) : limit
  }
}
