import Base
import CEditSupport

/// What libedit is given to draw.
extension LineEditor {
  /// What stands before each further line: as wide as the prompt, so that code stays aligned.
  var margin: String {
    let width = prompt.displayWidth
    return width < 3 ? String(repeating: " ", count: width) : "│ ".leftPadded(toWidth: width)
  }

  /// Computes the view of the buffer and hands it to libedit with its prompt.
  func layOut() {
    guard let display else { return }
    let size = device.size
    viewport = Viewport(
      buffer, promptWidth: promptText.displayWidth, margin: margin, columns: size.columns,
      rows: size.rows, top: viewport.hiddenAbove)
    show(prompt: promptText, style: search == nil ? .prompt : .note, on: display)
    viewport.scalars.withUnsafeBufferPointer {
      cedit_show(display, $0.baseAddress, $0.count, viewport.cursor)
    }
  }

  /// The prompt as it is now: what is searched for, or how many lines lie above the screen.
  var promptText: String {
    if let search {
      return "\(search.isFound ? "search" : "nothing older") “\(search.needle)”: "
    }
    return prompt
  }

  private func show(prompt: String, style: Style, on display: OpaquePointer) {
    let hidden = viewport.hiddenAbove
    let text =
      hidden > 0 && search == nil ? "↑\(hidden) ".leftPadded(toWidth: prompt.count) : prompt
    let scalars = palette.paintPrompt(text, style).unicodeScalars.map(\.value)
    scalars.withUnsafeBufferPointer { cedit_set_prompt(display, $0.baseAddress, $0.count) }
  }
}

extension String {
  /// The text with spaces before it, up to `columns` columns.
  fileprivate func leftPadded(toWidth columns: Int) -> String {
    padded(toWidth: columns, alignRight: true)
  }
}
