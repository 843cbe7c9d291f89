extension Paint {
  /// The class that fills with this paint, or nothing for a fixed colour.
  private func className(_ series: String, _ ink: String, _ muted: String, _ faint: String)
    -> String?
  {
    switch self {
    case .series(let index): series + String(index % Palette.categories)
    case .fixed: nil
    case .ink: ink
    case .muted: muted
    case .faint: faint
    }
  }

  private var fixedHex: String {
    if case .fixed(let color) = self { color.hex } else { "none" }
  }

  /// Attributes that fill with this paint.
  var fill: String {
    className("f", "i", "m", "e").map { "class=\"\($0)\"" } ?? "fill=\"\(fixedHex)\""
  }

  /// Attributes that draw lines with this paint and fill nothing.
  func stroke(_ width: Double) -> String {
    let color =
      className("s", "ii", "im", "ie").map { "class=\"\($0)\"" } ?? "stroke=\"\(fixedHex)\""
    return "\(color) fill=\"none\" stroke-width=\"\(n(width))\""
  }

  /// Attributes that fill and draw the outline with this paint.
  func fillAndStroke(_ width: Double) -> String {
    let fill = className("f", "i", "m", "e")
    let stroke = className("s", "ii", "im", "ie")
    guard let fill, let stroke else {
      return "fill=\"\(fixedHex)\" stroke=\"\(fixedHex)\" stroke-width=\"\(n(width))\""
    }
    return "class=\"\(fill) \(stroke)\" stroke-width=\"\(n(width))\""
  }

  /// The class of text that names something of this paint.
  var textClass: String {
    if case .series(let index) = self { "t\(index % Palette.categories)" } else { "" }
  }
}
