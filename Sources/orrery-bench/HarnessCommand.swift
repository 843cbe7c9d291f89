import Base
import Glibc
import References

/// The suites by name; a new one is a new line here.
var allSuites: [any Suite] {
  [
    BridgeSuite(), SimulationSuite(), NotebookSuite(), StartSuite(), EngineSuite(),
    EmbeddingSuite(), MaskSuite(), ServingSuite(), PolicySuite(), KernelsSuite(), SharingSuite(),
  ]
}

/// `orrery-bench SUITE… [--json FILE] [--case TEXT] [--rounds N] [--list]`.
enum BenchCommand {
  private struct Options {
    var suites: [String] = []
    var jsonPath: String?
    var caseText: String?
    var rounds: Int?
    var isList = false
  }

  static let usage = """
    usage: orrery-bench SUITE... [--json FILE] [--case TEXT] [--rounds N]
           orrery-bench --list
           orrery-bench reference NAME...
           orrery-bench kernel-times
           orrery-bench fidelity [operators] [vllm] [offline] [silicon]

    Measures each case of the suites, ours and the peer's turn about, and holds the medians to the
    case's bar. Exits 1 when a bar is missed or a peer is missing.
    """

  /// Runs the program: 0 when every bar is met, 1 when one is missed, 2 for a usage error.
  static func main() -> Never {
    do {
      if CommandLine.arguments.dropFirst().first == "reference" {
        exit(try checkReferences(Array(CommandLine.arguments.dropFirst(2))))
      }
      if CommandLine.arguments.dropFirst().first == "kernel-times" {
        exit(try checkReferences(["gpu"], files: ReferenceCatalog.measured))
      }
      if CommandLine.arguments.dropFirst().first == FidelityCommand.name {
        exit(try FidelityCommand.run(Array(CommandLine.arguments.dropFirst(2))))
      }
      if CommandLine.arguments.dropFirst().first == "peak" {
        print(try ChildRun.run(Array(CommandLine.arguments.dropFirst(2))).peakBytes)
        exit(0)
      }
      if CommandLine.arguments.dropFirst().first == ServingCommand.name {
        try ServingCommand.run(Array(CommandLine.arguments.dropFirst(2)))
        exit(0)
      }
      let options = try parse(Array(CommandLine.arguments.dropFirst()))
      exit(options.isList ? list() : try measure(options))
    } catch {
      FileHandleError.print("orrery-bench: \(error)")
      exit(2)
    }
  }

  private static func parse(_ arguments: [String]) throws(Problem) -> Options {
    var options = Options()
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--list": options.isList = true
      case "--json": options.jsonPath = try value(of: word, &rest)
      case "--case": options.caseText = try value(of: word, &rest)
      case "--rounds":
        let text = try value(of: word, &rest)
        guard let count = Int(text), count > 0 else {
          throw Problem("--rounds \(text)", fix: usage)
        }
        options.rounds = count
      case "--help", "-h":
        print(usage)
        exit(0)
      default:
        if word.hasPrefix("-") { throw Problem("unknown option \(word)", fix: usage) }
        options.suites.append(word)
      }
    }
    if options.suites.isEmpty, !options.isList { throw Problem("no suite named", fix: usage) }
    return options
  }

  private static func value(
    of option: String, _ rest: inout ArraySlice<String>
  ) throws(Problem) -> String {
    guard let value = rest.popFirst() else { throw Problem("\(option) needs a value") }
    return value
  }

  /// Holds our code against the vectors of some folders below `$ORRERY_REFERENCE`.
  private static func checkReferences(
    _ names: [String], files: [any ReferenceFile] = ReferenceCatalog.files
  ) throws(Problem) -> Int32 {
    if names.isEmpty { throw Problem("no reference named", fix: usage) }
    let root = getenv("ORRERY_REFERENCE").map { String(cString: $0) } ?? "../shared/reference"
    return try ReferenceRun(root: root, files: files) { print($0) }.run(names)
  }

  private static func list() -> Int32 {
    for suite in allSuites { print("\(suite.name.padded(toWidth: 14))\(suite.summary)") }
    return 0
  }

  private static func measure(_ options: Options) throws -> Int32 {
    let chosen = try options.suites.map { name throws(Problem) in
      guard let suite = allSuites.first(where: { $0.name == name }) else {
        throw .unknown("suite", name, among: allSuites.map(\.name))
      }
      return suite
    }
    var all: [(name: String, results: [CaseResult])] = []
    for suite in chosen {
      let wanted = try suite.cases().filter { subject in
        options.caseText.map { contains(subject.name, $0) } ?? true
      }
      let results = wanted.map { run($0, rounds: options.rounds) }
      print("\n\(suite.name): \(suite.summary)\n\n\(table(results))")
      all.append((suite.name, results))
    }
    if let path = options.jsonPath {
      try FileIO.write(Array((json(all).formatted(.indented(1)) + "\n").utf8), to: path)
    }
    let isGood = all.allSatisfy { $0.results.allSatisfy { $0.verdict == .ok } }
    return isGood && all.contains { !$0.results.isEmpty } ? 0 : 1
  }

  private static func contains(_ text: String, _ part: String) -> Bool {
    part.isEmpty || text.indices.contains { text[$0...].hasPrefix(part) }
  }
}

enum FileHandleError {
  static func print(_ line: String) {
    try? FileIO.writeAll(Array((line + "\n").utf8), to: 2, name: "stderr")
  }
}
