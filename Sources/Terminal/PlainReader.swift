import CEditSupport
import Glibc
import Notebooks

/// Reads texts without a line editor: from a pipe without a prompt, from a plain terminal with one.
struct PlainReader {
  private let completeness: (String) -> Completeness
  /// Where prompts go; nil on a pipe.
  private let promptDescriptor: Int32?

  /// Creates a reader on standard input.
  init(completeness: @escaping (String) -> Completeness) {
    self.completeness = completeness
    csignal_install()
    promptDescriptor =
      isatty(STDIN_FILENO) == 0 ? nil : isatty(STDOUT_FILENO) == 1 ? STDOUT_FILENO : STDERR_FILENO
  }

  /// Reads lines until they make a text that can run.
  func readText(prompt: String) -> LineEditor.Outcome {
    csignal_begin_editing()
    defer { csignal_end_editing() }
    var text = ""
    show(prompt)
    while true {
      guard let line = Self.line(hidden: false) else {
        if let outcome = outcomeOfSignal() { return outcome }
        if text.isEmpty { return .end }
        return .text(text)
      }
      text += text.isEmpty ? line : "\n" + line
      guard case .incomplete = completeness(text) else { return .text(text) }
      show(String(repeating: ".", count: max(0, prompt.count - 2)) + "> ")
    }
  }

  private func show(_ prompt: String) {
    guard let promptDescriptor else { return }
    _ = prompt.withCString { write(promptDescriptor, $0, strlen($0)) }
  }

  private func outcomeOfSignal() -> LineEditor.Outcome? {
    switch csignal_take() {
    case SIGINT:
      show("\n")
      return .cancelled
    case SIGTERM: return .terminated(signal: SIGTERM)
    case SIGHUP: return .terminated(signal: SIGHUP)
    default: return nil
    }
  }

  /// Reads one line of standard input, byte by byte: what follows belongs to the running code.
  ///
  /// - Returns: nil at the end of the input and when a signal interrupts an empty line.
  static func line(hidden: Bool) -> String? {
    let echo = hidden ? Echo() : nil
    defer { echo?.restore() }
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      switch read(STDIN_FILENO, &byte, 1) {
      case 1 where byte == UInt8(ascii: "\n"): return String(decoding: bytes, as: UTF8.self)
      case 1: bytes.append(byte)
      case 0: return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      default: return nil
      }
    }
  }
}

/// Keeps a terminal from showing what is typed.
private struct Echo {
  private var old = termios()

  init() {
    tcgetattr(STDIN_FILENO, &old)
    var hidden = old
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
  }

  func restore() {
    var old = old
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
  }
}
