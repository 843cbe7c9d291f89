import Base

@testable import Inference

/// A plain matcher to hold the fast one against: the set of all rests that may follow a text, kept as
/// lists of what is still to match, rewritten byte by byte.
struct PlainMatcher {
  private let grammar: Grammar
  private var rests: Set<[GrammarExpression]>

  init(_ grammar: Grammar) {
    self.grammar = grammar
    rests = [[.rule(grammar.root)]]
  }

  /// Takes a byte; false when nothing matches any more.
  mutating func accept(_ byte: UInt8) -> Bool {
    var next: Set<[GrammarExpression]> = []
    var seen: Set<[GrammarExpression]> = []
    for rest in rests { step(rest, byte, &next, &seen) }
    isWide = isWide || seen.count >= Self.limit
    rests = next
    return !rests.isEmpty
  }

  /// True when it has so many rests that going on takes too long.
  private(set) var isWide = false

  /// True when what was taken is a whole text.
  var isComplete: Bool {
    var seen: Set<[GrammarExpression]> = []
    return rests.contains { canBeEmpty($0, &seen) }
  }

  private static let limit = 150

  /// Rewrites the first part of a rest until it is a byte, a letter or gone.
  private func expand(_ rest: [GrammarExpression]) -> [[GrammarExpression]]? {
    guard let first = rest.first else { return nil }
    let tail = Array(rest.dropFirst())
    switch first {
    case .bytes(let bytes): return bytes.isEmpty ? [tail] : nil
    case .scalars: return nil
    case .sequence(let parts): return [parts + tail]
    case .choice(let parts): return parts.map { [$0] + tail }
    case .rule(let rule): return [[grammar.rules[rule].expression] + tail]
    case .repeated(let part, let low, let high):
      var ways: [[GrammarExpression]] = low == 0 ? [tail] : []
      if high != 0 {
        ways.append([part, .repeated(part, max(0, low - 1), high.map { $0 - 1 })] + tail)
      }
      return ways
    case .automaton, .graph: preconditionFailure("plain grammars hold neither")
    }
  }

  /// One byte of a range, as a class of code points that are bytes here.
  private static func byte(_ range: ClosedRange<UInt8>) -> GrammarExpression {
    .choice(range.map { .bytes([$0]) })
  }

  private func step(
    _ rest: [GrammarExpression], _ byte: UInt8, _ next: inout Set<[GrammarExpression]>,
    _ seen: inout Set<[GrammarExpression]>
  ) {
    guard seen.count < Self.limit, seen.insert(rest).inserted else { return }
    if let ways = expand(rest) {
      for way in ways { step(way, byte, &next, &seen) }
    } else if case .scalars(let set)? = rest.first {
      for letter in set.utf8 where letter[0].contains(byte) {
        next.insert(letter.dropFirst().map(Self.byte) + rest.dropFirst())
      }
    } else if case .bytes(let bytes)? = rest.first, bytes.first == byte {
      next.insert([.bytes(Array(bytes.dropFirst()))] + rest.dropFirst())
    }
  }

  private func canBeEmpty(_ rest: [GrammarExpression], _ seen: inout Set<[GrammarExpression]>)
    -> Bool
  {
    guard !rest.isEmpty else { return true }
    guard seen.insert(rest).inserted, let ways = expand(rest) else { return false }
    return ways.contains { canBeEmpty($0, &seen) }
  }
}

/// Grammars and texts by chance.
struct RandomGrammar {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed, named: "random grammars") }

  /// A grammar of a few rules over a, b, c, ä and 水 that may go round, never at its beginning.
  mutating func make() -> Grammar {
    let count = 1 + random.nextInteger(below: 4)
    let rules = (0..<count).map { rule in
      Grammar.Rule(
        name: rule == 0 ? "root" : "r\(rule)",
        expression: expression(depth: 3, from: rule + 1, of: count))
    }
    return Grammar(rules: rules, root: 0)
  }

  /// Rules of a higher number may stand anywhere, others only behind a letter.
  private mutating func expression(depth: Int, from: Int, of count: Int) -> GrammarExpression {
    switch random.nextInteger(below: depth == 0 ? 3 : 10) {
    case 0: return .bytes(Array(["a", "b", "ab", "ä", "水", ""][random.nextInteger(below: 6)].utf8))
    case 1:
      return .scalars(
        [ScalarSet("ab"), ScalarSet("bä"), ScalarSet("a").inverted][random.nextInteger(below: 3)])
    case 2:
      if from < count { return .rule(from + random.nextInteger(below: count - from)) }
      return .text("c")
    case 3, 4:
      return .sequence(
        (0..<2).map { _ in expression(depth: depth - 1, from: from, of: count) })
    case 5: return .choice((0..<2).map { _ in expression(depth: depth - 1, from: from, of: count) })
    case 6:
      // A way back up: behind a letter, and optional so that texts end.
      return .sequence([
        .text("c"), .optional(.rule(random.nextInteger(below: count))),
        .text(["", "b"][random.nextInteger(below: 2)]),
      ])
    case 7:
      let low = random.nextInteger(below: 3)
      return .repeated(
        expression(depth: depth - 1, from: from, of: count), low,
        [nil, low + random.nextInteger(below: 3)][random.nextInteger(below: 2)])
    case 8:
      // Loops that are counted, not written out.
      let low = random.nextInteger(below: 3)
      return .repeated(
        .choice([.scalars(ScalarSet("a水").inverted), .text("a"), .text("aa")]), low, low + 12)
    default:
      return .repeated(expression(depth: depth - 1, from: from, of: count), 0, nil)
    }
  }

  /// A text that mostly goes along the grammar, sometimes not.
  mutating func text(along grammar: CompiledGrammar) -> [UInt8] {
    var text: [UInt8] = []
    let length = random.nextInteger(below: 12)
    var matcher = GrammarMatcher(grammar)
    while text.count < length {
      var bytes = Array(["a", "b", "c", "ä", "水", "ab"][random.nextInteger(below: 6)].utf8)
      if random.nextInteger(below: 20) == 0 { bytes = [0xC3] }
      var ahead = matcher
      guard ahead.accept(bytes) || random.nextInteger(below: 8) == 0 else {
        if random.nextInteger(below: 10) == 0 { break }
        continue
      }
      matcher = ahead
      text += bytes
    }
    return text
  }
}
