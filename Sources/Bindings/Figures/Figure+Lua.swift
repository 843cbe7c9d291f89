import Base
public import Figures
public import LuaBridge

extension Figure: LuaExported {
  /// The name in Lua.
  public static let luaName = "plot.Figure"

  private static let themes = Theme.allCases.map(\.rawValue)
  private static let colors = ["none", "256", "full"]

  /// What Lua sees of a figure.
  public static let exported = Exported<Figure>(
    "A picture that shows itself: characters in a terminal, SVG in a notebook.",
    example: "plot.line({ 1, 4, 9 })"
  ) {
    property("title", "The heading.") { $0.title }
    method(
      "text", "The figure drawn with characters.", .state,
      .named(
        .optional(.integer("width", "columns; by itself the terminal's", range: 24...1000)),
        .optional(.integer("height", "lines of a chart", range: 6...500)),
        .optional(.choice("colors", "escape codes", among: colors)))
    ) { figure, state, options in
      let (width, height, colors) = options.values
      return figure.text(
        width: width ?? FigureDisplay.columns(state), height: height,
        color: FigureDisplay.color(colors, state))
    }
    .example("plot.bar({ 3, 5 }):text{ width = 60, colors = \"none\" }")
    method(
      "svg", "The figure as SVG text.",
      .named(.choice("theme", "the ground to draw for", among: themes, default: "automatic"))
    ) { figure, options in figure.svg(theme: Theme(rawValue: options.values) ?? .automatic) }
    .example("#plot.line({ 1, 2 }):svg{ theme = \"dark\" }")
    method(
      "html", "The figure as a fragment of HTML; a table as a real table.",
      .named(.choice("theme", "the ground to draw for", among: themes, default: "automatic"))
    ) { figure, options in figure.html(theme: Theme(rawValue: options.values) ?? .automatic) }
    .example("#plot.table({ { 1, 2 } }):html()")
    method(
      "png", "The figure as the bytes of a PNG, or written to a file.", .state,
      .optional(.string("path", "where to write; nil returns the bytes")),
      .named(
        .number("scale", "pixels for each pixel of the figure", default: 2, range: 0.1...20),
        .choice("theme", "the ground to draw for", among: ["light", "dark"], default: "light"))
    ) { figure, state, path, options in
      let (scale, theme) = options.values
      let bytes = try figure.png(theme: Theme(rawValue: theme) ?? .light, scale: scale)
      guard let path else { return LuaString(bytes) as LuaString? }
      try state.requireFileAccess("plot.Figure:png")
      try FileIO.write(bytes, to: path)
      return nil
    }
    .detail("Needs librsvg; without it the error says what to install.")
    .example("#plot.line({ 1, 2 }):png()")
    method(
      "save", "Writes the figure to a file; its ending picks svg, png, html or txt.", .state,
      .string("path"),
      .named(
        .choice("theme", "the ground to draw for", among: themes, default: "automatic"),
        .number("scale", "of a PNG", default: 2, range: 0.1...20))
    ) { figure, state, path, options in
      try state.requireFileAccess("plot.Figure:save")
      let (theme, scale) = options.values
      try FigureDisplay.save(
        figure, to: path, theme: Theme(rawValue: theme) ?? .automatic, scale: scale)
    }
    .example("plot.line({ 1, 2 }):save(os.tmpname() .. \".svg\")")
    method("__mime", "The forms that a notebook shows.", .state) { figure, state in
      FigureDisplay.forms(figure, state)
    }
    metamethod(.string, "The figure drawn with characters.", .state) { figure, state in
      figure.text(
        width: FigureDisplay.columns(state), color: FigureDisplay.color(nil, state))
    }
    metamethod(
      .add, "Lays one chart over another.", left: .value("a", of: Figure.self),
      right: .value("b", of: Figure.self)
    ) { under, over in try PlotOverlays.overlay(under, over) }
  }
}

/// How figures meet a session's display and files.
enum FigureDisplay {
  /// The columns that a picture of characters may take.
  static func columns(_ state: LuaState) -> Int {
    min(160, max(24, state[DisplayPortBox.self]?.port.columns ?? 80))
  }

  /// The colours by name, or what the session's terminal shows.
  static func color(_ name: String?, _ state: LuaState) -> TerminalColor {
    switch name {
    case "none": .none
    case "256": .palette256
    case "full": .trueColor
    default: state[DisplayPortBox.self]?.port.usesColour == true ? .trueColor : .none
    }
  }

  /// The forms by MIME type: text always, HTML for tables, SVG for the rest.
  static func forms(_ figure: Figure, _ state: LuaState) -> [String: String] {
    let plain = figure.text(width: columns(state), color: color(nil, state))
    if case .table = figure { return ["text/plain": plain, "text/html": figure.html] }
    return ["text/plain": plain, "image/svg+xml": figure.svg()]
  }

  static func save(_ figure: Figure, to path: String, theme: Theme, scale: Double) throws {
    let name = FileIO.name(of: path)
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() }
    let bytes: [UInt8]
    switch ending {
    case "svg": bytes = Array(figure.svg(theme: theme).utf8)
    case "png": bytes = try figure.png(theme: theme, scale: scale)
    case "html", "htm": bytes = Array(page(figure, theme).utf8)
    case "txt": bytes = Array((figure.text() + "\n").utf8)
    default:
      throw Problem(
        "cannot save a figure as \"\(path)\"", fix: "end the name in .svg, .png, .html or .txt")
    }
    try FileIO.write(bytes, to: path)
  }

  private static func page(_ figure: Figure, _ theme: Theme) -> String {
    let title = figure.title.isEmpty ? "Figure" : figure.title
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
      <title>\(Figure.escaped(title))</title></head>
      <body>
      \(figure.html(theme: theme))</body></html>

      """
  }
}
