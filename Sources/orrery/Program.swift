import Base
import Glibc

/// The program: picks a command by the first word and reports what goes wrong.
enum Program {
  /// What `--version` prints.
  static let version = "0.1.0"

  /// The commands, in the order in which help lists them.
  static let commands: Catalog<Command> = Catalog(
    "command",
    [
      .notebook, .models, .serve, .docs, .doctor, .help, .completion,
    ])

  /// Runs the program and answers with its exit status.
  static func run(_ words: [String]) -> Int32 {
    setlocale(LC_ALL, "")
    signal(SIGPIPE, SIG_IGN)
    do throws(Problem) {
      return try dispatch(Array(words.dropFirst()))
    } catch {
      Output.error(error)
      switch error.kind {
      case .interrupted: return ExitStatus.interrupted
      case .usage: return ExitStatus.usage
      default: return ExitStatus.failure
      }
    }
  }

  private static func dispatch(_ words: [String]) throws(Problem) -> Int32 {
    if let first = words.first, let command = commands.find(first) {
      let rest = Array(words.dropFirst())
      let isOwnHelp = rest.first.map { !command.subcommands.contains($0) } ?? false
      if isOwnHelp, rest.contains("--help") || rest.contains("-h") {
        Output.line(command.help, terminator: "")
        return ExitStatus.success
      }
      return try command.run(rest)
    }
    return try RunCommand(words).run()
  }
}
