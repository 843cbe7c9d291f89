import Base
import Testing

@testable import Notebooks

@Suite struct OutputCollectorTests {
  @Test func `text to one stream in a row is one output`() {
    let collector = OutputCollector()
    collector.write("a")
    collector.write("b\n")
    collector.write("c", to: .stderr)
    collector.write("d")
    #expect(
      collector.outputs
        == [.stream(.stdout, "ab\n"), .stream(.stderr, "c"), .stream(.stdout, "d")])
  }

  @Test func `a character that comes in parts is whole`() {
    let collector = OutputCollector()
    for byte in "é🙂".utf8 { withUnsafeBytes(of: byte) { collector.write($0, to: .stdout) } }
    #expect(collector.outputs == [.stream(.stdout, "é🙂")])
  }

  @Test func `an update replaces what its id showed`() {
    let collector = OutputCollector()
    var foreign: [String] = []
    collector.onForeignUpdate = { id, _ in foreign.append(id) }
    collector.display(MIMEBundle(plain: "1"), id: "a", isUpdate: false)
    collector.write("x")
    collector.display(MIMEBundle(plain: "2"), id: "a", isUpdate: true)
    collector.display(MIMEBundle(plain: "3"), id: "b", isUpdate: true)
    #expect(collector.outputs == [.display(MIMEBundle(plain: "2")), .stream(.stdout, "x")])
    #expect(foreign == ["b"])
  }

  @Test func `clearing waits for the next output when asked to`() {
    let collector = OutputCollector()
    collector.write("a")
    collector.clear(wait: true)
    #expect(collector.outputs == [.stream(.stdout, "a")])
    collector.write("b")
    #expect(collector.outputs == [.stream(.stdout, "b")])
    collector.clear(wait: false)
    #expect(collector.outputs.isEmpty)
  }

  @Test func `beyond the limit head and tail are kept`() {
    let collector = OutputCollector(limitBytes: 100)
    for number in 0..<1000 { collector.write("\(number)\n") }
    let outputs = collector.outputs
    #expect(outputs.count == 3 && collector.isTruncated)
    #expect(outputs[0].text.hasPrefix("0\n1\n2\n") && outputs[0].text.utf8.count == 50)
    #expect(outputs[1].text.contains("left out"))
    #expect(outputs[2].text.hasSuffix("998\n999\n") && outputs[2].text.utf8.count <= 100)
  }

  @Test func `forms survive the way into a notebook and back`() {
    var bundle = MIMEBundle(plain: "a\nb")
    bundle["image/png"] = .bytes([0, 1, 2, 253])
    bundle["application/json"] = .json(["x": [1, nil]])
    bundle["text/html"] = .text("<b>\n</b>")
    let back = Output.display(bundle).bundle
    for (type, content) in bundle.forms { #expect(back[type] == content) }
    #expect(back.types.count == 4)
  }

  @Test("base 64 is inverted", arguments: 0..<40)
  func base64(length: Int) {
    var random = SeededRandom(seed: UInt64(length))
    let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    #expect(NotebookText.decodeBase64(Base64.encode(bytes)) == bytes)
  }
}
