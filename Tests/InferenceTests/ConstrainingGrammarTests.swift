import Base
import Testing

@testable import Inference

@Suite struct ConstrainingGrammarTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let grammar: String
    let accepted: [String]
    let refused: [String]
    var testDescription: String { grammar }
    init(_ grammar: String, _ accepted: [String], _ refused: [String]) {
      self.grammar = grammar
      self.accepted = accepted
      self.refused = refused
    }
  }

  @Test(
    "a grammar accepts its texts and no others",
    arguments: [
      Case("root ::= \"yes\" | \"no\"", ["yes", "no"], ["", "y", "yesno", "Yes"]),
      Case("root ::= [0-9]+", ["0", "42", "0123456789"], ["", "4a", "-1"]),
      Case("root ::= [^a-c\\]]*", ["", "xyz", "Ä水"], ["a", "x]", "xxb"]),
      Case("root ::= \"a\"{2}", ["aa"], ["a", "aaa"]),
      Case("root ::= \"a\"{2,}", ["aa", "aaaaaa"], ["a"]),
      Case("root ::= \"ab\"{1,3}", ["ab", "ababab"], ["", "aba", "abababab"]),
      Case(
        "root ::= [a-z]{3,40}", ["abc", String(repeating: "x", count: 40)],
        ["ab", String(repeating: "x", count: 41)]),
      Case("root ::= .", ["a", "\n", "水", "🚀"], ["", "ab"]),
      Case("root ::= \"\\u6C34\\x41\\n\\\"\\\\\\U0001F680\"", ["水A\n\"\\🚀"], ["水"]),
      Case("root ::= [\\u4E00-\\u9FFF]+", ["水火", "一"], ["a", "水a", "ä"]),
      Case("root ::= \"(\" root \")\" | \"\"", ["", "()", "((()))"], ["(", "())", ")("]),
      Case("root ::= \"a\" root \"b\" | \"c\"", ["c", "acb", "aacbb"], ["ab", "acbb", "aacb"]),
      Case(
        "root ::= item (\",\" item)*\nitem ::= [a-z]+ # a word\n\n# the end",
        ["a", "ab,c,def"], ["", ",a", "a,", "a,,b"]),
      Case("root ::= (\"a\" | \"b\")? \"c\"+", ["c", "ac", "bccc"], ["", "ab", "abc"]),
      Case("root ::= x y\nx ::=\n  \"a\"\n  | \"b\"\ny ::= x", ["aa", "ab", "bb"], ["a", "aab"]),
      Case("root ::= (\"\" | \"a\")* \"b\"", ["b", "ab", "aaab"], ["", "a", "ba"]),
      Case("root ::= ((\"a\"?){3} \"b\")+", ["b", "aaab", "bab"], ["aaaab", "a"]),
      Case("root ::= \"x\" root | \"x\"", ["x", "xxxx"], ["", "xy"]),
    ])
  func texts(_ given: Case) throws {
    let grammar = try CompiledGrammar(Grammar(parsing: given.grammar))
    for text in given.accepted { #expect(grammar.matches(text), "\(text) should match") }
    for text in given.refused { #expect(!grammar.matches(text), "\(text) should not match") }
  }

  @Test(
    "a faulty grammar is refused with its place",
    arguments: [
      ("root ::= \"a", "line 1, column 12"),
      ("root ::= [a", "line 1, column 12"),
      ("root ::= (\"a\"", "line 1, column 14"),
      ("root ::= \"a\" )", "line 1, column 14: expected a literal"),
      ("root ::= \"a\"{3,2}", "line 1, column 13"),
      ("root ::= \"\\q\"", "line 1, column 11: unknown escape"),
      ("root ::= \"\\uD800\"", "line 1, column 11"),
      ("root ::= [z-a]", "line 1, column 12: a range of letters runs upwards"),
      ("root = \"a\"", "expected ::="),
      ("root ::= a\nb ::= \"b\"", "line 1, column 10: unknown rule \"a\""),
      ("root ::= itme\nitem ::= \"b\"", "did you mean \"item\"?"),
      ("root ::= \"a\"\nb ::= \"b\"", "line 2, column 1: nothing reaches rule \"b\""),
      ("root ::= \"a\"\nroot ::= \"b\"", "line 2, column 1: rule \"root\" is defined twice"),
      ("x ::= \"a\"", "needs a rule named \"root\""),
      ("root ::= root \"a\" | \"b\"", "\"root\" begins with itself: root -> root"),
      ("root ::= a\na ::= \"x\"? b\nb ::= a \"y\"", "begins with itself: a -> b -> a"),
      ("root ::= \"a\" root", "no text matches rule \"root\""),
      ("root ::= \"a\" | b\nb ::= \"b\" b", "line 2, column 1: no text matches rule \"b\""),
      ("root ::= \"a\"{1000000}", "more than 100000"),
      (String(repeating: "(", count: 500), "expected"),
      ("root ::= " + String(repeating: "(", count: 500), "groups inside one another"),
      ("root ::= " + (1...3).map { "[a-z]{\(100_000 - $0)}" }.joined(), "states"),
    ])
  func faults(_ text: String, _ message: String) throws {
    let problem = #expect(throws: Problem.self) {
      _ = try CompiledGrammar(Grammar(parsing: text))
    }
    #expect("\(problem.map { "\($0)" } ?? "")".contains(message), "\(problem as Any)")
  }

  @Test func `the fast matcher agrees with a plain one on random grammars`() throws {
    var maker = RandomGrammar(seed: 1)
    var (whole, broken) = (0, 0)
    for _ in 0..<150 {
      let grammar = maker.make()
      guard (try? grammar.checkLeftRecursion()) != nil,
        let compiled = try? CompiledGrammar(grammar)
      else { continue }
      for _ in 0..<6 {
        let text = maker.text(along: compiled)
        var fast = GrammarMatcher(compiled)
        var plain = PlainMatcher(grammar)
        for (index, byte) in text.enumerated() {
          let (a, b) = (fast.accept([byte]), plain.accept(byte))
          if plain.isWide { break }
          #expect(a == b, "byte \(index) of \(text) under \(grammar.rules)")
          if !a || !b { break }
        }
        if plain.isWide { continue }
        #expect(fast.isComplete == plain.isComplete, "\(text) under \(grammar.rules)")
        if plain.isComplete { whole += 1 } else { broken += 1 }
      }
    }
    // Both outcomes really occur.
    #expect(whole > 50 && broken > 50, "\(whole) whole, \(broken) broken")
  }

  @Test func `the shortest rest is what it says`() throws {
    var maker = RandomGrammar(seed: 2)
    for _ in 0..<200 {
      let grammar = maker.make()
      guard (try? grammar.checkLeftRecursion()) != nil,
        let compiled = try? CompiledGrammar(grammar)
      else { continue }
      let workspace = MaskWorkspace(compiled.program, TokenTrie([], ends: []))
      let start = workspace.start()
      let rest = workspace.shortestRest(start)
      #expect(rest.count == workspace.cost(start))
      #expect(compiled.matches(rest), "\(rest) under \(grammar.rules)")
    }
  }

  @Test func `random text for a grammar gives a problem or a grammar, never a crash`() {
    var random = SeededRandom(seed: 3)
    let pieces = [
      "root ::= ", "x ::= ", "\"a\"", "[a-z]", "(", ")", "|", "*", "+", "?", "{2,3}", "{", "x ",
      "\n",
      "[^", "]", "\\", "\"", "# c\n", ".", "水", "::=", "-", "{9}",
    ]
    for _ in 0..<2000 {
      let text = (0..<1 + random.nextInteger(below: 12)).map { _ in
        pieces[random.nextInteger(below: pieces.count)]
      }.joined()
      _ = (try? Grammar(parsing: text)).map { try? CompiledGrammar($0) }
    }
  }
}
