import Base
import TestSupport
import Testing

@testable import Inference

/// Masks against a plain matcher that tries the tokens one by one.
@Suite struct ConstrainingFastMaskTests {
  /// The plain vocabulary, all pairs of letters, so that masks are kept as bits, and long tokens; what
  /// is made of letters alike, and nearly so, is there too.
  static let texts: [[UInt8]] = {
    let letters = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    let whole = [
      "aaaaaaaaaaaaaaaaaaaa", "abcdefghijklm", "xxxxxxxxxxxxxxxxxxxxxxxxx\"}", "ab cdefghijklmnop",
      "zz\"", "z\"z", "\"zz", "zä", "äz", "äöü", "zäz\"", "zé水z🚀", "水z", "Zz9", "z 9", "z\n",
      "zz\u{7F}", "zzzzzzzzzzzzzzzzzz水", "zzzzzzzzzzzzzzzz9", "zzzzzzzzzzzzzzzz\"", "\", \"zz",
      "a\"}", "bä\"", "naming", "names", "namez", "zzz", "zzzzz",
    ]
    let torn: [[UInt8]] = [
      [0x7A, 0xE6], [0x7A, 0xE6, 0xB0], [0xE6, 0xB0, 0xB4, 0xC3], [0xA4, 0x7A], [0xED, 0xA0],
      [0x7A, 0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90], [0xFF], [0xC3, 0x7A],
    ]
    return PlainVocabulary.texts + torn + whole.map { Array($0.utf8) }
      + letters.flatMap { a in letters.map { [a, $0] } }
  }()

  static let trie = TokenTrie(texts, ends: [PlainVocabulary.end])

  /// Goes through random texts of a constraint and compares what may follow, without and with bounds.
  static func compare(
    _ compiled: CompiledGrammar, steps: Int, _ random: inout SeededRandom
  ) -> (checks: Int, fault: String?) {
    var machine = GrammarMachine(compiled.program)
    var place = machine.start()
    var text = ConstrainedText(MaskWorkspace(compiled.program, trie), maxBytes: nil)
    var mask = text.emptyMask
    for step in 0..<steps {
      let isWhole = machine.ends(of: place).contains(.complete)
      guard text.canEnd == isWhole else { return (step, "step \(step): canEnd is not \(isWhole)") }
      var needs: [TokenID: Int] = [:]
      for (token, bytes) in texts.enumerated() where !bytes.isEmpty {
        let end = machine.step(place, over: bytes)
        guard end != GrammarMachine.dead else { continue }
        needs[TokenID(token)] = bytes.count + Int(machine.cost(of: end))
      }
      let shortest = Int(machine.cost(of: place))
      for budget in [nil, shortest, shortest + random.nextInteger(below: 30)] {
        text.fill(&mask, tokensLeft: budget)
        var expected = Set(needs.filter { $0.value <= budget ?? .max }.keys)
        if isWhole { expected.insert(PlainVocabulary.end) }
        let wrong = expected.symmetricDifference(mask.tokens)
        guard wrong.isEmpty else {
          let list = wrong.sorted().prefix(9).map {
            String(decoding: texts[Int($0)], as: UTF8.self)
          }
          return (step, "step \(step), budget \(budget as Any): \(wrong.count) tokens, \(list)")
        }
      }
      guard let token = choose(needs, &random) else { return (step + 1, nil) }
      place = machine.step(place, over: texts[Int(token)])
      text.accept(token)
    }
    return (steps, nil)
  }

  /// Letters alike more often than others, so that texts become long.
  private static func choose(_ needs: [TokenID: Int], _ random: inout SeededRandom) -> TokenID? {
    let open = needs.keys.sorted()
    guard !open.isEmpty else { return nil }
    let plain = open.filter { texts[Int($0)].allSatisfy { $0 >= 0x61 } }
    let list = plain.isEmpty || random.nextInteger(below: 3) == 0 ? open : plain
    return list[random.nextInteger(below: list.count)]
  }

  @Test func `masks of random grammars hold what a matcher takes`() throws {
    var maker = RandomGrammar(seed: 6)
    var random = SeededRandom(seed: 7)
    var checks = 0
    for _ in 0..<trials(3000, fast: 25) {
      let grammar = maker.make()
      guard (try? grammar.checkLeftRecursion()) != nil,
        let compiled = try? CompiledGrammar(grammar)
      else { continue }
      let result = Self.compare(compiled, steps: 5, &random)
      checks += result.checks
      #expect(result.fault == nil, "\(grammar.rules)")
    }
    #expect(checks > 30)
  }

  @Test func `masks of letters that are alike hold what a matcher takes`() throws {
    var random = SeededRandom(seed: 10)
    // Loops with and without counts, over letters alike, nearly alike, and beyond ASCII.
    let pieces = [
      "[^\"\\\\]*", "[a-z]*", "[a-z]{3,20}", "[^\"]{2,200}", "[a-zä]{15,}", "[^ä\"]*", "(\"zz\")*",
      "[^\"]", "\"name\"", "[z9]{20,40}", "([a-y]* \"z\")*", "(. | \"水z\")*", "[\\u0080-\\uFFFF]+",
      "([a-z]{2,30} \" \"){1,50}", "tail", "\"\\\"\"", "([a-z] | \"水\"){40,90}",
    ]
    var checks = 0
    for _ in 0..<trials(2000, fast: 8) {
      func piece() -> String { pieces[random.nextInteger(below: pieces.count)] }
      let sequence = "\(piece()) (\(piece()) | \(piece())) \(piece())"
      let grammar = "root ::= \"\\\"\" \(sequence) tail\ntail ::= \"\\\"\" | \"}\" [^z]*"
      let compiled = try CompiledGrammar(Grammar(parsing: grammar))
      let result = Self.compare(compiled, steps: 8, &random)
      checks += result.checks
      #expect(result.fault == nil, "\(grammar)")
    }
    #expect(checks > 25)
  }

  @Test func `masks of random schemas hold what a matcher takes`() throws {
    var maker = RandomSchema(seed: 11)
    var random = SeededRandom(seed: 12)
    var checks = 0
    for _ in 0..<trials(1000, fast: 12) {
      let schema = maker.make()
      guard let grammar = try? Grammar(schema: schema),
        let compiled = try? CompiledGrammar(grammar)
      else { continue }
      let result = Self.compare(compiled, steps: 12, &random)
      checks += result.checks
      #expect(result.fault == nil, "\(schema.formatted())")
    }
    #expect(checks > 40)
  }

  @Test(
    "the letters of a token are those of its text",
    arguments: [
      ("ab1", "a", "b1"), ("水a", "水", "a"), ("Ä", "é", ""), ("Q\"", "A", "\""),
    ])
  func kinds(text: String, first: String, rest: String) {
    func kinds(_ text: String) -> LetterKinds {
      text.unicodeScalars.reduce(into: []) {
        $0.formUnion($1.isASCII ? .of(UInt8($1.value)) : .beyondASCII)
      }
    }
    let found = TokenLetters.kinds(of: Array(text.utf8)[...])
    #expect(found.first == kinds(first) && found.rest == kinds(rest))
  }

  @Test(
    "bytes of no whole letter are torn",
    arguments: [
      [0xC3], [0x61, 0xE6, 0xB0], [0xA4], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xFF, 0x61],
    ])
  func torn(bytes: [UInt8]) {
    let found = TokenLetters.kinds(of: bytes[...])
    #expect(found.first.union(found.rest).contains(.torn))
  }
}
