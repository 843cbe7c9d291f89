extension String {
  /// How many terminal columns the text takes: 2 for CJK and emoji, 0 for combining marks.
  ///
  /// Counted per grapheme cluster, so a family emoji joined by ZWJ is 2 as terminals draw it.
  /// Source for the wide ranges: Unicode 15 EastAsianWidth (W and F) and emoji presentation.
  public var displayWidth: Int {
    var width = 0
    for character in self { width += character.displayWidth }
    return width
  }

  /// Cuts the text to at most `columns` columns, the last of which becomes "…" when it was cut.
  public func truncated(toWidth columns: Int) -> String {
    guard displayWidth > columns else { return self }
    var kept = ""
    var width = 0
    for character in self {
      let next = character.displayWidth
      if width + next > columns - 1 { break }
      kept.append(character)
      width += next
    }
    return columns > 0 ? kept + "…" : ""
  }

  /// Fills the text with spaces up to `columns` columns; longer text stays as it is.
  public func padded(toWidth columns: Int, alignRight: Bool = false) -> String {
    let missing = columns - displayWidth
    guard missing > 0 else { return self }
    let spaces = String(repeating: " ", count: missing)
    return alignRight ? spaces + self : self + spaces
  }
}

extension Character {
  /// How many terminal columns the character takes: 0, 1 or 2.
  public var displayWidth: Int {
    if let ascii = asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
    guard let first = unicodeScalars.first else { return 0 }
    if unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return first.isWide ? 2 : 1
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isWide: Bool {
    if properties.isEmojiPresentation { return true }
    return switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1AFF0...0x1B2FF,
      0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
