import Base
import Testing

@testable import Host

@Suite struct LuaScannerTests {
  @Test(
    "source is cut into tokens",
    arguments: [
      ("local x <const> = 1.5e-3..y", ["local", "x", "<", "const", ">", "=", "1.5e-3", "..", "y"]),
      ("a.b:c'd\\'e'", ["a", ".", "b", ":", "c", "d\\'e"]),
      ("x=[==[a]]b]==]--[[c\nd]]e", ["x", "=", "a]]b", "e"]),
      ("1..2 0x1p+4 3..4", ["1", "..", "2", "0x1p+4", "3", "..", "4"]),
      ("::l:: a~=b//c ...", ["::", "l", "::", "a", "~=", "b", "//", "c", "..."]),
      ("-- only a comment\nreturn 你好", ["return", "你好"]), ("", []),
    ] as [(String, [String])])
  func cuts(_ code: String, _ expected: [String]) {
    #expect(LuaScanner(code.utf8).tokens.map(\.text) == expected)
  }

  @Test(
    "what the source stops in is told",
    arguments: [
      ("x = 'ab", .string(start: 5)), ("x = [[ab", .string(start: 6)), ("x = 'ab'", .code),
      ("-- x", .comment), ("--[[ x\ny", .comment), ("--[[ x ]] y", .code), ("-- x\n", .code),
      ("f\"", .string(start: 2)), ("x = 'ab\\'", .string(start: 5)),
    ] as [(String, LuaScanner.Ending)])
  func ends(_ code: String, _ ending: LuaScanner.Ending) {
    #expect(LuaScanner(code.utf8).ending == ending)
  }

  @Test func `any bytes are scanned, and tokens follow one another`() {
    var random = SeededRandom(seed: 21)
    let pieces = ["[", "]", "=", "\"", "'", "--", "\\", "\n", "a", "1", ".", "你", "{", "(", ":"]
    for _ in 0..<2000 {
      let code = (0..<random.next() % 20).map { _ in pieces[Int(random.next() % 15)] }.joined()
      var end = 0
      let tokens = LuaScanner(code.utf8).tokens
      for token in tokens {
        #expect(token.start >= end && token.end <= code.utf8.count + 1, "\(code)")
        end = token.end
      }
      for last in tokens.indices { _ = LuaExpression(tokens, endingAt: last) }
      _ = LuaCallSite(tokens)
      _ = LuaLocals(tokens)
    }
  }
}
