/// One token of Lua source that stands for something: no comment.
struct LuaToken: Equatable {
  enum Kind { case name, keyword, number, string, symbol }

  let kind: Kind
  /// The text; of a string what stands between its quotes, as it is written.
  let text: String
  /// Where it starts, in bytes.
  let start: Int
  /// Where it ends, in bytes.
  let end: Int
}

/// Lua source as far as it is typed, for completion, help and indentation: what stands there
/// without comments, and what it stops in.
struct LuaScanner {
  /// What the source stops in.
  enum Ending: Equatable {
    case code
    case comment
    /// A string that is not closed: where its contents start, in bytes.
    case string(start: Int)
  }

  /// The tokens; a string that is open at the end is not among them.
  private(set) var tokens: [LuaToken] = []
  /// What the source stops in.
  private(set) var ending = Ending.code

  /// Scans the first bytes of a source.
  init(_ source: some Sequence<UInt8>) {
    let bytes = Array(source)
    for token in LuaLexer.tokens(of: bytes) {
      let isOpen = !token.isTerminated && token.range.upperBound == bytes.count
      switch token.kind {
      case .comment:
        if isOpen { ending = .comment }
      case .string, .longString:
        let start = token.range.lowerBound + token.quoteLength
        if isOpen {
          ending = .string(start: start)
        } else {
          let end = token.range.upperBound - (token.isTerminated ? token.quoteLength : 0)
          add(.string, token, start..<end, bytes)
        }
      case .keyword, .constant: add(.keyword, token, token.range, bytes)
      case .name: add(.name, token, token.range, bytes)
      // Letters beyond ASCII are no Lua, but a word to the person who types them.
      case .invalid:
        add(bytes[token.range.lowerBound] >= 0x80 ? .name : .symbol, token, token.range, bytes)
      case .number: add(.number, token, token.range, bytes)
      case .symbol: add(.symbol, token, token.range, bytes)
      }
    }
  }

  private mutating func add(
    _ kind: LuaToken.Kind, _ token: LuaLexer.Token, _ contents: Range<Int>, _ bytes: [UInt8]
  ) {
    let text = String(decoding: bytes[contents], as: UTF8.self)
    if kind == .name, let last = tokens.last, last.kind == .name,
      last.end == token.range.lowerBound
    {
      tokens[tokens.count - 1] = LuaToken(
        kind: .name, text: last.text + text, start: last.start, end: token.range.upperBound)
      return
    }
    tokens.append(
      LuaToken(kind: kind, text: text, start: token.range.lowerBound, end: token.range.upperBound))
  }
}
