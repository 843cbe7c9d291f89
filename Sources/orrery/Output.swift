import Base
import Glibc

/// Prints to the standard streams without Foundation and without buffering surprises.
enum Output {
  /// Writes a line to standard output.
  static func line(_ text: String, terminator: String = "\n") {
    write(text + terminator, to: STDOUT_FILENO)
  }

  /// Writes a line to standard error.
  static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// Writes an error for a person to standard error.
  static func error(_ problem: Problem) { write("orrery: \(problem)\n", to: STDERR_FILENO) }

  /// Writes text to a descriptor; a closed pipe is not worth a message.
  static func write(_ text: String, to descriptor: Int32) {
    fflush(nil)
    try? FileIO.writeAll(text.utf8, to: descriptor, name: "output")
  }
}
