internal import Base

/// The forms that a notebook may have as a file.
public enum NotebookForm: String, Sendable, CaseIterable {
  /// Jupyter's JSON.
  case ipynb
  /// A script with cells marked by `-- %%`.
  case lua
  /// Markdown whose fenced blocks of code are cells.
  case markdown = "md"

  /// Finds the form by a file's extension; nothing for "-" and for unknown ones.
  public init?(path: String) {
    let name = FileIO.name(of: path).lowercased()
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...] {
    case "ipynb": self = .ipynb
    case "lua": self = .lua
    case "md", "markdown": self = .markdown
    default: return nil
    }
  }

  /// Finds the form by the text: "{" at the start, a `-- %%` line, a fence of the language, or
  /// none of them, which is a script.
  init(sniffing bytes: [UInt8], name: String) throws(Problem) {
    let text = bytes.prefix(1 << 16)
    let first = text.first { $0 > 0x20 }
    if first == UInt8(ascii: "{") {
      self = .ipynb
      return
    }
    let rows = NotebookText.rows(String(decoding: text, as: UTF8.self))
    let fences = ["```", "~~~"].map { $0 + Language.lua.name }
    if rows.contains(where: PercentScript.isMarker) {
      self = .lua
    } else if rows.contains(where: { row in fences.contains { row.hasPrefix($0) } }) {
      self = .markdown
    } else if text.contains(where: { $0 == 0 }) {
      throw Problem(
        "\(name): not a notebook", fix: "name the file .ipynb, .lua or .md, or pipe one of these in"
      )
    } else {
      self = .lua
    }
  }

  /// Writes a notebook in this form.
  func format(_ notebook: Notebook) -> String {
    switch self {
    case .ipynb: JSONStyle.jupyter.format(notebook.document)
    case .lua: PercentScript.format(notebook)
    case .markdown: MarkdownNotebook.format(notebook)
    }
  }
}
