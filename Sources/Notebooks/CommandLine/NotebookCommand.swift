public import Base
internal import Glibc

/// The command `orrery notebook`: runs, tests, checks, converts, exports, cleans and makes notebooks.
///
/// Exit status: 0 all went well, 1 a cell failed or a check found something, 2 the command line is
/// wrong, 3 a file cannot be read or is no notebook, 4 a time limit, 5 outputs differ, 6 another
/// limit, 130 interrupted.
public struct NotebookCommand {
  /// Makes the interpreter of one run.
  public typealias MakeInterpreter = (InterpreterOptions) throws(Problem) -> any Interpreter

  /// Runs the command with the arguments behind `orrery notebook`.
  public static func run(
    _ arguments: [String], highlighter: Highlighter? = nil,
    makeInterpreter: @escaping MakeInterpreter
  ) -> Int32 {
    run(
      arguments,
      in: CommandContext(makeInterpreter: makeInterpreter, highlighter: highlighter))
  }

  static func run(_ arguments: [String], in context: CommandContext) -> Int32 {
    guard let name = arguments.first, !["-h", "--help", "help"].contains(name) else {
      context.print(help)
      return arguments.isEmpty ? 2 : 0
    }
    guard let command = subcommands.first(where: { $0.name == name }) else {
      let problem = Problem.unknown("notebook command", name, among: subcommands.map(\.name))
      context.fail("orrery notebook", problem)
      return 2
    }
    return run(command, Array(arguments.dropFirst()), in: context)
  }

  private static func run(
    _ command: any NotebookSubcommand, _ arguments: [String], in context: CommandContext
  ) -> Int32 {
    if arguments.contains("--help") || arguments.contains("-h") {
      context.print(command.help)
      return 0
    }
    let job: () throws(Problem) -> Int32
    do throws(Problem) {
      job = try command.prepare(ParsedOptions(arguments, options: command.options), context)
    } catch {
      context.fail("orrery notebook \(command.name)", error)
      return 2
    }
    do throws(Problem) { return try job() } catch {
      context.fail("orrery notebook \(command.name)", error)
      return status(of: error)
    }
  }

  private static func status(of problem: Problem) -> Int32 {
    switch problem.kind {
    case .limit: 6
    case .interrupted: 130
    default: 3
    }
  }

  /// The commands in the order that help lists them.
  static let subcommands: [any NotebookSubcommand] = [
    RunSubcommand(), TestSubcommand(), CheckSubcommand(), ConvertSubcommand(), ExportSubcommand(),
    CleanSubcommand(), NewSubcommand(),
  ]

  /// The commands' names in the order that help lists them.
  public static var subcommandNames: [String] { subcommands.map(\.name) }

  /// The commands, one a line, and what files they take.
  public static var overview: String {
    let width = subcommands.map(\.usage.count).max() ?? 0
    let rows = subcommands.map { "  \($0.usage.padded(toWidth: width))  \($0.summary)" }
    return """
      \(rows.joined(separator: "\n"))

      Files are .ipynb, .lua with -- %% marks or .md with fenced Lua; - is standard input.
      Exit status: 0 all went well, 1 a cell failed or a check found something, 2 the command line
      is wrong, 3 a file cannot be read or is no notebook, 4 a time limit, 5 outputs differ,
      6 another limit, 130 interrupted.
      """
  }

  private static var help: String { "usage: orrery notebook COMMAND …\n\n\(overview)" }
}

/// One command behind `orrery notebook`.
protocol NotebookSubcommand: Sendable {
  var name: String { get }
  var summary: String { get }
  /// The name and what stands behind it.
  var usage: String { get }
  var options: [CommandOption] { get }
  /// Reads the command line; a fault in it is thrown here, before anything is done.
  func prepare(_ parsed: ParsedOptions, _ context: CommandContext) throws(Problem)
    -> () throws(Problem) -> Int32
}

extension NotebookSubcommand {
  var help: String {
    let lines = ["usage: orrery notebook \(usage)", "", summary, ""] + CommandOption.table(options)
    return lines.joined(separator: "\n")
  }

  /// The files of a command that takes one or more.
  func files(_ parsed: ParsedOptions) throws(Problem) -> [String] {
    guard !parsed.words.isEmpty else {
      throw Problem("no file is given", fix: "orrery notebook \(usage)")
    }
    return parsed.words
  }

  /// The file of a command that takes exactly one.
  func file(_ parsed: ParsedOptions) throws(Problem) -> String {
    let files = try files(parsed)
    guard files.count == 1 else {
      throw Problem("one file is taken, not \(files.count)", fix: "orrery notebook \(usage)")
    }
    return files[0]
  }
}

/// What a command of the command line works with.
struct CommandContext {
  let makeInterpreter: NotebookCommand.MakeInterpreter
  var highlighter: Highlighter?
  var write: ([UInt8]) -> Void = { try? FileIO.writeAll($0, to: STDOUT_FILENO, name: "output") }
  var writeError: ([UInt8]) -> Void = {
    try? FileIO.writeAll($0, to: STDERR_FILENO, name: "errors")
  }
  var isErrorTerminal = isatty(STDERR_FILENO) == 1

  /// Prints a line to standard output.
  func print(_ text: String) { write(Array((text + "\n").utf8)) }
  /// Prints a line to standard error.
  func note(_ text: String) { writeError(Array((text + "\n").utf8)) }
  /// Prints a problem in one line.
  func fail(_ command: String, _ problem: Problem) { note("\(command): \(problem)") }

  /// Tells of a cell that went wrong; the last line is one that editors jump by.
  func tell(_ failure: CellReport, in path: String) {
    if failure.status != .differs {
      for line in failure.traceback { note(line) }
    }
    note(
      "\(path):\(failure.index + 1):\(failure.line ?? 1): "
        + (failure.message ?? failure.status.words))
  }

  /// The width of the terminal on standard error.
  var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
      ? Int(size.ws_col) : 80
  }
}
