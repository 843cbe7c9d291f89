internal import Base

/// Completion of cell commands and of file names behind them.
enum CommandCompletion {
  /// Candidates where the cursor stands in a command line; nothing elsewhere.
  static func complete(_ source: String, at cursor: Int) -> Completion? {
    let bytes = Array(source.utf8.prefix(cursor))
    let start = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let row = String(decoding: bytes[start...], as: UTF8.self)
    guard isHead(bytes[..<start]) else { return nil }
    let marks = row.prefix { $0 == "%" }.count
    guard marks == 1 || marks == 2 else { return nil }
    guard let space = row.firstIndex(of: " ") else {
      let typed = String(row.dropFirst(marks))
      return Completion(
        range: (start + marks)..<bytes.count, items: names(typed, overCell: marks == 2))
    }
    guard let command = CellCommands.named(atStartOf: row), case .words = command.rest else {
      return nil
    }
    let word =
      row[row.index(after: space)...].split(separator: " ", omittingEmptySubsequences: false)
      .last.map(String.init) ?? ""
    let items = command.info.name == "help" ? names(word, overCell: false) : files(word)
    return Completion(range: (bytes.count - word.utf8.count)..<bytes.count, items: items)
  }

  /// True when only commands and blank lines stand above.
  private static func isHead(_ bytes: ArraySlice<UInt8>) -> Bool {
    NotebookText.rows(String(decoding: bytes, as: UTF8.self)).allSatisfy { row in
      let row = NotebookText.trimmed(row)
      return row.isEmpty || row.hasPrefix("%") && !row.hasPrefix("%%")
    }
  }

  private static func names(_ typed: String, overCell: Bool) -> [Completion.Item] {
    CellCommands.all.commands
      .filter { $0.info.name.hasPrefix(typed) && $0.form != (overCell ? .line : .cell) }
      .map { Completion.Item($0.info.name, kind: "command", hint: $0.info.summary) }
  }

  private static func files(_ typed: String) -> [Completion.Item] {
    let name = FileIO.name(of: typed)
    let folder = String(typed.dropLast(name.count))
    guard let entries = try? FileIO.list(folder.isEmpty ? "." : folder) else { return [] }
    return entries.filter { $0.hasPrefix(name) && (!$0.hasPrefix(".") || name.hasPrefix(".")) }
      .map { entry in
        let path = folder + entry
        return Completion.Item(path + (FileIO.isDirectory(path) ? "/" : ""), kind: "file")
      }
  }
}
