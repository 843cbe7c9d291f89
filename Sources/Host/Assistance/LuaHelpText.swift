import Base
import LuaBridge

/// Declarations as text for `help`, `?` and hints.
enum LuaHelpText {
  /// A member: how it is called, what it does, its arguments, what it returns, an example.
  static func text(of entry: ExportedEntry, owner: String) -> String {
    var lines = [heading(entry, owner: owner), entry.summary]
    if !entry.detail.isEmpty { lines += ["", entry.detail] }
    let positional = entry.options.isEmpty ? entry.parameters[...] : entry.parameters.dropLast()
    if !positional.isEmpty { lines += [""] + table(positional) }
    if !entry.options.isEmpty { lines += ["", "named arguments:"] + table(entry.options[...]) }
    if case .metamethod = entry.kind { return joined(lines, example: entry.example) }
    let results = DocsText.results(entry)
    if !results.isEmpty, !entry.isFieldLike { lines += ["", "returns \(results)\(unit(entry))"] }
    return joined(lines, example: entry.example)
  }

  /// A type: what it is and all its members.
  static func text(of type: ExportedType) -> String {
    var lines = [type.name, type.summary]
    if !type.detail.isEmpty { lines += ["", type.detail] }
    let visible = type.entries.filter { !$0.name.hasPrefix("__") }
    let fields = visible.filter(\.isFieldLike)
    if !fields.isEmpty {
      let rows = fields.map { field in
        let settable = field.kind == .settableProperty ? " Can be set." : ""
        return [field.name, DocsText.results(field) + unit(field), field.summary + settable]
      }
      lines += ["", "properties:"] + aligned(rows)
    }
    let methods = visible.filter { !$0.isFieldLike }
    if !methods.isEmpty {
      lines += ["", "methods:"]
      lines += aligned(
        methods.map { [($0.kind == .method ? ":" : ".") + $0.signature, $0.summary] })
    }
    return joined(lines, example: type.example)
  }

  /// A module: what it is for and what it holds.
  static func text(of module: LuaModule) -> String {
    var lines = [module.name, module.summary]
    if !module.detail.isEmpty { lines += ["", module.detail] }
    if let call = module.entry("__call") {
      let words = call.parameters.map { $0.name + ($0.isOptional ? "?" : "") }
      lines += ["", "\(module.name)(\(words.joined(separator: ", "))): \(call.summary)"]
    }
    let entries = module.entries.filter { !$0.name.hasPrefix("__") }
    if !entries.isEmpty { lines += [""] + aligned(entries.map { [$0.signature, $0.summary] }) }
    if !module.types.isEmpty {
      lines += ["", "types:"] + aligned(module.types.map { [$0.name, $0.summary] })
    }
    if !module.modules.isEmpty {
      lines += ["", "modules:"] + aligned(module.modules.map { [$0.name, $0.summary] })
    }
    return joined(lines, example: module.example)
  }

  private static func heading(_ entry: ExportedEntry, owner: String) -> String {
    switch entry.kind {
    case .method: return "\(owner):\(entry.signature)"
    case .metamethod(.call):
      let words = entry.parameters.map { $0.name + ($0.isOptional ? "?" : "") }
      return "\(owner)(\(words.joined(separator: ", ")))"
    case .metamethod(let event): return "\(owner) answers \(event.rawValue)"
    case .function: return "\(owner).\(entry.signature)"
    case .property, .settableProperty, .constant:
      let type = DocsText.results(entry)
      let value = entry.constant.map { " = \($0)" } ?? ""
      let settable = entry.kind == .settableProperty ? ", can be set" : ""
      return "\(owner).\(entry.name)\(value): \(type)\(unit(entry))\(settable)"
    }
  }

  private static func unit(_ entry: ExportedEntry) -> String {
    entry.results.first?.unit.map { " in \($0.rawValue)" } ?? ""
  }

  private static func table(_ parameters: ArraySlice<Parameter>) -> [String] {
    aligned(
      parameters.map {
        [$0.name + ($0.isOptional ? "?" : ""), DocsText.type($0.kind), DocsText.note($0)]
      })
  }

  /// Text is laid out for the narrowest screen that is common.
  private static let width = 80

  /// Rows in columns, indented; the last column is broken where it reaches the edge.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      min(36, rows.map { column < $0.count ? $0[column].displayWidth : 0 }.max() ?? 0)
    }
    return rows.flatMap { row in
      let head = row.dropLast().enumerated().map { column, cell in
        cell.padded(toWidth: widths[column]) + "  "
      }.joined()
      let line = ("  " + head + (row.last ?? "")).trimmedEnd
      return line.wrapped(toWidth: width, indent: min(width / 2, 2 + head.displayWidth))
    }
  }

  private static func joined(_ lines: [String], example: String?) -> String {
    var lines = lines.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      .map(String.init)
      .flatMap { $0.hasPrefix("  ") ? [$0] : $0.wrapped(toWidth: width, indent: 2) }
    if let example { lines += ["", "example:", "  \(example)"] }
    return lines.joined(separator: "\n")
  }
}

extension ExportedEntry {
  /// True for what is read like a field.
  fileprivate var isFieldLike: Bool {
    switch kind {
    case .property, .settableProperty, .constant: true
    default: false
    }
  }
}
