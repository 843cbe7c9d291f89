public import Base

/// A language behind the front: it answers these questions and owns nothing else.
///
/// Numbering, history, capture, timing, cancellation and publishing belong to the caller, so that
/// REPL, notebook runner, Jupyter kernel and `-e` behave alike. All calls come from one thread but
/// `interrupt`, which may come from any thread and from a signal handler.
public protocol Interpreter: AnyObject {
  /// Runs a chunk; everything it shows goes to the sink in order. Never throws: see `Evaluation`.
  func evaluate(_ request: EvaluationRequest, into sink: any OutputSink) -> Evaluation
  /// Lists what could stand at the cursor, an offset in UTF-8 bytes from 0.
  func complete(_ code: String, at cursor: Int) -> Completion
  /// Explains the name at the cursor, or the whole of `code` when it is one name.
  func inspect(_ code: String, at cursor: Int, detail: InspectionDetail) -> MIMEBundle?
  /// Tells whether a chunk can run, needs more lines, or can never run.
  func completeness(of code: String) -> Completeness
  /// The blanks that the last line of a text should start with; nil leaves them as they are.
  func indentation(ofLastLineIn code: String) -> String?
  /// Stops what runs, within 0.3 s, keeping the session.
  func interrupt()
  /// Forgets every variable; limits and modules stay as at the start.
  func reset() throws(Problem)

  /// Lists the variables that the session's code made, in alphabetical order.
  func variables() -> [Variable]
  /// Tells what the session holds in memory; nil where nobody counts.
  func memoryUse() -> MemoryUse?
  /// Tells which globals a chunk reads and sets, without running it; nil when it does not parse.
  func globals(of code: String) -> GlobalUse?
}

extension Interpreter {
  /// Leaves lines as they are: an interpreter need not lay out code.
  public func indentation(ofLastLineIn code: String) -> String? { nil }
  /// Lists nothing: an interpreter need not know its variables.
  public func variables() -> [Variable] { [] }
  /// Knows nothing: an interpreter need not count memory.
  public func memoryUse() -> MemoryUse? { nil }
  /// Knows nothing: an interpreter need not analyse code.
  public func globals(of code: String) -> GlobalUse? { nil }
}

/// What to run and under which name and limits.
public struct EvaluationRequest: Sendable {
  /// The source text.
  public var code: String
  /// What messages call the chunk, as in "cell 3" or "stdin:1".
  public var chunkName: String
  /// The number the chunk and its result are filed under (`In[n]`, `Out[n]`); nil files nothing.
  public var number: Int?
  /// Wall time after which the chunk is stopped, in seconds.
  public var timeLimitSeconds: Double?
  /// True for a statement chunk of a file: an expression's value is not shown.
  public var isScript: Bool
  /// True for code that must not touch files, processes or the rest of the session.
  public var isRestricted: Bool

  /// Creates a request.
  public init(
    code: String, chunkName: String, number: Int? = nil, timeLimitSeconds: Double? = nil,
    isScript: Bool = false, isRestricted: Bool = false
  ) {
    self.code = code
    self.chunkName = chunkName
    self.number = number
    self.timeLimitSeconds = timeLimitSeconds
    self.isScript = isScript
    self.isRestricted = isRestricted
  }
}

/// How a chunk ended.
public struct Evaluation: Sendable {
  /// What ended it.
  public enum Status: Sendable { case ok, failed, interrupted, timedOut, outOfMemory, stepLimit }

  /// What ended it.
  public var status: Status
  /// What the last expression returned, ready to be shown; nil when there is nothing to show.
  public var result: MIMEBundle?
  /// The error when it did not end well.
  public var error: EvaluationError?
  /// Set when the chunk called `os.exit`: the exit status it asked for.
  public var exitStatus: Int32?

  /// Creates an outcome.
  public init(
    status: Status, result: MIMEBundle? = nil, error: EvaluationError? = nil,
    exitStatus: Int32? = nil
  ) {
    self.status = status
    self.result = result
    self.error = error
    self.exitStatus = exitStatus
  }
}

/// An error as people read it.
public struct EvaluationError: Sendable {
  /// A short class name, as in "LuaError", "Interrupted", "OutOfMemory".
  public var name: String
  /// The message without a position.
  public var message: String
  /// The whole report, line by line: message, source excerpt with a caret, traceback; plain text.
  public var report: [String]
  /// The line in the chunk that failed, counted from 1.
  public var line: Int?

  /// Creates an error.
  public init(name: String, message: String, report: [String], line: Int? = nil) {
    self.name = name
    self.message = message
    self.report = report
    self.line = line
  }
}

/// Takes what a running chunk shows, in order, on the thread that runs it.
public protocol OutputSink: AnyObject {
  /// Takes text written to a stream ("stdout" or "stderr"); bytes need not be whole UTF-8.
  func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName)
  /// Takes something shown; an id lets a later update replace it.
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool)
  /// Clears what the cell has shown, at once or when the next output comes.
  func clear(wait: Bool)
  /// Asks the person for a line; nil when there is nobody to ask.
  func readLine(prompt: String, isPassword: Bool) -> String?
}

/// The two text streams.
public enum OutputStreamName: String, Sendable { case stdout, stderr }

/// One thing in several forms; "text/plain" is always among them.
public struct MIMEBundle: Hashable, Sendable {
  /// Data of one form.
  public enum Content: Hashable, Sendable {
    case text(String)
    case bytes([UInt8])
    case json(JSONValue)
  }

  /// The forms in order: MIME type and data.
  public var forms: [(type: String, content: Content)] {
    types.compactMap { type in contents[type].map { (type, $0) } }
  }
  /// The MIME types in order.
  public private(set) var types: [String] = []
  private var contents: [String: Content] = [:]
  /// Metadata by MIME type.
  public var metadata: JSONObject = [:]

  /// Creates a bundle from plain text.
  public init(plain: String) { self["text/plain"] = .text(plain) }

  /// Creates an empty bundle.
  public init() {}

  /// The data of a form; nil removes it.
  public subscript(type: String) -> Content? {
    get { contents[type] }
    set {
      if let newValue {
        if contents.updateValue(newValue, forKey: type) == nil { types.append(type) }
      } else if contents.removeValue(forKey: type) != nil {
        types.removeAll { $0 == type }
      }
    }
  }

  /// The plain text, empty where there is none.
  public var plain: String {
    if case .text(let text)? = contents["text/plain"] { text } else { "" }
  }
}

/// What could stand at the cursor.
public struct Completion: Sendable {
  /// One candidate.
  public struct Item: Sendable, Hashable {
    /// The text that replaces the range.
    public var text: String
    /// What it is: "function", "method", "field", "module", "keyword", "argument", "file", "name".
    public var kind: String
    /// A signature or a one-line summary; empty where nothing is known.
    public var hint: String

    /// Creates a candidate.
    public init(_ text: String, kind: String, hint: String = "") {
      self.text = text
      self.kind = kind
      self.hint = hint
    }
  }

  /// The byte range of the text that a candidate replaces.
  public var range: Range<Int>
  /// The candidates, best first.
  public var items: [Item]

  /// Creates a completion.
  public init(range: Range<Int>, items: [Item]) {
    self.range = range
    self.items = items
  }
}

/// How much an inspection says.
public enum InspectionDetail: Sendable { case brief, full }

/// Whether a chunk can run.
public enum Completeness: Sendable, Hashable {
  case complete
  /// More lines are needed; the text to indent the next one with.
  case incomplete(indent: String)
  case invalid(message: String)
}
