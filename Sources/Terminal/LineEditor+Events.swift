import Base
import CEditSupport
import Glibc

/// The loop between the keyboard, the signals and libedit.
extension LineEditor {
  /// Draws what belongs under the text, then waits for an event.
  func waitForEvent() -> Int32 {
    if let outcome { return ending(of: outcome) }
    if let text = preset {
      preset = nil
      pending = .insert(text)
      return Int32(CEDIT_PERFORM)
    }
    panel.draw(on: device, below: viewport)
    while true {
      let key = decoder.next()
      if key == .woken {
        if let event = handleSignal() { return event }
        continue
      }
      if search == nil, KeyTable.command(for: key) == nil { continue }
      panel.erase(on: device, below: viewport)
      pending = command(for: key)
      if let event = endingEvent(for: pending) { return event }
      return Int32(CEDIT_PERFORM)
    }
  }

  private func ending(of outcome: Outcome) -> Int32 {
    switch outcome {
    case .text: Int32(CEDIT_ACCEPT)
    case .cancelled: Int32(CEDIT_INTERRUPT)
    case .end, .terminated: Int32(CEDIT_END)
    }
  }

  /// Ends the line for ^C and for ^D on an empty text.
  private func endingEvent(for command: EditCommand?) -> Int32? {
    switch command {
    case .interrupt:
      leave("^C", .cancelled)
      return Int32(CEDIT_INTERRUPT)
    case .deleteForwardOrEnd where buffer.isEmpty, .end:
      leave("", .end)
      return Int32(CEDIT_END)
    default: return nil
    }
  }

  /// Leaves the text as it stands and puts the cursor on a fresh line below it.
  private func leave(_ mark: String, _ outcome: Outcome) {
    self.outcome = outcome
    let below = viewport.rowCount - 1 - viewport.cursorRow
    device.write((below > 0 ? "\u{1B}[\(below)B" : "") + mark + "\r\n")
  }

  private func handleSignal() -> Int32? {
    switch csignal_take() {
    case SIGINT:
      panel.erase(on: device, below: viewport)
      return endingEvent(for: .interrupt)
    case SIGWINCH:
      resize()
      return Int32(CEDIT_PERFORM)
    case SIGTSTP:
      panel.erase(on: device, below: viewport)
      stop()
      return Int32(CEDIT_PERFORM)
    case SIGTERM: return terminate(SIGTERM)
    case SIGHUP: return terminate(SIGHUP)
    // SIGCONT after a stop that was not ours: the terminal may have changed hands.
    case SIGCONT:
      pending = .redraw
      return Int32(CEDIT_PERFORM)
    default: return nil
    }
  }

  private func terminate(_ signal: Int32) -> Int32 {
    leave("", .terminated(signal: signal))
    return Int32(CEDIT_END)
  }

  /// Goes to where the prompt now begins, as a terminal that reflows its lines has moved it, and
  /// draws everything anew for the new size.
  private func resize() {
    guard let display else { return }
    layOut()
    device.write(
      (viewport.cursorRow > 0 ? "\u{1B}[\(viewport.cursorRow)A" : "") + "\r\u{1B}[J")
    panel.forget()
    cedit_resized(display)
    pending = .redraw
  }

  /// Gives the terminal back, stops the process, and takes the terminal when it goes on.
  private func stop() {
    guard let display else { return }
    let below = viewport.rowCount - 1 - viewport.cursorRow
    device.write((below > 0 ? "\u{1B}[\(below)B" : "") + "\r\n" + Self.pasteOff)
    cedit_suspend(display)
    csignal_stop_now()
    cedit_resume(display)
    device.write(Self.pasteOn)
    cedit_resized(display)
    pending = .redraw
  }
}
