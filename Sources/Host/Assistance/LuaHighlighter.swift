public import Notebooks

/// Tells the parts of Lua source apart for whoever colours it.
public enum LuaHighlighter {
  private static let constants: Set<String> = ["nil", "true", "false"]

  /// The parts in order; blanks and what needs no colour are left out.
  public static func spans(of code: String) -> [HighlightSpan] {
    let bytes = Array(code.utf8)
    let tokens = LuaScanner(bytes).tokens
    var spans: [HighlightSpan] = []
    var end = 0
    for (index, token) in tokens.enumerated() {
      comment(in: end..<token.start, of: bytes).map { spans.append($0) }
      spans.append(HighlightSpan(token.start..<token.end, style(of: index, in: tokens)))
      end = token.end
    }
    comment(in: end..<bytes.count, of: bytes).map { spans.append($0) }
    return spans
  }

  private static func style(of index: Int, in tokens: [LuaToken]) -> HighlightSpan.Style {
    let token = tokens[index]
    switch token.kind {
    case .keyword: return constants.contains(token.text) ? .constant : .keyword
    case .number: return .number
    case .string: return .string
    case .symbol: return .symbol
    case .name:
      let next = index + 1 < tokens.count ? tokens[index + 1] : nil
      let isCalled =
        next.map { $0.kind == .string || ($0.kind == .symbol && ["(", "{"].contains($0.text)) }
        ?? false
      if isCalled { return .function }
      return index > 0 && [".", ":"].contains(tokens[index - 1].text) ? .field : .name
    }
  }

  /// What stands between two tokens is blank or comments.
  private static func comment(in range: Range<Int>, of bytes: [UInt8]) -> HighlightSpan? {
    let blanks: Set<UInt8> = [9, 10, 11, 12, 13, 32]
    guard let first = range.first(where: { !blanks.contains(bytes[$0]) }),
      let last = range.last(where: { !blanks.contains(bytes[$0]) })
    else { return nil }
    // A string that is not closed is no token either.
    let isComment = bytes[first] == UInt8(ascii: "-")
    return HighlightSpan(first..<(last + 1), isComment ? .comment : .string)
  }
}
