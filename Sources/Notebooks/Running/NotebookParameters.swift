public import Base

/// The parameters of a notebook: what its `parameters` cell sets, and values put in their place.
public struct NotebookParameters: Sendable {
  /// One variable that the cell sets.
  public struct Declared: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The default as the code writes it.
    public let defaultText: String
    /// The comment behind it.
    public let comment: String
  }

  /// The tag of the cell that holds defaults.
  public static let tag = "parameters"
  /// The tag of the cell that holds values put in.
  public static let injectedTag = "injected-parameters"

  /// Values by name, in the order they were given.
  public private(set) var values = JSONObject()

  /// Creates an empty set of values.
  public init() {}

  /// Takes `name=value`; the value is JSON, else a string.
  public mutating func add(assignment text: String) throws(Problem) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw Problem("\"\(text)\" sets no parameter", fix: "write name=value")
    }
    let value = String(text[text.index(after: equals)...])
    try add(String(text[..<equals]), (try? JSONValue(parsing: value)) ?? .string(value))
  }

  /// Takes all values of a file: YAML where its name ends in .yaml or .yml, JSON otherwise.
  public mutating func add(file path: String) throws(Problem) {
    let bytes = try FileIO.read(path)
    let isYAML = [".yaml", ".yml"].contains { path.hasSuffix($0) }
    let document =
      isYAML
      ? try YAMLDocument.parse(bytes, file: path) : try JSONValue(parsing: bytes, file: path)
    guard let object = document.object else {
      throw Problem("\(path): expected an object of names and values, found \(document.kindName)")
    }
    for (name, value) in object { try add(name, value) }
  }

  private mutating func add(_ name: String, _ value: JSONValue) throws(Problem) {
    guard Language.isIdentifier(name) else {
      throw Problem("\"\(name)\" cannot be the name of a parameter")
    }
    values[name] = value
  }

  /// Lists what the cell tagged `parameters` sets, one `name = value` a line.
  public static func declared(in notebook: Notebook) -> [Declared] {
    guard let cell = notebook.cells.first(where: { $0.hasTag(tag) }) else { return [] }
    return NotebookText.rows(cell.source).compactMap(declaration)
  }

  private static func declaration(_ row: String) -> Declared? {
    var text = NotebookText.trimmed(row)
    var comment = ""
    if let start = commentStart(in: text) {
      comment = NotebookText.trimmed(text[start...].dropFirst(Language.lua.comment.count))
      text = NotebookText.trimmed(text[..<start])
    }
    if text.hasPrefix("local ") { text = NotebookText.trimmed(text.dropFirst(6)) }
    guard let equals = text.firstIndex(of: "="), !text[equals...].hasPrefix("==") else {
      return nil
    }
    let name = NotebookText.trimmed(text[..<equals])
    guard Language.isIdentifier(name) else { return nil }
    let value = NotebookText.trimmed(text[text.index(after: equals)...])
    return Declared(name: name, defaultText: value, comment: comment)
  }

  private static func commentStart(in text: String) -> String.Index? {
    var quote: Character?
    var previous: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open, previous != "\\" { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if text[index...].hasPrefix(Language.lua.comment) {
        return index
      }
      previous = character
    }
    return nil
  }

  /// Puts the values into a notebook, in a cell behind the one tagged `parameters`.
  ///
  /// An earlier cell of values is replaced, as papermill does. Names that the notebook does not
  /// declare are refused unless allowed.
  public func inject(into notebook: inout Notebook, allowsUnknown: Bool) throws(Problem) {
    guard !values.isEmpty else { return }
    let position = notebook.cells.firstIndex { $0.hasTag(NotebookParameters.tag) }
    if !allowsUnknown { try checkNames(against: notebook, hasCell: position != nil) }
    var rows = ["\(Language.lua.comment) Parameters"]
    for (name, value) in values { rows.append("\(name) = \(Language.lua.literal(value))") }
    let source = rows.joined(separator: "\n")
    if let old = notebook.cells.firstIndex(where: { $0.hasTag(NotebookParameters.injectedTag) }) {
      notebook.cells[old].source = source
    } else {
      let cell = Cell(.code, source, metadata: ["tags": [.string(NotebookParameters.injectedTag)]])
      notebook.cells.insert(cell, at: position.map { $0 + 1 } ?? 0)
    }
    notebook.addMissingIDs()
  }

  private func checkNames(against notebook: Notebook, hasCell: Bool) throws(Problem) {
    guard hasCell else {
      throw Problem(
        "no cell is tagged \"\(NotebookParameters.tag)\"",
        fix: "tag the cell that sets defaults, or pass --allow-unknown")
    }
    let known = NotebookParameters.declared(in: notebook).map(\.name)
    for name in values.keys where !known.contains(name) {
      throw .unknown("parameter", name, among: known, list: "--allow-unknown sets it anyway")
    }
  }
}
