import Base

/// One command of the program, declared once: dispatch, help and shell completion come from it.
struct Command: Described, Sendable {
  /// Its name, summary and detail.
  let info: Info
  /// The forms of its call, as in "models get NAME".
  let usage: [String]
  /// Its options.
  let options: [CommandOption]
  /// The words that may follow its name, where they are fixed.
  let subcommands: [String]
  /// True where file names may follow.
  let takesFiles: Bool
  /// Runs it with the words after its name and answers with the exit status.
  let run: @Sendable ([String]) throws(Problem) -> Int32

  init(
    _ name: String, _ summary: String, detail: String = "", usage: [String],
    options: [CommandOption] = [], subcommands: [String] = [], takesFiles: Bool = false,
    run: @escaping @Sendable ([String]) throws(Problem) -> Int32
  ) {
    info = Info(name, summary, detail: detail)
    self.usage = usage
    self.options = options
    self.subcommands = subcommands
    self.takesFiles = takesFiles
    self.run = run
  }

  /// What `orrery NAME --help` prints.
  var help: String {
    var lines = usage.enumerated().map {
      ($0.offset == 0 ? "usage: " : "       ") + "orrery \($0.element)"
    }
    lines += ["", info.summary]
    if !info.detail.isEmpty { lines += ["", info.detail] }
    if !options.isEmpty { lines += [""] + CommandOption.table(options) }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The exit statuses of the program.
enum ExitStatus {
  static let success: Int32 = 0
  static let failure: Int32 = 1
  static let usage: Int32 = 2
  static let interrupted: Int32 = 130
}
