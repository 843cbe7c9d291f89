internal import Base

/// Forgets every variable.
struct ResetCommand: CellCommand {
  let info = Info("reset", "Forgets every variable; limits, modules and history stay.")
  let form = CellCommandForm.line
  let rest = CellCommandRest.nothing

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    try call.session.reset()
    call.print("all variables are forgotten")
    return Evaluation(status: .ok)
  }
}
