import Testing

@testable import Host

@Suite struct LuaIndentationTests {
  @Test(
    "lines go in as people write them",
    arguments: [
      "x = 1\ny = 2",
      "for i = 1, 3 do\n  print(i)\nend\nx = 1",
      "if a then\n  b()\nelseif c then\n  d()\nelse\n  e()\nend",
      "local t = {\n  1,\n  { 2, 3 },\n  f = function(x)\n    return x\n  end,\n}",
      "run(function()\n  step()\nend)\nx = 1",
      "repeat\n  x = x - 1\nuntil x == 0\ny = 1",
      "while x do -- do, then, function {\n  y()\nend",
      "s = \"do then {\"\nt = [[\nfunction\n]]\nx = 1",
      "function f()\n  return g(\n    1,\n    2\n  )\nend",
      "if a then b() end\nx = 1",
    ])
  func indents(_ code: String) {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for count in 1...lines.count {
      let text = lines[..<count].joined(separator: "\n")
      guard let wanted = LuaIndentation.ofLastLine(in: text) else { continue }
      let own = lines[count - 1].prefix { $0 == " " }
      #expect(wanted == own, "line \(count) of \(code)")
    }
  }

  @Test func `inside a long string or comment lines stay as they are`() {
    #expect(LuaIndentation.ofLastLine(in: "x = [[\nend") == nil)
    #expect(LuaIndentation.ofLastLine(in: "--[[\nend") == nil)
  }
}
