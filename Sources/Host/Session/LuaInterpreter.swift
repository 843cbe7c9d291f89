public import Base
import Bindings
public import LuaBridge
public import Notebooks

/// Lua as the language behind a session: the state, the modules, the limits, the names it keeps.
public final class LuaInterpreter: Interpreter {
  /// What the host decides beside the limits.
  public struct Host {
    /// The script's name and its arguments, as `arg` holds them from 0 on.
    public var arguments: [String]
    /// Columns that text may take now.
    public var widthColumns: () -> Int
    /// True where colours may be used in text.
    public var usesColour: Bool
    /// True when `io.read` asks the cell's sink, not the process's standard input.
    public var asksSink: Bool
    /// Notes which declared functions are called; nil costs nothing.
    public var recorder: CallRecorder?

    /// Creates the host of a plain script.
    public init(
      arguments: [String] = [], widthColumns: @escaping () -> Int = { 80 },
      usesColour: Bool = false, asksSink: Bool = false, recorder: CallRecorder? = nil
    ) {
      self.arguments = arguments
      self.widthColumns = widthColumns
      self.usesColour = usesColour
      self.asksSink = asksSink
      self.recorder = recorder
    }
  }

  let options: InterpreterOptions
  let host: Host
  let port: SessionPort
  private(set) var session: LuaSession
  /// Kept apart from the session, so that a signal handler finds it by one load.
  private var interrupter: LuaInterrupter

  /// Opens a state with every module within reach.
  public init(_ options: InterpreterOptions = InterpreterOptions(), host: Host = Host()) {
    self.options = options
    self.host = host
    port = SessionPort(widthColumns: host.widthColumns, usesColour: host.usesColour)
    session = LuaSession(options, host: host, port: port)
    interrupter = session.lua.interrupter
  }

  /// Which Lua it is.
  public static let languageVersion = "Lua 5.4"

  /// The names of the modules that every session has.
  public static var moduleNames: [String] { StandardModules.all.map(\.name) }

  /// Handles Ctrl-C: the first press stops what runs, the second says what that is, the third ends
  /// the process; while nothing runs a press does nothing, or ends the process.
  public static func handleInterrupts(endsIdleProcess: Bool) {
    LuaInterruptHandler.install(whenIdle: endsIdleProcess ? .endProcess : .ignore)
  }

  /// The Lua state, for tests and for hosts that add to it.
  public var lua: LuaState { session.lua }

  /// Stops what runs, within 0.3 s, keeping the session.
  public func interrupt() { interrupter.interrupt() }

  /// Forgets every variable; limits and modules stay as at the start.
  public func reset() throws(Problem) {
    session = LuaSession(options, host: host, port: port)
    interrupter = session.lua.interrupter
  }

  /// Runs a chunk; everything it shows goes to the sink in order.
  public func evaluate(_ request: EvaluationRequest, into sink: any OutputSink) -> Evaluation {
    let outer = port.sink
    port.sink = sink
    defer { port.sink = outer }
    return session.evaluate(request, stepLimit: options.stepLimit)
  }

  /// Tells whether a chunk can run, needs more lines, or can never run.
  public func completeness(of code: String) -> Completeness { session.completeness(of: code) }

  /// Lists the variables that the session's code made, in alphabetical order.
  public func variables() -> [Variable] { session.variables() }

  /// Tells what the session holds in memory.
  public func memoryUse() -> MemoryUse? {
    MemoryUse(
      heapBytes: lua.memoryUsed.count, externalBytes: lua.externalBytes,
      limitBytes: lua.memoryLimit?.count)
  }

  /// Tells which globals a chunk reads and sets, without running it; nil when it does not parse.
  public func globals(of code: String) -> GlobalUse? { session.globals(of: code) }

  /// Lists what could stand at the cursor, an offset in UTF-8 bytes.
  public func complete(_ code: String, at cursor: Int) -> Completion {
    LuaCompleter(lua, modules: .standard, globals: session.environment).complete(code, at: cursor)
  }

  /// Explains the name at the cursor, or the call it stands in.
  public func inspect(_ code: String, at cursor: Int, detail: InspectionDetail) -> MIMEBundle? {
    LuaInspector(lua, globals: session.environment).inspect(code, at: cursor, detail: detail)
  }
}

extension LuaModuleList {
  /// The modules that every session has.
  static let standard = LuaModuleList(names: StandardModules.all.map(\.name)) { name in
    StandardModules.declaration(name)
  }
}

extension LuaInspector {
  /// Creates an inspector of a session's state.
  init(_ lua: LuaState, globals: LuaTable? = nil) {
    self.init(lua, modules: .standard, globals: globals) { lua.sourceText(ofChunk: $0) }
  }
}
