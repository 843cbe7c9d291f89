import Base

/// Strings of JSON: text between quotes, with what must be escaped escaped.
enum StringGrammar {
  /// Letters that stand for themselves between quotes.
  static let plainLetters = ScalarSet([0...0x1F, 0x22...0x22, 0x5C...0x5C]).inverted

  /// One letter of a string: itself, a short escape, or `\u` and its number.
  static let letter: GrammarExpression = {
    let hex = "0123456789abcdefABCDEF"
    func digits(_ count: Int) -> GrammarExpression { .repeated(.letters(hex), count, count) }
    let alone = GrammarExpression.choice([
      .sequence([.letters("0123456789abcefABCEF"), digits(3)]),
      .sequence([.letters("dD"), .letters("01234567"), digits(2)]),
    ])
    let pair = GrammarExpression.sequence([
      .letters("dD"), .letters("89abAB"), digits(2), .text("\\u"), .letters("dD"),
      .letters("cdefCDEF"), digits(2),
    ])
    return .choice([
      .scalars(plainLetters),
      .sequence([
        .text("\\"),
        .choice([.letters("\"\\/bfnrt"), .sequence([.text("u"), .choice([alone, pair])])]),
      ]),
    ])
  }()

  /// A string of any text in a range of lengths.
  static func any(_ low: Int, _ high: Int?) -> GrammarExpression {
    .sequence([.text("\""), .repeated(letter, low, high), .text("\"")])
  }

  /// A string whose text is in a language.
  static func text(_ language: ByteAutomaton) throws(Problem) -> GrammarExpression {
    .sequence([.text("\""), .automaton(try escaped(language)), .text("\"")])
  }

  /// A string with exactly this text.
  static func literal(_ text: String) -> GrammarExpression {
    .text(JSONValue.string(text).formatted())
  }

  /// The language of all texts that meet some languages and lengths at once.
  static func language(_ texts: [GrammarExpression], _ low: Int, _ high: Int?) throws(Problem)
    -> ByteAutomaton
  {
    var result: ByteAutomaton?
    for text in texts {
      let next = try text.automaton()
      result = result.map { $0.intersection(next) } ?? next
    }
    if low > 0 || high != nil || result == nil {
      let lengths = try GrammarExpression.repeated(.scalars(.all), low, high).automaton()
      result = result.map { $0.intersection(lengths) } ?? lengths
    }
    return result ?? ByteAutomaton()
  }

  /// The same texts as they stand between quotes.
  ///
  /// Control letters without a short escape are written as `\u00XX` where a language names them; where
  /// it allows any letter they are left out, as nobody means them.
  private static func escaped(_ language: ByteAutomaton) throws(Problem) -> ByteAutomaton {
    guard language.count > 0 else { return language }
    var graph = GrammarGraph(count: language.count + 1)
    for state in 0..<language.count {
      if language.accepting[state] { graph.join(state, language.count) }
      for arc in language.arcs[state] {
        for way in ways(of: arc) { graph.join(state, Int(arc.target), way) }
      }
    }
    return try GrammarExpression.graph(graph).automaton()
  }

  private static func ways(of arc: ByteAutomaton.Arc) -> [GrammarExpression] {
    let isWide = arc.high - arc.low > 16
    var ways: [GrammarExpression] = []
    var start = Int(arc.low)
    for byte in arc.low...arc.high {
      guard let escape = escape(of: byte, shortOnly: isWide) else { continue }
      if start < Int(byte) { ways.append(.byteRange(UInt8(start)...byte - 1)) }
      start = Int(byte) + 1
      if !escape.isEmpty { ways.append(.bytes(escape)) }
    }
    if start <= Int(arc.high) { ways.append(.byteRange(UInt8(start)...arc.high)) }
    return ways
  }

  /// How a byte is escaped: nil where it stands for itself, empty where it is left out.
  private static func escape(of byte: UInt8, shortOnly: Bool) -> [UInt8]? {
    guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { return nil }
    let scalar = String(Character(Unicode.Scalar(byte)))
    let quoted = JSONValue.string(scalar).formatted().utf8.dropFirst().dropLast()
    return shortOnly && quoted.count > 2 ? [] : Array(quoted)
  }
}

extension GrammarExpression {
  /// One byte of a range, whatever letter it belongs to.
  fileprivate static func byteRange(_ range: ClosedRange<UInt8>) -> GrammarExpression {
    var automaton = ByteAutomaton()
    _ = automaton.addState()
    let end = automaton.addState(accepting: true)
    automaton.arcs[0] = [.init(low: range.lowerBound, high: range.upperBound, target: end)]
    return .automaton(automaton)
  }
}
