import Base
import Testing

@Suite struct WrappingTests {
  @Test(
    "a line is cut at spaces, and what follows is indented",
    arguments: [
      ("short", ["short"]), ("  one two three", ["  one two", "    three"]),
      ("abcdefghijklmnop", ["abcdefghij", "  klmnop"]), ("你好 你好 你好 吗", ["你好 你好", "  你好 吗"]),
    ])
  func wraps(_ text: String, _ expected: [String]) {
    #expect(text.wrapped(toWidth: 10) == expected)
  }

  @Test func `further lines may stand below a column`() {
    let lines = "  name   one two three".wrapped(toWidth: 18, indent: 9)
    #expect(lines == ["  name   one two", "         three"])
  }

  @Test func `no piece is too wide and no word is lost`() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<500 {
      let text = (0..<random.next() % 30).map { _ in
        String(repeating: random.next() % 2 == 0 ? "ab" : "你", count: Int(random.next() % 9))
      }.joined(separator: " ")
      let lines = text.wrapped(toWidth: 16)
      #expect(lines.allSatisfy { $0.displayWidth <= 16 })
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
  }
}
