import Base
import TestSupport
import Testing

@testable import Notebooks

/// The command line over the fake interpreter, with what it prints.
struct CommandResult {
  var status: Int32
  var output: String
  var errors: String
}

@discardableResult
func notebook(_ arguments: String...) -> CommandResult {
  final class Text { var bytes: [UInt8] = [] }
  let (output, errors) = (Text(), Text())
  let context = CommandContext(
    makeInterpreter: { (_: InterpreterOptions) throws(Problem) in FakeInterpreter() },
    write: { output.bytes += $0 }, writeError: { errors.bytes += $0 }, isErrorTerminal: false)
  let status = NotebookCommand.run(arguments, in: context)
  return CommandResult(
    status: status, output: String(decoding: output.bytes, as: UTF8.self),
    errors: String(decoding: errors.bytes, as: UTF8.self))
}

@Suite(.serialized) struct NotebookCommandTests {
  private func save(_ cells: [Cell], _ path: String) throws {
    var file = NotebookFile(Notebook(cells: cells), path: path, form: .ipynb)
    try file.save()
  }

  private func cells(_ path: String) throws -> [Cell] {
    try NotebookFile(reading: path).notebook.cells
  }

  private func code(_ source: String, _ id: String, tags: [String] = []) -> Cell {
    var cell = Cell(.code, source, id: id)
    cell.tags = tags
    return cell
  }

  // MARK: run

  @Test func `run stores outputs and counts and says how it went`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([Cell(.markdown, "# T"), code("print hi", "a"), code("value 2", "b")], path)
      let result = notebook("run", path)
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("\(path): 2 cells, all ok, "))
      #expect(result.errors.contains("[1/2] a  ") && result.errors.contains("  ok\n"))
      let after = try cells(path)
      #expect(after[1].outputs == [.stream(.stdout, "hi\n")] && after[1].executionCount == 1)
      #expect(after[2].outputs == [.result(MIMEBundle(plain: "2"), number: 2)])
      #expect(Notebook.faults(in: try JSONValue(parsing: FileIO.read(path))).isEmpty)
    }
  }

  @Test func `run stops at the first failure and clears what was not reached`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("print a", "a"), code("print b\nfail no", "b"), code("print c", "c")], path)
      notebook("run", "--keep-going", path)
      let result = notebook("run", path)
      #expect(result.status == 1)
      #expect(result.errors.hasSuffix("\(path):2:2: LuaError: no\n"))
      let after = try cells(path)
      #expect(after[1].outputs.last?.kind == .error)
      #expect(after[2].outputs.isEmpty && after[2].metadata["orrery"]?["status"] == "not-run")
      #expect(notebook("run", "-k", path).status == 1)
      #expect(try cells(path)[2].outputs == [.stream(.stdout, "c\n")])
      #expect(try cells(path)[2].metadata["orrery"] == nil)
    }
  }

  @Test func `tags let cells fail, skip and have a time of their own`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save(
        [
          code("fail a", "a", tags: ["raises-exception"]),
          code("print never", "b", tags: ["skip-execution"]),
          code("print ok", "c", tags: ["allow-error"]),
          code("sleep 5", "d", tags: ["timeout=20ms"]),
        ], path)
      let result = notebook("run", path)
      #expect(result.status == 4)
      #expect(result.output.contains("3 cells, 1 ok, 1 raised, 1 timed out"))
      #expect(try cells(path)[1].outputs.isEmpty)
    }
  }

  @Test func `the time of a whole run is limited`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("sleep 0.05", "a"), code("sleep 5", "b"), code("print c", "c")], path)
      let clock = Stopwatch()
      let result = notebook("run", "--total-timeout", "100ms", path)
      #expect(result.status == 4)
      #expect(clock.elapsed < 2)
      // It is said once, without the name of a fault.
      let last = result.errors.split(separator: "\n").last ?? ""
      #expect(last.hasPrefix("\(path):2:1: stopped after"), "\(last)")
    }
  }

  @Test(
    "cells are picked by position and tag",
    arguments: [
      (["--from", "b"], "bcd"), (["--to", "2"], "ab"), (["--from", "b", "--to", "c"], "bc"),
      (["--only", "tag:x"], "bd"), (["--skip", "tag:x"], "ac"), (["--tags", "x,y"], "bcd"),
    ])
  func selection(options: [String], expected: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save(
        [
          code("print a", "a"), code("print b", "b", tags: ["x"]),
          code("print c", "c", tags: ["y"]),
          code("print d", "d", tags: ["x"]),
        ], path)
      let context = CommandContext(
        makeInterpreter: { (_: InterpreterOptions) throws(Problem) in FakeInterpreter() },
        write: { _ in }, writeError: { _ in }, isErrorTerminal: false)
      #expect(NotebookCommand.run(["run", path] + options, in: context) == 0)
      let ran = try cells(path).filter { !$0.outputs.isEmpty }.compactMap(\.id).joined()
      #expect(ran == expected)
    }
  }

  @Test func `parameters are put in behind their defaults`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      let out = "\(folder)/out.ipynb"
      try save(
        [
          code("alpha = 0.5 -- how much\nlocal name = \"x -- y\"", "p", tags: ["parameters"]),
          code("get alpha", "g"),
        ], path)
      #expect(notebook("run", path, "-o", out, "-p", "alpha=2.5", "-p", "name=a b").status == 0)
      let after = try cells(out)
      #expect(after[1].source == "-- Parameters\nalpha = 2.5\nname = \"a b\"")
      #expect(after[1].tags == ["injected-parameters"])
      #expect(after[2].outputs[0].text == "2.5")
      #expect(try cells(path).count == 2)
      #expect(notebook("run", out, "-p", "alpha=3").status == 0)
      #expect(try cells(out).map { $0.outputs.map(\.text) } == [[], [], ["3"]])
      let unknown = notebook("run", path, "-p", "alhpa=2")
      #expect(unknown.status == 2 && unknown.errors.contains("did you mean \"alpha\"?"))
      let list = notebook("run", "--inspect-params", path).output
      #expect(list == "alpha = 0.5  -- how much\nname  = \"x -- y\"\n")
    }
  }

  @Test func `a file that changes during a run is not overwritten`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("print a", "a"), code("touch \(path)", "b"), code("print c", "c")], path)
      let result = notebook("run", path)
      #expect(result.errors.contains("outputs go to \(folder)/a.conflict.ipynb"))
      #expect(try FileIO.read(path) == Array("changed".utf8))
      #expect(try cells("\(folder)/a.conflict.ipynb")[2].outputs == [.stream(.stdout, "c\n")])
    }
  }

  @Test func `an update of an earlier cell's display lands there`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("show d 1", "a"), code("update d 2", "b")], path)
      notebook("run", path)
      #expect(try cells(path)[0].outputs == [.display(MIMEBundle(plain: "2"))])
      #expect(try cells(path)[1].outputs.isEmpty)
    }
  }

  @Test func `reports are written for other tools`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("print a", "a"), code("fail <no> & \"why\"", "b"), code("print", "c")], path)
      let (junit, json) = ("\(folder)/j.xml", "\(folder)/s.json")
      notebook("run", path, "--junit", junit, "--summary", json, "--progress", "none")
      let xml = String(decoding: try FileIO.read(junit), as: UTF8.self)
      #expect(xml.contains("tests=\"3\" failures=\"1\" skipped=\"1\""))
      #expect(xml.contains("message=\"LuaError: &lt;no&gt; &amp; &quot;why&quot;\""))
      let summary = try JSONValue(parsing: FileIO.read(json))
      let cells = summary["notebooks"]?.array?.first?["cells"]?.array
      #expect(cells?.compactMap { $0["status"]?.string } == ["ok", "failed", "not-run"])
    }
  }

  @Test func `progress as JSON is one event a line`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("print a\nshow x y\nvalue 1", "a")], path)
      let lines = NotebookText.rows(notebook("run", "--progress", "json", path).errors)
      let events = try lines.map { try JSONValue(parsing: $0)["event"]?.string }
      #expect(events == ["start", "output", "display", "result", "end", "report"])
    }
  }

  @Test func `a script runs with its outputs shown`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.lua"
      let text = "-- %%\nprint hi\n\n-- %%\nvalue 7\n"
      try FileIO.write(Array(text.utf8), to: path)
      let result = notebook("run", path)
      #expect(result.output.hasPrefix("hi\n7\n"))
      #expect(try FileIO.read(path) == Array(text.utf8))
      notebook("run", path, "-o", "\(folder)/a.ipynb")
      #expect(try cells("\(folder)/a.ipynb")[1].outputs[0].text == "7")
    }
  }

  @Test(
    "a wrong command line ends with 2",
    arguments: [
      ["rnu", "x"], ["run"], ["run", "--outptu", "x", "y"], ["run", "x", "-o"],
      ["run", "a", "b", "-o", "c.ipynb"], ["run", "x", "--timeout", "soon"],
      ["run", "x", "--only", "slow"], ["run", "x", "-o", "y.ipynb", "--no-save"],
      ["export", "x", "-t", "pdf"], ["convert", "x", "y.txt"], ["new", "x.txt"],
      ["run", "x", "--progress", "loud"], ["run", "x", "-p", "novalue"],
    ])
  func usage(arguments: [String]) {
    let context = CommandContext(
      makeInterpreter: { (_: InterpreterOptions) throws(Problem) in FakeInterpreter() },
      write: { _ in }, writeError: { _ in }, isErrorTerminal: false)
    #expect(NotebookCommand.run(arguments, in: context) == 2)
  }

  @Test func `a file that is no notebook ends with 3 and the place of the fault`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try FileIO.write(
        Array(
          #"{"cells":[{"cell_type":"code"}],"metadata":{},"nbformat":4,"nbformat_minor":4}"#.utf8),
        to: path)
      let result = notebook("run", path)
      #expect(result.status == 3 && result.errors.contains("$.cells[0].metadata"))
      #expect(notebook("run", "\(folder)/none.ipynb").status == 3)
    }
  }

  // MARK: test

  @Test func `test passes on what run stored and fails on what changed`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("print 0.30000000000000004\nprint x", "a"), code("value 7", "b")], path)
      notebook("run", path)
      #expect(notebook("test", path).status == 0)
      var file = try NotebookFile(reading: path)
      file.notebook.cells[0].outputs = [.stream(.stdout, "0.3\nx\n")]
      try file.save()
      #expect(notebook("test", path).status == 0)
      file.notebook.cells[0].outputs = [.stream(.stdout, "0.31\nx\n")]
      try file.save()
      let result = notebook("test", path)
      #expect(result.status == 5)
      #expect(result.output.contains("-0.31\n+0.30000000000000004\n x\n"))
      #expect(result.errors == "\(path):1:1: outputs differ\n")
      #expect(notebook("test", "--rtol", "0.1", path).status == 0)
      #expect(notebook("test", "--update", path).status == 0)
      #expect(notebook("test", path).status == 0)
      let stored = try cells(path)[0].outputs[0].text
      #expect(stored.hasPrefix("0.30000000000000004"))
    }
  }

  @Test func `tags and comments say how a cell is compared`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      var cells = [
        code("print 1.05", "approx", tags: ["approx:0.1"]),
        code("print any", "ignored", tags: ["ignore-output"]),
        code("-- test: ignore=/id %d+/\nprint id 77 x", "pattern"),
        code("-- test: contains=\"needle\"\nprint hay needle", "contains"),
        code("-- NBVAL_IGNORE_OUTPUT\nprint other", "nbval"),
        code("fail x", "raises", tags: ["raises-exception"]),
      ]
      let stored = ["1.0", "none", "id 12345 x", "nothing", "none"]
      for (index, text) in stored.enumerated() {
        cells[index].outputs = [.stream(.stdout, text + "\n")]
      }
      cells[5].outputs = [
        .error(EvaluationError(name: "LuaError", message: "x", report: ["elsewhere"]))
      ]
      try save(cells, path)
      let result = notebook("test", path)
      #expect(result.status == 0, "\(result.output)")
      cells[5] = code("print fine", "raises", tags: ["raises-exception"])
      try save(cells, path)
      #expect(notebook("test", path).status == 5)
    }
  }

  // MARK: check, convert, clean, new

  @Test func `check finds what a person would stumble over`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      var cells = [
        code("get late", "a"), code("set late 1", "b"), code("set late 2", "c"),
        code("oops", "d"), code("begin", "e"), code("%tmie x", "f"),
        code("key = \"ghp_0123456789abcdefghijABCDEFGHIJ0123\"", "g"),
        code("password = \"hunter2hunter\"", "h"),
      ]
      cells[1].executionCount = 5
      try save(cells, path)
      let result = notebook("check", path)
      let rules = NotebookText.rows(result.output).compactMap { line in
        line.split(separator: "(").last.map { String($0.dropLast()) }
      }
      #expect(
        rules == [
          "order", "counts", "redefined", "syntax", "syntax", "commands", "secrets", "secrets",
        ])
      #expect(result.status == 1)
      #expect(result.output.contains("\(path):1:1: warning: \"late\" is used here"))
    }
  }

  @Test func `check mends ids and counts when told to`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      let text = """
        {"cells": [{"cell_type": "code", "execution_count": 7, "metadata": {}, "outputs": [],
        "source": "print a"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
        """
      try FileIO.write(Array(text.utf8), to: path)
      #expect(notebook("check", "--strict", path).status == 1)
      #expect(notebook("check", "--fix", path).status == 0)
      let file = try NotebookFile(reading: path)
      #expect(file.notebook.minorVersion == 5 && file.notebook.cells[0].executionCount == 1)
      #expect(notebook("check", "--strict", path).output == "\(path): ok\n")
    }
  }

  @Test func `convert goes there and back`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([Cell(.markdown, "# T"), code("value 1", "a", tags: ["x"])], path)
      notebook("run", path)
      let before = try cells(path)
      #expect(notebook("convert", path, "\(folder)/a.lua").status == 0)
      #expect(notebook("convert", "\(folder)/a.lua", "\(folder)/b.md").status == 0)
      #expect(notebook("convert", "\(folder)/b.md", path, "--sync").status == 0)
      #expect(try cells(path) == before)
      #expect(notebook("convert", path, "--test", "-t", "lua").status == 0)
    }
  }

  @Test func `clean strips outputs and nothing else`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.ipynb"
      try save([code("value 1", "a")], path)
      let before = try FileIO.read(path)
      notebook("run", path)
      #expect(notebook("clean", "--check", path).status == 1)
      #expect(notebook("clean", path).status == 0)
      #expect(try FileIO.read(path) == before)
    }
  }

  @Test func `new makes a notebook that is in order`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/03-queues_and-tails.ipynb"
      #expect(notebook("new", path).status == 0)
      let title = try cells(path)[0].source
      #expect(title.hasPrefix("# Queues and tails"))
      #expect(notebook("check", path).output == "\(path): ok\n")
      #expect(notebook("new", path).status == 3)
    }
  }
}
