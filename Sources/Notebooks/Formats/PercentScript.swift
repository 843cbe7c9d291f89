internal import Base

/// Notebooks as scripts: a line `-- %%` starts a cell, text stands in comments.
///
/// Other editors know the form from jupytext. Writing and reading again gives the same cells,
/// metadata and ids. Lines of code that would read as a marker or as a command get one more `-- `,
/// and cell commands stand behind `-- `, so that the file stays a script.
enum PercentScript {
  private static let comment = Language.lua.comment

  // MARK: Writing

  static func format(_ notebook: Notebook) -> String {
    var parts: [String] = []
    var metadata = notebook.metadata
    if let shebang = metadata["orrery"]?["shebang"]?.string {
      parts.append(shebang)
      metadata["orrery"] = without(metadata["orrery"], "shebang")
    }
    let head = FrontMatter.format(metadata)
    if !head.isEmpty { parts.append(head.map(commented).joined(separator: "\n")) }
    parts += notebook.cells.map(format)
    return parts.isEmpty ? "" : parts.joined(separator: "\n\n") + "\n"
  }

  private static func without(_ value: JSONValue?, _ key: String) -> JSONValue? {
    guard var object = value?.object else { return value }
    object[key] = nil
    return object.isEmpty ? nil : .object(object)
  }

  private static func format(_ cell: Cell) -> String {
    let header = CellHeader(cell).text
    var rows = [header.isEmpty ? "\(comment) %%" : "\(comment) %% \(header)"]
    rows += sourceRows(cell.source).map(cell.kind == .code ? escaped : commentedText)
    return rows.joined(separator: "\n")
  }

  static func sourceRows(_ source: String) -> [String] {
    if source.isEmpty { return [] }
    return source.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func commented(_ row: String) -> String {
    row.isEmpty ? comment : "\(comment) \(row)"
  }

  // A line of text that is a marker, behind any number of "-- ", gets one more of them.
  private static func commentedText(_ row: String) -> String {
    commented(isMarkerBody(peeled(row).rest) ? "\(comment) \(row)" : row)
  }

  private static func escaped(_ row: String) -> String {
    let (depth, rest) = peeled(row)
    let isMarkerLike = depth > 0 && isMarkerBody(rest)
    return isMarkerLike || CellCommands.isCommandLine(rest) ? "\(comment) \(row)" : row
  }

  // MARK: Reading

  static func parse(_ text: String) throws(Problem) -> Notebook {
    var rows = NotebookText.rows(text)
    var notebook = Notebook()
    let shebang = rows.first?.hasPrefix("#!") == true ? rows.removeFirst() : nil
    takeFrontMatter(&rows, into: &notebook)
    if let shebang {
      var own = notebook.metadata["orrery"]?.object ?? [:]
      own["shebang"] = .string(shebang)
      notebook.metadata["orrery"] = .object(own)
    }
    var header: CellHeader?
    var body: [String] = []
    for row in rows {
      guard isMarker(row) else {
        body.append(row)
        continue
      }
      finish(header, &body, isLast: false, into: &notebook)
      header = CellHeader(parsing: String(row.dropFirst(comment.count + 3)))
    }
    finish(header, &body, isLast: true, into: &notebook)
    notebook.addMissingIDs()
    return notebook
  }

  private static func takeFrontMatter(_ rows: inout [String], into notebook: inout Notebook) {
    while rows.first?.isEmpty == true { rows.removeFirst() }
    guard rows.first.map(uncommented) == "---",
      let end = rows.dropFirst().firstIndex(where: { uncommented($0) == "---" }),
      let metadata = FrontMatter.parse(rows[1..<end].map(uncommented))
    else { return }
    notebook.metadata = metadata
    rows.removeFirst(end + 1)
  }

  // One blank line before a marker belongs to the form, not to the cell above it.
  private static func finish(
    _ header: CellHeader?, _ body: inout [String], isLast: Bool, into notebook: inout Notebook
  ) {
    defer { body = [] }
    if !isLast, body.last?.isEmpty == true { body.removeLast() }
    if header == nil {
      while body.first?.isEmpty == true { body.removeFirst() }
      while body.last?.isEmpty == true { body.removeLast() }
      if body.isEmpty { return }
    }
    let header = header ?? CellHeader()
    let rows = header.kind == .code ? body.map(unescaped) : textRows(body)
    notebook.cells.append(header.cell(rows.joined(separator: "\n")))
  }

  private static func textRows(_ body: [String]) -> [String] {
    var body = body[...]
    while body.last?.isEmpty == true { body.removeLast() }
    if body.first == "\(comment)[[", let last = body.last, last == "]]" || last == "\(comment)]]" {
      return Array(body.dropFirst().dropLast())
    }
    return body.map { row in
      let text = uncommented(row)
      let (depth, rest) = peeled(text)
      return depth > 0 && isMarkerBody(rest) ? uncommented(text) : text
    }
  }

  private static func uncommented(_ row: String) -> String {
    if row.hasPrefix("\(comment) ") { return String(row.dropFirst(comment.count + 1)) }
    return row.hasPrefix(comment) ? String(row.dropFirst(comment.count)) : row
  }

  private static func unescaped(_ row: String) -> String {
    let (depth, rest) = peeled(row)
    let isEscaped = depth > 1 && isMarkerBody(rest) || depth > 0 && CellCommands.isCommandLine(rest)
    return isEscaped ? String(row.utf8.dropFirst(comment.count + 1)) ?? row : row
  }

  // MARK: Markers

  /// True for a line that starts a cell.
  static func isMarker(_ row: String) -> Bool {
    row.hasPrefix("\(comment) %%") && isMarkerBody(row.dropFirst(comment.count + 1))
  }

  private static func isMarkerBody(_ text: Substring) -> Bool {
    guard text.hasPrefix("%%") else { return false }
    guard let next = text.utf8.dropFirst(2).first else { return true }
    return next == UInt8(ascii: " ") || next == UInt8(ascii: "\r")
  }

  /// Takes comment starts off the front and counts them.
  private static func peeled(_ row: String) -> (depth: Int, rest: Substring) {
    var rest = row[...]
    var depth = 0
    while rest.hasPrefix("\(comment) ") {
      rest = rest.dropFirst(comment.count + 1)
      depth += 1
    }
    return (depth, rest)
  }
}
