import Base

/// The program: picks a command by the first word and reports what goes wrong.
enum Program {
  /// What `--version` prints.
  static let version = "0.1.0"

  /// Runs the program and answers with its exit status.
  static func run(_ words: [String]) -> Int32 {
    do throws(Problem) {
      return try dispatch(Array(words.dropFirst()))
    } catch {
      Output.error(error)
      return error.kind == .interrupted ? ExitStatus.interrupted : ExitStatus.failure
    }
  }

  private static func dispatch(_ words: [String]) throws(Problem) -> Int32 {
    Output.line("orrery \(version)")
    return ExitStatus.success
  }
}
