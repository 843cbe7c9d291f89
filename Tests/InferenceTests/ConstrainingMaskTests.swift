import Base
import TestSupport
import Testing

@testable import Inference

@Suite struct ConstrainingMaskTests {
  @Test func `a copy goes its own way`() throws {
    let constraint = try Constraint.choice(["red", "green"])
    var text = constraint.start(PlainVocabulary.trie)
    var copy = text
    let (r, g) = (TokenID(0x72 + 1), TokenID(0x67 + 1))
    let areTaken = text.accept(r) && copy.accept(g)
    #expect(areTaken)
    #expect(text.forcedText == Array("ed".utf8) && copy.forcedText == Array("reen".utf8))
    #expect(!text.canEnd && text.shortestRest == 2 && copy.fewestTokens == 3)
    let before = copy
    let isTaken = copy.accept(r + 1)
    #expect(!isTaken && copy.isDead && !before.isDead)
  }

  @Test func `an end token may stand where the text may end, and nothing behind it`() throws {
    let constraint = try Constraint.regex("a+")
    var text = constraint.start(PlainVocabulary.trie)
    let a = TokenID(0x61 + 1)
    var mask = text.emptyMask
    text.fill(&mask)
    #expect(mask.tokens == [a] && mask.only == a)
    text.accept(a)
    #expect(text.canEnd && !text.isFinished)
    text.fill(&mask)
    #expect(mask.tokens == [PlainVocabulary.end, a])
    text.fill(&mask, tokensLeft: 0)
    #expect(mask.tokens == [PlainVocabulary.end])
    text.accept(PlainVocabulary.end)
    #expect(text.isFinished && !text.isDead)
    text.fill(&mask)
    #expect(mask.isEmpty)
    text.accept(a)
    #expect(text.isDead)
  }

  @Test func `a budget that is too short leaves the longest tokens of the shortest way out`() throws
  {
    let constraint = try Constraint.grammar("root ::= \"name\" | \"value\" [a-z]*")
    let text = constraint.start(PlainVocabulary.trie)
    #expect(text.shortestRest == 4 && text.fewestTokens == 1)
    var mask = text.emptyMask
    text.fill(&mask, tokensLeft: 1)
    #expect(mask.tokens.map { PlainVocabulary.texts[Int($0)] } == [Array("name".utf8)])
  }

  @Test func `a bound on bytes holds`() throws {
    let constraint = try Constraint.json(schema: [:], maxBytes: 12)
    var random = SeededRandom(seed: 9)
    for _ in 0..<20 {
      var text = constraint.start(PlainVocabulary.trie)
      var output: [UInt8] = []
      var mask = text.emptyMask
      while !text.isFinished {
        text.fill(&mask)
        let tokens = mask.tokens
        let token = tokens[random.nextInteger(below: tokens.count)]
        _ = text.accept(token)
        output += PlainVocabulary.texts[Int(token)]
      }
      #expect(output.count <= 12)
      _ = try JSONValue(parsing: output)
    }
  }

  @Test func `logits outside a mask are minus infinity`() {
    var mask = TokenMask(count: 130)
    for token: TokenID in [0, 63, 64, 129] { mask.insert(token) }
    var logits = [Float](repeating: 1, count: 140)
    logits.withUnsafeMutableBufferPointer { mask.apply(to: $0) }
    #expect(logits.indices.filter { logits[$0] == 1 } == [0, 63, 64, 129])
    #expect(mask.population == 4 && mask.contains(64) && !mask.contains(65) && mask.only == nil)
  }

  @Test(
    "a pattern matches what it says",
    arguments: [
      ("[0-9]{4}-[0-9]{2}", ["2024-05"], ["2024-5", "x2024-05"]),
      ("(cat|dog)s?", ["cat", "dogs"], ["cats!", ""]),
      ("^a.*z$", ["az", "a水z"], ["a\nz", "za"]),
      ("\\w+@\\d?\\.(?:com|de)", ["a_1@.com", "x@3.de"], ["@.com"]),
      ("[^\\s]+?", ["ab"], ["a b", ""]),
      ("\\u6C34|\\x41", ["水", "A"], ["B"]),
    ])
  func patterns(_ pattern: String, _ accepted: [String], _ refused: [String]) throws {
    let constraint = try Constraint.regex(pattern)
    for text in accepted { #expect(constraint.matches(text), "\(text) should match") }
    for text in refused { #expect(!constraint.matches(text), "\(text) should not match") }
  }

  @Test func `a workspace that is left behind takes the place of its texts along`() throws {
    let compiled = try CompiledGrammar(
      Grammar(parsing: "root ::= \"(\" root \")\" root | [a-z]{20,40}"))
    var machine = GrammarMachine(compiled.program)
    let place = machine.step(machine.start(), over: Array("((abcdefghijklmnopqrstuvw".utf8))
    var other = GrammarMachine(compiled.program)
    let moved = other.adopt(
      machine.stacks(of: place).map { machine.frames(of: $0) }, machine.ends(of: place))
    #expect(machine.cost(of: place) == other.cost(of: moved))
    let rest = Array(")abcdefghijklmnopqrstuvwxyz)abcdefghijklmnopqrst".utf8)
    let end = other.step(moved, over: rest)
    #expect(other.ends(of: end).contains(.complete))
  }
}
