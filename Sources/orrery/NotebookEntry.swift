import Base
import Host
import Notebooks

extension Command {
  static let notebook: Command = Command(
    "notebook", "run, test, check, convert, export, clean and make notebooks",
    detail: NotebookCommand.overview,
    usage: ["notebook COMMAND ...", "notebook COMMAND --help"],
    subcommands: NotebookCommand.subcommandNames, takesFiles: true,
    run: { words throws(Problem) in
      LuaInterpreter.handleInterrupts(endsIdleProcess: true)
      return NotebookCommand.run(words, highlighter: LuaHighlighter.spans) { options in
        LuaInterpreter(options, host: LuaInterpreter.Host(asksSink: true))
      }
    })
}
