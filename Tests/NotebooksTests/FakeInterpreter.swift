import Base
import Glibc
import Notebooks

/// A language small enough to read, to test fronts without Lua.
///
/// One statement a line: `print TEXT`, `warn TEXT`, `set NAME VALUE`, `get NAME`, `value TEXT`,
/// `show ID TEXT`, `update ID TEXT`, `clear`, `clearwait`, `fail MESSAGE`, `sleep SECONDS`,
/// `ask PROMPT`, `exit STATUS`, `touch FILE`; `NAME = VALUE` sets too; `--` starts a comment; other
/// words are an error, `begin` without `end` is incomplete.
final class FakeInterpreter: Interpreter {
  private(set) var values: [String: String] = [:]
  private(set) var requests: [EvaluationRequest] = []
  private var isStopped = false

  func evaluate(_ request: EvaluationRequest, into sink: any OutputSink) -> Evaluation {
    requests.append(request)
    isStopped = false
    var result: MIMEBundle?
    let start = now()
    for (index, line) in request.code.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      // `%bench` puts code into a function, which is called once here.
      let isLoop = line.hasPrefix("local function run(...) ")
      let body = isLoop ? line.dropFirst("local function run(...) ".count) : line
      let words = (body.hasPrefix("return ") ? body.dropFirst(7) : body).split(
        separator: " ", maxSplits: 1
      ).map(String.init)
      guard let verb = words.first, !verb.hasPrefix("--") else { continue }
      let rest = words.count > 1 ? words[1] : ""
      let pair = rest.split(separator: " ", maxSplits: 1).map(String.init)
      switch verb {
      case "print": sink.write(rest + "\n", to: .stdout)
      case "warn": sink.write(rest + "\n", to: .stderr)
      case "set": values[pair[0]] = pair[1]
      case "get": result = MIMEBundle(plain: values[rest] ?? "nil")
      case "value", "value;": result = MIMEBundle(plain: rest)
      case "show": sink.display(MIMEBundle(plain: pair[1]), id: pair[0], isUpdate: false)
      case "update": sink.display(MIMEBundle(plain: pair[1]), id: pair[0], isUpdate: true)
      case "clear": sink.clear(wait: false)
      case "clearwait": sink.clear(wait: true)
      case "ask": sink.write("got \(sink.readLine(prompt: rest, isPassword: false) ?? "nothing")\n")
      case "exit": return Evaluation(status: .ok, exitStatus: Int32(rest) ?? 1)
      case "touch": try? FileIO.write(Array("changed".utf8), to: rest)
      case "sleep":
        let end = now() + (Double(rest) ?? 0)
        while now() < end {
          usleep(1000)
          if isStopped { return failure("Interrupted", "interrupted", index + 1, .interrupted) }
          if let limit = request.timeLimitSeconds, now() - start > limit {
            return failure("TimedOut", "stopped after \(limit) s", index + 1, .timedOut)
          }
        }
      case "fail": return failure("LuaError", rest, index + 1, .failed)
      case "begin", "end", "local": break
      default:
        if pair.first == "=", pair.count == 2 {
          values[verb] = pair[1]
        } else {
          return failure("LuaError", "unknown word \(verb)", index + 1, .failed)
        }
      }
    }
    return Evaluation(status: .ok, result: request.isScript ? nil : result)
  }

  private func failure(
    _ name: String, _ message: String, _ line: Int, _ status: Evaluation.Status
  ) -> Evaluation {
    Evaluation(
      status: status,
      error: EvaluationError(
        name: name, message: message, report: ["\(name): \(message)", "at line \(line)"],
        line: line))
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  func complete(_ code: String, at cursor: Int) -> Completion {
    Completion(range: 0..<cursor, items: [Completion.Item("print", kind: "function")])
  }

  func inspect(_ code: String, at cursor: Int, detail: InspectionDetail) -> MIMEBundle? {
    values[code].map { MIMEBundle(plain: "\(code) is \($0)\(detail == .full ? ", fully" : "")") }
  }

  func completeness(of code: String) -> Completeness {
    if code.contains("begin"), !code.contains("end") { return .incomplete(indent: "  ") }
    return code.contains("oops") ? .invalid(message: "line 1: oops") : .complete
  }

  func interrupt() { isStopped = true }

  func reset() throws(Problem) { values = [:] }

  func variables() -> [Variable] {
    values.keys.sorted().map { Variable(name: $0, type: "string", summary: values[$0] ?? "") }
  }

  func memoryUse() -> MemoryUse? { MemoryUse(heapBytes: 2048, limitBytes: 1 << 20) }

  func globals(of code: String) -> GlobalUse? {
    var use = GlobalUse(reads: [], writes: [])
    for (index, line) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      // `%bench` puts code into a function, which is called once here.
      let isLoop = line.hasPrefix("local function run(...) ")
      let body = isLoop ? line.dropFirst("local function run(...) ".count) : line
      let words = (body.hasPrefix("return ") ? body.dropFirst(7) : body).split(separator: " ").map(
        String.init)
      guard words.count > 1 else { continue }
      if words[0] == "get" { use.reads.append(.init(words[1], line: index + 1)) }
      if words[0] == "set" { use.writes.append(.init(words[1], line: index + 1)) }
    }
    return use
  }
}
