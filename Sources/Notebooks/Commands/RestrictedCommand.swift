internal import Base

/// Runs a cell that may touch nothing but its own variables.
struct RestrictedCommand: CellCommand {
  let info = Info(
    "restricted", "Runs the cell without files, processes, byte code and debugging.",
    detail: "It gets an environment of its own, so it cannot change the session's variables.")
  let form = CellCommandForm.cell
  let rest = CellCommandRest.nothing

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    call.run.run(code: call.code, number: call.run.number, isRestricted: true)
  }
}
