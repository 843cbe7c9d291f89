import Base
import Glibc
import TestSupport
import Testing

@testable import Terminal

@Suite struct HistoryFileTests {
  @Test func `entries come back whole, line breaks and all`() throws {
    try withTemporaryPath { path in
      let texts = ["for i = 1, 2 do\n  print(\"你好\")\nend", "x = '\\n'\t-- tab", "👨‍👩‍👧"]
      let first = HistoryFile(path: path)
      for text in texts { try first.append(text) }
      #expect(HistoryFile(path: path).list.entries == texts)
    }
  }

  @Test func `two sessions at once lose nothing`() throws {
    try withTemporaryPath { path in
      let one = HistoryFile(path: path)
      let two = HistoryFile(path: path)
      for number in 0..<20 {
        try one.append("one \(number)")
        try two.append("two \(number)")
      }
      #expect(one.list.entries.last == "one 19")
      #expect(HistoryFile(path: path).list.entries.count == 40)
    }
  }

  @Test func `a line cut short by a crash costs only itself`() throws {
    try withTemporaryPath { path in
      let file = HistoryFile(path: path)
      try file.append("kept")
      let bytes = try FileIO.read(path)
      try FileIO.write(bytes + Array(#"{"time":1,"code":"lo"#.utf8), to: path)
      try HistoryFile(path: path).append("after")
      #expect(HistoryFile(path: path).list.entries == ["kept", "after"])
    }
  }

  @Test func `a file that has grown large is written anew with each text once`() throws {
    try withTemporaryPath { path in
      let long = String(repeating: "x", count: 100_000)
      let line = JSONValue.object(["code": .string(long)]).formatted() + "\n"
      try FileIO.makeDirectory(FileIO.directory(of: path))
      try FileIO.write(Array(String(repeating: line, count: 50).utf8), to: path)
      try HistoryFile(path: path).append("new")
      #expect(HistoryFile(path: path).list.entries == [long, "new"])
      #expect((FileIO.size(path) ?? 0) < 200_000)
    }
  }

  @Test func `a rewrite keeps the newest entries within half of the space`() throws {
    try withTemporaryPath { path in
      let lines = (0..<20).map { number in
        let text = String(repeating: "x", count: 100_000) + String(number)
        return JSONValue.object(["code": .string(text)]).formatted() + "\n"
      }
      try FileIO.makeDirectory(FileIO.directory(of: path))
      try FileIO.write(Array(lines.joined().utf8), to: path)
      try HistoryFile(path: path).append("new")
      let entries = HistoryFile(path: path).list.entries
      #expect(entries.map { String($0.suffix(2)) } == ["15", "16", "17", "18", "19", "ew"])
    }
  }

  @Test func `only the owner can read it`() throws {
    try withTemporaryPath { path in
      try HistoryFile(path: path).append("secret")
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `a place that cannot be written is an error, and the session's entries stay`() {
    let file = HistoryFile(path: "/proc/none/history.jsonl")
    #expect(throws: Problem.self) { try file.append("x") }
    #expect(file.list.entries == ["x"])
  }

  @Test func `the path follows the XDG rules`() {
    #expect(
      HistoryFile.defaultPath { ["XDG_STATE_HOME": "/s", "HOME": "/h"][$0] }
        == "/s/orrery/history.jsonl")
    #expect(
      HistoryFile.defaultPath { ["XDG_STATE_HOME": "relative", "HOME": "/h"][$0] }
        == "/h/.local/state/orrery/history.jsonl")
    #expect(HistoryFile.defaultPath { _ in nil } == nil)
  }

  private func withTemporaryPath(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { try body("\($0)/state/history.jsonl") }
  }
}
