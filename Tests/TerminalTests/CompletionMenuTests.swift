import Base
import Notebooks
import Testing

@testable import Terminal

@Suite struct CompletionMenuTests {
  @Test func `what is common is counted in characters, not in bytes`() {
    let items = ["你好", "你们"].map { Completion.Item($0, kind: "name") }
    #expect(CompletionMenu.commonPrefix(items) == "你")
    #expect(CompletionMenu.commonPrefix([]) == "")
  }

  @Test func `a few candidates stand with their hints, one to a line`() {
    let menu = CompletionMenu([
      .init("print", kind: "function", hint: "print(…): writes values"),
      .init("pairs", kind: "function"),
    ])
    #expect(
      menu.lines(columns: 30, rows: 24, palette: .plain) == [
        "print  print(…): writes valu…", "pairs  function",
      ])
  }

  @Test func `files show their last name only`() {
    let menu = CompletionMenu([
      .init("data/a.csv", kind: "file"), .init("data/sub/", kind: "file"),
    ])
    let lines = menu.lines(columns: 30, rows: 24, palette: .plain)
    #expect(lines.map { $0.prefix(5) } == ["a.csv", "sub/ "])
  }

  @Test func `many candidates come in pages that hold each of them once`() {
    let names = (0..<500).map { "name_\($0)" }
    var menu = CompletionMenu(names.map { .init($0, kind: "name") })
    var seen: [String] = []
    for _ in 0..<10 {
      let lines = menu.lines(columns: 60, rows: 24, palette: .plain)
      #expect(lines.count <= 13)
      if seen.count == 500 { break }
      for line in lines.dropLast() { seen += line.split(separator: " ").map(String.init) }
      menu.turn(columns: 60, rows: 24)
    }
    #expect(seen.sorted() == names.sorted())
  }

  @Test(
    "no line is wider than the screen",
    arguments: [10, 20, 40, 80, 200], [1, 5, 12, 13, 100])
  func fits(_ columns: Int, _ count: Int) {
    let items = (0..<count).map {
      Completion.Item(
        String(repeating: "长名", count: 1 + $0 % 20) + "\($0)", kind: "name",
        hint: String(repeating: "说明 ", count: 30))
    }
    for line in CompletionMenu(items).lines(columns: columns, rows: 24, palette: .plain).prefix(12)
    {
      #expect(line.displayWidth <= max(columns, 8), "\(line)")
    }
  }
}
