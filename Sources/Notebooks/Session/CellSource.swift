/// A cell taken apart: leading command lines, a cell command, an inspection line, and code.
struct CellSource {
  /// A command line: `%name arguments`, or `%%name arguments` for the whole cell.
  struct CommandLine: Equatable {
    var name: String
    var arguments: String
    /// True when the command runs its arguments as code.
    var takesCode: Bool { CellCommands.all.find(name)?.rest == .code }
  }

  /// A line such as `?name`, `name?` or `??name`.
  struct Inspection: Equatable {
    var name: String
    var detail: InspectionDetail
  }

  /// Commands before the code, each on a line of its own.
  private(set) var lineCommands: [CommandLine] = []
  /// The command that takes the rest of the cell as its body.
  private(set) var cellCommand: CommandLine?
  /// Set when the cell asks what a name is and does nothing else.
  private(set) var inspection: Inspection?
  /// The code, with an empty line for each command line, so that line numbers stay true.
  private(set) var code = ""

  init(_ source: String) {
    if let inspection = CellSource.inspection(source) {
      self.inspection = inspection
      return
    }
    var rows = source.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    var skipped = 0
    while let row = rows.first {
      if let command = CellSource.command(row, mark: "%%"), lineCommands.isEmpty {
        cellCommand = command
        skipped += 1
        rows.removeFirst()
        break
      }
      if let command = CellSource.command(row, mark: "%") {
        lineCommands.append(command)
      } else if !NotebookText.trimmed(row).isEmpty {
        break
      }
      skipped += 1
      rows.removeFirst()
    }
    code = String(repeating: "\n", count: skipped) + rows.joined(separator: "\n")
  }

  private static func command(_ row: String, mark: String) -> CommandLine? {
    let row = NotebookText.trimmed(row)
    guard row.hasPrefix(mark) else { return nil }
    let rest = row.dropFirst(mark.count)
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard name.first?.isLetter == true else { return nil }
    let arguments = rest.dropFirst(name.count)
    guard arguments.isEmpty || arguments.first == " " || arguments.first == "\t" else { return nil }
    return CommandLine(name: String(name), arguments: NotebookText.trimmed(arguments))
  }

  private static func inspection(_ source: String) -> Inspection? {
    let text = NotebookText.trimmed(source)
    guard text.hasPrefix("?") || text.hasSuffix("?"), !text.utf8.contains(0x0A) else { return nil }
    let before = text.prefix { $0 == "?" }.count
    let after = before > 0 ? 0 : text.reversed().prefix { $0 == "?" }.count
    let name = NotebookText.trimmed(text.dropFirst(before).dropLast(after))
    // A string or a call that ends in a question mark is no question.
    guard before + after <= 2, !name.isEmpty, name.unicodeScalars.allSatisfy(isNameScalar) else {
      return nil
    }
    return Inspection(name: name, detail: before + after == 2 ? .full : .brief)
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "_", ".", ":", "%", "[", "]", "-", "a"..."z", "A"..."Z", "0"..."9": true
    default: scalar.value >= 0x80
    }
  }

  /// True when the code ends with ";", which asks for silence, outside of a comment.
  static func asksForSilence(_ code: String) -> Bool {
    let text = NotebookText.trimmed(code)
    guard text.hasSuffix(";") else { return false }
    let last = text.utf8.split(separator: 0x0A).last.map { String(decoding: $0, as: UTF8.self) }
    return !(last?.contains(Language.lua.comment) ?? false)
  }
}
