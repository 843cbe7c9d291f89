extension Figure {
  /// The figure as a fragment of HTML: SVG inline, a table as a real table.
  ///
  /// The fragment brings its own style and needs nothing from the page; `.automatic` follows the
  /// reader's preference for dark or light.
  public func html(theme: Theme = .automatic) -> String {
    if case .table(let table) = self { return HTMLTable(table: table, theme: theme).markup }
    return """
      <figure class="orrery-figure-box" style="margin:0.5em 0;overflow-x:auto">
      <style>.orrery-figure-box>svg{max-width:100%;height:auto}</style>
      \(svg(theme: theme))</figure>

      """
  }

  /// Text made safe inside HTML and XML, also between double quotes.
  public static func escaped(_ text: String) -> String { XMLText.escaped(text) }

  /// The figure as a fragment of HTML that follows the reader's preference.
  public var html: String { html() }
}

/// A table as HTML that can be selected, copied and read aloud.
private struct HTMLTable {
  let table: TableFigure
  let theme: Theme

  private var rootClass: String { theme.rootClass.replacing("figure", with: "table") }

  var markup: String {
    let text = TableText(table)
    var lines = ["<table class=\"\(rootClass)\">", "<style>", style, "</style>"]
    if !table.title.isEmpty || !table.subtitle.isEmpty {
      let title = table.title.isEmpty ? "" : "<b>\(XMLText.escaped(table.title))</b>"
      let gap = table.title.isEmpty || table.subtitle.isEmpty ? "" : "<br>"
      let subtitle = table.subtitle.isEmpty ? "" : "<span>\(XMLText.escaped(table.subtitle))</span>"
      lines.append("<caption>\(title)\(gap)\(subtitle)</caption>")
    }
    lines.append("<thead>\(row(text.heads, "th", text.isNumeric))</thead>")
    lines.append("<tbody>")
    for cells in text.rows { lines.append(row(cells, "td", text.isNumeric)) }
    if let more = text.moreLine {
      lines.append(
        "<tr><td colspan=\"\(max(1, text.heads.count))\">\(XMLText.escaped(more))</td></tr>")
    }
    lines += ["</tbody>", "</table>", ""]
    return lines.joined(separator: "\n")
  }

  private func row(_ cells: [String], _ tag: String, _ isNumeric: [Bool]) -> String {
    let marked = zip(cells, isNumeric).map { cell, isNumeric in
      "<\(tag)\(isNumeric ? " style=\"text-align:right\"" : "")>\(XMLText.escaped(cell))</\(tag)>"
    }
    return "<tr>\(marked.joined())</tr>"
  }

  private var style: String {
    let root = ".\(rootClass)"
    let base = """
      \(root){border-collapse:collapse;font:13px/1.5 \(Theme.fonts);\
      font-variant-numeric:tabular-nums;margin:0.5em 0}
      \(root) caption{text-align:left;padding:4px 8px}
      \(root) th,\(root) td{padding:3px 12px;text-align:left;border:0;background:none}
      """
    guard theme == .automatic else { return base + "\n" + colors(theme.colors) }
    return base + "\n" + colors(.light) + "\n@media (prefers-color-scheme:dark){\n" + colors(.dark)
      + "\n}"
  }

  private func colors(_ colors: ThemeColors) -> String {
    let root = ".\(rootClass)"
    return """
      \(root){color:\(colors.ink.hex);background:\(colors.surface.hex)}
      \(root) span{color:\(colors.muted.hex)}
      \(root) th{border-bottom:1px solid \(colors.axis.hex)}
      \(root) td{border-bottom:1px solid \(colors.grid.hex)}
      """
  }
}
