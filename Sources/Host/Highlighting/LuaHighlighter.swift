public import Notebooks

/// Colours Lua source: what a name is follows from what stands beside it.
public enum LuaHighlighter {
  /// Lists the parts of a source text to be coloured, in order.
  @Sendable public static func spans(of source: String) -> [HighlightSpan] {
    let commands = commandLines(source)
    let bytes = Array(source.utf8)
    let tokens = LuaLexer.tokens(of: source)
    var spans = commands
    let end = commands.last?.range.upperBound ?? 0
    for (index, token) in tokens.enumerated() where token.range.lowerBound >= end {
      switch token.kind {
      case .string: spans += string(token, bytes)
      case .name:
        spans.append(HighlightSpan(token.range, nameStyle(at: index, tokens, bytes)))
      default: spans.append(HighlightSpan(token.range, style(token)))
      }
    }
    return spans
  }

  private static func style(_ token: LuaLexer.Token) -> HighlightSpan.Style {
    switch token.kind {
    case .keyword: .keyword
    case .constant: .constant
    case .number: .number
    case .string, .longString: .string
    case .comment: .comment
    case .symbol: .symbol
    case .name: .name
    case .invalid: .invalid
    }
  }

  private static func nameStyle(at index: Int, _ tokens: [LuaLexer.Token], _ bytes: [UInt8])
    -> HighlightSpan.Style
  {
    func text(_ index: Int) -> String {
      tokens.indices.contains(index)
        ? String(decoding: bytes[tokens[index].range], as: UTF8.self) : ""
    }
    let next = tokens.indices.contains(index + 1) ? tokens[index + 1] : nil
    let isCalled =
      text(index + 1) == "(" || text(index + 1) == "{" || next?.kind == .string
      || next?.kind == .longString
    if isCalled || text(index - 1) == "function" { return .function }
    let before = text(index - 1)
    return before == "." || before == ":" ? .field : .name
  }

  /// Cuts a string at its escapes.
  private static func string(_ token: LuaLexer.Token, _ bytes: [UInt8]) -> [HighlightSpan] {
    var spans: [HighlightSpan] = []
    var start = token.range.lowerBound
    var position = start
    while position < token.range.upperBound {
      guard bytes[position] == UInt8(ascii: "\\"), position + 1 < token.range.upperBound else {
        position += 1
        continue
      }
      if start < position { spans.append(HighlightSpan(start..<position, .string)) }
      let end = min(token.range.upperBound, position + escapeLength(bytes[position...]))
      spans.append(HighlightSpan(position..<end, .escape))
      (start, position) = (end, end)
    }
    if start < token.range.upperBound {
      spans.append(HighlightSpan(start..<token.range.upperBound, .string))
    }
    return spans
  }

  private static func escapeLength(_ bytes: ArraySlice<UInt8>) -> Int {
    let rest = bytes.dropFirst(2)
    switch bytes[bytes.startIndex + 1] {
    case UInt8(ascii: "x"): return 4
    case UInt8(ascii: "u"):
      return 2 + (rest.firstIndex(of: 0x7D).map { $0 - rest.startIndex + 1 } ?? 0)
    case 0x30...0x39: return 2 + rest.prefix(2).prefix { 0x30...0x39 ~= $0 }.count
    default: return 2
    }
  }

  /// The cell commands that a cell begins with, as in `%time`.
  private static func commandLines(_ source: String) -> [HighlightSpan] {
    var spans: [HighlightSpan] = []
    var position = 0
    for row in source.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let isCommand = row.first == UInt8(ascii: "%")
      guard isCommand || row.allSatisfy({ $0 == 0x20 }) else { break }
      if isCommand {
        let name = row.prefix { $0 != 0x20 }
        spans.append(HighlightSpan(position..<(position + name.count), .keyword))
      }
      position += row.count + 1
    }
    return spans
  }
}
