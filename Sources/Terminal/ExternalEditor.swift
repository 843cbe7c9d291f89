import Base
import Glibc

/// Lets a person edit a text in the program that `$VISUAL` or `$EDITOR` names.
enum ExternalEditor {
  /// Edits a text and returns it without line breaks at its end.
  static func edit(_ text: String) throws(Problem) -> String {
    var template = Array("\(temporaryFolder)/orrery-XXXXXX.lua".utf8CString)
    let descriptor = mkstemps(&template, 4)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard descriptor >= 0 else { throw .system("create", path) }
    defer { unlink(path) }
    do {
      defer { close(descriptor) }
      try FileIO.writeAll((text + "\n").utf8, to: descriptor, name: path)
    }
    try run(path)
    var edited = String(decoding: try FileIO.read(path), as: UTF8.self)
    while edited.last?.isNewline == true { edited.removeLast() }
    return edited
  }

  private static var temporaryFolder: String { environment("TMPDIR") ?? "/tmp" }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Runs the editor through the shell, because the variables may hold options.
  private static func run(_ path: String) throws(Problem) {
    let editor = environment("VISUAL") ?? environment("EDITOR") ?? "vi"
    let words = ["sh", "-c", "\(editor) \"$1\"", "sh", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    guard posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ) == 0 else {
      throw .system("start", editor)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw .system("wait for", editor) }
    }
    guard status == 0 else {
      throw Problem(
        "the editor \"\(editor)\" failed", fix: "set EDITOR to an editor that is installed")
    }
  }
}
