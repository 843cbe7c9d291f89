/// Lines under the text being edited, such as candidates or help.
///
/// The next key takes them away.
struct Panel {
  /// What is to be shown, or is.
  private(set) var lines: [String] = []
  private var isDrawn = false

  /// Asks for lines to be shown.
  mutating func show(_ lines: [String]) {
    self.lines = lines
    isDrawn = false
  }

  /// Forgets the lines without touching the screen.
  mutating func forget() {
    lines = []
    isDrawn = false
  }

  /// Draws the lines below the text and brings the cursor back.
  ///
  /// All moves are relative, so a screen that scrolls for want of room does no harm.
  mutating func draw(on device: TerminalDevice, below viewport: Viewport) {
    guard !lines.isEmpty, !isDrawn else { return }
    let below = viewport.rowCount - 1 - viewport.cursorRow
    var text = below > 0 ? "\u{1B}[\(below)B" : ""
    for line in lines { text += "\r\n\u{1B}[K" + line }
    text += "\u{1B}[\(below + lines.count)A\r"
    if viewport.cursorColumn > 0 { text += "\u{1B}[\(viewport.cursorColumn)C" }
    device.write(text)
    isDrawn = true
  }

  /// Takes the lines off the screen.
  mutating func erase(on device: TerminalDevice, below viewport: Viewport) {
    guard isDrawn else { return }
    let below = viewport.rowCount - viewport.cursorRow
    var text = "\u{1B}[\(below)B\r\u{1B}[J\u{1B}[\(below)A"
    if viewport.cursorColumn > 0 { text += "\u{1B}[\(viewport.cursorColumn)C" }
    device.write(text)
    forget()
  }
}
