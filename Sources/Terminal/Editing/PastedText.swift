/// Text from a paste, made fit for the buffer.
enum PastedText {
  /// Turns every line break into "\n", drops control characters and the breaks at the end, and
  /// takes away prompts and margins when the text was copied out of a session.
  static func cleaned(_ text: String, prompt: String, margin: String) -> String {
    var cleaned = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\r", "\n": cleaned.append("\n")
      case "\t": cleaned.append("\t")
      default:
        if scalar.properties.generalCategory != .control { cleaned.append(scalar) }
      }
      previous = scalar
    }
    while cleaned.last == "\n" { cleaned.removeLast() }
    return withoutPrompts(String(cleaned), margin: margin)
  }

  /// Lines copied from the screen: the first begins with `[n]> `, all others with the margin.
  private static func withoutPrompts(_ text: String, margin: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let code = afterPrompt(first) else { return text }
    let bar = margin.filter { $0 != " " }
    let rest = lines.dropFirst().map { line -> Substring? in
      let body = line.drop { $0 == " " }
      guard !bar.isEmpty, body.hasPrefix(bar) else { return nil }
      return body.dropFirst(bar.count + 1)
    }
    guard rest.allSatisfy({ $0 != nil }) else { return text }
    return ([code] + rest.compactMap { $0 }).joined(separator: "\n")
  }

  private static func afterPrompt(_ line: Substring) -> Substring? {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return nil }
    let rest = line[line.index(after: end)...]
    let number = line[line.index(after: line.startIndex)..<end]
    guard Int(number) != nil, rest.hasPrefix("> ") else { return nil }
    return rest.dropFirst(2)
  }
}
