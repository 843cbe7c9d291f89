import Testing

@testable import Terminal

@Suite struct PaletteTests {
  @Test(
    "colour follows the terminal and what the person asked for",
    arguments: [
      (true, ["TERM": "xterm"], true), (false, ["TERM": "xterm"], false),
      (true, ["TERM": "dumb"], false), (true, [:], false),
      (true, ["TERM": "xterm", "NO_COLOR": "1"], false),
      (true, ["TERM": "xterm", "NO_COLOR": ""], true),
      (true, ["TERM": "xterm", "CLICOLOR": "0"], false),
      (false, ["CLICOLOR_FORCE": "1"], true), (false, ["CLICOLOR_FORCE": "0"], false),
      (true, ["TERM": "dumb", "CLICOLOR_FORCE": "1"], true),
    ] as [(Bool, [String: String], Bool)])
  func decides(_ isTerminal: Bool, _ environment: [String: String], _ expected: Bool) {
    let palette = Palette(isTerminal: isTerminal) { environment[$0] }
    #expect(palette.isColoured == expected)
  }

  @Test func `a plain palette changes nothing, a coloured one takes its colour back`() {
    #expect(Palette.plain.paint("x", .error) == "x")
    for style in Style.allCases {
      let painted = Palette(isColoured: true).paint("x", style)
      #expect(painted.hasPrefix("\u{1B}[") && painted.hasSuffix("x\u{1B}[0m"))
    }
    #expect(Palette(isColoured: true).paint("", .error) == "")
  }
}
