import Glibc

/// Reading and writing whole files without Foundation, which costs 20 ms of start-up.
public enum FileIO {
  /// Reads a whole file.
  public static func read(_ path: String) throws(Problem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read", path) }
    defer { close(descriptor) }
    return try readAll(from: descriptor, name: path)
  }

  /// Reads everything that a descriptor still gives.
  public static func readAll(from descriptor: Int32, name: String) throws(Problem) -> [UInt8] {
    var status = stat()
    let known = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    if status.st_mode & S_IFMT == S_IFDIR { throw Problem("\(name) is a directory") }
    var bytes: [UInt8] = []
    if known { bytes.reserveCapacity(Int(status.st_size) + 1) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("read", name)
      }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// Replaces a file whole: writes a temporary neighbour, flushes it to disk and renames it.
  ///
  /// A reader sees the old bytes or the new ones, never a part; mode bits are kept and a symbolic
  /// link stays a link. Without flushing that holds when the process dies, but not when the power
  /// fails; a flush may take 20 ms.
  public static func write(
    _ bytes: [UInt8], to path: String, flushing: Bool = true
  ) throws(Problem) {
    let target = resolved(path)
    let temporary = "\(directory(of: target))/.\(name(of: target)).tmp-\(getpid())"
    var old = stat()
    let mode = stat(target, &old) == 0 ? old.st_mode & 0o7777 : 0o666
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system("write", path) }
    var finished = false
    defer { if !finished { unlink(temporary) } }
    do {
      defer { close(descriptor) }
      if old.st_mode != 0 { fchmod(descriptor, mode) }
      try writeAll(bytes, to: descriptor, name: path)
      guard !flushing || fsync(descriptor) == 0 else { throw Problem.system("flush", path) }
    }
    guard rename(temporary, target) == 0 else { throw .system("replace", path) }
    finished = true
    guard flushing else { return }
    let folder = open(directory(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Writes all bytes to a descriptor, again after interrupted and short writes.
  public static func writeAll(
    _ bytes: some Collection<UInt8>, to descriptor: Int32, name: String
  ) throws(Problem) {
    let buffer = ContiguousArray(bytes)
    var done = 0
    while done < buffer.count {
      let count = buffer.withUnsafeBytes { raw in
        Glibc.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .system("write", name)
      }
      done += count
    }
  }

  /// True when something exists at the path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// True when the path is a directory.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size of a file in bytes, or nothing.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The names in a directory, sorted, without "." and "..".
  public static func list(_ path: String) throws(Problem) -> [String] {
    guard let folder = opendir(path) else { throw .system("list", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Creates a directory and those above it that are missing.
  public static func makeDirectory(_ path: String) throws(Problem) {
    if isDirectory(path) || path.isEmpty { return }
    let parent = directory(of: path)
    if parent != path { try makeDirectory(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .system("create", path) }
  }

  /// The part of a path before its last name; "." for a bare name.
  public static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last name of a path.
  public static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The path with links followed, where it exists; otherwise as given.
  public static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

extension Problem {
  /// The operating system's refusal of an action on a path, by `errno`.
  public static func system(_ action: String, _ path: String) -> Problem {
    let code = errno
    return Problem(
      "cannot \(action) \(path.isEmpty ? "\"\"" : path): \(String(cString: strerror(code)))",
      kind: code == ENOENT ? .missing : .system)
  }
}
