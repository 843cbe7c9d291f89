import Base
import Host
import Notebooks

/// `orrery help [TOPIC]`: a command, a cell command, or a name in Lua.
enum HelpCommand {
  /// What `orrery --help` prints.
  static var overview: String {
    var lines = [
      "usage: orrery [OPTIONS] [FILE [ARGUMENT...]]",
      "       orrery COMMAND ...",
      "",
      "A working model of AI infrastructure, in Lua. Without a file it starts a session on a",
      "terminal, and runs standard input on a pipe.",
      "",
    ]
    lines += CommandOption.table(RunCommand.options)
    lines += ["", "commands (orrery COMMAND --help says more):"]
    let width = (Program.commands.names.map(\.count).max() ?? 0) + 2
    lines += Program.commands.elements.map { command in
      "  " + command.info.name.padded(toWidth: width) + command.info.summary
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func run(_ words: [String]) throws(Problem) -> Int32 {
    guard let topic = words.first else {
      Output.line(overview, terminator: "")
      return ExitStatus.success
    }
    if let command = Program.commands.find(topic) {
      Output.line(command.help, terminator: "")
      return ExitStatus.success
    }
    let session = Session(LuaInterpreter())
    if let found = session.inspect(topic, at: topic.utf8.count, detail: .full) {
      Output.line(found.plain)
      return ExitStatus.success
    }
    throw .unknown(
      "topic", topic, among: Program.commands.names + LuaInterpreter.moduleNames,
      list: "a command, or a name in Lua as in tensor.zeros")
  }
}

extension Command {
  static let help: Command = Command(
    "help", "explain a command or a name in Lua", usage: ["help [TOPIC]"],
    run: { words throws(Problem) in try HelpCommand.run(words) })

  static let completion: Command = Command(
    "completion", "print the completion script for a shell",
    detail: "Put this into ~/.bashrc:\n\n  source <(orrery completion bash)",
    usage: ["completion bash"], subcommands: ["bash"],
    run: { words throws(Problem) in
      guard words == ["bash"] else {
        throw Problem(
          "completion is written for bash only", fix: "orrery completion bash", kind: .usage)
      }
      let script = BashCompletion(
        options: RunCommand.options, commands: Program.commands.elements
      ).script
      Output.line(script, terminator: "")
      return ExitStatus.success
    })
}
