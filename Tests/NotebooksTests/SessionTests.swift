import Base
import TestSupport
import Testing

@testable import Notebooks

@Suite struct SessionTests {
  private func run(_ source: String, in session: Session) -> (CellOutcome, [Output]) {
    let collector = OutputCollector()
    let outcome = session.run(source, to: collector)
    return (outcome, collector.outputs)
  }

  private func text(_ source: String, in session: Session? = nil) -> String {
    let (_, outputs) = run(source, in: session ?? Session(FakeInterpreter()))
    return outputs.map(\.text).joined(separator: "|")
  }

  @Test func `cells are numbered and remembered`() {
    let session = Session(FakeInterpreter())
    #expect(run("set x 1", in: session).0.number == 1)
    #expect(run("fail no", in: session).0.status == .failed)
    session.run("get x", options: RunOptions(storesHistory: false), to: OutputCollector())
    let (outcome, outputs) = run("get x", in: session)
    #expect(outcome.number == 3)
    #expect(outputs == [.result(MIMEBundle(plain: "1"), number: 3)])
    #expect(session.history.map(\.source) == ["set x 1", "fail no", "get x"])
  }

  @Test("a last semicolon silences a result", arguments: [("value 1", true), ("value 1;", false)])
  func silence(source: String, isShown: Bool) {
    #expect((text(source) != "") == isShown)
  }

  @Test func `a semicolon in a comment silences nothing`() {
    #expect(!CellSource.asksForSilence("x -- y;"))
    #expect(CellSource.asksForSilence("-- a\nx; \n"))
  }

  @Test(
    "an inspection line explains a name",
    arguments: [
      ("?x", "x is 1"), ("x?", "x is 1"), ("??x", "x is 1, fully"), ("x??", "x is 1, fully"),
    ])
  func inspection(source: String, expected: String) {
    let session = Session(FakeInterpreter())
    _ = run("set x 1", in: session)
    #expect(text(source, in: session) == expected)
  }

  @Test func `command lines run before the code and keep its line numbers`() {
    let interpreter = FakeInterpreter()
    let (outcome, outputs) = run("%time set x 1\n\n%who\nprint a\nfail b", in: Session(interpreter))
    #expect(outcome.error?.line == 5)
    let text = outputs[0].text
    #expect(text.hasPrefix("wall ") && text.contains("cpu ") && text.contains("memory +0 B"))
    #expect(text.contains("x  string  1\na\n"))
  }

  @Test func `a cell command takes the rest of the cell`() {
    let interpreter = FakeInterpreter()
    let session = Session(interpreter)
    #expect(text("%%restricted\nvalue 7", in: session) == "7")
    #expect(interpreter.requests.last?.isRestricted == true)
    #expect(text("%%time\nprint a\nvalue 3", in: session).contains("|3|wall "))
  }

  @Test(
    "a wrong command says what would be right",
    arguments: [
      ("%tme 1", "unknown cell command \"tme\": did you mean \"time\"?; %help lists them"),
      ("%time", "%time has nothing to run: write %time CODE"),
      ("%%who\nx", "%who stands on a line, not over a cell: write %who [PART OF A NAME]"),
      ("%restricted", "%%restricted stands over a cell: write it as the first line of one"),
      ("%reset now", "%reset takes nothing else: write %reset"),
      (
        "%bench --second 3 x",
        "unknown option of %bench \"--second\": did you mean \"--seconds\"?"
      ),
      ("%bench --repeats 0 x", "--repeats takes a whole number from 1 to 100000, not 0"),
      ("%save", "%save takes more: write %save [--force] FILE [N N-M …]"),
    ])
  func wrongCommand(source: String, expected: String) {
    #expect(text(source) == expected)
  }

  @Test func `every command explains itself`() {
    let session = Session(FakeInterpreter())
    let list = text("%help", in: session)
    for command in CellCommands.all.commands {
      #expect(list.contains(command.info.summary))
      #expect(text("%help \(command.info.name)", in: session).hasPrefix(command.usage))
      #expect(text("?%\(command.info.name)", in: session) == command.help.plain)
    }
  }

  @Test func `bench repeats code and reports a median`() {
    let report = text("%bench -s 0.05 -r 4 sleep 0.011")
    #expect(report.hasPrefix("median "))
    #expect(report.contains("batches of 1,"))
  }

  @Test func `save and load carry cells through a file`() throws {
    try withTemporaryFolder { folder in
      let session = Session(FakeInterpreter())
      _ = run("set x 5", in: session)
      _ = run("fail no", in: session)
      #expect(text("%save \(folder)/a.lua", in: session) == "\(folder)/a.lua: 1 cell\n")
      #expect(text("%save \(folder)/a.lua", in: session).contains("--force"))
      let other = Session(FakeInterpreter())
      _ = run("%load \(folder)/a.lua", in: other)
      #expect(text("get x", in: other) == "5")
    }
  }

  @Test func `reset forgets variables and keeps numbers`() {
    let session = Session(FakeInterpreter())
    _ = run("set x 5", in: session)
    _ = run("%reset", in: session)
    let (outcome, outputs) = run("get x", in: session)
    #expect(outcome.number == 3 && outputs[0].text == "nil")
  }

  @Test(
    "completeness sees commands",
    arguments: [
      ("", Completeness.complete), ("?x", .complete), ("%who", .complete),
      ("%time begin", .incomplete(indent: "  ")), ("%time begin end", .complete),
      ("%%time", .incomplete(indent: "")), ("%%time\nx", .incomplete(indent: "")),
      ("%%time\nx\n", .complete), ("begin", .incomplete(indent: "  ")),
    ])
  func completeness(source: String, expected: Completeness) {
    #expect(Session(FakeInterpreter()).completeness(of: source) == expected)
  }

  @Test func `completion offers commands and passes the rest on`() {
    let session = Session(FakeInterpreter())
    let commands = session.complete("%re", at: 3)
    #expect(commands.items.map(\.text) == ["reset"] && commands.range == 1..<3)
    #expect(session.complete("%%", at: 2).items.map(\.text) == ["time", "bench", "restricted"])
    #expect(session.complete("pr", at: 2).items.map(\.text) == ["print"])
  }
}
