internal import Base
internal import Synchronization

/// Saves a notebook that runs, from whatever thread finds the time.
final class RunSaver: Sendable {
  private let file: Mutex<NotebookFile>
  private let conflict = Mutex<String?>(nil)
  private let path: String

  init(_ file: NotebookFile) {
    path = file.path
    self.file = Mutex(file)
  }

  /// What the person should know about where the outputs went.
  var warning: String? {
    conflict.withLock { $0 }.map { "\(path) was changed meanwhile: outputs go to \($0)" }
  }

  /// Saves what there is; standard output is written once, at the end.
  func save(_ notebook: Notebook, isLast: Bool) throws(Problem) {
    if path == "-" { return }
    let written = try file.withLock { (file) throws(Problem) in
      file.notebook = notebook
      return try file.save(isLast: isLast)
    }
    if written != path { conflict.withLock { $0 = written } }
  }

  /// Writes to standard output, when that is where it goes.
  func finish(_ notebook: Notebook) throws(Problem) {
    guard path == "-" else { return }
    try file.withLock { (file) throws(Problem) in
      file.notebook = notebook
      try file.save()
    }
  }
}
