import Testing

@testable import Terminal

@Suite struct PastedTextTests {
  @Test(
    "a paste becomes clean text",
    arguments: [
      ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("x = 1\n\n", "x = 1"), ("a\tb", "a\tb"),
      ("a\u{1B}[31mb\u{0}", "a[31mb"), ("你好\r", "你好"),
      ("[3]> for i = 1, 2 do\n   │   print(i)\n   │ end", "for i = 1, 2 do\n  print(i)\nend"),
      ("[3]> x", "x"), ("[3]", "[3]"), ("[a]> x", "[a]> x"),
      ("[3]> a\nb", "[3]> a\nb"),
    ])
  func cleans(_ pasted: String, _ expected: String) {
    #expect(PastedText.cleaned(pasted, prompt: "[3]> ", margin: "   │ ") == expected)
  }
}
