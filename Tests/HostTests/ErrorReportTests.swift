import Base
import Host
import Notebooks
import Testing

@Suite struct ErrorReportTests {
  @Test func `a misspelt global is underlined and its neighbour named`() throws {
    let error = try #require(Bench().run("local a = 1\nprnt(a)").error)
    #expect(error.line == 2)
    #expect(
      error.report == [
        "cell 1:2: attempt to call a nil value (global 'prnt')",
        "  1 | local a = 1",
        "> 2 | prnt(a)",
        "      ^^^^ did you mean 'print'?",
      ])
  }

  @Test func `a misspelt field is looked up in its table`() throws {
    let error = try #require(Bench().run("string.formt('x')").error)
    #expect(error.message.contains("did you mean 'format'?"))
  }

  @Test func `the call levels of a deep error are listed and the host's are not`() throws {
    let code =
      "function inner()\n  error('deep')\nend\nfunction outer()\n  inner()\n  return 1\nend\nouter()"
    let report = try #require(Bench().run(code).error).report.joined(separator: "\n")
    #expect(report.contains("cell 1:2: deep") && report.contains("in function 'outer'"))
    #expect(!report.contains("[C]"))
  }

  @Test func `an error that is a table shows what is in it`() throws {
    let error = try #require(Bench().run("error({ code = 5 })").error)
    #expect(error.message.contains("code = 5"))
  }

  @Test func `a syntax error points at the word`() throws {
    let error = try #require(Bench().run("x = = 1").error)
    #expect(error.name == "SyntaxError")
    #expect(error.report.contains("> 1 | x = = 1"))
  }

  @Test func `what a limit ends says so once, with the line it was at`() throws {
    let error = try #require(
      Bench().run("local n = 0\nwhile true do n = n + 1 end", seconds: 0.05).error)
    #expect(error.name == "TimeLimit" && error.line == 2)
    #expect(
      error.report == [
        "cell 1:2: time limit reached",
        "  1 | local n = 0",
        "> 2 | while true do n = n + 1 end",
        "      ^^^^^^^^^^^^^^^^^^^^^^^^^^^",
      ])
  }

  @Test(
    "errors that are no text do not break the report",
    arguments: [
      "error(nil)", "error(setmetatable({}, { __tostring = function() error('no') end }))",
      "error(print)", "local function f(n) return f(n + 1) + 1 end f(0)",
      "local s = ('x'):rep(1e8):rep(1e8)", "local s = string.rep('x', 1 << 45)",
    ])
  func oddErrors(code: String) throws {
    let bench = Bench()
    let error = try #require(bench.run(code).error)
    #expect(!error.report.isEmpty)
    #expect(bench.run("1 + 1").result?.plain == "2")
  }
}
