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

@Suite struct SameQuantityTests {
  private static let names = [
    "ttft_seconds", "tpot_seconds", "interval_seconds", "seconds", "memory_bytes",
    "bandwidth_bytes_per_second", "requests_per_second", "price_usd_per_hour", "kept_ratio",
    "clock_hertz", "replicas", "max_tokens",
  ]

  @Test(
    "a name in another unit is proposed with the number in its own",
    arguments: [
      ("ttft_ms", 500, "ttft_seconds = 0.5"), ("tpot_us", 300, "tpot_seconds = 0.0003"),
      ("ttft_s", 2, "ttft_seconds = 2"), ("intervall_ms", 100, "interval_seconds = 0.1"),
      ("interval_minutes", 1.5, "interval_seconds = 90"), ("ms", 3, "seconds = 0.003"),
      ("memory_gb", 80, "memory_bytes = 80e9"),
      ("memory_gib", 0.5, "memory_bytes = 536870912"),
      ("bandwidth_gb_per_second", 3350, "bandwidth_bytes_per_second = 3350e9"),
      ("requests_per_minute", 90, "requests_per_second = 1.5"),
      ("price_cents_per_hour", 250, "price_usd_per_hour = 2.5"),
      ("kept_percent", 99, "kept_ratio = 0.99"), ("clock_ghz", 1.98, "clock_hertz = 1980e6"),
    ])
  func proposed(typed: String, value: Double, fix: String) {
    let problem = Problem.unknown("option", typed, value: value, among: Self.names)
    #expect(problem.fix == "did you mean \(fix)?")
    #expect(nearestNames(to: typed, among: Self.names).first == String(fix.prefix { $0 != " " }))
  }

  @Test(
    "other quantities, other names and units that are right are not",
    arguments: [
      "ttft_gb", "speed_ms", "ttft_seconds", "replicas", "max_tokens", "", "_", "per_second",
    ])
  func none(typed: String) {
    #expect(sameQuantities(as: typed, among: Self.names).isEmpty)
  }

  @Test func `without a number the name alone is proposed`() {
    let problem = Problem.unknown("option", "ttft_ms", among: Self.names)
    #expect(problem.fix == "did you mean \"ttft_seconds\"?")
    let unclear = Problem.unknown("option", "ttft_ms", value: .nan, among: Self.names)
    #expect(unclear.fix == problem.fix)
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
