/// What a key does in the line editor.
enum EditCommand: Hashable, Sendable {
  case insert(String), paste(String)
  case enter, newline, complete, unindent, help
  case left, right, wordLeft, wordRight, lineStart, lineEnd, bufferStart, bufferEnd
  case up, down, historyPrevious, historyNext, historyFirst, historyLast, search
  case deleteBack, deleteForward, deleteForwardOrEnd
  case killToLineEnd, killToLineStart, killWordBack, killWordForward, yank
  case transpose, undo, redo, externalEditor
  case clearScreen, redraw, interrupt, suspend, end
}

/// The keys of the line editor, in Emacs style as shells have them.
enum KeyTable {
  /// What the key does; nothing for keys without a meaning.
  static func command(for key: Key) -> EditCommand? {
    switch key {
    case .text(let text): .insert(text)
    case .paste(let text): .paste(text)
    case .control(let letter): controls[letter]
    case .alt(let letter): alts[letter]
    case .named(let name, let modifiers): command(for: name, modifiers)
    case .end: .end
    case .unknown, .woken: nil
    }
  }

  private static let controls: [Character: EditCommand] = [
    "a": .lineStart, "b": .left, "c": .interrupt, "d": .deleteForwardOrEnd, "e": .lineEnd,
    "f": .right, "g": .redraw, "k": .killToLineEnd, "l": .clearScreen, "n": .historyNext,
    "o": .newline, "p": .historyPrevious, "r": .search, "t": .transpose, "u": .killToLineStart,
    "w": .killWordBack, "y": .yank, "z": .suspend, "_": .undo,
  ]

  private static let alts: [Character: EditCommand] = [
    "b": .wordLeft, "f": .wordRight, "d": .killWordForward, "<": .historyFirst,
    ">": .historyLast, "_": .redo, "h": .help, "?": .help, "e": .externalEditor,
  ]

  private static func command(for name: Key.Name, _ modifiers: Key.Modifiers) -> EditCommand? {
    let byWord = modifiers.contains(.control) || modifiers.contains(.alt)
    switch name {
    case .up: return byWord ? .historyPrevious : .up
    case .down: return byWord ? .historyNext : .down
    case .left: return byWord ? .wordLeft : .left
    case .right: return byWord ? .wordRight : .right
    case .home: return byWord ? .bufferStart : .lineStart
    case .end: return byWord ? .bufferEnd : .lineEnd
    case .delete: return byWord ? .killWordForward : .deleteForward
    case .backspace: return byWord ? .killWordBack : .deleteBack
    case .enter: return modifiers.isEmpty ? .enter : .newline
    case .tab: return modifiers.contains(.shift) ? .unindent : .complete
    case .pageUp: return .historyPrevious
    case .pageDown: return .historyNext
    case .function(1): return .help
    case .insert, .function: return nil
    }
  }
}
