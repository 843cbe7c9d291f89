internal import Base

/// Looks for faults in a notebook without running it.
struct NotebookLinter {
  /// Something to look at.
  struct Finding: Hashable {
    /// How bad it is.
    enum Severity: String { case error, warning }

    var severity: Severity
    /// The rule's name, as in "syntax".
    var rule: String
    /// The cell from 0; nil for the whole file.
    var cell: Int?
    /// The line in the cell, from 1.
    var line: Int?
    var message: String
    /// True when `--fix` mends it.
    var isFixable = false

    /// The finding as `file:cell:line: …`.
    func text(in path: String) -> String {
      let place = cell.map { ":\($0 + 1):\(line ?? 1)" } ?? ""
      return "\(path)\(place): \(severity.rawValue): \(message) (\(rule))"
    }
  }

  /// Looks at code; without it, only the form is checked.
  let interpreter: (any Interpreter)?

  /// Lists what is wrong with a document's form.
  static func formFindings(_ document: JSONValue) -> [Finding] {
    Notebook.faults(in: document).map { fault in
      let isID = fault.path.hasSuffix("].id") && !fault.message.hasPrefix("this key")
      return Finding(
        severity: .error, rule: isID ? "ids" : "schema", cell: cell(in: fault.path),
        message: fault.description, isFixable: isID)
    }
  }

  private static func cell(in path: String) -> Int? {
    guard path.hasPrefix("$.cells[") else { return nil }
    return Int(path.dropFirst("$.cells[".count).prefix { $0.isNumber })
  }

  /// Lists what is wrong with a notebook.
  func findings(in notebook: Notebook) -> [Finding] {
    var findings = counts(notebook)
    findings += SecretScan.findings(in: notebook)
    if let interpreter {
      findings += syntax(notebook, interpreter)
      findings += GlobalScan(interpreter).findings(in: notebook)
    }
    return findings.sorted { ($0.cell ?? -1, $0.line ?? 0) < ($1.cell ?? -1, $1.line ?? 0) }
  }

  // MARK: Rules

  private func counts(_ notebook: Notebook) -> [Finding] {
    var findings: [Finding] = []
    var expected = 1
    for (index, cell) in notebook.cells.enumerated() {
      guard let count = cell.executionCount else { continue }
      if count != expected {
        findings.append(
          Finding(
            severity: .warning, rule: "counts", cell: index,
            message: "run number \(count) where \(expected) was due: cells were run out of order",
            isFixable: true))
      }
      expected = count + 1
    }
    return findings
  }

  private func syntax(_ notebook: Notebook, _ interpreter: any Interpreter) -> [Finding] {
    notebook.cells.indices.compactMap { index in
      let cell = notebook.cells[index]
      guard cell.kind == .code, !cell.hasTag("raises-exception") else { return nil }
      let source = CellSource(cell.source)
      if let fault = commandFault(source) {
        return Finding(severity: .error, rule: "commands", cell: index, message: fault.description)
      }
      guard !NotebookText.trimmed(source.code).isEmpty else { return nil }
      switch interpreter.completeness(of: source.code) {
      case .complete: return nil
      case .incomplete:
        return Finding(
          severity: .error, rule: "syntax", cell: index, message: "the code ends too early")
      case .invalid(let message):
        return Finding(
          severity: .error, rule: "syntax", cell: index, line: NotebookLinter.line(in: message),
          message: message)
      }
    }
  }

  private func commandFault(_ source: CellSource) -> Problem? {
    for command in source.lineCommands + [source.cellCommand].compactMap({ $0 }) {
      do throws(Problem) { _ = try CellCommands.all[command.name] } catch { return error }
    }
    return nil
  }

  /// The line that a message of a parser names, as in "chunk:3: unexpected symbol".
  private static func line(in message: String) -> Int? {
    message.split(separator: ":").lazy.compactMap { Int($0.drop { $0 == " " }) }.first
  }

  // MARK: Mending

  /// Mends what can be mended: ids, run numbers, and the format's version.
  static func fix(_ notebook: inout Notebook) {
    notebook.upgrade()
    var next = 1
    for index in notebook.cells.indices where notebook.cells[index].executionCount != nil {
      notebook.cells[index].executionCount = next
      notebook.cells[index].outputs = notebook.cells[index].outputs.map { output in
        var output = output
        if output.kind == .result { output.fields["execution_count"] = .integer(next) }
        return output
      }
      next += 1
    }
  }
}
