import Base
import Testing

@Suite struct DisplayWidthTests {
  @Test(
    "columns of a text",
    arguments: [
      ("", 0), ("abc", 3), ("中文", 4), ("e\u{301}", 1), ("🚀", 2), ("👨‍👩‍👧‍👦", 2), ("한글", 4),
      ("ｆｕｌｌ", 8), ("é", 1), ("\u{200B}", 0), ("❤️", 2), ("─│█⣿", 4), ("🇩🇪", 2),
    ])
  func width(text: String, columns: Int) {
    #expect(text.displayWidth == columns)
  }

  @Test func `a cut text fits and says that it was cut`() {
    #expect("abcdef".truncated(toWidth: 4) == "abc…")
    #expect("中文字".truncated(toWidth: 4) == "中…")
    #expect("abc".truncated(toWidth: 3) == "abc")
    #expect("abc".truncated(toWidth: 0) == "")
    #expect("中".padded(toWidth: 4) == "中  " && "1".padded(toWidth: 3, alignRight: true) == "  1")
  }
}

@Suite struct NearestNamesTests {
  @Test(
    "what was meant",
    arguments: [
      ("prnt", "print"), ("Tensor", "tensor"), ("tenosr", "tensor"), ("arang", "arange"),
      ("soft", "softmax"),
    ])
  func meant(typed: String, name: String) {
    let names = ["print", "tensor", "arange", "softmax", "pairs", "string"]
    #expect(nearestNames(to: typed, among: names).first == name)
  }

  @Test func `what is far from everything has no near name`() {
    #expect(nearestNames(to: "xyzzy", among: ["print", "tensor"]).isEmpty)
    #expect(nearestNames(to: "q", among: ["print", "x"]).isEmpty)
    #expect(nearestNames(to: "", among: ["print"]).isEmpty)
  }
}

@Suite struct BytesTests {
  @Test(
    "sizes as people write them",
    arguments: [
      ("512", 512), ("2GiB", 2_147_483_648), ("2G", 2_147_483_648), ("64 KiB", 65_536),
      ("1.5GB", 1_500_000_000), ("10mb", 10_000_000),
    ])
  func parsed(text: String, count: Int) throws {
    #expect(try Bytes(parsing: text).count == count)
  }

  @Test(
    "what is no size is refused", arguments: ["", "GiB", "-1", "2 apples", "1e9999", "9e99TiB"])
  func refused(text: String) {
    #expect(throws: Problem.self) { try Bytes(parsing: text) }
  }

  @Test func `sizes print in the largest unit that keeps them above one`() {
    #expect(Bytes(1023).description == "1023 B")
    #expect(Bytes(1_572_864).description == "1.5 MiB")
    #expect(Bytes(2_147_483_648).description == "2 GiB")
  }
}
