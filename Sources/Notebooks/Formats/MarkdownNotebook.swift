internal import Base

/// Notebooks as Markdown: fenced blocks of the language are code cells, the rest is text.
///
/// A comment `<!-- %% id="intro" -->` starts a cell of text where one is needed: between two of
/// them, or to carry metadata. What plain Markdown could not give back stands between
/// `<!-- %% begin -->` and `<!-- %% end -->`. Writing and reading again gives the same cells.
enum MarkdownNotebook {
  private static let end = "<!-- %% end -->"

  // MARK: Writing

  static func format(_ notebook: Notebook) -> String {
    var parts: [String] = []
    let head = FrontMatter.format(notebook.metadata)
    if !head.isEmpty { parts.append(head.joined(separator: "\n")) }
    var previous: Cell.Kind?
    for cell in notebook.cells {
      parts.append(cell.kind == .code ? code(cell) : text(cell, after: previous))
      previous = cell.kind
    }
    return parts.isEmpty ? "" : parts.joined(separator: "\n\n") + "\n"
  }

  private static func code(_ cell: Cell) -> String {
    let rows = PercentScript.sourceRows(cell.source)
    let header = CellHeader(cell).text
    let mark: Character = header.contains("`") ? "~" : "`"
    let longest = rows.map { $0.prefix { $0 == mark }.count }.max() ?? 0
    let fence = String(repeating: mark, count: max(3, longest + 1))
    let opening = "\(fence)\(Language.lua.name)" + (header.isEmpty ? "" : " \(header)")
    return ([opening] + rows + [fence]).joined(separator: "\n")
  }

  private static func text(_ cell: Cell, after previous: Cell.Kind?) -> String {
    let header = CellHeader(cell)
    let rows = PercentScript.sourceRows(cell.source).map(escaped)
    if cell.kind == .raw || !readsBack(cell.source, rows) {
      return ([marker(header, isRegion: true)] + rows + [end]).joined(separator: "\n")
    }
    let needsMarker = !header.isPlain || previous == .markdown
    let body = rows.joined(separator: "\n")
    return needsMarker ? "\(marker(header))\n\(body)" : body
  }

  // Asks the reader itself, with a code cell behind so that an open fence shows.
  private static func readsBack(_ source: String, _ rows: [String]) -> Bool {
    let probe = ["x"]
    var reader = Reader(rows: ["", ""] + rows + ["", "```\(Language.lua.name)"] + probe + ["```"])
    let cells = reader.read()
    return cells.count == 2 && cells[0].kind == .markdown && cells[1].kind == .code
      && cells[0].source.utf8.elementsEqual(source.utf8)
  }

  // "--" must not stand in an HTML comment, and JSON can write the dash another way.
  private static func marker(_ header: CellHeader, isRegion: Bool = false) -> String {
    var text = header.text
    if header.kind == .markdown { text.removeFirst("[markdown]".count) }
    var safe = isRegion ? "begin " : ""
    for character in NotebookText.trimmed(text) {
      safe += character == "-" && safe.hasSuffix("-") ? "\\u002d" : String(character)
    }
    safe = NotebookText.trimmed(safe)
    return safe.isEmpty ? "<!-- %% -->" : "<!-- %% \(safe) -->"
  }

  private static func escaped(_ row: String) -> String {
    isMarkerLike(row) ? "<!-- \\" + row.dropFirst(5) : row
  }

  /// True for a marker behind any number of escaping backslashes.
  private static func isMarkerLike(_ row: String) -> Bool {
    guard row.hasPrefix("<!-- ") else { return false }
    return row.dropFirst(5).drop { $0 == "\\" }.hasPrefix("%%")
  }

  // MARK: Reading

  static func parse(_ text: String) throws(Problem) -> Notebook {
    var rows = NotebookText.rows(text)
    var notebook = Notebook()
    if rows.first == "---", let end = rows.dropFirst().firstIndex(of: "---") {
      if let metadata = FrontMatter.parse(Array(rows[1..<end])) {
        notebook.metadata = metadata
      } else {
        notebook.cells.append(Cell(.raw, rows[...end].joined(separator: "\n")))
      }
      rows.removeFirst(end + 1)
    }
    var reader = Reader(rows: rows)
    notebook.cells += reader.read()
    notebook.addMissingIDs()
    return notebook
  }

  private struct Reader {
    let rows: [String]
    var position = 0
    var cells: [Cell] = []
    var body: [String] = []
    var header: CellHeader?

    init(rows: [String]) { self.rows = rows }

    mutating func read() -> [Cell] {
      var openFence: Fence?
      while position < rows.count {
        let row = rows[position]
        position += 1
        if let fence = openFence {
          body.append(row)
          if fence.isClosed(by: row) { openFence = nil }
        } else if let fence = Fence(row) {
          if fence.info.first == Language.lua.name {
            finishText()
            takeCode(fence)
          } else {
            body.append(row)
            openFence = fence
          }
        } else if row.hasPrefix("<!-- %%"), row.hasSuffix("-->") {
          finishText()
          takeMarker(row)
        } else {
          body.append(row)
        }
      }
      finishText()
      return cells
    }

    private mutating func takeCode(_ fence: Fence) {
      var source: [String] = []
      while position < rows.count {
        let row = rows[position]
        position += 1
        if fence.isClosed(by: row) { break }
        source.append(row)
      }
      let attributes = fence.info.dropFirst().joined(separator: " ")
      cells.append(CellHeader(parsing: attributes).cell(source.joined(separator: "\n")))
    }

    private mutating func takeMarker(_ row: String) {
      var text = NotebookText.trimmed(row.dropFirst("<!-- %%".count).dropLast("-->".count))
      let isRegion = text == "begin" || text.hasPrefix("begin ")
      if isRegion { text.removeFirst("begin".count) }
      let header = CellHeader(parsing: "[markdown] \(text)")
      guard isRegion else {
        self.header = header
        return
      }
      let stop = rows[position...].firstIndex(of: MarkdownNotebook.end) ?? rows.endIndex
      let source = rows[position..<stop].map(Reader.unescaped).joined(separator: "\n")
      cells.append(header.cell(source))
      position = min(stop + 1, rows.endIndex)
    }

    private mutating func finishText() {
      var text = body[...]
      while let row = text.first, NotebookText.trimmed(row).isEmpty { text.removeFirst() }
      while let row = text.last, NotebookText.trimmed(row).isEmpty { text.removeLast() }
      if !text.isEmpty || header != nil {
        let source = text.map(Reader.unescaped).joined(separator: "\n")
        var header = self.header ?? CellHeader()
        if self.header == nil { header.kind = .markdown }
        cells.append(header.cell(source))
      }
      (body, header) = ([], nil)
    }

    private static func unescaped(_ row: String) -> String {
      guard row.hasPrefix("<!-- \\"), isMarkerLike(row) else { return row }
      return "<!-- " + row.dropFirst(6)
    }
  }

  /// The opening line of a fenced block at the left margin.
  private struct Fence {
    let mark: Character
    let length: Int
    /// The words behind the fence.
    let info: [String]

    init?(_ row: String) {
      guard let mark = row.first, mark == "`" || mark == "~" else { return nil }
      let length = row.prefix { $0 == mark }.count
      let rest = row.dropFirst(length)
      guard length >= 3, mark == "~" || !rest.contains("`") else { return nil }
      (self.mark, self.length) = (mark, length)
      var text = NotebookText.trimmed(rest)
      // Both `lua {id="x"}` and `lua id="x"` are in use.
      if let brace = text.firstIndex(of: "{"), text.hasSuffix("}"),
        !text[text.index(after: brace)...].hasPrefix("\"")
      {
        let isWhole = brace == text.startIndex || text[text.index(before: brace)] == " "
        if isWhole { text = String(text[..<brace] + text[text.index(after: brace)...].dropLast()) }
      }
      guard let space = text.firstIndex(of: " ") else {
        info = text.isEmpty ? [] : [text]
        return
      }
      info = [String(text[..<space]), String(text[text.index(after: space)...])]
    }

    func isClosed(by row: String) -> Bool {
      let rest = NotebookText.trimmed(row)
      return rest.count >= length && rest.allSatisfy { $0 == mark }
    }
  }
}
