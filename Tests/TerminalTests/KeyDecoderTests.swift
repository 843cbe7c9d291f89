import Base
import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
  @Test(
    "a sequence is the key it says",
    arguments: [
      ("a", .text("a")), ("你好, é😀", .text("你好, é😀")), ("\u{1}", .control("a")),
      ("\u{1F}", .control("_")), ("\r", .named(.enter, [])), ("\n", .named(.enter, [])),
      ("\t", .named(.tab, [])), ("\u{7F}", .named(.backspace, [])),
      ("\u{1B}[A", .named(.up, [])), ("\u{1B}OA", .named(.up, [])),
      ("\u{1B}[1;5D", .named(.left, .control)), ("\u{1B}[1;3C", .named(.right, .alt)),
      ("\u{1B}[1;2H", .named(.home, .shift)), ("\u{1B}[3~", .named(.delete, [])),
      ("\u{1B}[4~", .named(.end, [])), ("\u{1B}[Z", .named(.tab, .shift)),
      ("\u{1B}OP", .named(.function(1), [])), ("\u{1B}\r", .named(.enter, .alt)),
      ("\u{1B}[13;2u", .named(.enter, .shift)), ("\u{1B}[27;5;13~", .named(.enter, .control)),
      ("\u{1B}[97;5u", .control("a")), ("\u{1B}b", .alt("b")), ("\u{1B}é", .alt("é")),
      ("\u{1B}\u{7F}", .named(.backspace, .alt)),
      ("\u{1B}[200~a\tb\r\u{1B}[A\u{1B}[201~", .paste("a\tb\r\u{1B}[A")),
      ("\u{1B}[200~never closed", .paste("never closed")),
    ] as [(String, Key)])
  func decodes(_ input: String, _ key: Key) {
    #expect(keys(of: Array(input.utf8)) == [key])
  }

  @Test(
    "what means nothing types nothing",
    arguments: [
      "\u{1B}[1;5Y", "\u{1B}[99~", "\u{1B}[?1;2c", "\u{1B}]0;title\u{7}", "\u{1B}]10;rgb\u{1B}\\",
      "\u{1B}P+q\u{1B}\\", "\u{1B}[I", "\u{1B}", "\u{1B}[", "\u{1B}[1;", "\u{1B}[E", "\u{1B}[24~",
    ])
  func ignores(_ input: String) {
    let typed = keys(of: Array(input.utf8) + Array("x".utf8)).filter { $0 != .unknown }
    // A cut sequence may swallow the letter that ends it, but never types its own tail.
    #expect(typed == [.text("x")] || typed == [.alt("x")] || typed.isEmpty)
  }

  @Test func `an escape key is told from a sequence by what follows in time`() {
    #expect(keys(of: [0x1B, 0x1B] + Array("[A".utf8)) == [.unknown, .named(.up, [])])
  }

  @Test func `bytes that are not UTF-8 are dropped and the rest stands`() {
    let typed = keys(of: [0x61, 0xFF, 0x62, 0xC3, 0x63, 0xE4, 0xBD, 0x64])
    #expect(typed == [.text("abcd")])
  }

  @Test func `any bytes at all come to an end`() {
    var random = SeededRandom(seed: 7)
    for round in 0..<500 {
      let bytes = (0..<200).map { _ in
        random.next() % 3 == 0 ? UInt8(0x1B) : UInt8(truncatingIfNeeded: random.next())
      }
      let typed = keys(of: bytes)
      #expect(typed.count <= bytes.count, "round \(round)")
    }
  }

  /// Everything that the bytes mean, up to the end of the input.
  private func keys(of bytes: [UInt8]) -> [Key] {
    var position = 0
    var decoder = KeyDecoder { timeout in
      guard position < bytes.count else { return timeout < 0 ? .end : .nothing }
      position += 1
      return .byte(bytes[position - 1])
    }
    var keys: [Key] = []
    while keys.count <= bytes.count {
      let key = decoder.next()
      if key == .end { break }
      keys.append(key)
    }
    return keys
  }
}
