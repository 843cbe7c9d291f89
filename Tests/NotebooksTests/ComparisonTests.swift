import Base
import Testing

@testable import Notebooks

@Suite struct ComparisonTests {
  private func differences(_ a: [Output], _ b: [Output], _ source: String = "") throws -> [String] {
    try OutputComparison(ComparisonRules(of: Cell(.code, source), base: ComparisonRules()))
      .differences(stored: a, fresh: b)
  }

  private func agree(_ a: String, _ b: String, _ source: String = "") throws -> Bool {
    try differences([.stream(.stdout, a)], [.stream(.stdout, b)], source).isEmpty
  }

  @Test(
    "text is compared by tokens",
    arguments: [
      ("a b", "a  b", true), ("1.0000001", "1.0", true), ("1.001", "1.0", false),
      ("10", "11", false),
      ("1000001", "1000002", false), ("x1 1e-12", "x1 0.0", true), ("-0.5", "- 0.5", false),
      ("table: 0x55d0c8a4f2b0", "table: 0x7ffe00112233", true), ("0x1f", "0x2f", false),
      ("/home/a/b/x.lua:3", "/tmp/x.lua:3", true), ("/home/a/x.lua:3", "/tmp/x.lua:4", false),
      ("a/b", "c/b", false), ("at 2024-01-02 10:11:12.5", "at 2025-11-30 01:02:03", true),
      ("2024-01-02T10:11:12Z", "2025-01-02T10:11:13Z", true), ("12:30:00", "12:30:01", true),
      ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-e89b-12d3-a456-426614174999", true),
      ("\u{1B}[31mred\u{1B}[0m", "red", true), ("nan inf", "nan inf", true), ("nan", "inf", false),
      ("wall 1.2 ms, cpu 3 ms, process peak 1 MiB", "wall 9 s, cpu 1 ms, process peak 3 MiB", true),
      ("p99 = 1.5 s", "p99 = 1.6 s", false), ("[1,2.5,3]", "[1,2.5000000001,3]", true),
      ("", "x", false),
      ("a\n\nb", "a\nb", true), ("1-2", "1-3", false), ("v1.2.3", "v1.2.4", false),
      ("你好 1.5", "你好 1.5", true), ("你好", "您好", false),
    ])
  func text(a: String, b: String, expected: Bool) throws {
    #expect(try agree(a, b) == expected)
    #expect(try agree(b, a) == expected)
  }

  @Test(
    "comments in a cell change the rules",
    arguments: [
      ("-- test: rtol=0.1", "10", "10.5", true), ("-- test: atol=1", "3", "4", true),
      ("-- test: ignore=/%d+ms/", "took 12ms", "took 7ms", true),
      ("-- test: ignore=/<[^>]*>/, rtol=0.5", "<a> 2", "<b> 2.5", true),
      ("-- test: contains=\"b\"", "x", "abc", true), ("-- test: contains=\"z\"", "x", "abc", false),
    ])
  func comments(comment: String, stored: String, fresh: String, expected: Bool) throws {
    #expect(try agree(stored, fresh, comment) == expected)
  }

  @Test(
    "a comment that makes no sense is an error",
    arguments: ["-- test: rtol", "-- test: rtol=x", "-- test: ignore=/a", "-- test: tolerance=1"])
  func badComments(comment: String) {
    #expect(throws: Problem.self) {
      try ComparisonRules(of: Cell(.code, comment), base: ComparisonRules())
    }
  }

  private static let storedPNG =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAGUlEQVR4AQEOAPH/AP8AAAD/AAAAAP8JCQkaKgMZZOpWTQAAAABJRU5ErkJggg=="
  private static let packedPNG =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mP6z8DA8J+BiZHhPycXJwAaXAMfsbQMJwAAAABJRU5ErkJggg=="
  private static let otherPNG =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR42mP4z8DAAMIM/zk5OQAaKQMYEuUWmgAAAABJRU5ErkJggg=="

  private func bundle(_ type: String, _ content: MIMEBundle.Content) -> [Output] {
    var bundle = MIMEBundle(plain: "x")
    bundle[type] = content
    return [.display(bundle)]
  }

  @Test func `JSON is compared by value`() throws {
    let a = bundle("application/json", .json(["a": 1, "b": [1.0, 2.5]]))
    let b = bundle("application/json", .json(["b": [1, 2.5000000001], "a": 1]))
    let c = bundle("application/json", .json(["b": [1, 2.6], "a": 1]))
    #expect(try differences(a, b).isEmpty)
    #expect(try !differences(a, c).isEmpty)
  }

  @Test func `drawings are compared by their numbers`() throws {
    let a = bundle("image/svg+xml", .text("<svg><path d=\"M1.25,2L3 4\"/></svg>"))
    let b = bundle("image/svg+xml", .text("<svg><path d=\"M1.26,2L3 4\"/>\n</svg>"))
    let c = bundle("image/svg+xml", .text("<svg><path d=\"M1.55,2L3 4\"/></svg>"))
    #expect(try differences(a, b).isEmpty)
    #expect(try differences(a, c).contains("-<path d=\"M1.25,2L3 4\"/>"))
  }

  @Test func `ids of drawings count by their order only`() throws {
    let a = bundle("image/svg+xml", .text("<g id=\"x7\"/><p a=\"url(#x7)\" href=\"#x7\"/>"))
    let b = bundle("image/svg+xml", .text("<g id=\"y9\"/><p a=\"url(#y9)\" href=\"#y9\"/>"))
    let c = bundle("image/svg+xml", .text("<g id=\"y9\"/><p a=\"url(#z)\" href=\"#y9\"/>"))
    #expect(try differences(a, b).isEmpty)
    #expect(try !differences(a, c).isEmpty)
  }

  @Test func `pictures are compared by their pixels`() throws {
    // The same 2 by 2 picture, stored and compressed, by Python's zlib; and one of other pixels.
    let stored = try #require(NotebookText.decodeBase64(ComparisonTests.storedPNG))
    let packed = try #require(NotebookText.decodeBase64(ComparisonTests.packedPNG))
    let other = try #require(NotebookText.decodeBase64(ComparisonTests.otherPNG))
    #expect(stored != packed && PNGImage(decoding: stored)?.samples.count == 12)
    #expect(
      try differences(bundle("image/png", .bytes(stored)), bundle("image/png", .bytes(packed)))
        .isEmpty)
    #expect(
      try !differences(bundle("image/png", .bytes(stored)), bundle("image/png", .bytes(other)))
        .isEmpty)
  }

  @Test func `damaged pictures are no pictures and do no harm`() throws {
    let good = try #require(NotebookText.decodeBase64(ComparisonTests.packedPNG))
    var random = SeededRandom(seed: 3)
    for _ in 0..<1000 {
      var bytes = good
      for _ in 0...random.nextInteger(below: 3) {
        bytes[random.nextInteger(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.nextInteger(below: 4) == 0 {
        bytes.removeLast(random.nextInteger(below: bytes.count))
      }
      _ = PNGImage(decoding: bytes)
    }
  }

  @Test func `a missing or an added output shows in the diff`() throws {
    let one: [Output] = [.stream(.stdout, "a\n")]
    let two: [Output] = [.stream(.stdout, "a\n"), .result(MIMEBundle(plain: "1"), number: 3)]
    #expect(
      try differences(one, two) == [
        "@@ -1,2 +1,4 @@", " # stdout", " a", "+# result text/plain", "+1",
      ])
    #expect(try differences(two, one).suffix(2) == ["-# result text/plain", "-1"])
    #expect(
      try differences([.stream(.stdout, "a"), .stream(.stdout, "b")], [.stream(.stdout, "ab")])
        .isEmpty)
  }

  @Test func `a unified diff leads from one text to the other`() {
    for seed in 0..<300 {
      var random = SeededRandom(seed: UInt64(seed))
      let a = (0..<random.nextInteger(below: 30)).map { _ in String(random.nextInteger(below: 4)) }
      let b = (0..<random.nextInteger(below: 30)).map { _ in String(random.nextInteger(below: 4)) }
      let lines = UnifiedDiff.lines(a, b, around: 1000) { a[$0] == b[$1] }.dropFirst()
      guard a != b else {
        #expect(lines.isEmpty)
        continue
      }
      #expect(
        lines.filter { !$0.hasPrefix("+") }.map { String($0.dropFirst()) } == a, "seed \(seed)")
      #expect(
        lines.filter { !$0.hasPrefix("-") }.map { String($0.dropFirst()) } == b, "seed \(seed)")
    }
  }

  @Test func `far changes stand in hunks of their own`() {
    let a = (1...20).map(String.init)
    var b = a
    (b[1], b[17]) = ("x", "y")
    let heads = UnifiedDiff.lines(a, b) { a[$0] == b[$1] }.filter { $0.hasPrefix("@@") }
    #expect(heads == ["@@ -1,5 +1,5 @@", "@@ -15,6 +15,6 @@"])
  }
}
