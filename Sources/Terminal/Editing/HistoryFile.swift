import Base
import Glibc

/// A history kept on disk: one JSON line per entry, only ever added to.
///
/// Adding takes a lock and reaches the disk before it returns, so two sessions never lose each
/// other's entries. A file that has grown large is rewritten, under the same lock, with each text
/// kept once.
final class HistoryFile {
  /// Beyond this many bytes the file is rewritten.
  private static let largest = 1 << 20
  private static let mode: mode_t = 0o600

  private let path: String?
  private var own: [String] = []
  private var loaded: HistoryList?

  /// Creates a history in a file; without a path it lasts as long as the process.
  init(path: String?) { self.path = path }

  /// `$XDG_STATE_HOME/orrery/history.jsonl`, by default below `~/.local/state`.
  static func defaultPath(environment: (String) -> String?) -> String? {
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return "\(state)/orrery/history.jsonl"
    }
    return environment("HOME").map { "\($0)/.local/state/orrery/history.jsonl" }
  }

  /// The entries, this session's last; the file is read at the first look, so that a session starts
  /// at once.
  var list: HistoryList {
    if let loaded { return loaded }
    let list = HistoryList(read() + own)
    loaded = list
    return list
  }

  /// Adds an entry, in memory in any case; throws when the disk refuses it.
  func append(_ text: String) throws(Problem) {
    if own.last == text { return }
    own.append(text)
    loaded?.append(text)
    guard let path else { return }
    try FileIO.makeDirectory(FileIO.directory(of: path))
    try locked(path) { () throws(Problem) in
      try add(text, to: path)
      if (FileIO.size(path) ?? 0) > Self.largest { try rewrite(path) }
    }
  }

  private func read() -> [String] {
    guard let path, let bytes = try? FileIO.read(path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      // A line cut short by a crash is left out; the others stand.
      (try? JSONValue(parsing: Array(line)))?["code"]?.string
    }
  }

  private func add(_ text: String, to path: String) throws(Problem) {
    let entry: JSONValue = [
      "time": .integer(Glibc.time(nil)), "session": .integer(Int(getpid())), "code": .string(text),
    ]
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, Self.mode)
    guard descriptor >= 0 else { throw .system("write", path) }
    defer { close(descriptor) }
    var line = entry.formatted() + "\n"
    if Self.endsInsideLine(descriptor) { line = "\n" + line }
    try FileIO.writeAll(line.utf8, to: descriptor, name: path)
    fdatasync(descriptor)
  }

  /// True when a crash left a line without its end.
  private static func endsInsideLine(_ descriptor: Int32) -> Bool {
    let end = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 0
    return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
  }

  /// Keeps each text once, and of all texts the newest that fill half of the space.
  private func rewrite(_ path: String) throws(Problem) {
    var lines: [String] = []
    var room = Self.largest / 2
    for text in HistoryList(read()).entries.reversed() {
      let line = JSONValue.object(["code": .string(text)]).formatted() + "\n"
      room -= line.utf8.count
      if room < 0 { break }
      lines.append(line)
    }
    try FileIO.write(Array(lines.reversed().joined().utf8), to: path)
  }

  /// Holds the lock of a neighbouring file, which outlives the rename of a rewrite.
  private func locked(
    _ path: String, _ body: () throws(Problem) -> Void
  ) throws(Problem) {
    let lock = open("\(path).lock", O_RDWR | O_CREAT | O_CLOEXEC, Self.mode)
    guard lock >= 0 else { throw .system("lock", path) }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .system("lock", path) }
    }
    try body()
  }
}
