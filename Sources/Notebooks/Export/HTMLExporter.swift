internal import Base

/// A notebook as one HTML page that needs nothing else: styles and pictures are inside, no script.
struct HTMLExporter {
  /// What the page shows.
  struct Options {
    /// False leaves out code.
    var showsInput = true
    /// True adds a table of contents.
    var showsContents = false
    /// The title of the page; nil takes the first heading, else the file's name.
    var title: String?
  }

  private let notebook: Notebook
  private let name: String
  private let options: Options
  private let highlighter: Highlighter?
  /// Reads pictures beside the notebook, by relative path.
  private let readPicture: (String) -> [UInt8]?
  private var outputCount = 0

  init(
    _ notebook: Notebook, name: String, options: Options, highlighter: Highlighter?,
    readPicture: @escaping (String) -> [UInt8]?
  ) {
    self.notebook = notebook
    self.name = name
    self.options = options
    self.highlighter = highlighter
    self.readPicture = readPicture
  }

  /// Writes the page.
  mutating func page() -> String {
    var renderer = MarkdownRenderer(highlighter: highlighter) { _ in nil }
    var body = ""
    for cell in notebook.cells where !cell.hasTag("remove-cell") {
      switch cell.kind {
      case .markdown:
        let attachments = cell.fields["attachments"]?.object ?? [:]
        renderer.picture = { [readPicture] address in
          HTMLExporter.picture(address, attachments, readPicture)
        }
        body += "<section class=\"text\">\n\(renderer.render(cell.source))</section>\n"
      case .code: body += code(cell)
      case .raw: body += "<pre class=\"raw\">\(HTMLText.escape(cell.source))</pre>\n"
      }
    }
    return document(body, renderer.headings)
  }

  private func document(_ body: String, _ headings: [MarkdownRenderer.Heading]) -> String {
    let title = options.title ?? headings.first?.text ?? name
    let contents = options.showsContents ? HTMLExporter.contents(headings) : ""
    let shell = contents.isEmpty ? "" : " class=\"with-contents\""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Orrery">
      <title>\(HTMLText.escape(title))</title>
      <style>
      \(HTMLStyle.sheet)
      </style>
      </head>
      <body\(shell)>
      \(contents)<main>
      \(body)</main>
      </body>
      </html>

      """
  }

  private static func contents(_ headings: [MarkdownRenderer.Heading]) -> String {
    let shown = headings.dropFirst(headings.first?.level == 1 ? 1 : 0).filter { $0.level <= 3 }
    guard !shown.isEmpty else { return "" }
    let top = shown.map(\.level).min() ?? 1
    let items = shown.map { heading in
      "<li class=\"l\(heading.level - top)\"><a href=\"#\(heading.anchor)\">"
        + "\(HTMLText.escape(heading.text))</a></li>"
    }
    return """
      <nav aria-label="Contents">
      <p>Contents</p>
      <ol>
      \(items.joined(separator: "\n"))
      </ol>
      </nav>

      """
  }

  /// A picture of a text as a data: URI: an attachment of its cell, or a file beside the notebook.
  private static func picture(
    _ address: String, _ attachments: JSONObject, _ read: (String) -> [UInt8]?
  ) -> String? {
    if address.hasPrefix("attachment:") {
      let name = String(address.dropFirst("attachment:".count))
      guard let data = attachments[name]?.object, let type = data.keys.first else { return nil }
      return "data:\(type);base64,\(JSONValue.joined(data[type]))"
    }
    let types = ["png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"]
    guard !address.contains(":"), let dot = address.lastIndex(of: "."),
      let type = types[address[address.index(after: dot)...].lowercased()],
      let bytes = read(address)
    else { return nil }
    return "data:image/\(type);base64,\(Base64.encode(bytes))"
  }

  // MARK: Code cells

  private mutating func code(_ cell: Cell) -> String {
    let showsInput = options.showsInput && !cell.hasTag("remove-input") && !cell.isBlank
    let showsOutput = !cell.hasTag("remove-output")
    var html = ""
    if showsInput { html += input(cell) }
    if showsOutput {
      let outputs = HTMLExporter.merged(cell.outputs).map { output($0) }.joined()
      if !outputs.isEmpty { html += "<div class=\"out\">\n\(outputs)</div>\n" }
    }
    guard !html.isEmpty else { return "" }
    let id = cell.id.map { " id=\"cell-\(HTMLText.escape($0))\"" } ?? ""
    return "<section class=\"cell\"\(id)>\n\(html)</section>\n"
  }

  private func input(_ cell: Cell) -> String {
    let number = cell.executionCount.map { "<span class=\"n\">\($0)</span>" } ?? ""
    let code = HTMLText.code(cell.source, highlighter)
    let block = "<div class=\"in\">\(number)<pre class=\"code\"><code>\(code)</code></pre></div>"
    guard cell.hasTag("hide-input") else { return block + "\n" }
    return "<details class=\"hidden\"><summary>Code</summary>\(block)</details>\n"
  }

  /// Joins text to one stream that stands in a row, as some writers leave it in pieces.
  private static func merged(_ outputs: [Output]) -> [Output] {
    var merged: [Output] = []
    for output in outputs {
      if let last = merged.last, let name = output.streamName, last.streamName == name {
        merged[merged.count - 1].fields["text"] = .string(last.text + output.text)
      } else {
        merged.append(output)
      }
    }
    return merged
  }

  private mutating func output(_ output: Output) -> String {
    outputCount += 1
    switch output.kind {
    case .stream:
      let name = output.streamName == "stderr" ? "text err" : "text"
      return "<pre class=\"\(name)\">\(TerminalText.html(output.text))</pre>\n"
    case .error:
      let text = output.text.isEmpty ? output.fields["evalue"]?.string ?? "" : output.text
      return "<pre class=\"text failure\">\(TerminalText.html(text))</pre>\n"
    default: return shown(output.bundle)
    }
  }

  /// Picks the richest form that a page can show.
  private mutating func shown(_ bundle: MIMEBundle) -> String {
    let prefix = "o\(outputCount)-"
    if case .text(let svg)? = bundle["image/svg+xml"] {
      return "<figure class=\"drawing\">\(MarkupSanitizer.clean(svg, prefix: prefix))</figure>\n"
    }
    if case .text(let html)? = bundle["text/html"] {
      return "<div class=\"html\">\(MarkupSanitizer.clean(html, prefix: prefix))</div>\n"
    }
    for type in ["image/png", "image/jpeg", "image/gif", "image/webp"] {
      guard case .bytes(let bytes)? = bundle[type] else { continue }
      let size = bundle.metadata[type]?["width"]?.integer.map { " width=\"\($0)\"" } ?? ""
      let alt = HTMLText.escape(bundle.plain)
      return "<figure><img\(size) alt=\"\(alt)\" "
        + "src=\"data:\(type);base64,\(Base64.encode(bytes))\"></figure>\n"
    }
    if case .text(let text)? = bundle["text/markdown"] {
      var renderer = MarkdownRenderer(highlighter: highlighter) { _ in nil }
      return "<div class=\"text\">\(renderer.render(text))</div>\n"
    }
    return "<pre class=\"text value\">\(TerminalText.html(bundle.plain))</pre>\n"
  }
}
