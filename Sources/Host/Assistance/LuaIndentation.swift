/// How far lines of Lua code go in: two columns for each block or bracket that is open.
enum LuaIndentation {
  private static let openers: Set<String> = ["then", "do", "function", "repeat", "{", "(", "["]
  private static let closers: Set<String> = ["end", "until", "}", ")", "]"]
  private static let middles: Set<String> = ["else", "elseif"]

  /// The blanks that the last line of a text should start with; nil inside a string or a comment.
  ///
  /// A line that opens several blocks goes in by one step, as does one that closes several.
  static func ofLastLine(in code: String) -> String? {
    let bytes = Array(code.utf8)
    let lineStart = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let above = LuaScanner(bytes[..<lineStart])
    guard above.ending == .code else { return nil }
    var depth = 0
    var line: [LuaToken] = []
    for token in above.tokens {
      if let last = line.last, bytes[last.end..<token.start].contains(UInt8(ascii: "\n")) {
        depth = max(0, depth + step(line))
        line = []
      }
      line.append(token)
    }
    depth = max(0, depth + step(line))
    if let first = LuaScanner(bytes[lineStart...]).tokens.first, first.kind != .string,
      closers.contains(first.text) || middles.contains(first.text)
    {
      depth = max(0, depth - 1)
    }
    return String(repeating: " ", count: 2 * depth)
  }

  /// How a line changes the depth of the next one: one step at most.
  private static func step(_ line: [LuaToken]) -> Int {
    var net = 0
    for token in line where token.kind != .string {
      if openers.contains(token.text) { net += 1 }
      // The `then` behind an `elseif` opens again what the `elseif` closes.
      if closers.contains(token.text) || token.text == "elseif" { net -= 1 }
    }
    return max(-1, min(1, net))
  }
}
