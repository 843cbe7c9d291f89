import Base
import CEditSupport
import Glibc
public import Notebooks

/// How a session at the terminal behaves.
public struct REPLOptions: Sendable {
  /// What is shown before the first prompt; empty shows nothing.
  public var banner: String
  /// How each text is run.
  public var runOptions: RunOptions
  /// Where the history is kept; nil keeps it in memory.
  public var historyPath: String?

  /// Creates options with the history in its usual place.
  public init(
    banner: String = "", runOptions: RunOptions = RunOptions(),
    historyPath: String? = REPLOptions.usualHistoryPath
  ) {
    self.banner = banner
    self.runOptions = runOptions
    self.historyPath = historyPath
  }
}

extension REPLOptions {
  /// `$XDG_STATE_HOME/orrery/history.jsonl`, by default below `~/.local/state`.
  public static var usualHistoryPath: String? {
    HistoryFile.defaultPath { name in getenv(name).map { String(cString: $0) } }
  }
}

/// Reads texts from a person, runs them in a session and shows what comes of it.
public struct REPL {
  private let session: Session
  private let options: REPLOptions
  private let publisher = TerminalPublisher()
  private let palette = Palette(descriptor: STDOUT_FILENO)

  /// Creates a loop around a session.
  public init(session: Session, options: REPLOptions = REPLOptions()) {
    self.session = session
    self.options = options
  }

  /// Runs until the person leaves.
  /// - Returns: the exit status: what `os.exit` asked for, 128 and the number for a signal, 1 when
  ///   something failed on a pipe, else 0.
  public func run() -> Int32 {
    if !options.banner.isEmpty, isatty(STDIN_FILENO) == 1 {
      publisher.write(palette.paint(options.banner, .muted) + "\n", to: .stdout)
      publisher.flush()
    }
    if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let editor = makeEditor() {
      return loop(
        read: { editor.readText(prompt: $0) },
        remember: { text throws(Problem) in try editor.remember(text) })
    }
    let reader = PlainReader { session.completeness(of: $0) }
    return loop(read: { reader.readText(prompt: $0) }, remember: { _ in })
  }

  private func makeEditor() -> LineEditor? {
    let terminal = getenv("TERM").map { String(cString: $0) } ?? "dumb"
    if terminal == "dumb" { return nil }
    let questions = LineEditorQuestions(
      completeness: { session.completeness(of: $0) },
      complete: { session.complete($0, at: $1) },
      inspect: { session.inspect($0, at: $1, detail: .brief)?.plain },
      indentation: { session.indentation(ofLastLineIn: $0) })
    let editor = LineEditor(
      historyPath: options.historyPath, palette: palette, questions: questions)
    if editor == nil { note("the terminal \"\(terminal)\" is unknown here: plain lines are read") }
    return editor
  }

  private func loop(
    read: (String) -> LineEditor.Outcome, remember: (String) throws(Problem) -> Void
  ) -> Int32 {
    var complained = false
    // On a pipe nobody sees an error in time, so the status tells of it.
    let isWatched = isatty(STDIN_FILENO) == 1
    var hasFailed = false
    while true {
      switch read("[\(session.nextNumber)]> ") {
      case .end: return hasFailed && !isWatched ? 1 : 0
      case .cancelled: continue
      case .terminated(let signal): return 128 + signal
      case .text(let typed):
        let text = typed.trimmedLineBreaks
        guard text.contains(where: { !$0.isWhitespace }) else { continue }
        do throws(Problem) {
          try remember(text)
        } catch {
          if !complained { note("the history is not kept: \(error)") }
          complained = true
        }
        let outcome = evaluate(typed)
        if outcome.status != .ok { hasFailed = true }
        if let status = outcome.exitStatus { return status }
      }
    }
  }

  /// Runs a text while ^C reaches it.
  private func evaluate(_ text: String) -> CellOutcome {
    let number = session.nextNumber
    publisher.beginCell()
    let context = Unmanaged.passUnretained(session).toOpaque()
    csignal_begin_running(
      interruptSession, context,
      "\n[\(number)] is still running: \(text.firstLine.truncated(toWidth: 40)); ^C ends orrery\n")
    let outcome = session.run(text, options: options.runOptions, to: publisher)
    csignal_end_running()
    publisher.freshLine()
    return outcome
  }

  private func note(_ text: String) {
    publisher.flush()
    publisher.write(
      Palette(descriptor: STDERR_FILENO).paint("orrery: \(text)\n", .warning), to: .stderr)
  }
}

/// ^C while code runs; called from a signal handler, which `Session.interrupt` allows.
private func interruptSession(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<Session>.fromOpaque(context).takeUnretainedValue().interrupt()
}

extension String {
  /// The text without line breaks at its end.
  fileprivate var trimmedLineBreaks: String {
    var kept = self[...]
    while kept.last?.isNewline == true { kept.removeLast() }
    return String(kept)
  }
}
