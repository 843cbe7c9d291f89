import Base
import Notebooks
import Testing

@testable import Terminal

@Suite struct ColoursTests {
  @Test(
    "the parts of a printed value have their colours",
    arguments: [
      ("3", "n"), ("-2.5e-3", "nnnnnnn"), ("\"a\\\"b\"", "ssssss"), ("true", "kkkk"),
      ("{ x = 1 }", "  f   n  "), ("a10", "   "), ("<cycle 1>", "mmmmmmmmm"),
      ("… 3 more", "mmmmmmmm"), ("a - b", "     "), ("x1 = nil", "ff   kkk"),
    ])
  func paints(_ text: String, _ expected: String) {
    let painted = ValueColours(palette: Palette(isColoured: true)).painted(text)
    #expect(styles(of: painted) == expected)
  }

  @Test func `colour changes no text, whatever it is`() {
    var random = SeededRandom(seed: 8)
    let pieces = ["\"", "\\", "<", ">", "…", "1", "-", "nil", "x = ", "你", " ", "{", ",", "\n"]
    for _ in 0..<2000 {
      let text = (0..<random.next() % 12).map { _ in pieces[Int(random.next() % 14)] }.joined()
      let painted = ValueColours(palette: Palette(isColoured: true)).painted(text)
      #expect(plain(painted) == text)
      #expect(ValueColours(palette: .plain).painted(text) == text)
    }
  }

  @Test func `an error's message and caret stand out, the failing line stays plain`() {
    let error = EvaluationError(
      name: "LuaError", message: "no", report: ["cell 1:2: no", "> 2 | x()", "      ^", "  trace"])
    let lines = ErrorColours(palette: Palette(isColoured: true)).painted(error)
    #expect(lines[0].contains("[1;31m") && lines[2].contains("[1;31m"))
    #expect(lines[1] == "> 2 | x()")
    #expect(lines.map(plain) == error.report)
  }

  /// One letter for each character's style: n, s, k, f, m for number, string, keyword, key, muted.
  private func styles(of painted: String) -> String {
    let letters = ["36": "n", "32": "s", "35": "k", "34": "f", "2": "m", "0": " "]
    var styles = ""
    var current = " "
    for (index, part) in painted.split(separator: "\u{1B}[", omittingEmptySubsequences: false)
      .enumerated()
    {
      guard index > 0 else {
        styles += String(repeating: " ", count: part.count)
        continue
      }
      current = letters[String(part.prefix { $0 != "m" })] ?? "?"
      styles += String(repeating: current, count: part.drop { $0 != "m" }.count - 1)
    }
    return styles
  }

  private func plain(_ painted: String) -> String {
    let parts = painted.split(separator: "\u{1B}[", omittingEmptySubsequences: false)
    return String(parts.first ?? "")
      + parts.dropFirst().map { String($0.drop { $0 != "m" }.dropFirst()) }.joined()
  }
}
