public import Base

/// One documented file of vectors from another system, and how our code is held against it.
public protocol ReferenceFile {
  /// The folder under the vectors' root, as in "llm".
  var folder: String { get }
  /// The name of the file, as in "tokenize.json"; a file of comma-separated values comes as an array
  /// of its rows, objects of texts by the names in its first line.
  var name: String { get }
  /// Checks every case of the file; nil where our code does not offer what it asks for.
  func check(_ document: JSONValue) throws(Problem) -> ReferenceTally?
  /// The same for a file that says something of those beside it, with where it is.
  func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally?
  /// The files that it stands for: itself, or those of a folder whose names are not known beforehand.
  func members(below root: String) throws(Problem) -> [any ReferenceFile]
}

extension ReferenceFile {
  /// Nothing: such a file is checked with what stands beside it.
  public func check(_ document: JSONValue) throws(Problem) -> ReferenceTally? { nil }
  /// Without what stands beside it.
  public func check(_ document: JSONValue, at path: String) throws(Problem) -> ReferenceTally? {
    try check(document)
  }
  /// Itself.
  public func members(below root: String) throws(Problem) -> [any ReferenceFile] { [self] }
}

/// What came of a file: how many cases there were and which failed.
public struct ReferenceTally: Sendable {
  /// Cases that passed.
  public private(set) var passed = 0
  /// Cases that did not, each with what was expected and what came.
  public private(set) var failures: [String] = []
  /// Cases that need what our code does not offer yet: how many, and the names of it.
  public private(set) var notOffered = 0
  /// What is not offered, each once.
  public private(set) var missing: [String] = []
  /// Lines to print under the file's own, as a table of errors.
  public private(set) var notes: [String] = []
  /// All cases that were held against our code.
  public var total: Int { passed + failures.count }

  /// Creates an empty tally.
  public init() {}

  /// Counts a case; the text is made only when it failed.
  public mutating func count(_ holds: Bool, _ failure: @autoclosure () -> String) {
    if holds { passed += 1 } else { failures.append(failure()) }
  }

  /// Adds a line to print.
  public mutating func note(_ line: String) { notes.append(line) }

  /// Counts a case that needs what is not offered yet.
  public mutating func skip(_ what: String) {
    notOffered += 1
    if !missing.contains(what) { missing.append(what) }
  }
}
