import Base
import Testing

@testable import Terminal

@Suite struct ViewportTests {
  init() { useUTF8() }

  @Test func `further lines begin with the margin`() {
    let view = Viewport(
      LineBuffer("do\nx"), promptWidth: 5, margin: "   │ ", columns: 40, rows: 10)
    #expect(text(view) == "do\n   │ x")
    #expect((view.cursorRow, view.cursorColumn) == (1, 6))
    #expect(view.rowCount == 2)
  }

  @Test func `a wide character that does not fit goes to the next row`() {
    // Columns 5 to 8 hold two characters, the ninth column stays free for half a character.
    let view = Viewport(LineBuffer("你好吗"), promptWidth: 5, margin: "", columns: 10, rows: 9)
    #expect((view.cursorRow, view.cursorColumn) == (1, 2))
  }

  @Test func `a text that ends at the right edge has its cursor on the next row`() {
    let view = Viewport(LineBuffer("abcde"), promptWidth: 5, margin: "", columns: 10, rows: 9)
    #expect((view.cursorRow, view.cursorColumn, view.rowCount) == (1, 0, 2))
  }

  @Test(
    "a character is drawn as wide as the terminal counts it",
    arguments: ["👨‍👩‍👧", "👍🏽", "❤️", "é", "e\u{301}", "你", "ｱ", "\t", "🇨🇳", "\u{200B}"])
  func widths(_ character: String) {
    let view = Viewport(LineBuffer(character), promptWidth: 0, margin: "", columns: 80, rows: 9)
    let drawn = text(view)
    #expect(view.cursorColumn == drawn.reduce(0) { $0 + $1.displayWidth })
    #expect(view.scalars.count <= max(4, character.unicodeScalars.count))
  }

  @Test func `a block taller than the screen shows the lines around the cursor`() {
    let block = (1...40).map { "line \($0)" }.joined(separator: "\n")
    var buffer = LineBuffer(block)
    let last = Viewport(buffer, promptWidth: 5, margin: "", columns: 80, rows: 24)
    #expect(last.hiddenAbove == 17)
    #expect(text(last).hasSuffix("line 40"))
    buffer.move(to: 0)
    let first = Viewport(
      buffer, promptWidth: 5, margin: "", columns: 80, rows: 24, top: last.hiddenAbove)
    #expect(first.hiddenAbove == 0)
    #expect(first.rowCount == 23)
  }

  @Test func `the window holds the cursor's line, fits, and moves only when it must`() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<2000 {
      let heights = (0..<Int(1 + random.next() % 30)).map { _ in 1 + Int(random.next() % 3) }
      let line = Int(random.next() % UInt64(heights.count))
      let room = 3 + Int(random.next() % 20)
      let top = Int(random.next() % UInt64(heights.count))
      let window = Viewport.window(heights, around: line, room: room, top: top)
      #expect(window.contains(line))
      #expect(heights[window].reduce(0, +) <= room)
      let again = Viewport.window(heights, around: line, room: room, top: window.lowerBound)
      #expect(again == window)
    }
  }

  private func text(_ view: Viewport) -> String {
    String(String.UnicodeScalarView(view.scalars.compactMap(Unicode.Scalar.init)))
  }
}
