public import Base
internal import Synchronization

/// The front of one interpreter: numbers what is run, keeps its history, times it, understands cell
/// commands and inspection lines, and hands what is shown to a publisher.
///
/// REPL, notebook runner, Jupyter kernel and `-e` all run code through it, so they behave alike.
/// All calls come from one thread but `interrupt`.
public final class Session {
  /// The language behind it.
  public let interpreter: any Interpreter
  /// What has been run so far, oldest first.
  public private(set) var history: [HistoryEntry] = []
  /// The number that the next cell gets.
  public private(set) var nextNumber = 1
  private let stopRequested = Atomic<Bool>(false)

  /// Puts a front before an interpreter.
  public init(_ interpreter: any Interpreter) { self.interpreter = interpreter }

  /// Runs a cell: leading command lines, then the code below them.
  @discardableResult
  public func run(
    _ source: String, options: RunOptions = RunOptions(), to publisher: any SessionPublisher
  ) -> CellOutcome {
    stopRequested.store(false, ordering: .sequentiallyConsistent)
    let number = options.storesHistory ? nextNumber : nil
    let clock = Stopwatch()
    let run = CellRun(session: self, publisher: publisher, options: options, number: number)
    let evaluation = run.evaluate(source)
    if let error = evaluation.error, evaluation.status != .ok { publisher.failure(error) }
    let outcome = CellOutcome(number: number, evaluation: evaluation, usage: clock.usage)
    if let number {
      nextNumber += 1
      history.append(HistoryEntry(number: number, source: source, outcome: outcome))
    }
    return outcome
  }

  /// Stops what runs, within 0.3 s; may be called from any thread and from a signal handler.
  public func interrupt() {
    stopRequested.store(true, ordering: .sequentiallyConsistent)
    interpreter.interrupt()
  }

  /// True once the cell that runs has been asked to stop.
  public var isInterrupted: Bool { stopRequested.load(ordering: .sequentiallyConsistent) }

  /// Forgets every variable; history and numbers go on.
  public func reset() throws(Problem) { try interpreter.reset() }

  /// Tells whether a cell can run, needs more lines, or can never run.
  public func completeness(of source: String) -> Completeness {
    let parsed = CellSource(source)
    if parsed.inspection != nil { return .complete }
    if parsed.cellCommand != nil {
      // The body of a cell command ends with an empty line, as there is no other sign.
      let hasBody = !NotebookText.trimmed(parsed.code).isEmpty
      return hasBody && source.hasSuffix("\n") ? .complete : .incomplete(indent: "")
    }
    if NotebookText.trimmed(parsed.code).isEmpty {
      guard let command = parsed.lineCommands.last else { return .complete }
      guard command.takesCode, !command.arguments.isEmpty else { return .complete }
      return interpreter.completeness(of: command.arguments)
    }
    return interpreter.completeness(of: parsed.code)
  }

  /// The blanks that the last line of a cell should start with; nil leaves them as they are.
  public func indentation(ofLastLineIn source: String) -> String? {
    interpreter.indentation(ofLastLineIn: source)
  }

  /// Lists what could stand at the cursor, an offset in UTF-8 bytes; command names too.
  public func complete(_ source: String, at cursor: Int) -> Completion {
    CommandCompletion.complete(source, at: cursor) ?? interpreter.complete(source, at: cursor)
  }

  /// Explains the name at the cursor, or a cell command.
  public func inspect(
    _ source: String, at cursor: Int, detail: InspectionDetail = .brief
  ) -> MIMEBundle? {
    if let command = CellCommands.named(atStartOf: source) { return command.help }
    return interpreter.inspect(source, at: cursor, detail: detail)
  }
}

/// How a cell is to be run.
public struct RunOptions: Sendable {
  /// What messages call the cell; "cell N" by its number when nil.
  public var name: String?
  /// Wall time after which it is stopped, in seconds.
  public var timeLimitSeconds: Double?
  /// False for code that neither gets a number nor enters the history.
  public var storesHistory: Bool
  /// True for the statements of a file: an expression's value is not shown.
  public var isScript: Bool
  /// True for code that must not touch files, processes or the rest of the session.
  public var isRestricted: Bool
  /// Asked when the cell has begun: true stops it, for a stop that came while nothing ran.
  public var isStopped: @Sendable () -> Bool = { false }

  /// Creates options.
  public init(
    name: String? = nil, timeLimitSeconds: Double? = nil, storesHistory: Bool = true,
    isScript: Bool = false, isRestricted: Bool = false
  ) {
    self.name = name
    self.timeLimitSeconds = timeLimitSeconds
    self.storesHistory = storesHistory
    self.isScript = isScript
    self.isRestricted = isRestricted
  }
}

/// How a cell ended and what it took.
public struct CellOutcome: Sendable {
  /// The number it was filed under.
  public var number: Int?
  /// How the interpreter says it ended.
  public var evaluation: Evaluation
  /// Time and memory that it took.
  public var usage: ResourceUsage

  /// How it ended.
  public var status: Evaluation.Status { evaluation.status }
  /// The error when it did not end well.
  public var error: EvaluationError? { evaluation.error }
  /// The exit status that the code asked for.
  public var exitStatus: Int32? { evaluation.exitStatus }
}

/// One cell that was run.
public struct HistoryEntry: Sendable {
  /// Its number.
  public let number: Int
  /// Its source as it was typed.
  public let source: String
  /// How it ended.
  public let outcome: CellOutcome
}
