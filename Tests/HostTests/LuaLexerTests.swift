import Base
import Notebooks
import Testing

@testable import Host

@Suite struct LuaLexerTests {
  private func words(_ source: String) -> [String] {
    let bytes = Array(source.utf8)
    return LuaLexer.tokens(of: source).map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  @Test(
    "source is cut as Lua cuts it",
    arguments: [
      ("a.b:c(1)", ["a", ".", "b", ":", "c", "(", "1", ")"]),
      ("1..2", ["1", "..", "2"]), ("1 ..2", ["1", "..", "2"]),
      ("0x1p-4+1e+5", ["0x1p-4", "+", "1e+5"]),
      (".5 3.", [".5", "3."]), ("a//b ~= c", ["a", "//", "b", "~=", "c"]),
      ("'a\\'b' \"c\"", ["'a\\'b'", "\"c\""]), ("[==[ ]] ]==] x", ["[==[ ]] ]==]", "x"]),
      ("-- c\nx --[[ d\n]] y", ["-- c", "x", "--[[ d\n]]", "y"]), ("t[1]", ["t", "[", "1", "]"]),
      ("goto done ::done::", ["goto", "done", "::", "done", "::"]), ("x...y", ["x", "...", "y"]),
      ("#!/usr/bin/env orrery\nx", ["#!/usr/bin/env orrery", "x"]), ("你 = 1", ["你", "=", "1"]),
    ])
  func words(source: String, expected: [String]) {
    #expect(words(source) == expected)
  }

  @Test(
    "what has no end ends with the line or the text",
    arguments: [
      ("x = \"ab\ny", "\"ab"), ("[[a\nb", "[[a\nb"), ("--[[a\nb", "--[[a\nb"), ("'\\", "'\\"),
    ])
  func open(source: String, expected: String) throws {
    let token = try #require(LuaLexer.tokens(of: source).first { !$0.isTerminated })
    #expect(String(decoding: Array(source.utf8)[token.range], as: UTF8.self) == expected)
  }

  @Test func `tokens cover all but blank space, in order, whatever the text`() {
    let pieces = [
      "local", " ", "\n", "\"", "'", "\\", "[[", "]]", "[=[", "]=]", "--", "--[[", "0x", "1e", ".",
      "..", "...", "~", "=", "é", "🙂", "\t", "name", "12", "%", "\u{0}", "\r\n",
    ]
    for seed in 0..<500 {
      var random = SeededRandom(seed: UInt64(seed))
      var source = ""
      for _ in 0..<random.nextInteger(below: 30) {
        source += pieces[random.nextInteger(below: pieces.count)]
      }
      let bytes = Array(source.utf8)
      var covered = 0
      for token in LuaLexer.tokens(of: source) {
        #expect(token.range.lowerBound >= covered && !token.range.isEmpty, "seed \(seed)")
        let gap = bytes[covered..<token.range.lowerBound]
        #expect(gap.allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 }, "seed \(seed)")
        covered = token.range.upperBound
      }
      #expect(covered <= bytes.count)
      let spans = LuaHighlighter.spans(of: source)
      #expect(
        zip(spans, spans.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
    }
  }

  @Test func `names are coloured by what stands beside them`() {
    let source = "%time f\nlocal function go(a) return t.x, t:y \"s\\n\" end"
    let bytes = Array(source.utf8)
    let spans = LuaHighlighter.spans(of: source).filter { $0.style != .symbol }
    let shown = spans.map { "\($0.style) \(String(decoding: bytes[$0.range], as: UTF8.self))" }
    #expect(
      shown == [
        "keyword %time", "name f", "keyword local", "keyword function", "function go", "name a",
        "keyword return", "name t", "field x", "name t", "function y", "string \"s", "escape \\n",
        "string \"", "keyword end",
      ])
  }
}
