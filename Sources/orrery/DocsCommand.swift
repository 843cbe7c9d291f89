import Base
import Host

extension Command {
  static let docs: Command = Command(
    "docs", "write the Lua stubs and the reference from the declarations",
    usage: ["docs [--check] [--output FOLDER]"],
    options: [
      CommandOption("check", "write nothing; fail when a file is not what the declarations say"),
      CommandOption(
        "output", "the standard library's folder; by default the one in use", value: "FOLDER"),
    ],
    run: { words throws(Problem) in try DocsCommand.run(words) })
}

/// `orrery docs [--check]`: keeps `stdlib/meta` and `stdlib/REFERENCE.md` true.
enum DocsCommand {
  static func run(_ words: [String]) throws(Problem) -> Int32 {
    let arguments = try ParsedOptions(words, options: Command.docs.options)
    guard let folder = arguments.value("output") ?? StandardLibrary.folder else {
      throw Problem("the standard library was not found", fix: "set ORRERY_STDLIB", kind: .missing)
    }
    if arguments.has("check") {
      let outdated = try GeneratedDocs.outdated(under: folder).map(\.path)
      guard outdated.isEmpty else {
        throw Problem("\(outdated.joined(separator: ", ")) not up to date", fix: "run: orrery docs")
      }
      return ExitStatus.success
    }
    for path in try GeneratedDocs.write(under: folder) { Output.note("wrote \(folder)/\(path)") }
    return ExitStatus.success
  }
}
