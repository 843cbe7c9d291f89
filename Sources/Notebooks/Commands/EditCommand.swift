internal import Base
internal import Glibc

/// Opens an editor on a cell and runs what comes back.
struct EditCommand: CellCommand {
  let info = Info(
    "edit", "Opens $VISUAL or $EDITOR on an earlier cell, or an empty one, and runs the result.")
  let form = CellCommandForm.line
  let rest = CellCommandRest.words("[N]", atLeast: 0)

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    guard isatty(STDIN_FILENO) == 1 else {
      throw Problem("%edit needs a terminal", fix: "edit the cell where it stands")
    }
    let source = try earlierSource(call)
    let edited = try edit(source)
    guard !NotebookText.trimmed(edited).isEmpty else { return Evaluation(status: .ok) }
    call.print(edited)
    return call.run.evaluate(edited)
  }

  private func earlierSource(_ call: CommandCall) throws(Problem) -> String {
    guard let word = call.arguments.words.first else { return "" }
    guard let number = Int(word),
      let entry = call.session.history.first(where: { $0.number == number })
    else {
      throw Problem("there is no cell \(word) in this session", kind: .missing)
    }
    return entry.source
  }

  private func edit(_ source: String) throws(Problem) -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(folder)/orrery-\(getpid())-cell.lua"
    try FileIO.write(Array(source.utf8), to: path)
    defer { unlink(path) }
    let editor = (getenv("VISUAL") ?? getenv("EDITOR")).map { String(cString: $0) } ?? "vi"
    let command = "\(editor) '\(path)'"
    guard system(command) == 0 else {
      throw Problem("the editor did not end well: \(command)", fix: "set VISUAL or EDITOR")
    }
    return String(decoding: try FileIO.read(path), as: UTF8.self)
  }
}
