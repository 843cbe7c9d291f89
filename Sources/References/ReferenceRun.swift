public import Base

/// Holds our code against the vectors of some folders and prints what came of it.
public struct ReferenceRun {
  /// The files that are known, in the order they are checked.
  public let files: [any ReferenceFile]
  /// The folder that holds the folders.
  public let root: String
  /// Takes each printed line.
  public let print: (String) -> Void

  /// How many failures of one file are printed.
  private static let shownFailures = 5

  /// Creates a run over the vectors below a folder.
  public init(
    root: String, files: [any ReferenceFile] = ReferenceCatalog.files,
    print: @escaping (String) -> Void
  ) {
    self.root = root
    self.files = files
    self.print = print
  }

  /// Checks the files of some folders that are there; any may be missing.
  ///
  /// - Parameter folders: The names of the folders.
  /// - Returns: The exit status: 0 when every case passed, 1 when one failed, 2 when there was nothing
  ///   to check.
  /// - Throws: A problem when no folder has such a name.
  public func run(_ folders: [String]) throws(Problem) -> Int32 {
    let names = Set(files.map(\.folder)).sorted()
    for folder in folders where !names.contains(folder) {
      throw .unknown("reference", folder, among: names)
    }
    var passed = 0
    var total = 0
    var filesRun = 0
    for file in try members(of: folders) {
      let path = "\(root)/\(file.folder)/\(file.name)"
      guard FileIO.exists(path) else { continue }
      guard let tally = check(file, path) else { continue }
      filesRun += 1
      passed += tally.passed
      total += tally.total
    }
    guard total > 0 else {
      print("reference \(folders.joined(separator: " ")): nothing to run under \(root)")
      return 2
    }
    let verdict = passed == total ? "all passed" : "\(total - passed) failed"
    print(
      "reference \(folders.joined(separator: " ")): \(passed)/\(total) in \(filesRun) files, \(verdict)"
    )
    return passed == total ? 0 : 1
  }

  /// The files of some folders, one by one.
  private func members(of folders: [String]) throws(Problem) -> [any ReferenceFile] {
    var members: [any ReferenceFile] = []
    for file in files where folders.contains(file.folder) {
      members += try file.members(below: root)
    }
    return members
  }

  /// Checks one file and prints its line and its first failures; nil where it is not offered.
  private func check(_ file: any ReferenceFile, _ path: String) -> ReferenceTally? {
    let title = "\(file.folder)/\(file.name)".padded(toWidth: 24)
    var tally = ReferenceTally()
    do throws(Problem) {
      let text = String(decoding: try FileIO.read(path), as: UTF8.self)
      let document =
        path.hasSuffix(".csv")
        ? try JSONValue(table: text, file: path) : try JSONValue(parsing: text, file: path)
      guard let result = try file.check(document, at: path) else {
        print("\(title) not offered")
        return nil
      }
      tally = result
    } catch {
      tally.count(false, "\(error)")
    }
    let rest =
      tally.notOffered == 0
      ? "" : "\(tally.notOffered) not offered (\(tally.missing.prefix(6).joined(separator: ", ")))"
    if tally.total == 0, tally.notOffered > 0 {
      print("\(title) not offered: \(rest)")
      return nil
    }
    print("\(title) \(tally.passed)/\(tally.total)\(rest.isEmpty ? "" : ", \(rest)")")
    for note in tally.notes { print("  \(note)") }
    for failure in tally.failures.prefix(Self.shownFailures) { print("  \(failure)") }
    let more = tally.failures.count - Self.shownFailures
    if more > 0 { print("  and \(more) more") }
    return tally
  }
}
