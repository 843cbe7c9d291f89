internal import Base

/// The notebook's metadata at the head of a text form, between two `---` lines.
///
/// It is YAML with the metadata in flow style, which is JSON, so jupytext reads it as its own.
/// Metadata that a new notebook has anyway is left out.
enum FrontMatter {
  /// The lines, empty when there is nothing to say.
  static func format(_ metadata: JSONObject, language: Language = .lua) -> [String] {
    if metadata == language.notebookMetadata { return [] }
    return ["---", "jupyter: \(JSONValue.object(metadata).formatted())", "---"]
  }

  /// Reads the lines between the `---` lines; nothing when they are not about the notebook.
  static func parse(_ rows: [String]) -> JSONObject? {
    let document = BlockMapping.parse(rows)
    return document?["jupyter"]?.object
  }
}

/// The part of YAML that heads of notebooks use: nested mappings by indentation, scalars, JSON.
private enum BlockMapping {
  static func parse(_ rows: [String]) -> JSONObject? {
    var rest = rows[...]
    let object = mapping(&rest, indent: 0)
    return rest.isEmpty ? object : nil
  }

  private static func mapping(_ rows: inout ArraySlice<String>, indent: Int) -> JSONObject? {
    var object = JSONObject()
    while let row = rows.first {
      if NotebookText.trimmed(row).isEmpty {
        rows.removeFirst()
        continue
      }
      let depth = row.utf8.prefix { $0 == UInt8(ascii: " ") }.count
      if depth < indent { break }
      guard depth == indent, let colon = row.utf8.firstIndex(of: UInt8(ascii: ":")) else {
        return nil
      }
      let key = unquoted(NotebookText.trimmed(row[..<colon]))
      let value = NotebookText.trimmed(row[row.utf8.index(after: colon)...])
      rows.removeFirst()
      if value.isEmpty {
        let next = rows.first.map { $0.utf8.prefix { $0 == UInt8(ascii: " ") }.count } ?? 0
        guard next > indent, let child = mapping(&rows, indent: next) else {
          object[key] = .null
          continue
        }
        object[key] = .object(child)
      } else {
        object[key] = scalar(value)
      }
    }
    return object
  }

  private static func scalar(_ text: String) -> JSONValue {
    if let value = try? JSONValue(parsing: text) { return value }
    return .string(unquoted(text))
  }

  private static func unquoted(_ text: String) -> String {
    for quote in ["'", "\""]
    where text.utf8.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
      return String(text.dropFirst().dropLast())
    }
    return text
  }
}
