/// Which ground a picture is drawn for.
public enum Theme: String, Sendable, CaseIterable {
  /// The reader's preference decides, by a media query inside the picture.
  case automatic
  /// Dark on white.
  case light
  /// Light on near black.
  case dark
}

/// The colours of a theme by role.
struct ThemeColors {
  let surface, ink, muted, grid, axis: Color
  let series: [Color]

  static let light = ThemeColors(
    surface: Color(0xFFFFFF), ink: Color(0x1F2328), muted: Color(0x5F6770),
    grid: Color(0xE7EAED), axis: Color(0x8C959F), series: Palette.light)
  static let dark = ThemeColors(
    surface: Color(0x14181D), ink: Color(0xE6EAEE), muted: Color(0x9BA5B0),
    grid: Color(0x2A3037), axis: Color(0x6B7580), series: Palette.dark)

  /// The ground of what is empty: between grid lines and axes.
  var faint: Color { grid.mixed(with: axis, 0.35) }

  func color(_ paint: Paint) -> Color {
    switch paint {
    case .series(let index): series[index % Palette.categories]
    case .fixed(let color): color
    case .ink: ink
    case .muted: muted
    case .faint: faint
    }
  }

  /// The rules of the style sheet for elements under a root class.
  func rules(root: String) -> String {
    var lines = [
      ".bg{fill:\(surface.hex)}", "text,.i{fill:\(ink.hex)}", ".m{fill:\(muted.hex)}",
      ".g{stroke:\(grid.hex)}", ".gm{stroke:\(grid.mixed(with: surface, 0.5).hex)}",
      ".a{stroke:\(axis.hex)}", ".im{stroke:\(muted.hex)}", ".ii{stroke:\(ink.hex)}",
      ".h{stroke:\(surface.hex)}", ".e{fill:\(faint.hex)}", ".ie{stroke:\(faint.hex)}",
    ]
    for (index, color) in series.enumerated() {
      lines.append(".f\(index){fill:\(color.hex)}")
      lines.append(".s\(index){stroke:\(color.hex)}")
      lines.append("text.t\(index){fill:\(color.mixed(with: ink, 0.35).hex)}")
    }
    return lines.map { rule in
      let selector = rule.prefix { $0 != "{" }.split(separator: ",")
      let scoped = selector.map { ".\(root) \($0)" }.joined(separator: ",")
      return scoped + rule.drop { $0 != "{" }
    }.joined(separator: "\n")
  }
}

extension Theme {
  /// The class of the root element: figures of different themes share a page without mixing.
  var rootClass: String {
    switch self {
    case .automatic: "orrery-figure"
    case .light: "orrery-figure-light"
    case .dark: "orrery-figure-dark"
    }
  }

  /// The colours that decisions are made by, such as the text colour on a cell.
  var colors: ThemeColors { self == .dark ? .dark : .light }

  /// Sans-serifs of about Helvetica's widths, then those that carry Chinese.
  static let fonts =
    "\"Inter\",\"Helvetica Neue\",Helvetica,Arial,\"Liberation Sans\",\"Noto Sans\","
    + "\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",\"Noto Sans SC\",sans-serif"

  var styleSheet: String {
    let base =
      ".\(rootClass) text{font-family:\(Self.fonts);font-variant-numeric:tabular-nums}\n"
    guard self == .automatic else { return base + colors.rules(root: rootClass) }
    return base + ThemeColors.light.rules(root: rootClass)
      + "\n@media (prefers-color-scheme:dark){\n" + ThemeColors.dark.rules(root: rootClass) + "\n}"
  }
}
