/// Earlier states of a buffer; typing in one go is taken back in one go.
struct UndoHistory {
  private var past: [LineBuffer] = []
  private var future: [LineBuffer] = []
  private var isTyping = false

  /// Notes the state before a change; of a run of typing only the first state is kept.
  mutating func note(_ buffer: LineBuffer, typing: Bool) {
    future.removeAll()
    if !(typing && isTyping), past.last != buffer { past.append(buffer) }
    if past.count > 500 { past.removeFirst() }
    isTyping = typing
  }

  /// Ends a run of typing, as moving the cursor does.
  mutating func endRun() { isTyping = false }

  /// The state before the last change.
  mutating func undo(from buffer: LineBuffer) -> LineBuffer? {
    isTyping = false
    guard let earlier = past.popLast() else { return nil }
    future.append(buffer)
    return earlier
  }

  /// The state that was last taken back.
  mutating func redo(from buffer: LineBuffer) -> LineBuffer? {
    isTyping = false
    guard let later = future.popLast() else { return nil }
    past.append(buffer)
    return later
  }
}
