import Base

/// Lays printed values out in lines: on one line where they fit, otherwise as suits their kind.
struct PrintedLayout {
  let width: Int
  /// The tables that need a number, because another place refers to them.
  let linked: Set<UInt>
  private var numbers: [UInt: Int] = [:]
  private static let step = 2

  init(width: Int, linked: Set<UInt>) {
    self.width = width
    self.linked = linked
  }

  /// The lines of a value whose first line has so many columns of room.
  mutating func lines(_ node: PrintedNode, room: Int) -> [String] {
    number(node)
    return layOut(node, room: room, indent: 0)
  }

  /// Numbers the tables that are referred to, in the order they stand.
  private mutating func number(_ node: PrintedNode) {
    guard case .group(let group) = node else { return }
    if linked.contains(group.id) { numbers[group.id] = numbers.count + 1 }
    for item in group.items { number(item.value) }
  }

  private func layOut(_ node: PrintedNode, room: Int, indent: Int) -> [String] {
    guard case .group(let group) = node else { return text(node).splitLines }
    if let line = oneLine(node, room: room) { return [line] }
    if let lines = RecordTable(group, layout: self)?.lines(room: width - indent) {
      return mark(group).isEmpty ? lines : [mark(group) + "…"] + lines
    }
    return [mark(group) + "{"] + body(group, indent: indent + Self.step) + ["}"]
  }

  private func body(_ group: PrintedGroup, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: Self.step)
    let elements = group.items.filter { $0.key == nil }.map(\.value)
    var lines: [String] = []
    if let packed = packed(elements, room: width - indent) {
      lines += packed.map { margin + $0 }
    } else {
      for element in elements { add(element, after: "", to: &lines, indent: indent) }
    }
    for item in group.items {
      if let key = item.key { add(item.value, after: "\(key) = ", to: &lines, indent: indent) }
    }
    if group.hidden > 0 { lines.append(margin + "… \(group.hidden) more") }
    return lines
  }

  private func add(
    _ node: PrintedNode, after key: String, to lines: inout [String], indent: Int
  ) {
    let margin = String(repeating: " ", count: Self.step)
    let own = layOut(node, room: width - indent - key.displayWidth - 1, indent: indent)
    let isBlock = own.count > 1 && !(own.first?.hasSuffix("{") ?? false)
    if isBlock, !key.isEmpty {
      // A block of its own (a tensor, a table of records) keeps its shape below the key.
      lines.append(margin + key.trimmedEnd)
      lines += own.map { margin + margin + $0 }
    } else {
      for (number, line) in own.enumerated() {
        lines.append(
          margin + (number == 0 ? key : "") + line + (number == own.count - 1 ? "," : ""))
      }
    }
  }

  /// Numbers in columns, short words in running lines; nil where elements are neither.
  private func packed(_ elements: [PrintedNode], room: Int) -> [String]? {
    guard elements.count > 3, room > 8 else { return nil }
    var texts: [String] = []
    var areNumbers = true
    for element in elements {
      guard case .leaf(let text, let isNumber) = element, text.displayWidth <= 24,
        !text.contains("\n")
      else { return nil }
      texts.append(text + ",")
      areNumbers = areNumbers && isNumber
    }
    guard areNumbers else { return flow(texts, room: room) }
    let column = (texts.map(\.displayWidth).max() ?? 0) + 1
    let across = max(1, room / column)
    // Columns by ten where they fit make positions easy to count.
    let count = across > 10 ? across / 10 * 10 : across
    return stride(from: 0, to: texts.count, by: count).map { start in
      texts[start..<min(start + count, texts.count)]
        .map { $0.padded(toWidth: column - 1, alignRight: true) }.joined(separator: " ")
    }
  }

  private func flow(_ texts: [String], room: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for text in texts {
      if !line.isEmpty, line.displayWidth + 1 + text.displayWidth > room {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? text : " " + text
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The value on one line, or nothing where it does not fit.
  private func oneLine(_ node: PrintedNode, room: Int) -> String? {
    guard case .group(let group) = node else {
      let text = text(node)
      return text.contains("\n") || text.displayWidth > room ? nil : text
    }
    let head = mark(group)
    if group.items.isEmpty {
      return head + (group.hidden > 0 ? "{ … \(group.hidden) more }" : "{}")
    }
    var parts: [String] = []
    var used = head.displayWidth + 4
    for item in group.items {
      let key = item.key.map { "\($0) = " } ?? ""
      guard let value = oneLine(item.value, room: room - used - key.displayWidth) else {
        return nil
      }
      used += key.displayWidth + value.displayWidth + 2
      if used - 2 > room { return nil }
      parts.append(key + value)
    }
    if group.hidden > 0 { parts.append("… \(group.hidden) more") }
    let line = "\(head){ \(parts.joined(separator: ", ")) }"
    return line.displayWidth > room ? nil : line
  }

  /// A value that is no table.
  private func text(_ node: PrintedNode) -> String {
    switch node {
    case .leaf(let text, _): text
    case .link(let id, let isCycle): "<\(isCycle ? "cycle" : "same as") \(numbers[id] ?? 0)>"
    case .group: ""
    }
  }

  /// The number and the name that stand before a table.
  private func mark(_ group: PrintedGroup) -> String {
    (numbers[group.id].map { "<\($0)> " } ?? "") + (group.name.isEmpty ? "" : group.name + " ")
  }

  /// The text of a field in a table of records; nil where it is a table itself.
  fileprivate func cell(_ node: PrintedNode) -> (text: String, isNumber: Bool)? {
    if case .leaf(let text, let isNumber) = node, !text.contains("\n") { return (text, isNumber) }
    return nil
  }
}

/// A list of records with the same fields, shown as rows and columns.
private struct RecordTable {
  private let keys: [String]
  private var rows: [[String]] = []
  private var alignsRight: [Bool]
  private let hidden: Int

  /// Takes the table when it is such a list of two records or more.
  init?(_ group: PrintedGroup, layout: PrintedLayout) {
    guard group.items.count > 1, group.items.allSatisfy({ $0.key == nil }),
      case .group(let first)? = group.items.first?.value
    else { return nil }
    keys = first.items.compactMap(\.key)
    guard !keys.isEmpty, keys.count == first.items.count else { return nil }
    alignsRight = keys.map { _ in true }
    hidden = group.hidden
    for item in group.items {
      guard case .group(let record) = item.value, record.items.compactMap(\.key) == keys,
        record.items.count == keys.count, record.hidden == 0, record.name.isEmpty,
        !layout.linked.contains(record.id)
      else { return nil }
      var row: [String] = []
      for (column, field) in record.items.enumerated() {
        guard let cell = layout.cell(field.value) else { return nil }
        row.append(cell.text)
        alignsRight[column] = alignsRight[column] && cell.isNumber
      }
      rows.append(row)
    }
  }

  /// The rows below a heading, or nothing where they are too wide.
  func lines(room: Int) -> [String]? {
    let index = (1...rows.count).map { String($0) }
    let columns = [["#"] + index] + keys.indices.map { c in [keys[c]] + rows.map { $0[c] } }
    let right = [true] + alignsRight
    let widths = columns.map { $0.map(\.displayWidth).max() ?? 0 }
    guard widths.reduce(0, +) + 2 * (widths.count - 1) <= room else { return nil }
    var lines = (0...rows.count).map { row in
      columns.indices.map { column in
        columns[column][row].padded(toWidth: widths[column], alignRight: right[column])
      }.joined(separator: "  ").trimmedEnd
    }
    if hidden > 0 { lines.append("… \(hidden) more") }
    return lines
  }
}

extension String {
  /// The lines of the text.
  fileprivate var splitLines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The text without spaces at its end.
  var trimmedEnd: String {
    var kept = self[...]
    while kept.last == " " { kept.removeLast() }
    return String(kept)
  }
}
