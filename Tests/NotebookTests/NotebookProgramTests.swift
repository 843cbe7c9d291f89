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

  /// Waits until the file holds a text, at most ten seconds.
  private func wait(for text: String, in path: String) throws {
    for _ in 0..<1000 {
      if String(decoding: try FileIO.read(path), as: UTF8.self).contains(text) { return }
      usleep(10_000)
    }
    Issue.record("\(text) never came")
  }

  private func faults(_ path: String) throws -> [FormatFault] {
    Notebook.faults(in: try JSONValue(parsing: FileIO.read(path)))
  }

  @Test func `a killed run leaves a valid notebook with what was finished`() throws {
    try withTemporaryFolder { folder in
      let path = try notebook(["print('first done')", "while true do end"], in: folder)
      let process = try NotebookProgram.start(["notebook", "run", path])
      try wait(for: "first done\\n", in: path)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try faults(path).isEmpty)
      let cells = try NotebookFile(reading: path).notebook.cells
      #expect(cells[0].outputs == [.stream(.stdout, "first done\n")])
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
      try wait(for: "begun\\n", in: path)
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

/// The program beside the tests.
enum NotebookProgram {
  private static let path =
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("orrery").path
  static let isBuilt = FileManager.default.isExecutableFile(atPath: path)

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
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
