public import Base
import CEditSupport
import Glibc
public import Notebooks

/// What the line editor asks while a person types.
public struct LineEditorQuestions {
  /// Tells whether a text can run or needs more lines.
  public var completeness: (String) -> Completeness
  /// Lists what could stand at the cursor, an offset in UTF-8 bytes.
  public var complete: (String, Int) -> Completion
  /// Explains the thing at the cursor.
  public var inspect: (String, Int) -> String?
  /// Gives the blanks that the last line of a text should start with; nil leaves them.
  public var indentation: (String) -> String?

  /// Creates the questions with their answers.
  public init(
    completeness: @escaping (String) -> Completeness,
    complete: @escaping (String, Int) -> Completion,
    inspect: @escaping (String, Int) -> String?,
    indentation: @escaping (String) -> String? = { _ in nil }
  ) {
    self.completeness = completeness
    self.complete = complete
    self.inspect = inspect
    self.indentation = indentation
  }
}

/// Reads a text of one or more lines from a terminal.
///
/// The text lives here and follows the person's keys; libedit draws it and keeps the terminal's
/// modes. Enter asks whether the text is complete and otherwise starts a new line.
public final class LineEditor {
  /// How reading a text ended.
  public enum Outcome: Equatable, Sendable {
    /// A text to run.
    case text(String)
    /// ^C: the text was dropped.
    case cancelled
    /// ^D on an empty line, or the terminal went away.
    case end
    /// A signal asks the process to end.
    case terminated(signal: Int32)
  }

  let device = TerminalDevice()
  let palette: Palette
  let history: HistoryFile
  let questions: LineEditorQuestions
  let signals: Int32
  var decoder: KeyDecoder
  var display: OpaquePointer?

  var buffer = LineBuffer()
  var undo = UndoHistory()
  var killed = ""
  var movedOut = 0
  var walk: HistoryWalk?
  var search: HistorySearch?
  var panel = Panel()
  var menu: CompletionMenu?
  var viewport = Viewport(LineBuffer(), promptWidth: 0, margin: "", columns: 80, rows: 24)
  var pending: EditCommand?
  var preset: String?
  var outcome: Outcome?
  var prompt = ""

  /// Creates an editor on the process's terminal; nil where the terminal cannot move its cursor.
  ///
  /// Without a path the history is kept in memory.
  public init?(historyPath: String?, palette: Palette, questions: LineEditorQuestions) {
    useUTF8()
    guard TerminalDevice.isPresent else { return nil }
    let signals = csignal_install()
    guard signals >= 0 else { return nil }
    self.signals = signals
    self.palette = palette
    self.questions = questions
    history = HistoryFile(path: historyPath)
    let device = device
    decoder = KeyDecoder { device.read(signals: signals, timeoutMilliseconds: $0) }
    // The display's callbacks come only from `readText`, while this object is alive.
    let callbacks = CEditCallbacks(
      context: Unmanaged.passUnretained(self).toOpaque(),
      next: editorWaits, perform: editorPerforms)
    display = cedit_open(callbacks)
    if display == nil { return nil }
  }

  deinit { if let display { cedit_close(display) } }

  /// Reads a text behind a prompt; some may be there already.
  public func readText(prompt: String, initial: String = "") -> Outcome {
    guard let display else { return .end }
    self.prompt = prompt
    start(with: initial)
    csignal_begin_editing()
    // What was typed ahead has been echoed where the prompt goes, and comes again as keys.
    cedit_resume(display)
    // The window may have changed while code ran.
    cedit_resized(display)
    device.write("\r\u{1B}[J" + Self.pasteOn)
    let ending = cedit_run(display)
    device.write(Self.pasteOff)
    csignal_end_editing()
    return outcome ?? (ending == CEDIT_INTERRUPT ? .cancelled : .end)
  }

  /// Adds a text to the history.
  public func remember(_ text: String) throws(Problem) { try history.append(text) }

  /// What was entered in this and earlier sessions, oldest first, each text once.
  public var remembered: [String] { history.list.entries }

  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"

  private func start(with text: String) {
    buffer = LineBuffer()
    undo = UndoHistory()
    walk = nil
    search = nil
    menu = nil
    outcome = nil
    pending = nil
    preset = text.isEmpty ? nil : text
    layOut()
  }
}

/// libedit wants an event: waits for the next key that means something.
private func editorWaits(_ context: UnsafeMutableRawPointer?) -> Int32 {
  guard let context else { return Int32(CEDIT_END) }
  return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue().waitForEvent()
}

/// libedit hands the event back: acts on it.
private func editorPerforms(_ context: UnsafeMutableRawPointer?) -> Int32 {
  guard let context else { return Int32(CEDIT_REFRESH) }
  return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue().performPending()
}
