import Base
import Testing

@testable import Terminal

@Suite struct LineBufferTests {
  @Test func `a joined emoji and an accented letter are one character each`() {
    var buffer = LineBuffer("a👨‍👩‍👧e\u{301}")
    buffer.deleteBack()
    #expect(buffer.text == "a👨‍👩‍👧")
    buffer.deleteBack()
    #expect(buffer.text == "a")
  }

  @Test func `a combining mark joins the letter that stands before the cursor`() {
    var buffer = LineBuffer("cafe")
    buffer.insert("\u{301}")
    #expect(buffer.cursor == 4)
    #expect(buffer.text == "cafe\u{301}")
  }

  @Test func `moving between lines keeps the column on the screen`() {
    var buffer = LineBuffer("abcdef\n你好吗\nabcdef")
    buffer.move(to: 4)
    buffer.moveLine(by: 1)
    #expect(buffer.textBeforeCursor == "abcdef\n你好")
    buffer.moveLine(by: 1)
    #expect(buffer.textBeforeCursor == "abcdef\n你好吗\nabcd")
    buffer.moveLine(by: -1)
    buffer.moveLine(by: -1)
    #expect(buffer.cursor == 4)
  }

  @Test func `words end at punctuation and at line breaks`() {
    var buffer = LineBuffer("local foo_1 = bar.baz(\n  x)")
    buffer.move(to: 0)
    var stops: [Int] = []
    while buffer.wordEnd > buffer.cursor {
      buffer.move(to: buffer.wordEnd)
      stops.append(buffer.cursor)
      if stops.count > 9 { break }
    }
    #expect(stops == [5, 11, 17, 21, 26, 27])
    #expect(buffer.wordStart == 25)
  }

  @Test func `a replaced range of bytes leaves the cursor behind the new text`() {
    var buffer = LineBuffer("x = 你好.ab + 1")
    buffer.replace(bytes: 11..<13, with: "abc")
    #expect(buffer.text == "x = 你好.abc + 1")
    #expect(buffer.textBeforeCursor == "x = 你好.abc")
    #expect(buffer.cursorInBytes == 14)
  }

  @Test func `transposing at the end of a line swaps its last two letters`() {
    var buffer = LineBuffer("ab\ncd")
    buffer.transpose()
    #expect(buffer.text == "ab\ndc")
    buffer.move(to: 3)
    buffer.transpose()
    #expect(buffer.text == "ab\ndc")
  }

  @Test func `unindenting takes only spaces at the start of the line`() {
    var buffer = LineBuffer("do\n   x")
    buffer.unindent(2)
    #expect(buffer.text == "do\n x")
    buffer.unindent(2)
    #expect(buffer.text == "do\nx")
    #expect(buffer.cursor == 4)
    buffer.indent(2)
    #expect(buffer.text == "do\n  x")
    #expect(buffer.cursor == 6)
  }

  @Test func `whatever is done, the cursor stays inside the text`() {
    var random = SeededRandom(seed: 3)
    let pieces = ["a", "\n", "你", "👩‍👧", " ", "\u{301}", "foo_1", "\t"]
    var buffer = LineBuffer()
    for step in 0..<3000 {
      switch random.next() % 10 {
      case 0...3: buffer.insert(pieces[Int(random.next() % UInt64(pieces.count))])
      case 4: buffer.deleteBack()
      case 5: buffer.deleteForward()
      case 6: buffer.move(to: Int(random.next() % 50))
      case 7: buffer.moveLine(by: random.next() % 2 == 0 ? 1 : -1)
      case 8: buffer.remove(buffer.restOfLine)
      default: buffer.transpose()
      }
      let line = buffer.line
      #expect((0...buffer.characters.count).contains(buffer.cursor), "step \(step)")
      #expect(line.lowerBound <= buffer.cursor && buffer.cursor <= line.upperBound, "step \(step)")
      #expect(buffer.cursorInBytes == buffer.textBeforeCursor.utf8.count, "step \(step)")
    }
  }
}
