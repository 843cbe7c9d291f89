import Testing

@testable import Terminal

@Suite struct KeyTableTests {
  @Test(
    "keys do what they do in a shell",
    arguments: [
      (.control("a"), .lineStart), (.control("k"), .killToLineEnd), (.control("r"), .search),
      (.control("d"), .deleteForwardOrEnd), (.control("_"), .undo), (.control("c"), .interrupt),
      (.alt("f"), .wordRight), (.named(.left, .control), .wordLeft),
      (.named(.right, .alt), .wordRight), (.named(.home, []), .lineStart),
      (.named(.home, .control), .bufferStart), (.named(.enter, []), .enter),
      (.named(.enter, .alt), .newline), (.named(.enter, .shift), .newline),
      (.named(.tab, []), .complete), (.named(.tab, .shift), .unindent),
      (.named(.delete, .control), .killWordForward), (.named(.function(1), []), .help),
    ] as [(Key, EditCommand)])
  func looksUp(_ key: Key, _ command: EditCommand) {
    #expect(KeyTable.command(for: key) == command)
  }

  @Test(
    "keys without a meaning do nothing",
    arguments: [.control("q"), .alt("x"), .named(.function(5), []), .unknown] as [Key])
  func ignores(_ key: Key) {
    #expect(KeyTable.command(for: key) == nil)
  }
}
