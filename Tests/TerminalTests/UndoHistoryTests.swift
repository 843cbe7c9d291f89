import Testing

@testable import Terminal

@Suite struct UndoHistoryTests {
  @Test func `a run of typing is taken back in one go and comes again`() {
    var undo = UndoHistory()
    var buffer = LineBuffer("x")
    for letter in ["a", "b", "c"] {
      undo.note(buffer, typing: true)
      buffer.insert(letter)
    }
    undo.note(buffer, typing: false)
    let typed = buffer
    buffer.deleteBack()
    let once = undo.undo(from: buffer)
    #expect(once == typed)
    let twice = undo.undo(from: typed)
    #expect(twice?.text == "x")
    let again = undo.redo(from: LineBuffer("x"))
    #expect(again == typed)
  }

  @Test func `a change after undo forgets what could have been redone`() {
    var undo = UndoHistory()
    undo.note(LineBuffer("a"), typing: false)
    _ = undo.undo(from: LineBuffer("b"))
    undo.note(LineBuffer("a"), typing: false)
    let redone = undo.redo(from: LineBuffer("c"))
    #expect(redone == nil)
  }
}
