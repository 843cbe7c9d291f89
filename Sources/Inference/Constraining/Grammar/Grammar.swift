public import Base

/// A context-free grammar over text: named rules, one of them the root.
///
/// The text form is llama.cpp's GBNF:
/// ```
/// root   ::= "[" item ("," item)* "]"   # a comment
/// item   ::= [0-9]+ | "\"" [^"\\\n]{0,20} "\""
/// ```
/// Literals and classes know the escapes `\n \r \t \\ \" \[ \] \- \^ \xHH \uHHHH \UHHHHHHHH`; `.` is
/// any letter; `? * + {m} {m,} {m,n}` repeat; a rule goes on over line ends.
public struct Grammar: Sendable {
  /// A name and what it stands for.
  struct Rule: Sendable {
    let name: String
    var expression: GrammarExpression
    /// Where the rule begins, as in "line 3, column 1"; empty for rules made by the program.
    var place = ""
  }

  /// The rules by number.
  private(set) var rules: [Rule]
  /// The number of the rule that a whole text matches.
  let root: Int
  /// What is wrong with what the grammar was made from, when it turns out that no text matches.
  let whenEmpty: Problem?

  /// Reads a grammar from its text.
  ///
  /// - Throws: A problem that names line and column of the fault; of a rule that is not defined, that
  ///   nothing reaches, that can never end, or that begins with itself.
  public init(parsing text: String) throws(Problem) {
    var parser = GrammarParser(text)
    let rules = try parser.parse()
    guard let root = rules.firstIndex(where: { $0.name == "root" }) else {
      throw Problem(
        "a grammar needs a rule named \"root\"; there are \(rules.map(\.name))",
        fix: "name the rule of the whole text root", kind: .missing)
    }
    self.init(rules: rules, root: root)
    let unreachable = unreachableRules
    if let rule = unreachable.first.map({ rules[$0] }) {
      throw Problem(
        "grammar: \(rule.place): nothing reaches rule \"\(rule.name)\" from root",
        fix: "use it in another rule or remove it")
    }
    try checkLeftRecursion()
  }

  /// Creates a grammar from rules that the program made.
  init(rules: [Rule], root: Int = 0, whenEmpty: Problem? = nil) {
    self.rules = rules
    self.root = root
    self.whenEmpty = whenEmpty
  }

  /// The names of the rules in order.
  public var ruleNames: [String] { rules.map(\.name) }

  /// The rules that no way leads to from the root.
  private var unreachableRules: [Int] {
    var reached: Set<Int> = [root]
    var open = [root]
    while let rule = open.popLast() {
      rules[rule].expression.forEachRule { if reached.insert($0).inserted { open.append($0) } }
    }
    return rules.indices.filter { !reached.contains($0) }
  }
}

extension Grammar {
  /// Refuses a rule that can come to itself before any byte: matching it would never advance.
  func checkLeftRecursion() throws(Problem) {
    let nullable = nullableRules
    let first = rules.map { Array(Self.first(of: $0.expression, nullable)).sorted() }
    // 0 is new, 1 is on the path, 2 is done.
    var marks = [UInt8](repeating: 0, count: rules.count)
    for start in rules.indices where marks[start] == 0 {
      var path = [(rule: start, next: 0)]
      marks[start] = 1
      while let (rule, next) = path.last {
        guard next < first[rule].count else {
          marks[rule] = 2
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let callee = first[rule][next]
        if marks[callee] == 1 {
          throw leftRecursion(path.map(\.rule).drop { $0 != callee } + [callee])
        }
        if marks[callee] == 0 {
          marks[callee] = 1
          path.append((callee, 0))
        }
      }
    }
  }

  private func leftRecursion(_ cycle: [Int]) -> Problem {
    let rule = rules[cycle[0]]
    let place = rule.place.isEmpty ? "" : "\(rule.place): "
    return Problem(
      "grammar: \(place)rule \"\(rule.name)\" begins with itself: "
        + cycle.map { rules[$0].name }.joined(separator: " -> "),
      fix: "write the repetition as in item (\",\" item)*")
  }

  /// For each rule, whether it matches the empty text.
  private var nullableRules: [Bool] {
    var nullable = [Bool](repeating: false, count: rules.count)
    var changes = true
    while changes {
      changes = false
      for rule in rules.indices where !nullable[rule] {
        if Self.isNullable(rules[rule].expression, nullable) {
          nullable[rule] = true
          changes = true
        }
      }
    }
    return nullable
  }

  private static func isNullable(_ expression: GrammarExpression, _ rules: [Bool]) -> Bool {
    switch expression {
    case .bytes(let bytes): bytes.isEmpty
    case .scalars: false
    case .sequence(let parts): parts.allSatisfy { isNullable($0, rules) }
    case .choice(let parts): parts.contains { isNullable($0, rules) }
    case .repeated(let part, let low, _): low == 0 || isNullable(part, rules)
    case .rule(let rule): rules[rule]
    case .automaton(let automaton): automaton.accepts([])
    case .graph(let graph):
      graph.reached(over: { isNullable($0, rules) }).contains(graph.count - 1)
    }
  }

  /// The rules that an expression may come to before any byte.
  private static func first(of expression: GrammarExpression, _ nullable: [Bool]) -> Set<Int> {
    switch expression {
    case .bytes, .scalars, .automaton: return []
    case .choice(let parts): return parts.reduce(into: []) { $0.formUnion(first(of: $1, nullable)) }
    case .repeated(let part, _, let high): return high == 0 ? [] : first(of: part, nullable)
    case .rule(let rule): return [rule]
    case .graph(let graph):
      return graph.reached(over: { isNullable($0, nullable) }).flatMap(graph.edges(from:))
        .reduce(into: []) { $0.formUnion(first(of: $1.expression, nullable)) }
    case .sequence(let parts):
      var result: Set<Int> = []
      for part in parts {
        result.formUnion(first(of: part, nullable))
        if !isNullable(part, nullable) { break }
      }
      return result
    }
  }
}

extension GrammarGraph {
  /// The states that are reached from the first over edges of one sort.
  fileprivate func reached(over isOpen: (GrammarExpression) -> Bool) -> Set<Int> {
    var reached: Set<Int> = [0]
    var open = [0]
    while let state = open.popLast() {
      for edge in edges(from: state) where isOpen(edge.expression) {
        if reached.insert(edge.to).inserted { open.append(edge.to) }
      }
    }
    return reached
  }
}
