public import Base

/// One cell: its source, its metadata and, for code, what it showed.
///
/// The JSON object it was read from is kept whole, so keys that this version does not know, their
/// order, and the way lines are cut survive a save.
public struct Cell: Hashable, Sendable {
  /// What a cell holds.
  public enum Kind: String, Sendable { case code, markdown, raw }

  /// The cell as the file has it.
  public internal(set) var fields: JSONObject

  /// Wraps a cell as the file has it.
  init(fields: JSONObject) { self.fields = fields }

  /// Creates a cell without outputs.
  public init(_ kind: Kind, _ source: String, id: String? = nil, metadata: JSONObject = [:]) {
    fields = ["cell_type": .string(kind.rawValue), "metadata": .object(metadata)]
    if kind == .code {
      fields.insertSorted("execution_count", .null)
      fields.insertSorted("outputs", [])
    }
    if let id { fields.insertSorted("id", .string(id)) }
    self.source = source
  }

  /// What the cell holds; a kind that nobody knows counts as raw.
  public var kind: Kind { fields["cell_type"]?.string.flatMap(Kind.init(rawValue:)) ?? .raw }

  /// The identifier, absent before format 4.5.
  public var id: String? {
    get { fields["id"]?.string }
    set { fields.place("id", newValue.map(JSONValue.string)) }
  }

  /// The source text; setting equal text changes nothing.
  public var source: String {
    get { JSONValue.joined(fields["source"]) }
    set {
      if fields["source"] != nil, source.utf8.elementsEqual(newValue.utf8) { return }
      fields.place("source", .lines(newValue))
    }
  }

  /// The metadata.
  public var metadata: JSONObject {
    get { fields["metadata"]?.object ?? [:] }
    set { fields.place("metadata", .object(newValue)) }
  }

  /// The tags in order.
  public var tags: [String] {
    get { metadata["tags"]?.array?.compactMap(\.string) ?? [] }
    set { metadata.place("tags", newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string))) }
  }

  /// The number of the run that made the outputs.
  public var executionCount: Int? {
    get { fields["execution_count"]?.integer }
    set {
      guard kind == .code else { return }
      fields.place("execution_count", newValue.map(JSONValue.integer) ?? .null)
    }
  }

  /// What the cell showed, in order; empty for text.
  public var outputs: [Output] {
    get { fields["outputs"]?.array?.compactMap { $0.object.map(Output.init(fields:)) } ?? [] }
    set {
      guard kind == .code else { return }
      fields.place("outputs", .array(newValue.map { .object($0.fields) }))
    }
  }

  /// True when the cell carries the tag.
  public func hasTag(_ tag: String) -> Bool { tags.contains(tag) }

  /// What stands behind "name:" or "name=" in a tag, as in `approx:1e-3` or `timeout=5s`.
  public func tagValue(_ name: String) -> String? {
    for tag in tags where tag.hasPrefix(name) {
      let rest = tag.dropFirst(name.count)
      if rest.hasPrefix(":") || rest.hasPrefix("=") { return String(rest.dropFirst()) }
    }
    return nil
  }

  /// True when there is nothing but blank space in the source.
  public var isBlank: Bool { NotebookText.trimmed(source).isEmpty }
}

extension JSONObject {
  /// Sets a key where alphabetical order wants it, or removes it.
  mutating func place(_ key: String, _ value: JSONValue?) {
    if let value { insertSorted(key, value) } else { self[key] = nil }
  }
}

extension JSONValue {
  /// Text as notebooks store it: a list of lines that keep their ends.
  static func lines(_ text: String) -> JSONValue {
    .array(NotebookText.lines(text).map(JSONValue.string))
  }

  /// The text of a string or of a list of lines.
  static func joined(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text
    case .array(let lines)?: lines.compactMap(\.string).joined()
    default: ""
    }
  }
}
