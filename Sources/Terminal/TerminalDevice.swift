import Base
import CEditSupport
import Glibc

/// The terminal on standard input and output.
struct TerminalDevice {
  /// Where keys come from.
  let input: Int32 = STDIN_FILENO
  /// Where the text is drawn.
  let output: Int32 = STDOUT_FILENO

  /// True when both ends are a terminal.
  static var isPresent: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// The size of the screen; 80 by 24 where nobody knows.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes control text at once; a terminal that went away is noticed by the next read.
  func write(_ text: String) {
    do { try FileIO.writeAll(text.utf8, to: output, name: "the terminal") } catch { return }
  }

  /// Waits for a byte of input or for a signal's byte in the pipe.
  func read(signals: Int32, timeoutMilliseconds: Int32) -> KeyDecoder.Input {
    var descriptors = [
      pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let ready = poll(&descriptors, 2, timeoutMilliseconds)
      if ready < 0, errno == EINTR { continue }
      if ready <= 0 { return .nothing }
      // A signal that came with the keys was sent before them; but it must not tear a sequence.
      if timeoutMilliseconds < 0, csignal_waits() || descriptors[1].revents != 0 { return .woken }
      if timeoutMilliseconds == 0, csignal_waits() { return .nothing }
      guard descriptors[0].revents != 0 else {
        descriptors[1].fd = -1
        continue
      }
      var byte: UInt8 = 0
      switch Glibc.read(input, &byte, 1) {
      case 1: return .byte(byte)
      case -1 where errno == EINTR || errno == EAGAIN: continue
      default: return .end
      }
    }
  }

  /// True when a key press waits to be read.
  var hasInput: Bool {
    var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }
}

/// Makes the C library count characters and columns as UTF-8 has them, whatever the locale says.
func useUTF8() {
  setlocale(LC_ALL, "")
  // Numbers keep their point: a comma would break what Lua reads and prints.
  setlocale(LC_NUMERIC, "C")
  let codeset = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) }
  if codeset != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
}

/// How wide text may be now.
public enum TerminalWidth {
  /// Columns of the terminal on standard output; 80 where there is none.
  public static var columns: Int { TerminalDevice().size.columns }
}
