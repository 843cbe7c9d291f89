internal import Base

/// Runs a file in the session, so that what it defines stays.
struct LoadCommand: CellCommand {
  let info = Info(
    "load", "Runs a script or the code cells of a notebook in this session.",
    example: "%load notebooks/01-tour.ipynb")
  let form = CellCommandForm.line
  let rest = CellCommandRest.words("FILE", atLeast: 1)

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    for path in call.arguments.words {
      let form = NotebookForm(path: path) ?? .lua
      let bytes = try FileIO.read(path)
      let file = try NotebookFile(bytes: bytes, path: path, form: form)
      for (index, cell) in file.notebook.cells.enumerated() where cell.kind == .code {
        let name = FileIO.name(of: path) + (form == .lua ? "" : ":cell \(index + 1)")
        let evaluation = run(cell.source, named: name, call)
        if evaluation.status != .ok || evaluation.exitStatus != nil { return evaluation }
      }
    }
    return Evaluation(status: .ok)
  }

  private func run(_ source: String, named name: String, _ call: CommandCall) -> Evaluation {
    var options = call.run.options
    options.name = name
    options.isScript = true
    let run = CellRun(
      session: call.session, publisher: call.publisher, options: options, number: nil)
    return run.evaluate(source)
  }
}
