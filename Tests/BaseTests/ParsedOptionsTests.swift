import Base
import Testing

@Suite struct ParsedOptionsTests {
  private static let options = [
    CommandOption("quiet", "say nothing", letter: "q"),
    CommandOption("all", "take all", letter: "a"),
    CommandOption("eval", "run this", value: "CODE", letter: "e"),
    CommandOption("limit", "the most", value: "SIZE", aliases: ["most"]),
    CommandOption("form", "how", value: "FORM", choices: ["line", "json"]),
  ]

  private func parse(_ words: String, stops: Bool = false) throws -> ParsedOptions {
    let words = words.split(separator: " ").map(String.init)
    return try ParsedOptions(words, options: Self.options, stopsAtFirstWord: stops)
  }

  @Test func `every spelling of an option means the same`() throws {
    for words in [
      "-q -a -e x", "-qae x", "-qaex", "--quiet --all --eval=x", "--all --quiet --eval x",
    ] {
      let parsed = try parse(words)
      #expect(parsed.has("quiet") && parsed.has("all") && parsed.value("eval") == "x", "\(words)")
    }
    #expect(try parse("--most 2KiB").bytes("limit") == Bytes(2048))
    #expect(try parse("-e a -e b --eval=c").all("eval") == ["a", "b", "c"])
  }

  @Test func `words are told from options`() throws {
    #expect(try parse("a -q b - -- -q").words == ["a", "b", "-", "-q"])
    let script = try parse("-q run.lua -q --unknown", stops: true)
    #expect(script.words == ["run.lua", "-q", "--unknown"] && script.has("quiet"))
  }

  @Test func `options can be handed on as words`() throws {
    let parsed = try parse("-q --limit=1MB -e a=b x")
    #expect(parsed.optionWords(leavingOut: ["quiet"]) == ["--limit=1MB", "--eval=a=b"])
    let again = try ParsedOptions(parsed.optionWords(leavingOut: []), options: Self.options)
    #expect(again.has("quiet") && again.value("eval") == "a=b")
  }

  @Test(
    "what is wrong is named, and what was meant",
    arguments: [
      ("--quite", "did you mean \"--quiet\"?"), ("-x", "unknown option \"-x\""),
      ("--quiet=1", "--quiet takes no value"), ("--eval", "write --eval CODE"),
      ("-e", "--eval takes a value"), ("--form jsn", "did you mean \"json\"?"),
    ])
  func faults(words: String, part: String) throws {
    let problem = #expect(throws: Problem.self) { try parse(words) }
    let found = try #require(problem)
    #expect(found.description.contains(part) && found.kind == .usage, "\(found)")
  }

  @Test func `values name their option when they are wrong`() throws {
    for (words, part) in [("--limit=x", "--limit: "), ("--limit=-1", "--limit: ")] {
      let problem = #expect(throws: Problem.self) { try parse(words).bytes("limit") }
      #expect(try #require(problem).message.hasPrefix(part))
    }
    #expect(throws: Problem.self) { try parse("--limit=7").integer("limit", in: 0...6) }
    #expect(throws: Problem.self) { try parse("--limit=soon").seconds("limit") }
    #expect(try parse("--limit=500ms").seconds("limit") == 0.5)
    #expect(try parse("").seconds("limit") == nil)
  }

  @Test func `help lines options up`() {
    #expect(
      CommandOption.table(Array(Self.options[..<4])) == [
        "  -q, --quiet       say nothing", "  -a, --all         take all",
        "  -e, --eval CODE   run this", "      --limit SIZE  the most",
      ])
  }
}
