internal import Base

/// Lists the session's variables.
struct WhoCommand: CellCommand {
  let info = Info(
    "who", "Lists the variables that the session made: name, type, value.",
    detail: "A word keeps only names that contain it.")
  let form = CellCommandForm.line
  let rest = CellCommandRest.words("[PART OF A NAME]", atLeast: 0)

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    var variables = call.session.interpreter.variables()
    if let part = call.arguments.words.first { variables.removeAll { !$0.name.contains(part) } }
    guard !variables.isEmpty else {
      call.print("no variables yet; local ones end with their cell")
      return Evaluation(status: .ok)
    }
    let nameWidth = variables.map(\.name.displayWidth).max() ?? 0
    let typeWidth = variables.map(\.type.displayWidth).max() ?? 0
    for variable in variables {
      let name = variable.name.padded(toWidth: nameWidth)
      let type = variable.type.padded(toWidth: typeWidth)
      call.print("\(name)  \(type)  \(variable.summary.truncated(toWidth: 60))")
    }
    return Evaluation(status: .ok)
  }
}
