public import Base
internal import Glibc

/// A notebook together with the file it lives in: its form, its layout, what was last seen there.
public struct NotebookFile: Sendable {
  /// Where it is; "-" for standard input or output.
  public let path: String
  /// The form of the file.
  public let form: NotebookForm
  /// The notebook.
  public var notebook: Notebook
  /// How many cells had no id, or a repeated one, and got one when they were read.
  public let repairedIDs: Int
  private let style: JSONStyle
  /// What the file held when it was last read or written; nil before it exists.
  private var seen: [UInt8]?
  private var isUnflushed = false
  private var lastFlush = 0.0

  /// The largest file that is read, in bytes.
  public static let sizeLimit = 1 << 30

  /// Reads a file; the form comes from its name, and for "-" from the text itself.
  public init(reading path: String) throws(Problem) {
    let bytes: [UInt8]
    if path == "-" {
      bytes = try FileIO.readAll(from: STDIN_FILENO, name: "standard input")
    } else {
      if let size = FileIO.size(path), size > NotebookFile.sizeLimit {
        throw Problem("\(path): \(Bytes(size)) are more than the limit of 1 GiB", kind: .limit)
      }
      bytes = try FileIO.read(path)
    }
    try self.init(bytes: bytes, path: path)
  }

  /// Reads a notebook from bytes that came from a path.
  public init(bytes: [UInt8], path: String, form: NotebookForm? = nil) throws(Problem) {
    let name = path == "-" ? "standard input" : path
    self.path = path
    if let form = form ?? NotebookForm(path: path) {
      self.form = form
    } else {
      self.form = try NotebookForm(sniffing: bytes, name: name)
    }
    seen = bytes
    switch self.form {
    case .ipynb:
      let document = try JSONValue(keepingNumbersOf: bytes, file: name)
      var faults = Notebook.faults(in: document)[...]
      // A missing or repeated id is repaired, as Jupyter does; anything else ends here.
      faults.removeAll { $0.path.hasSuffix("].id") && !$0.message.hasPrefix("this key") }
      if let fault = faults.first {
        throw Problem("\(name): \(fault)", fix: "orrery notebook check lists all faults")
      }
      guard let object = document.object else { throw Problem("\(name): not a notebook") }
      notebook = Notebook(validated: object)
      style = JSONStyle(of: bytes, document)
      repairedIDs = notebook.addMissingIDs()
    case .lua:
      notebook = try PercentScript.parse(String(decoding: bytes, as: UTF8.self))
      (style, repairedIDs) = (.jupyter, 0)
    case .markdown:
      notebook = try MarkdownNotebook.parse(String(decoding: bytes, as: UTF8.self))
      (style, repairedIDs) = (.jupyter, 0)
    }
  }

  /// Creates a file that does not exist yet.
  public init(_ notebook: Notebook, path: String, form: NotebookForm) {
    self.path = path
    self.form = form
    self.notebook = notebook
    style = .jupyter
    repairedIDs = 0
  }

  /// The same notebook for another file, whose form comes from its name; "-" is .ipynb.
  public func copy(to path: String) -> NotebookFile {
    NotebookFile(copying: self, path: path, form: NotebookForm(path: path) ?? .ipynb)
  }

  private init(copying other: NotebookFile, path: String, form: NotebookForm) {
    self.path = path
    self.form = form
    notebook = other.notebook
    style = other.style
    repairedIDs = 0
  }

  /// The text of the notebook in the file's form and layout.
  public var text: String {
    form == .ipynb ? style.format(notebook.document) : form.format(notebook)
  }

  /// Replaces the file whole, by a neighbour that is flushed and renamed.
  ///
  /// Saves that follow within 0.2 s of a flush are not flushed themselves: a process that dies
  /// still leaves them whole, and a flush would take longer than most cells. Nothing is written
  /// when nothing changed.
  ///
  /// When somebody else changed the file since it was last seen, it is left alone and the notebook
  /// goes to `NAME.conflict.EXT`.
  /// - Parameter isLast: false when another save is to follow.
  /// - Throws: what the system says when it refuses to write.
  /// - Returns: the path that was written.
  @discardableResult
  public mutating func save(isLast: Bool = true) throws(Problem) -> String {
    let bytes = Array(text.utf8)
    if path == "-" {
      try FileIO.writeAll(bytes, to: STDOUT_FILENO, name: "standard output")
      return path
    }
    let target = hasChangedOutside ? conflictPath : path
    let isChanged = target != path || seen != bytes
    let flushes = isLast || Stopwatch.seconds(CLOCK_MONOTONIC) - lastFlush > 0.2
    if isChanged || isUnflushed && flushes {
      try FileIO.write(bytes, to: target, flushing: flushes)
      isUnflushed = !flushes
      if flushes { lastFlush = Stopwatch.seconds(CLOCK_MONOTONIC) }
    }
    if target == path { seen = bytes }
    return target
  }

  /// True when the file no longer holds what was last read from it or written to it.
  public var hasChangedOutside: Bool {
    guard path != "-", let seen, let now = try? FileIO.read(path) else { return false }
    return now != seen
  }

  /// Where a save goes when the file was changed by somebody else.
  public var conflictPath: String {
    let name = FileIO.name(of: path)
    let directory = path.utf8.count > name.utf8.count ? String(path.dropLast(name.count)) : ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return "\(directory)\(name).conflict"
    }
    return "\(directory)\(name[..<dot]).conflict\(name[dot...])"
  }
}
