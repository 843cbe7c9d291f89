import Base
import Glibc
import Host
import Notebooks
import Tensors
import Terminal

/// `orrery [FILE]`: runs a script, some code, standard input, or a session for a person.
struct RunCommand {
  static let options: [CommandOption] = [
    CommandOption("eval", "run this code; may be given more than once", value: "CODE", letter: "e"),
    CommandOption("interactive", "go on with a session after the code or the script", letter: "i"),
    CommandOption("quiet", "start the session without a greeting", letter: "q"),
    CommandOption("restricted", "no files, processes, byte code or debugging for the code"),
    CommandOption("memory", "the most memory Lua may hold, as in 2GiB", value: "SIZE"),
    CommandOption("time", "the longest a chunk may run, as in 30s", value: "TIME"),
    CommandOption("steps", "the most instructions a chunk may run", value: "N"),
    CommandOption("threads", "threads for tensors; by default one a core", value: "N"),
    CommandOption("version", "print the version", letter: "v"),
    CommandOption("help", "print this", letter: "h"),
  ]

  private let arguments: ParsedOptions

  init(_ words: [String]) throws(Problem) {
    arguments = try ParsedOptions(words, options: Self.options, stopsAtFirstWord: true)
  }

  func run() throws(Problem) -> Int32 {
    if arguments.has("help") {
      Output.line(HelpCommand.overview, terminator: "")
      return ExitStatus.success
    }
    if arguments.has("version") {
      Output.line("orrery \(Program.version) (\(LuaInterpreter.languageVersion))")
      return ExitStatus.success
    }
    if let threads = try arguments.integer("threads", in: 1...1024) {
      ComputeThreads.set(threads)
    }
    let script = arguments.words.first
    let interpreter = LuaInterpreter(try limits(), host: host(script: script))
    let session = Session(interpreter)
    let chunks = try chunks(script: script)
    let isPerson = isatty(STDIN_FILENO) == 1
    let startsSession = arguments.has("interactive") || (chunks.isEmpty && isPerson)
    LuaInterpreter.handleInterrupts(endsIdleProcess: !startsSession)
    for chunk in chunks {
      let status = try run(chunk, in: session)
      if status != ExitStatus.success, !arguments.has("interactive") { return status }
    }
    return startsSession ? try startSession(session) : ExitStatus.success
  }

  /// Code to run before, or instead of, a session.
  private struct Chunk {
    let name: String
    let code: String
    let isScript: Bool
  }

  private func chunks(script: String?) throws(Problem) -> [Chunk] {
    var chunks: [Chunk] = []
    for code in arguments.all("eval") {
      chunks.append(Chunk(name: "-e", code: code, isScript: false))
    }
    if let script, script != "-" {
      chunks.append(Chunk(name: script, code: try text(FileIO.read(script)), isScript: true))
    } else if script == "-" || (chunks.isEmpty && isatty(STDIN_FILENO) == 0) {
      let bytes = try FileIO.readAll(from: STDIN_FILENO, name: "standard input")
      chunks.append(Chunk(name: "stdin", code: text(bytes), isScript: true))
    }
    return chunks
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private func run(_ chunk: Chunk, in session: Session) throws(Problem) -> Int32 {
    let publisher = TerminalPublisher()
    var options = RunOptions(name: chunk.name, storesHistory: false, isScript: chunk.isScript)
    options.timeLimitSeconds = try arguments.seconds("time")
    let outcome = session.run(chunk.code, options: options, to: publisher)
    publisher.flush()
    if let status = outcome.exitStatus { return status }
    switch outcome.status {
    case .ok: return ExitStatus.success
    case .interrupted: return ExitStatus.interrupted
    default: return ExitStatus.failure
    }
  }

  private func startSession(_ session: Session) throws(Problem) -> Int32 {
    var options = REPLOptions()
    if !arguments.has("quiet") {
      options.banner =
        "orrery \(Program.version), \(LuaInterpreter.languageVersion). help() explains, %help lists commands, ^D leaves."
    }
    options.runOptions.timeLimitSeconds = try arguments.seconds("time")
    return REPL(session: session, options: options).run()
  }

  private func limits() throws(Problem) -> InterpreterOptions {
    let memory = try arguments.bytes("memory")
    // Tensors lie outside the Lua heap, so that each of the two is held to the limit.
    if let memory { TensorStorage.byteLimit = memory.count }
    return InterpreterOptions(
      memoryLimitBytes: memory?.count,
      stepLimit: try arguments.integer("steps", in: 1...Int.max),
      isRestricted: arguments.has("restricted"))
  }

  private func host(script: String?) -> LuaInterpreter.Host {
    var host = LuaInterpreter.Host()
    host.arguments = script.map { [$0] + arguments.words.dropFirst() } ?? ["orrery"]
    host.widthColumns = { TerminalWidth.columns }
    host.usesColour = Palette(descriptor: STDOUT_FILENO).isColoured
    return host
  }
}
