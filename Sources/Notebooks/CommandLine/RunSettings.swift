internal import Base
internal import Glibc

/// The options that running and testing share.
struct RunSettings {
  static let options = [
    CommandOption("timeout", "most time of a cell, as in 30s", value: "TIME"),
    CommandOption("total-timeout", "most time of the whole notebook", value: "TIME"),
    CommandOption("max-output", "most output kept of a cell (10MB)", value: "SIZE"),
    CommandOption("max-memory", "most memory of the language, as in 2GiB", value: "SIZE"),
    CommandOption("max-steps", "most instructions of a cell", value: "N"),
    CommandOption(
      "keep-going", "run on after a cell that failed", letter: "k", aliases: ["allow-errors"]),
    CommandOption("from", "begin at this cell, by id or number", value: "CELL"),
    CommandOption("to", "end at this cell", value: "CELL"),
    CommandOption("only", "run only cells with a tag, as in tag:x", value: "tag:TAG"),
    CommandOption("skip", "leave out cells with a tag", value: "tag:TAG"),
    CommandOption("tags", "run only cells with one of these tags", value: "TAG,TAG"),
    CommandOption("seed", "seed of everything random", value: "N"),
    CommandOption("cwd", "directory to run in (the notebook's own)", value: "DIR"),
    CommandOption("env", "set an environment variable", value: "NAME=VALUE"),
    CommandOption("junit", "write a JUnit XML report", value: "FILE"),
    CommandOption("summary", "write a JSON report", value: "FILE"),
  ]

  var interpreter = InterpreterOptions()
  var selection = CellSelection()
  private var cellLimit: Double?
  private var totalLimit: Double?
  private var outputLimit = 10_000_000
  private var keepsGoing: Bool
  private var directory: String?
  private var environment: [(name: String, value: String)] = []
  private var junit: String?
  private var summary: String?

  init(_ parsed: ParsedOptions) throws(Problem) {
    cellLimit = try parsed.seconds("timeout")
    totalLimit = try parsed.seconds("total-timeout")
    outputLimit = try parsed.bytes("max-output")?.count ?? outputLimit
    interpreter.memoryLimitBytes = try parsed.bytes("max-memory")?.count
    interpreter.stepLimit = try parsed.integer("max-steps")
    interpreter.seed = try parsed.integer("seed").map { UInt64($0) }
    keepsGoing = parsed.has("keep-going")
    (junit, summary) = (parsed.value("junit"), parsed.value("summary"))
    if let path = parsed.value("cwd") {
      guard FileIO.isDirectory(path) else { throw Problem("--cwd: \(path) is no directory") }
      directory = FileIO.resolved(path)
    }
    for text in parsed.all("env") {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw Problem("--env takes NAME=VALUE, not \"\(text)\"")
      }
      environment.append(
        (String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
    try select(parsed)
  }

  private mutating func select(_ parsed: ParsedOptions) throws(Problem) {
    (selection.from, selection.to) = (parsed.value("from"), parsed.value("to"))
    for text in parsed.all("only") { selection.only.append(try RunSettings.tag(text, "only")) }
    for text in parsed.all("skip") { selection.skipping.append(try RunSettings.tag(text, "skip")) }
    for text in parsed.all("tags") { selection.only += text.split(separator: ",").map(String.init) }
  }

  private static func tag(_ text: String, _ option: String) throws(Problem) -> String {
    guard text.hasPrefix("tag:"), text.utf8.count > 4 else {
      throw Problem("--\(option) takes tag:NAME, not \"\(text)\"", fix: "write tag:\(text)")
    }
    return String(text.dropFirst(4))
  }

  /// Sets the environment variables that were asked for.
  func applyEnvironment() {
    for (name, value) in environment { setenv(name, value, 1) }
  }

  /// Gives a plan its limits and its directory: by default that of the notebook.
  func apply(to plan: inout RunPlan, path: String) {
    plan.cellLimitSeconds = cellLimit
    plan.totalLimitSeconds = totalLimit
    plan.outputLimitBytes = outputLimit
    plan.keepsGoing = keepsGoing
    plan.directory =
      directory ?? (path == "-" ? nil : FileIO.resolved(FileIO.directory(of: path)))
  }

  /// Writes the reports that were asked for.
  func writeDocuments(_ reports: [RunReport]) throws(Problem) {
    if let junit { try FileIO.write(Array(RunDocuments.junit(reports).utf8), to: junit) }
    if let summary { try FileIO.write(Array(RunDocuments.summary(reports).utf8), to: summary) }
  }
}
