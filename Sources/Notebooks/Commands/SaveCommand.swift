internal import Base

/// Writes what was typed to a file.
struct SaveCommand: CellCommand {
  let info = Info(
    "save", "Writes cells of this session to a .lua, .md or .ipynb file.",
    detail: "Without numbers, every cell that ran well is written; `3 5-7` picks by number.",
    parameters: [
      Parameter(
        name: "force", kind: .boolean, defaultValue: "false", summary: "replace an existing file")
    ])
  let form = CellCommandForm.line
  let rest = CellCommandRest.words("FILE [N N-M …]", atLeast: 1)

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    let path = call.arguments.words[0]
    guard let form = NotebookForm(path: path) else {
      throw Problem("cannot tell the form of \(path)", fix: "name it .lua, .md or .ipynb")
    }
    if FileIO.exists(path), !call.arguments.flag("force") {
      throw Problem("\(path) exists", fix: "%save --force \(path) replaces it")
    }
    let chosen = try entries(call)
    guard !chosen.isEmpty else { throw Problem("there is nothing to save yet") }
    let cells = chosen.map { Cell(.code, $0.source) }
    var file = NotebookFile(Notebook(cells: cells), path: path, form: form)
    try file.save()
    call.print("\(path): \(cells.count) \(cells.count == 1 ? "cell" : "cells")")
    return Evaluation(status: .ok)
  }

  private func entries(_ call: CommandCall) throws(Problem) -> [HistoryEntry] {
    let history = call.session.history
    let ranges = call.arguments.words.dropFirst()
    if ranges.isEmpty { return history.filter { $0.outcome.status == .ok && !isSave($0) } }
    var chosen: [HistoryEntry] = []
    for text in ranges {
      let ends = text.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, ends.count <= 2, first <= last else {
        throw Problem("\"\(text)\" is not a cell number or a range of them", fix: "write 3 or 5-7")
      }
      chosen += history.filter { (first...last).contains($0.number) }
    }
    return chosen
  }

  private func isSave(_ entry: HistoryEntry) -> Bool { entry.source.hasPrefix("%save") }
}
