import Base
import Foundation
import TestSupport
import Testing

@testable import Notebooks

/// The built program, run as a user runs it.
@Suite(.serialized, .enabled(if: NotebookProgram.isBuilt, "swift build builds the program"))
struct NotebookProgramTests {
  private func notebook(_ sources: [String], in folder: String) throws -> String {
    let path = "\(folder)/a.ipynb"
    let cells = sources.enumerated().map { Cell(.code, $0.element, id: "cell-\($0.offset + 1)") }
    var file = NotebookFile(Notebook(cells: cells), path: path, form: .ipynb)
    try file.save()
    return path
  }

  private func faults(_ path: String) throws -> [FormatFault] {
    Notebook.faults(in: try JSONValue(parsing: FileIO.read(path)))
  }

  @Test func `a killed run leaves a valid notebook with what was finished`() throws {
    try withTemporaryFolder { folder in
      let path = try notebook(["print('first done')", "while true do end"], in: folder)
      let process = try NotebookProgram.start(["notebook", "run", path])
      try NotebookProgram.wait(for: "first done\\n", in: path)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try faults(path).isEmpty)
      let cells = try NotebookFile(reading: path).notebook.cells
      #expect(cells[0].outputs == [.stream(.stdout, "first done\n")])
    }
  }

  @Test func `a run killed in the middle of a long cell leaves what the cell has shown`() throws {
    try withTemporaryFolder { folder in
      let path = try notebook(["x = 1", "print('half way')\nwhile true do end"], in: folder)
      let process = try NotebookProgram.start(["notebook", "run", path, "--save-every", "0.1s"])
      try NotebookProgram.wait(for: "half way\\n", in: path)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try faults(path).isEmpty)
      let cells = try NotebookFile(reading: path).notebook.cells
      #expect(cells[1].outputs == [.stream(.stdout, "half way\n")])
      #expect(cells[1].metadata["orrery"]?["status"] == "running")
    }
  }

  @Test func `whenever a run is killed the file is whole`() throws {
    try withTemporaryFolder { folder in
      let sources = (1...30).map { "print('cell \($0)', ('x'):rep(20000))" }
      let path = try notebook(sources, in: folder)
      for round in 0..<12 {
        let process = try NotebookProgram.start(["notebook", "run", path])
        usleep(UInt32(4000 + 3000 * round))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try faults(path).isEmpty)
        #expect(try NotebookFile(reading: path).notebook.cells.count == 30)
      }
    }
  }

  @Test(
    "a signal stops the cell, saves and ends with 130",
    arguments: [
      SIGINT, SIGTERM, SIGHUP,
    ])
  func signals(number: Int32) throws {
    try withTemporaryFolder { folder in
      let path = try notebook(
        ["print('begun')", "pcall(function() while true do end end)", "print('never')"], in: folder)
      let process = try NotebookProgram.start(["notebook", "run", path])
      try NotebookProgram.wait(for: "begun\\n", in: path)
      usleep(100_000)
      kill(process.processIdentifier, number)
      NotebookProgram.finish(process)
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      let cells = try NotebookFile(reading: path).notebook.cells
      #expect(cells[1].outputs.last?.kind == .error)
      #expect(cells[2].metadata["orrery"]?["status"] == "not-run")
    }
  }

  @Test(
    "a limit ends a run with its own status",
    arguments: [
      (["--timeout", "0.2s"], "while true do end", 4 as Int32),
      (
        ["--timeout", "0.2s"],
        """
        local k = cuda.compile "__global__ void f(float *x) { while (true) x[0] += 1.f; }"
        k.f { grid = 1, block = 32, args = { tensor.ones(1) } }
        """, 4
      ),
      (["--max-steps", "100000"], "while true do end", 6),
      (["--max-memory", "40MiB"], "t = {} for i = 1, 1e9 do t[i] = ('x'):rep(999) .. i end", 6),
    ])
  func limits(options: [String], source: String, status: Int32) throws {
    try withTemporaryFolder { folder in
      let path = try notebook([source], in: folder)
      let process = try NotebookProgram.start(["notebook", "run", path] + options)
      NotebookProgram.finish(process)
      #expect(process.terminationStatus == status)
    }
  }
}

/// Several notebooks at once, each in a process of its own.
@Suite(.serialized, .enabled(if: NotebookProgram.isBuilt, "swift build builds the program"))
struct ParallelRunTests {
  private func save(_ sources: [String: [String]], in folder: String) throws {
    for (name, cells) in sources {
      var file = NotebookFile(
        Notebook(cells: cells.map { Cell(.code, $0) }), path: "\(folder)/\(name).ipynb",
        form: .ipynb)
      try file.save()
    }
  }

  private func text(_ name: String, in folder: String) throws -> [String] {
    try NotebookFile(reading: "\(folder)/\(name).ipynb").notebook.cells.flatMap(\.outputs).map(
      \.text)
  }

  @Test func `notebooks run at once and tell one story each`() throws {
    try withTemporaryFolder { folder in
      // Each waits for a file that the other makes, so one by one they would never end.
      let meet = { (mine: String, other: String) in
        """
        io.open("\(mine)", "w"):close()
        local file repeat file = io.open("\(other)") until file
        print("\(mine) met \(other)")
        """
      }
      try save(
        ["a": [meet("one", "two")], "b": [meet("two", "one")], "c": ["x = 1", "error('no')"]],
        in: folder)
      let run = try ProgramRun(
        [
          "notebook", "run", "--jobs", "3", "--timeout", "20s", "--stream-output", "--junit",
          "j.xml",
          "a.ipynb", "b.ipynb", "c.ipynb",
        ], folder: folder)
      #expect(run.status == 1)
      #expect(try text("a", in: folder) == ["one met two\n"])
      #expect(try text("b", in: folder) == ["two met one\n"])
      let lines = run.output.split(separator: "\n").sorted()
      #expect(lines.count == 5 && lines[3...] == ["one met two", "two met one"], "\(run.output)")
      #expect(lines[0].hasPrefix("a.ipynb: 1 cell, all ok") && lines[2].contains("1 failed"))
      #expect(
        run.errors.contains("c.ipynb [2/2] cell 2  ") && run.errors.contains("\nc.ipynb:2:1: "))
      let report = String(decoding: try FileIO.read("\(folder)/j.xml"), as: UTF8.self)
      #expect(report.components(separatedBy: "<testsuite name=").count == 4)
    }
  }

  @Test func `a process that dies is the failure of its cell`() throws {
    try withTemporaryFolder { folder in
      try save(
        ["a": ["print('x')", "os.execute('kill -9 $PPID')"], "b": ["print('y')"]], in: folder)
      let run = try ProgramRun(["notebook", "run", "-j2", "a.ipynb", "b.ipynb"], folder: folder)
      #expect(run.status == 137)
      #expect(run.errors.contains("a.ipynb:2:1: the process ended by signal 9"), "\(run.errors)")
      #expect(try text("a", in: folder) == ["x\n"] && text("b", in: folder) == ["y\n"])
    }
  }

  @Test func `events of all notebooks say which one they are of`() throws {
    try withTemporaryFolder { folder in
      try save(["a": ["1"], "b": ["2"]], in: folder)
      let run = try ProgramRun(
        ["notebook", "run", "-j2", "--progress=json", "a.ipynb", "b.ipynb", "no.ipynb"],
        folder: folder)
      #expect(run.status == 3 && run.output.isEmpty)
      let lines = run.errors.split(separator: "\n")
      let events = lines.compactMap { try? JSONValue(parsing: String($0)) }
      #expect(events.count == lines.count - 1 && run.errors.contains("cannot read no.ipynb"))
      for name in ["a.ipynb", "b.ipynb"] {
        let own = events.filter { $0["file"]?.string == name }.compactMap { $0["event"]?.string }
        #expect(own == ["start", "result", "end", "report"])
      }
    }
  }

  @Test func `a signal stops all of them, once, and every file is saved`() throws {
    try withTemporaryFolder { folder in
      let cells = ["print('begun')", "while true do end", "print('never')"]
      try save(["a": cells, "b": cells, "c": cells], in: folder)
      let paths = ["a", "b", "c"].map { "\(folder)/\($0).ipynb" }
      let process = try NotebookProgram.start(["notebook", "run", "--jobs=2"] + paths)
      for path in paths[..<2] { try NotebookProgram.wait(for: "begun\\n", in: path) }
      usleep(200_000)
      kill(process.processIdentifier, SIGTERM)
      NotebookProgram.finish(process)
      #expect(process.terminationStatus == 130)
      for path in paths[..<2] {
        let cells = try NotebookFile(reading: path).notebook.cells
        #expect(cells[1].outputs.last?.kind == .error)
        #expect(cells[2].metadata["orrery"]?["status"] == "not-run")
      }
      #expect(try text("c", in: folder).isEmpty)
    }
  }
}

/// The program beside the tests.
enum NotebookProgram {
  static let isBuilt = FileManager.default.isExecutableFile(atPath: ProgramRun.path)

  /// Waits until the file holds a text, at most ten seconds.
  static func wait(for text: String, in path: String) throws {
    for _ in 0..<1000 {
      if String(decoding: try FileIO.read(path), as: UTF8.self).contains(text) { return }
      usleep(10_000)
    }
    Issue.record("\(text) never came")
  }

  /// Waits for the program to end, at most 30 seconds; then it is killed and the test fails.
  static func finish(_ process: Process) {
    for _ in 0..<3000 where process.isRunning { usleep(10_000) }
    if process.isRunning {
      Issue.record("the program did not end")
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
  }

  /// Starts the program with its output thrown away.
  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
