internal import Base

/// Lists the cell commands, or explains one.
struct HelpCommand: CellCommand {
  let info = Info(
    "help", "Lists the cell commands, or explains one.", detail: "help(x) explains a Lua value.")
  let form = CellCommandForm.line
  let rest = CellCommandRest.words("[COMMAND]", atLeast: 0)

  func run(_ call: CommandCall) throws(Problem) -> Evaluation {
    if let name = call.arguments.words.first {
      let command = try CellCommands.all[String(name.drop { $0 == "%" })]
      call.print(command.help.plain)
    } else {
      call.print(HelpCommand.list)
    }
    return Evaluation(status: .ok)
  }

  private static var list: String {
    let rows = CellCommands.all.commands.map { (usage: $0.usage, summary: $0.info.summary) }
    let width = rows.map(\.usage.displayWidth).max() ?? 0
    var lines = rows.map { "\($0.usage.padded(toWidth: width))  \($0.summary)" }
    lines += ["", "?name explains a name, ??name shows all there is; a last ; silences a result."]
    return lines.joined(separator: "\n")
  }
}
