/// One key press, a run of typed text, or a paste.
enum Key: Hashable, Sendable {
  /// Printable text; input that waits is taken in one piece.
  case text(String)
  /// What a terminal sent between the brackets of a paste.
  case paste(String)
  /// A letter with Control, as "a" for ^A; also "[", "\\", "]", "^", "_", "@" and "?" (Backspace).
  case control(Character)
  /// A character after Escape, or with Alt; "\r" is Alt-Enter.
  case alt(Character)
  /// A key with a name.
  case named(Name, Modifiers)
  /// A sequence that means nothing here.
  case unknown
  /// The input has ended.
  case end
  /// Something other than input woke the reader: look at the signals.
  case woken

  enum Name: Hashable, Sendable {
    case up, down, left, right, home, end, insert, delete, pageUp, pageDown, enter, tab, backspace
    case function(Int)
  }

  struct Modifiers: OptionSet, Hashable, Sendable {
    let rawValue: Int
    static let shift = Modifiers(rawValue: 1)
    static let alt = Modifiers(rawValue: 2)
    static let control = Modifiers(rawValue: 4)
  }
}
