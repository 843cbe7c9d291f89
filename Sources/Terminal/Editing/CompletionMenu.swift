import Base
import Notebooks

/// The candidates of a completion as lines under the text: with hints while they are few, in
/// columns and pages when they are many.
struct CompletionMenu {
  /// The candidates.
  let items: [Completion.Item]
  /// Most lines that a menu takes.
  private static let tallest = 12

  private var page = 0

  /// Creates a menu that stands at its first page.
  init(_ items: [Completion.Item]) { self.items = items }

  /// What all candidates start with.
  static func commonPrefix(_ items: [Completion.Item]) -> String {
    guard let first = items.first?.text else { return "" }
    var common = Substring(first)
    for item in items.dropFirst() {
      while !item.text.hasPrefix(common) { common.removeLast() }
    }
    return String(common)
  }

  /// Turns to the next page, after the last one to the first.
  mutating func turn(columns: Int, rows: Int) {
    let pages = pageCount(columns: columns, rows: rows)
    page = (page + 1) % max(1, pages)
  }

  /// The lines of the current page, none wider than the screen.
  func lines(columns: Int, rows: Int, palette: Palette) -> [String] {
    let room = Self.room(rows)
    var lines =
      items.count <= room
      ? withHints(columns: columns, palette: palette)
      : inColumns(columns: columns, room: room)
    let pages = pageCount(columns: columns, rows: rows)
    if pages > 1 {
      lines.append(
        palette.paint("page \(page + 1) of \(pages), \(items.count) names; Tab turns", .muted))
    }
    return lines
  }

  private static func room(_ rows: Int) -> Int { max(1, min(tallest, rows - 4)) }

  private func withHints(columns: Int, palette: Palette) -> [String] {
    let names = items.map { $0.label.truncated(toWidth: max(8, columns - 2)) }
    let width = min(names.map(\.displayWidth).max() ?? 0, 32)
    return zip(items, names).map { item, name in
      let hint = item.hint.isEmpty ? item.kind : item.hint
      let room = columns - 1 - max(width, name.displayWidth) - 2
      guard room >= 8, !hint.isEmpty else { return name }
      return name.padded(toWidth: width) + "  "
        + palette.paint(hint.firstLine.truncated(toWidth: room), .muted)
    }
  }

  private func grid(columns: Int) -> (width: Int, across: Int) {
    let width = min(items.map { $0.label.displayWidth }.max() ?? 1, max(8, columns - 1)) + 2
    return (width, max(1, (columns - 1) / width))
  }

  private func pageCount(columns: Int, rows: Int) -> Int {
    let room = Self.room(rows)
    if items.count <= room { return 1 }
    let perPage = room * grid(columns: columns).across
    return (items.count + perPage - 1) / perPage
  }

  /// The page in columns, read downwards.
  private func inColumns(columns: Int, room: Int) -> [String] {
    let (width, across) = grid(columns: columns)
    let shown = items.dropFirst(page * room * across).prefix(room * across).map(\.label)
    let height = (shown.count + across - 1) / across
    return (0..<height).map { row in
      stride(from: row, to: shown.count, by: height).map { index in
        shown[index].truncated(toWidth: width - 2).padded(toWidth: width)
      }.joined().trimmedEnd
    }
  }
}

extension Completion.Item {
  /// The text as the menu shows it: of a path only the last name.
  fileprivate var label: String {
    guard kind == "file" else { return text }
    let body = text.hasSuffix("/") ? text.dropLast() : text[...]
    return body.lastIndex(of: "/").map { String(text[text.index(after: $0)...]) } ?? text
  }
}
