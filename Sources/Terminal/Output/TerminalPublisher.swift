import Base
import CEditSupport
import Glibc
public import Notebooks

/// Shows what running code shows: text at once, results in colour, errors on standard error.
///
/// On a pipe, text is gathered and written in large pieces, in order with errors.
public final class TerminalPublisher: SessionPublisher {
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private let palette: Palette
  private let errorPalette: Palette
  private var gathered: [UInt8] = []
  private var trace = ScreenTrace()
  private var clearsBeforeNext = false

  /// Creates a publisher on the process's standard streams.
  public init() {
    palette = Palette(descriptor: STDOUT_FILENO)
    errorPalette = Palette(descriptor: STDERR_FILENO)
  }

  deinit { flush() }

  /// True when the last thing shown ended its line.
  public var isAtLineStart: Bool { trace.isAtLineStart }

  /// Forgets what was shown before: a new cell begins.
  public func beginCell() {
    flush()
    trace = ScreenTrace()
    clearsBeforeNext = false
  }

  /// Ends a line that was left open, so that a prompt stands at its start.
  public func freshLine() {
    if !trace.isAtLineStart { put(Array("\n".utf8)) }
    flush()
  }

  /// Takes text written to a stream.
  public func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    clearIfAsked()
    switch stream {
    case .stdout: put(Array(bytes))
    case .stderr:
      flush()
      trace.add(bytes, id: nil)
      send(Array(bytes), to: STDERR_FILENO)
    }
  }

  /// Shows the text form; an update takes the place of what it updates while that stands last.
  public func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    clearIfAsked()
    guard !bundle.plain.isEmpty else { return }
    if isUpdate, isTerminal, let id { erase(trace.removeLast(id: id)) }
    if !trace.isAtLineStart { put(Array("\n".utf8)) }
    put(Array((bundle.plain.hasSuffix("\n") ? bundle.plain : bundle.plain + "\n").utf8), id: id)
  }

  /// Shows the value of the last expression; on a terminal a tall one is cut with a count.
  public func result(_ bundle: MIMEBundle, number: Int?) {
    clearIfAsked()
    guard !bundle.plain.isEmpty else { return }
    if !trace.isAtLineStart { put(Array("\n".utf8)) }
    var text = bundle.plain
    if bundle.types == ["text/plain"] {
      if isTerminal {
        let size = TerminalDevice().size
        text = TallText.cut(text, columns: size.columns, rows: size.rows)
      }
      text = ValueColours(palette: palette).painted(text)
    }
    put(Array((text + "\n").utf8))
  }

  /// Shows an error on standard error.
  public func failure(_ error: EvaluationError) {
    clearIfAsked()
    // The terminal has shown "^C" where the cursor stood.
    if isTerminal, csignal_interrupts() > 0 { trace.leaveLineOpen() }
    freshLine()
    let lines = ErrorColours(palette: errorPalette).painted(error)
    send(Array((lines.joined(separator: "\n") + "\n").utf8), to: STDERR_FILENO)
  }

  /// Takes away what the cell has shown, where the terminal can.
  public func clear(wait: Bool) {
    guard isTerminal else { return }
    if wait {
      clearsBeforeNext = true
    } else {
      eraseAll()
    }
  }

  /// Asks the person at the terminal for a line.
  public func readLine(prompt: String, isPassword: Bool) -> String? {
    flush()
    send(Array(prompt.utf8), to: isTerminal ? STDOUT_FILENO : STDERR_FILENO)
    let line = PlainReader.line(hidden: isPassword)
    trace.add(Array("\n".utf8), id: nil)
    return line
  }

  /// Writes what was gathered.
  public func flush() {
    guard !gathered.isEmpty else { return }
    send(gathered, to: STDOUT_FILENO)
    gathered.removeAll(keepingCapacity: true)
  }

  private func put(_ bytes: [UInt8], id: String? = nil) {
    trace.add(bytes, id: id)
    if isTerminal { return send(bytes, to: STDOUT_FILENO) }
    gathered += bytes
    if gathered.count >= 1 << 16 { flush() }
  }

  /// A reader that went away is not an error of the code that runs.
  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    do { try FileIO.writeAll(bytes, to: descriptor, name: "output") } catch { return }
  }

  private func clearIfAsked() {
    if clearsBeforeNext {
      clearsBeforeNext = false
      eraseAll()
    }
  }

  private func eraseAll() { erase(trace.removeAll()) }

  private func erase(_ text: String?) {
    guard let text else { return }
    let size = TerminalDevice().size
    let rows = ScreenTrace.rows(of: text, columns: size.columns)
    // What has scrolled away cannot be taken back.
    guard rows < size.rows else { return }
    send(Array(((rows > 0 ? "\u{1B}[\(rows)A" : "") + "\r\u{1B}[J").utf8), to: STDOUT_FILENO)
  }
}
