/// Follows globals through the cells: read before they are set, and set in two places.
struct GlobalScan {
  private let interpreter: any Interpreter

  init(_ interpreter: any Interpreter) { self.interpreter = interpreter }

  /// Lists what a person who runs the cells in order would stumble over.
  func findings(in notebook: Notebook) -> [NotebookLinter.Finding] {
    let uses = notebook.cells.indices.compactMap { index in
      use(of: notebook.cells[index]).map { (index: index, use: $0) }
    }
    var firstWriter: [String: Int] = [:]
    for (index, use) in uses {
      for name in use.writes where firstWriter[name.name] == nil { firstWriter[name.name] = index }
    }
    var findings: [NotebookLinter.Finding] = []
    for (index, use) in uses {
      for name in use.reads {
        guard let writer = firstWriter[name.name], writer > index else { continue }
        findings.append(
          NotebookLinter.Finding(
            severity: .warning, rule: "order", cell: index, line: name.line,
            message: "\"\(name.name)\" is used here but first set in cell \(writer + 1)"))
      }
      for name in use.writes {
        guard let writer = firstWriter[name.name], writer < index else { continue }
        if notebook.cells[index].hasTag(NotebookParameters.injectedTag) { continue }
        findings.append(
          NotebookLinter.Finding(
            severity: .warning, rule: "redefined", cell: index, line: name.line,
            message:
              "\"\(name.name)\" is already set in cell \(writer + 1); a local one would not clash"))
      }
    }
    return findings
  }

  private func use(of cell: Cell) -> GlobalUse? {
    guard cell.kind == .code else { return nil }
    return interpreter.globals(of: CellSource(cell.source).code)
  }
}
