import Base
import Testing

@Suite struct ChildProcessTests {
  @Test func `both streams and the exit status come back`() throws {
    let result = try ChildProcess.run(["sh", "-c", "printf out; printf err >&2; exit 3"])
    #expect(result.status == 3)
    #expect(result.output == "outerr")
  }

  @Test func `standard input is empty and arguments are passed as they are`() throws {
    #expect(try ChildProcess.run(["cat"]).output.isEmpty)
    #expect(try ChildProcess.run(["printf", "%s|", "a b", "$HOME;", ""]).output == "a b|$HOME;||")
  }

  @Test func `output longer than a pipe holds is read to its end`() throws {
    let result = try ChildProcess.run(["head", "-c", "300000", "/dev/zero"])
    #expect(result.output.utf8.count == 300_000)
    #expect(result.status == 0)
  }

  @Test func `a signal counts as a failure`() throws {
    #expect(try ChildProcess.run(["sh", "-c", "kill -9 $$"]).status == 128 + 9)
  }

  @Test func `a program that is not there is missing`() throws {
    let error = try #require(throws: Problem.self) {
      try ChildProcess.run(["no-such-program-anywhere"])
    }
    #expect(error.kind == .missing)
    #expect(error.message.contains("no-such-program-anywhere"))
  }
}
