/// What the right side of a rule says.
indirect enum GrammarExpression: Hashable, Sendable {
  /// These bytes, one after the other; no bytes match the empty text.
  case bytes([UInt8])
  /// One letter of a set, in UTF-8.
  case scalars(ScalarSet)
  /// All parts in order.
  case sequence([GrammarExpression])
  /// Any one of the parts; no part matches nothing at all.
  case choice([GrammarExpression])
  /// A part so many times; nil is without end.
  case repeated(GrammarExpression, Int, Int?)
  /// What another rule says, by its number.
  case rule(Int)
  /// A regular language that was computed.
  case automaton(ByteAutomaton)
  /// All ways through a graph whose edges are expressions.
  case graph(GrammarGraph)

  /// The empty text.
  static let empty = GrammarExpression.bytes([])
  /// Nothing, not even the empty text.
  static let never = GrammarExpression.choice([])

  /// A text as it stands.
  static func text(_ text: String) -> GrammarExpression { .bytes(Array(text.utf8)) }

  /// One letter of these.
  static func letters(_ letters: String) -> GrammarExpression { .scalars(ScalarSet(letters)) }

  /// A part or the empty text.
  static func optional(_ part: GrammarExpression) -> GrammarExpression { .repeated(part, 0, 1) }

  /// Calls back for each rule that is named.
  func forEachRule(_ body: (Int) -> Void) {
    switch self {
    case .bytes, .scalars, .automaton: break
    case .sequence(let parts), .choice(let parts): for part in parts { part.forEachRule(body) }
    case .repeated(let part, _, _): part.forEachRule(body)
    case .graph(let graph): for edge in graph.edges { edge.expression.forEachRule(body) }
    case .rule(let rule): body(rule)
    }
  }

  /// How many states a network of it needs, with repetitions written out; large counts saturate.
  var size: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .scalars(let set): set.utf8.reduce(0) { $0 + $1.count }
    case .sequence(let parts), .choice(let parts): parts.reduce(1) { Self.add($0, $1.size) }
    case .repeated(let part, let low, let high):
      Self.times(part.size + 1, max(1, high ?? max(1, low)))
    case .rule: 1
    case .automaton(let automaton): automaton.count
    case .graph(let graph): graph.edges.reduce(graph.count) { Self.add($0, $1.expression.size) }
    }
  }

  private static func add(_ a: Int, _ b: Int) -> Int { min(a + b, 1 << 30) }
  private static func times(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? 1 << 30 : min(product, 1 << 30)
  }
}

/// States joined by expressions; a text goes from state 0 to the last one.
struct GrammarGraph: Hashable, Sendable {
  /// A way from one state to another.
  struct Edge: Hashable, Sendable {
    let from: Int
    let to: Int
    let expression: GrammarExpression
  }

  /// The number of states.
  let count: Int
  /// The ways between them.
  private(set) var edges: [Edge] = []

  /// Creates a graph without edges.
  init(count: Int) { self.count = count }

  /// Joins two states.
  mutating func join(_ from: Int, _ to: Int, _ expression: GrammarExpression = .empty) {
    edges.append(Edge(from: from, to: to, expression: expression))
  }

  /// The edges that leave a state.
  func edges(from state: Int) -> [Edge] { edges.filter { $0.from == state } }
}
