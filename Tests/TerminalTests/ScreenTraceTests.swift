import Testing

@testable import Terminal

@Suite struct ScreenTraceTests {
  @Test(
    "rows are counted as the terminal wraps them",
    arguments: [
      ("", 0), ("abc", 0), ("abc\n", 1), ("abcdefghij", 0), ("abcdefghijk", 1), ("a\r\nb", 1),
      ("你好你好你", 0), ("你好你好a你", 1), ("\n\n", 2),
    ])
  func counts(_ text: String, _ rows: Int) {
    #expect(ScreenTrace.rows(of: text, columns: 10) == rows)
  }

  @Test func `what was shown last under an id is taken back, and nothing else`() {
    var trace = ScreenTrace()
    trace.add(Array("before\n".utf8), id: nil)
    trace.add(Array("50 %\n".utf8), id: "bar")
    #expect(trace.removeLast(id: "other") == nil)
    #expect(trace.removeLast(id: "bar") == "50 %\n")
    trace.add(Array("60 %\n".utf8), id: "bar")
    trace.add(Array("more".utf8), id: nil)
    #expect(trace.removeLast(id: "bar") == nil)
    #expect(!trace.isAtLineStart)
    #expect(trace.removeAll() == "before\n60 %\nmore")
    #expect(trace.isAtLineStart)
  }

  @Test func `beyond what a screen holds nothing is taken back`() {
    var trace = ScreenTrace()
    for _ in 0..<1000 { trace.add(Array(String(repeating: "x", count: 99).utf8 + [10]), id: nil) }
    trace.add(Array("last\n".utf8), id: "bar")
    #expect(trace.removeLast(id: "bar") == nil)
    #expect(trace.removeAll() == nil)
  }
}
