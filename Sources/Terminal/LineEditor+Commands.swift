import Base
import CEditSupport
import Notebooks

/// What each command does to the text.
extension LineEditor {
  /// Acts on the event that was waited for and shows the outcome.
  func performPending() -> Int32 {
    guard let command = pending else { return Int32(CEDIT_REFRESH) }
    pending = nil
    if command != .complete { menu = nil }
    let shown = (viewport, promptText)
    if search != nil { performInSearch(command) } else { perform(command) }
    layOut()
    switch command {
    case .clearScreen:
      device.write("\u{1B}[H\u{1B}[2J")
      return Int32(CEDIT_REDRAW)
    case .redraw, .externalEditor: return Int32(CEDIT_REDRAW)
    default: return Int32(canRefresh(from: shown.0, shown.1) ? CEDIT_REFRESH : CEDIT_REDRAW)
    }
  }

  /// True where libedit may draw the difference alone.
  ///
  /// Inserting and deleting before wide characters, it cuts them in halves and loses its column.
  private func canRefresh(from old: Viewport, _ oldPrompt: String) -> Bool {
    guard old.hasWideCharacters || viewport.hasWideCharacters else { return true }
    return oldPrompt == promptText
      && (viewport.scalars.starts(with: old.scalars) || old.scalars.starts(with: viewport.scalars))
  }

  /// What a key means now: in a search, typing goes to what is looked for.
  func command(for key: Key) -> EditCommand? {
    if search != nil {
      switch key {
      case .named(.enter, _), .named(.tab, _), .control("j"): return .enter
      case .control("g"), .unknown: return .undo
      default: break
      }
    }
    return KeyTable.command(for: key)
  }

  private func perform(_ command: EditCommand) {
    let before = buffer
    switch command {
    case .up, .down, .historyPrevious, .historyNext, .historyFirst, .historyLast:
      recall(command)
      return
    case .undo: buffer = undo.undo(from: buffer) ?? buffer
    case .redo: buffer = undo.redo(from: buffer) ?? buffer
    case .enter: accept()
    case .complete: complete()
    case .help: help()
    case .search: search = HistorySearch(from: buffer, in: history.list)
    case .externalEditor: editElsewhere()
    case .end, .interrupt, .suspend, .clearScreen, .redraw: break
    default: if !move(command) { change(command) }
    }
    walk = nil
    if case .insert = command {} else { movedOut = 0 }
    noteForUndo(command, before)
  }

  private func noteForUndo(_ command: EditCommand, _ before: LineBuffer) {
    if command == .undo || command == .redo { return }
    guard buffer.characters != before.characters else { return undo.endRun() }
    if case .insert = command {
      undo.note(before, typing: true)
    } else {
      undo.note(before, typing: false)
    }
  }

  // MARK: Moving and changing

  private func move(_ command: EditCommand) -> Bool {
    switch command {
    case .left: buffer.move(to: buffer.cursor - 1)
    case .right: buffer.move(to: buffer.cursor + 1)
    case .wordLeft: buffer.move(to: buffer.wordStart)
    case .wordRight: buffer.move(to: buffer.wordEnd)
    case .lineStart: buffer.move(to: buffer.line.lowerBound)
    case .lineEnd: buffer.move(to: buffer.line.upperBound)
    case .bufferStart: buffer.move(to: 0)
    case .bufferEnd: buffer.move(to: buffer.characters.count)
    default: return false
    }
    return true
  }

  private func change(_ command: EditCommand) {
    switch command {
    case .insert(let text):
      buffer.insert(text)
      alignClosingWord()
    case .paste(let text): buffer.insert(PastedText.cleaned(text, prompt: prompt, margin: margin))
    case .newline: breakLine()
    case .unindent: buffer.unindent(2)
    case .deleteBack: buffer.deleteBack()
    case .deleteForward, .deleteForwardOrEnd: buffer.deleteForward()
    case .transpose: buffer.transpose()
    case .killToLineEnd: kill(buffer.restOfLine)
    case .killToLineStart: kill(buffer.line.lowerBound..<buffer.cursor)
    case .killWordBack: kill(buffer.wordStart..<buffer.cursor)
    case .killWordForward: kill(buffer.cursor..<buffer.wordEnd)
    case .yank: buffer.insert(killed)
    default: break
    }
  }

  private func kill(_ range: Range<Int>) {
    if !range.isEmpty { killed = buffer.remove(range) }
  }

  // MARK: Enter

  private func accept() {
    if case .incomplete(let indent) = questions.completeness(buffer.text) {
      buffer.insert("\n" + indent)
    } else {
      outcome = .text(buffer.text)
      buffer.move(to: buffer.characters.count)
    }
  }

  /// When the line so far is one word that closes a block, it goes out to where it belongs, and
  /// in again when the word grows into another.
  private func alignClosingWord() {
    let line = buffer.line
    let typed = buffer.characters[line]
    let blanks = typed.prefix { $0 == " " }.count
    let word = typed.dropFirst(blanks)
    let isOneWord = (1...8).contains(word.count) && !word.contains(" ")
    guard line.lowerBound > 0, buffer.cursor == line.upperBound, isOneWord || movedOut > 0,
      let usual = questions.indentation(String(buffer.characters[..<line.lowerBound]))?.count,
      let wanted = questions.indentation(buffer.textBeforeCursor)?.count
    else { return }
    if isOneWord, wanted < usual, blanks == usual {
      movedOut = usual - wanted
      buffer.unindent(movedOut)
    } else if wanted == usual, movedOut > 0, blanks + movedOut == usual {
      buffer.indent(movedOut)
      movedOut = 0
    }
  }

  private func breakLine() {
    let indent = buffer.characters[buffer.line].prefix { $0 == " " }
    buffer.insert("\n" + String(indent))
  }

  private func editElsewhere() {
    guard let display else { return }
    cedit_suspend(display)
    defer { cedit_resume(display) }
    device.write("\r\n" + Self.pasteOff)
    defer { device.write(Self.pasteOn) }
    do throws(Problem) {
      buffer.set(try ExternalEditor.edit(buffer.text))
    } catch {
      panel.show([palette.paint(error.description, .error)])
    }
  }

  // MARK: History

  private func recall(_ command: EditCommand) {
    if command == .up, !buffer.isInFirstLine { return buffer.moveLine(by: -1) }
    if command == .down, !buffer.isInLastLine { return buffer.moveLine(by: 1) }
    let list = history.list
    switch command {
    case .historyFirst: if let text = list.entries.first { replace(text) }
    case .historyLast: if let text = list.entries.last { replace(text) }
    default:
      let isOlder = command == .up || command == .historyPrevious
      var walk =
        walk ?? HistoryWalk(from: buffer.text, prefix: buffer.textBeforeCursor, in: list)
      let found =
        isOlder ? walk.older(in: list, than: buffer.text) : walk.newer(in: list, than: buffer.text)
      if let found {
        replace(found)
        // Above lies the older entry, below the rest of this one: one key each.
        if isOlder, let end = buffer.characters.firstIndex(of: "\n") { buffer.move(to: end) }
      }
      self.walk = walk
    }
  }

  private func replace(_ text: String) {
    undo.note(buffer, typing: false)
    buffer.set(text)
  }

  private func performInSearch(_ command: EditCommand) {
    guard var current = search else { return }
    let list = history.list
    switch command {
    case .insert(let text), .paste(let text): current.type(text, in: list)
    case .deleteBack: current.deleteBack(in: list)
    case .search: current.older(in: list)
    case .undo:
      buffer = current.origin
      search = nil
      return
    default:
      search = nil
      // Any other key takes the match and does what it always does; Enter only takes it.
      if command != .enter, command != .redraw { perform(command) }
      return
    }
    search = current
    if let match = current.match(in: list) {
      let at = match.lowercased().positionInBytes(of: current.needle.lowercased()) ?? 0
      buffer.set(match, cursor: String(decoding: Array(match.utf8).prefix(at), as: UTF8.self).count)
    } else {
      buffer = current.origin
    }
  }

  // MARK: Completion and help

  private func complete() {
    let size = device.size
    if var open = menu {
      open.turn(columns: size.columns, rows: size.rows)
      return show(open)
    }
    let head = buffer.characters[buffer.line.lowerBound..<buffer.cursor]
    // At the start of a line, and in input that was pasted without brackets, Tab indents.
    if head.allSatisfy({ $0 == " " }) || hasInputWaiting { return buffer.insert("  ") }
    let code = buffer.text
    let completion = questions.complete(code, buffer.cursorInBytes)
    guard !completion.items.isEmpty else { return device.write("\u{07}") }
    let common = CompletionMenu.commonPrefix(completion.items)
    let typed = String(decoding: Array(code.utf8)[completion.range], as: UTF8.self)
    if common.utf8.count >= typed.utf8.count, common != typed || completion.items.count == 1 {
      buffer.replace(bytes: completion.range, with: common)
    }
    if completion.items.count > 1 {
      show(CompletionMenu(completion.items))
    } else if let only = completion.items.first, !only.hint.isEmpty {
      let hint = only.hint.firstLine.truncated(toWidth: size.columns - 1)
      showPanel([palette.paint(hint, .muted)])
    }
  }

  private func show(_ menu: CompletionMenu) {
    let size = device.size
    self.menu = menu
    showPanel(menu.lines(columns: size.columns, rows: size.rows, palette: palette))
  }

  private func help() {
    guard let text = questions.inspect(buffer.text, buffer.cursorInBytes) else {
      return showPanel([palette.paint("nothing is known about this", .muted)])
    }
    let columns = device.size.columns
    showPanel(
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .flatMap { String($0).wrapped(toWidth: columns - 1) })
  }

  /// Shows lines under the text, as many as there is room for; none may be wider than the screen.
  private func showPanel(_ lines: [String]) {
    layOut()
    let size = device.size
    let room = max(1, size.rows - 2 - (viewport.rowCount - 1 - viewport.cursorRow))
    var shown = Array(lines.prefix(room))
    if shown.count < lines.count, room > 1 {
      shown[room - 1] = palette.paint("… \(lines.count - room + 1) more lines", .muted)
    }
    panel.show(shown)
  }

  private var hasInputWaiting: Bool {
    guard !decoder.hasByte else { return true }
    return device.hasInput
  }
}
