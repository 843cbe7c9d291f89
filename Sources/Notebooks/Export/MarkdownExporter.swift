internal import Base

/// A notebook as Markdown to be read: code in fences, and below it what it showed.
enum MarkdownExporter {
  /// Writes the text; pictures stand in it as data: URIs.
  static func text(_ notebook: Notebook, showsInput: Bool) -> String {
    var parts: [String] = []
    for cell in notebook.cells where !cell.hasTag("remove-cell") {
      switch cell.kind {
      case .markdown: parts.append(cell.source)
      case .raw: parts.append(fenced(cell.source, ""))
      case .code:
        if showsInput, !cell.hasTag("remove-input"), !cell.isBlank {
          parts.append(fenced(cell.source, Language.lua.name))
        }
        if !cell.hasTag("remove-output") { parts += cell.outputs.map(shown) }
      }
    }
    return parts.isEmpty ? "" : parts.joined(separator: "\n\n") + "\n"
  }

  private static func shown(_ output: Output) -> String {
    let bundle = output.bundle
    if case .text(let text)? = bundle["text/markdown"] { return text }
    if case .text(let svg)? = bundle["image/svg+xml"] {
      return picture("image/svg+xml", Array(svg.utf8), bundle.plain)
    }
    for type in ["image/png", "image/jpeg"] {
      if case .bytes(let bytes)? = bundle[type] { return picture(type, bytes, bundle.plain) }
    }
    return fenced(output.text, "text")
  }

  private static func picture(_ type: String, _ bytes: [UInt8], _ plain: String) -> String {
    let alt = NotebookText.rows(plain).first?.filter { $0 != "[" && $0 != "]" } ?? ""
    return "![\(alt)](data:\(type);base64,\(Base64.encode(bytes)))"
  }

  private static func fenced(_ text: String, _ info: String) -> String {
    let longest = NotebookText.rows(text).map { $0.prefix { $0 == "`" }.count }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    let body = text.hasSuffix("\n") || text.isEmpty ? text : text + "\n"
    return "\(fence)\(info)\n\(body)\(fence)"
  }
}
