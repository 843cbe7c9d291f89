import Base

/// Turns a grammar into tables.
///
/// Small rules without loops are written out where they are used; loops with great counts become
/// rules of their own whose states are the counts.
struct GrammarCompiler {
  /// A rule on its way to the tables.
  private struct Part {
    var automaton = ByteAutomaton()
    var counter: GrammarProgram.Counter?
    var isFence = true
  }

  /// What makes a counted loop.
  private struct LoopKey: Hashable {
    let part: GrammarExpression
    let low: Int
    let high: Int?
  }

  private let grammar: Grammar
  private var isInlined: [Bool]
  private var parts: [Part] = []
  /// The part of each rule of the grammar that has one.
  private var partOfRule: [Int: Int] = [:]
  private var bodies: [GrammarExpression: Int] = [:]
  private var loops: [LoopKey: Int] = [:]
  /// Expressions whose automata are still to be made.
  private var open: [(part: Int, expression: GrammarExpression)] = []
  private var stateCount = 0

  /// No grammar takes more than this many states: some 50 MB of tables.
  private static let stateLimit = 200_000
  /// A rule up to this size is written out where it is used.
  private static let inlineLimit = 48

  private init(_ grammar: Grammar) {
    self.grammar = grammar
    isInlined = [Bool](repeating: false, count: grammar.rules.count)
    for rule in grammar.rules.indices where rule != grammar.root {
      var budget = Self.inlineLimit
      isInlined[rule] = Self.isSmall(grammar.rules[rule].expression, grammar, &budget)
    }
  }

  /// Compiles a grammar.
  ///
  /// - Throws: A problem when a rule can never end, or when the tables would be too large.
  static func compile(_ grammar: Grammar) throws(Problem) -> GrammarProgram {
    var compiler = GrammarCompiler(grammar)
    let root = compiler.part(of: grammar.root)
    while let (part, expression) = compiler.open.popLast() {
      try compiler.build(part, expression)
    }
    guard compiler.stateCount <= stateLimit else { throw Network.tooLarge(stateLimit) }
    let program = compiler.link(root: root)
    try compiler.checkEnds(program)
    return program
  }

  // MARK: Parts

  private mutating func part(of rule: Int) -> Int {
    if let part = partOfRule[rule] { return part }
    parts.append(Part())
    partOfRule[rule] = parts.count - 1
    open.append((parts.count - 1, grammar.rules[rule].expression))
    return parts.count - 1
  }

  private mutating func build(_ part: Int, _ expression: GrammarExpression) throws(Problem) {
    var network = Network()
    let (start, end) = (network.addState(), network.addState())
    network.add(expression, start, end) { self.replace(&$0, $1, $2, $3) }
    let left = Self.stateLimit - stateCount
    let automaton = try network.automaton(start, end, limit: left)
    stateCount += automaton.count
    parts[part].automaton = automaton
  }

  /// Takes over calls and great loops while a network is made.
  private mutating func replace(
    _ network: inout Network, _ expression: GrammarExpression, _ from: Int32, _ to: Int32
  ) -> Bool {
    switch expression {
    case .rule(let rule) where isInlined[rule]:
      network.add(grammar.rules[rule].expression, from, to) { self.replace(&$0, $1, $2, $3) }
    case .rule(let rule): network.call(part(of: rule), from, to)
    case .repeated(let part, let low, let high) where isGreat(part, low, high):
      network.call(loop(LoopKey(part: part, low: low, high: high)), from, to)
    default: return false
    }
    return true
  }

  /// True for a loop that is not written out.
  ///
  /// Each of its many states would need a mask of its own. Loops over a few letters, as in numbers and dates, have cheap masks.
  private func isGreat(_ part: GrammarExpression, _ low: Int, _ high: Int?) -> Bool {
    let size = GrammarExpression.repeated(part, low, high).size
    return size > 512 || size > 24 && max(low, high ?? 0) > 1 && !Self.isNarrow(part)
  }

  private mutating func loop(_ key: LoopKey) -> Int {
    if let known = loops[key] { return known }
    let body = self.body(key.part)
    let last = key.high ?? key.low
    var part = Part()
    part.isFence = false
    part.counter = GrammarProgram.Counter(
      first: 0, low: key.low, last: last, isEndless: key.high == nil)
    for count in 0...last {
      _ = part.automaton.addState(accepting: count >= key.low)
      let next = count < last ? count + 1 : key.high == nil ? count : nil
      if let next {
        part.automaton.calls[count] = [ByteAutomaton.Call(rule: Int32(body), target: Int32(next))]
      }
    }
    stateCount += last + 1
    parts.append(part)
    loops[key] = parts.count - 1
    return parts.count - 1
  }

  private mutating func body(_ expression: GrammarExpression) -> Int {
    if case .rule(let rule) = expression, !isInlined[rule] { return part(of: rule) }
    if let known = bodies[expression] { return known }
    parts.append(Part(isFence: false))
    bodies[expression] = parts.count - 1
    open.append((parts.count - 1, expression))
    return parts.count - 1
  }

  // MARK: Judging expressions

  private static func isSmall(
    _ expression: GrammarExpression, _ grammar: Grammar, _ budget: inout Int
  ) -> Bool {
    switch expression {
    case .bytes, .scalars:
      budget -= expression.size
    case .sequence(let parts), .choice(let parts):
      budget -= 1
      for part in parts where !isSmall(part, grammar, &budget) { return false }
    case .repeated(let part, let low, let high):
      guard let high, high <= 8 else { return false }
      for _ in 0..<max(1, max(low, high)) where !isSmall(part, grammar, &budget) { return false }
    case .rule(let rule):
      // A rule that comes to itself spends the budget.
      budget -= 1
      return budget > 0 && isSmall(grammar.rules[rule].expression, grammar, &budget)
    case .automaton, .graph: return false
    }
    return budget > 0
  }

  private static func isNarrow(_ expression: GrammarExpression) -> Bool {
    switch expression {
    case .bytes: true
    case .scalars(let set): set.count <= 16
    case .sequence(let parts), .choice(let parts): parts.allSatisfy(isNarrow)
    case .repeated(let part, _, _): isNarrow(part)
    case .rule, .automaton, .graph: false
    }
  }

  // MARK: Tables

  private func link(root: Int) -> GrammarProgram {
    var program = GrammarProgram()
    var firsts: [Int32] = []
    var first: Int32 = 0
    for part in parts {
      firsts.append(first)
      first += Int32(max(1, part.automaton.count))
    }
    program.entry = firsts[root]
    let distances = GrammarDistances(parts.map(\.automaton), firsts, count: Int(first)).values
    program.setClasses(parts.lazy.map(\.automaton))
    program.rows = [Int32](repeating: -1, count: program.classCount)
    for (index, part) in parts.enumerated() {
      program.append(part.automaton, firsts, at: firsts[index], distances, isFence: part.isFence)
      guard let counter = part.counter else { continue }
      for count in 0...counter.last {
        program.states[Int(firsts[index]) + count].counter = Int32(program.counters.count)
      }
      program.counters.append(
        GrammarProgram.Counter(
          first: firsts[index], low: counter.low, last: counter.last, isEndless: counter.isEndless))
    }
    return program
  }

  private func checkEnds(_ program: GrammarProgram) throws(Problem) {
    var first = 0
    var firsts: [Int] = []
    for part in parts {
      firsts.append(first)
      first += max(1, part.automaton.count)
    }
    for (rule, part) in partOfRule.sorted(by: { $0.key < $1.key })
    where program.states[firsts[part]].distance == GrammarProgram.State.unreachable {
      let rule = grammar.rules[rule]
      // Rules that the program made may be empty where another way is left; the root may not.
      guard !rule.place.isEmpty || firsts[part] == Int(program.entry) else { continue }
      if let problem = grammar.whenEmpty { throw problem }
      let place = rule.place.isEmpty ? "" : "\(rule.place): "
      throw Problem(
        "grammar: \(place)no text matches rule \"\(rule.name)\": it never comes to an end",
        fix: "give it an alternative without itself")
    }
  }
}

extension GrammarProgram {
  /// Groups the bytes that no arc tells apart.
  fileprivate mutating func setClasses(_ automata: some Sequence<ByteAutomaton>) {
    var isCut = [Bool](repeating: false, count: 257)
    for automaton in automata {
      for arc in automaton.arcs.joined() {
        isCut[Int(arc.low)] = true
        isCut[Int(arc.high) + 1] = true
      }
    }
    var current = 0
    classes = (0..<256).map { byte in
      if byte > 0, isCut[byte] { current += 1 }
      return UInt8(current)
    }
    classCount = current + 1
    classKinds = [LetterKinds](repeating: [], count: classCount)
    for byte in UInt8.min...UInt8.max { classKinds[Int(classes[Int(byte)])].formUnion(.of(byte)) }
  }

  /// Appends the states of one automaton without ways that never end; its calls name parts, whose
  /// starts are `firsts`.
  fileprivate mutating func append(
    _ automaton: ByteAutomaton, _ firsts: [Int32], at first: Int32, _ distances: [Int32],
    isFence: Bool
  ) {
    let lost = State.unreachable
    for state in 0..<automaton.count {
      var new = State(isAccepting: automaton.accepting[state], isFence: isFence)
      new.distance = distances[Int(first) + state]
      let arcs = automaton.arcs[state].filter { distances[Int(first + $0.target)] != lost }
      if !arcs.isEmpty {
        new.row = Int32(rows.count / classCount)
        var row = [Int32](repeating: -1, count: classCount)
        for arc in arcs {
          for index in Int(classes[Int(arc.low)])...Int(classes[Int(arc.high)]) {
            row[index] = first + arc.target
          }
        }
        rows += row
      }
      let start = Int32(calls.count)
      for call in automaton.calls[state] {
        let (entry, target) = (firsts[Int(call.rule)], first + call.target)
        if distances[Int(entry)] != lost, distances[Int(target)] != lost {
          calls.append(Call(entry: entry, target: target))
        }
      }
      new.calls = start..<Int32(calls.count)
      states.append(new)
    }
    // A rule that nothing matches keeps one state that leads nowhere.
    if automaton.count == 0 { states.append(State()) }
  }
}
