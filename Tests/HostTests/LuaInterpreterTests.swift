import Base
import Host
import Notebooks
import TestSupport
import Testing

/// Keeps what a chunk shows.
final class RecordingSink: OutputSink {
  var stdout: [UInt8] = []
  var stderr: [UInt8] = []
  var shown: [(bundle: MIMEBundle, id: String?, isUpdate: Bool)] = []
  var answers: [String] = []

  func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    if stream == .stdout { stdout += bytes } else { stderr += bytes }
  }
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    shown.append((bundle, id, isUpdate))
  }
  func clear(wait: Bool) {}
  func readLine(prompt: String, isPassword: Bool) -> String? {
    answers.isEmpty ? nil : answers.removeFirst()
  }
  var text: String { String(decoding: stdout, as: UTF8.self) }
}

/// An interpreter with a sink, as a front uses it.
struct Bench {
  let interpreter: LuaInterpreter
  let sink = RecordingSink()

  init(_ options: InterpreterOptions = InterpreterOptions(), host: LuaInterpreter.Host = .init()) {
    interpreter = LuaInterpreter(options, host: host)
  }

  @discardableResult
  func run(_ code: String, number: Int? = nil, seconds: Double? = nil, strange: Bool = false)
    -> Evaluation
  {
    let request = EvaluationRequest(
      code: code, chunkName: "cell \(number ?? 1)", number: number, timeLimitSeconds: seconds,
      isRestricted: strange)
    return interpreter.evaluate(request, into: sink)
  }
}

@Suite struct LuaInterpreterTests {
  @Test(
    "what a chunk shows as its result",
    arguments: [
      ("1 + 2", "3"), ("6 / 2", "3.0"), ("'中文🚀'", "\"中文🚀\""), ("nil", "nil"),
      ("a = 1\nb = 2\na + b", "3"), ("x = 1", nil), ("1 + 2;", nil), ("return 5", "5"),
      ("local t = {}\nfor i = 1, 3 do\n  t[i] = i\nend\nt", "{ 1, 2, 3 }"),
      ("f = function() return 7 end\nf()", "7"), ("-- nothing", nil), ("", nil),
      ("for i = 1, 3 do\n  local _ = i\nend", nil), ("1, 'a'", "1\n\"a\""),
    ])
  func results(code: String, result: String?) {
    let evaluation = Bench().run(code)
    #expect(evaluation.status == .ok)
    #expect(evaluation.result?.plain == result)
  }

  @Test func `a loop whose last line is a call runs to its end`() {
    let bench = Bench()
    bench.run("for i = 1, 3 do\n  io.write(i, ' ')\nend")
    #expect(bench.sink.text == "1 2 3 ")
  }

  @Test func `results are filed under their numbers`() {
    let bench = Bench()
    bench.run("40 + 2", number: 1)
    bench.run("_ + 1", number: 2)
    #expect(bench.run("Out[1] + _2 + Out[2]", number: 3).result?.plain == "128")
    #expect(bench.run("In[1]", number: 4).result?.plain == "\"40 + 2\"")
  }

  @Test func `streams keep their bytes and their order`() {
    let bench = Bench()
    bench.run("io.write('a\\xff\\0b') print('中') io.stderr:write('e')")
    #expect(bench.sink.stdout == [97, 0xFF, 0, 98] + Array("中\n".utf8))
    #expect(bench.sink.stderr == [101])
  }

  @Test(
    "how a chunk is stopped",
    arguments: [
      ("while true do end", Evaluation.Status.timedOut),
      ("while true do pcall(function() while true do end end) end", .timedOut),
      ("coroutine.wrap(function() while true do end end)()", .timedOut),
      ("('a'):rep(200):find(('.-'):rep(20) .. 'b')", .timedOut),
    ])
  func stops(code: String, status: Evaluation.Status) {
    let bench = Bench()
    #expect(bench.run(code, seconds: 0.1).status == status)
    #expect(bench.run("1 + 1").result?.plain == "2")
  }

  @Test func `a session goes on after its memory ran out`() {
    let bench = Bench(InterpreterOptions(memoryLimitBytes: 16 << 20))
    #expect(
      bench.run("keep = 'k' local t = {} for i = 1, 1e9 do t[i] = i end").status == .outOfMemory)
    #expect(bench.run("keep").result?.plain == "\"k\"")
  }

  @Test func `an instruction budget stops at the same place every time`() {
    let counts = (0..<2).map { _ in
      let bench = Bench(InterpreterOptions(stepLimit: 10_000))
      #expect(bench.run("n = 0 while true do n = n + 1 end").status == .stepLimit)
      return bench.run("n").result?.plain
    }
    #expect(counts[0] == counts[1] && counts[0] != nil)
  }

  @Test func `os.exit ends the chunk and hands over the status`() {
    let evaluation = Bench().run("print('x') os.exit(3)")
    #expect(evaluation.exitStatus == 3)
  }

  @Test func `reset forgets every variable`() throws {
    let bench = Bench()
    bench.run("a = 1")
    try bench.interpreter.reset()
    #expect(bench.run("a").result?.plain == "nil")
  }

  @Test func `variables lists what code made and nothing else`() {
    let bench = Bench()
    bench.run("a = 1 b = 'x' function f() end", number: 1)
    #expect(bench.interpreter.variables().map(\.name) == ["a", "b", "f"])
    #expect(bench.interpreter.variables().map(\.type) == ["integer", "string", "function"])
  }

  @Test(
    "whether a chunk can run",
    arguments: [
      ("x=1", "complete"), ("1+1", "complete"), ("return 5", "complete"), ("a.b", "complete"),
      ("for i=1,3 do", "incomplete"), ("function f()", "incomplete"), ("x = {1,", "incomplete"),
      ("[[abc", "incomplete"), ("x =", "incomplete"), ("f(", "incomplete"),
      ("repeat", "incomplete"),
      ("--[[ c", "incomplete"), ("if true then", "incomplete"),
      ("end", "invalid"), ("x = = 1", "invalid"), ("for for", "invalid"), ("local 1", "invalid"),
    ])
  func completeness(code: String, expected: String) {
    switch Bench().interpreter.completeness(of: code) {
    case .complete: #expect(expected == "complete")
    case .incomplete: #expect(expected == "incomplete")
    case .invalid: #expect(expected == "invalid")
    }
  }

  @Test func `the next line goes in after an opener and not after a call`() {
    let interpreter = Bench().interpreter
    #expect(interpreter.completeness(of: "for i=1,3 do") == .incomplete(indent: "  "))
    #expect(interpreter.completeness(of: "  x = {") == .incomplete(indent: "    "))
    #expect(interpreter.completeness(of: "do\n  f()") == .incomplete(indent: "  "))
  }
}

@Suite struct RestrictedCodeTests {
  @Test(
    "what restricted code does not find",
    arguments: [
      "os", "io", "package", "require", "debug", "dofile", "loadfile", "string.dump",
    ])
  func absent(name: String) {
    let bench = Bench(InterpreterOptions(isRestricted: true))
    #expect(bench.run(name).result?.plain == "nil")
  }

  @Test func `a strange chunk cannot change the session around it`() {
    let bench = Bench()
    bench.run("a = 1")
    let evaluation = bench.run("a = 2 string.rep = nil tostring = nil os", strange: true)
    #expect(evaluation.status == .failed || evaluation.result?.plain == "nil")
    #expect(bench.run("a, ('x'):rep(2), tostring(1)").result?.plain == "1\n\"xx\"\n\"1\"")
  }
}
