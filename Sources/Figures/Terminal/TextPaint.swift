/// How paints look in a terminal: as colours, or as patterns where there are none.
struct TextPaint {
  let color: TerminalColor

  /// The colour of a paint; nil where the terminal's own text colour or no colour is meant.
  func ink(_ paint: Paint) -> Color? {
    guard color != .none else { return nil }
    switch paint {
    case .series(let index): return Palette.dark[index % Palette.categories]
    case .fixed(let color): return color
    case .ink: return nil
    case .muted: return Color(0x8C959F)
    case .faint: return Color(0x5A636D)
    }
  }

  /// The colour of axes and second lines.
  var muted: Color? { ink(.muted) }

  /// The character that fills bars of a paint.
  func fill(_ paint: Paint) -> Character {
    guard color == .none else { return "█" }
    switch paint {
    case .series(let index): return Array("█▒░▓╳▞═▚")[index % 8]
    case .faint: return "·"
    default: return "▓"
    }
  }

  /// The character of a dot, where several sets of dots share a chart without colours.
  func dot(_ paint: Paint) -> Character {
    guard color == .none, case .series(let index) = paint else { return "•" }
    return Array("•+×o*#%@")[index % 8]
  }

  /// How many dots of a line are drawn and left out in turn; empty for a solid line.
  func dashes(_ paint: Paint, isDashed: Bool) -> [Int] {
    if isDashed { return [3, 3] }
    guard color == .none, case .series(let index) = paint else { return [] }
    return [[], [6, 4], [1, 2], [8, 2, 1, 2], [2, 4], [12, 4], [1, 5], [4, 2, 1, 2, 1, 2]][
      index % 8]
  }
}
