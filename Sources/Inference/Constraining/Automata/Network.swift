import Base

/// Thompson's network of an expression: states joined by byte ranges, by calls of rules, and by
/// steps that take nothing.
struct Network {
  private struct State {
    var arcs: [ByteAutomaton.Arc] = []
    var calls: [ByteAutomaton.Call] = []
    var skips: [Int32] = []
  }

  private var states: [State] = []

  /// How many states it has.
  var count: Int { states.count }

  /// Adds a state and gives its number.
  mutating func addState() -> Int32 {
    states.append(State())
    return Int32(states.count - 1)
  }

  /// Joins two states without taking anything.
  mutating func skip(_ from: Int32, _ to: Int32) { states[Int(from)].skips.append(to) }

  /// Joins two states by a call.
  mutating func call(_ rule: Int, _ from: Int32, _ to: Int32) {
    states[Int(from)].calls.append(ByteAutomaton.Call(rule: Int32(rule), target: to))
  }

  /// Joins two states by one byte of a range.
  mutating func arc(_ range: ClosedRange<UInt8>, _ from: Int32, _ to: Int32) {
    states[Int(from)].arcs.append(
      ByteAutomaton.Arc(low: range.lowerBound, high: range.upperBound, target: to))
  }

  /// Joins two states by a part of an expression; `special` may take over parts that it knows.
  mutating func add(
    _ expression: GrammarExpression, _ from: Int32, _ to: Int32,
    special: (inout Network, GrammarExpression, Int32, Int32) -> Bool
  ) {
    if special(&self, expression, from, to) { return }
    switch expression {
    case .bytes(let bytes): add(bytes.map { $0...$0 }, from, to)
    case .scalars(let set): for letter in set.utf8 { add(letter, from, to) }
    case .choice(let parts): for part in parts { add(part, from, to, special: special) }
    case .sequence(let parts):
      var at = from
      for part in parts {
        let next = addState()
        add(part, at, next, special: special)
        at = next
      }
      skip(at, to)
    case .repeated(let part, let low, let high):
      add(part, low, high, from, to, special)
    case .rule(let rule): call(rule, from, to)
    case .automaton(let automaton): add(automaton, from, to)
    case .graph(let graph):
      let first = Int32(count)
      for _ in 0..<graph.count { _ = addState() }
      skip(from, first)
      skip(first + Int32(graph.count - 1), to)
      for edge in graph.edges {
        // Two states of its own, so that a loop in the edge stays in the edge.
        let (start, end) = (addState(), addState())
        skip(first + Int32(edge.from), start)
        skip(end, first + Int32(edge.to))
        add(edge.expression, start, end, special: special)
      }
    }
  }

  private mutating func add(_ ranges: [ClosedRange<UInt8>], _ from: Int32, _ to: Int32) {
    var at = from
    for (index, range) in ranges.enumerated() {
      let next = index == ranges.count - 1 ? to : addState()
      arc(range, at, next)
      at = next
    }
    if ranges.isEmpty { skip(from, to) }
  }

  private mutating func add(
    _ part: GrammarExpression, _ low: Int, _ high: Int?, _ from: Int32, _ to: Int32,
    _ special: (inout Network, GrammarExpression, Int32, Int32) -> Bool
  ) {
    var at = from
    for index in 0..<(high ?? low) {
      // A state of its own in front, so that a loop inside cannot be entered from behind.
      let start = addState()
      skip(at, start)
      if index >= low { skip(at, to) }
      let next = addState()
      add(part, start, next, special: special)
      at = next
    }
    if high == nil {
      let start = addState()
      let next = addState()
      skip(at, start)
      add(part, start, next, special: special)
      skip(next, start)
      skip(start, to)
    } else {
      skip(at, to)
    }
  }

  private mutating func add(_ automaton: ByteAutomaton, _ from: Int32, _ to: Int32) {
    guard automaton.count > 0 else { return }
    let first = Int32(states.count)
    for _ in 0..<automaton.count { _ = addState() }
    skip(from, first)
    for state in 0..<automaton.count {
      for arc in automaton.arcs[state] {
        self.arc(arc.low...arc.high, first + Int32(state), first + arc.target)
      }
      if automaton.accepting[state] { skip(first + Int32(state), to) }
    }
  }

  // MARK: Determinising

  /// The deterministic automaton of all ways from one state to another, by subsets of states.
  ///
  /// - Throws: A problem when it has more than `limit` states.
  func automaton(_ start: Int32, _ end: Int32, limit: Int) throws(Problem) -> ByteAutomaton {
    var result = ByteAutomaton()
    var numbers: [[Int32]: Int32] = [:]
    var sets: [[Int32]] = []
    func number(_ set: [Int32]) -> Int32 {
      let set = closure(set)
      if let known = numbers[set] { return known }
      numbers[set] = Int32(sets.count)
      sets.append(set)
      return result.addState(accepting: set.contains(end))
    }
    _ = number([start])
    var next = 0
    while next < sets.count {
      guard sets.count <= limit else {
        throw Self.tooLarge(limit)
      }
      let set = sets[next]
      result.arcs[next] = arcs(of: set).map {
        ByteAutomaton.Arc(low: $0.low, high: $0.high, target: number($0.targets))
      }
      result.calls[next] = calls(of: set).map {
        ByteAutomaton.Call(rule: $0.rule, target: number($0.targets))
      }
      next += 1
    }
    return result.trimmed()
  }

  /// What is said of a constraint whose automaton would not fit in memory.
  static func tooLarge(_ limit: Int) -> Problem {
    Problem(
      "the constraint needs more than \(max(0, limit)) states", fix: "bound fewer things exactly",
      kind: .limit)
  }

  /// The states that are reached without taking anything, in order.
  private func closure(_ set: [Int32]) -> [Int32] {
    var reached = Set(set)
    var open = Array(reached)
    while let state = open.popLast() {
      for next in states[Int(state)].skips where reached.insert(next).inserted { open.append(next) }
    }
    // States that only pass on tell sets apart that behave alike.
    return reached.filter { state in
      !states[Int(state)].arcs.isEmpty || !states[Int(state)].calls.isEmpty
        || states[Int(state)].skips.isEmpty
    }.sorted()
  }

  private func arcs(of set: [Int32]) -> [(low: UInt8, high: UInt8, targets: [Int32])] {
    let all = set.flatMap { states[Int($0)].arcs }
    var cuts = Set<Int>()
    for arc in all {
      cuts.insert(Int(arc.low))
      cuts.insert(Int(arc.high) + 1)
    }
    let bounds = cuts.sorted()
    return zip(bounds, bounds.dropFirst()).compactMap { low, next in
      let targets = all.filter { Int($0.low) <= low && low <= Int($0.high) }.map(\.target)
      return targets.isEmpty ? nil : (UInt8(low), UInt8(next - 1), Array(Set(targets)).sorted())
    }
  }

  private func calls(of set: [Int32]) -> [(rule: Int32, targets: [Int32])] {
    var targets: [Int32: Set<Int32>] = [:]
    for state in set {
      for call in states[Int(state)].calls { targets[call.rule, default: []].insert(call.target) }
    }
    return targets.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
  }
}

extension GrammarExpression {
  /// The automaton of an expression that names no rule.
  func automaton(limit: Int = 20_000) throws(Problem) -> ByteAutomaton {
    guard size <= limit * 4 else {
      throw Network.tooLarge(limit)
    }
    var network = Network()
    let (start, end) = (network.addState(), network.addState())
    network.add(self, start, end) { _, _, _, _ in false }
    return try network.automaton(start, end, limit: limit)
  }
}
